import { type BudgetRange, isWhole } from '../core/budget.ts'
import type { Evaluation } from '../core/evaluation.ts'
import { type Individual, nameOf } from '../core/individual.ts'
import { type Limits, mostEvaluations } from '../core/limits.ts'
import type { Objectives } from '../core/objectives.ts'
import type { Problem } from '../core/optimizee.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { counted } from '../core/text.ts'
import { DesignPoints } from './design-points.ts'
import { GrowingVolume } from './growing-volume.ts'

/** How much of a search there is. */
interface Reached {
  readonly generations: number
  /** How many individuals were asked for, stand-ins not counted. */
  readonly evaluations: number
}

/**
 * What ends a search by its limits: it follows from what was told, in the order of telling, so that a search that goes on
 * ends where it would have ended.
 */
export class Ends {
  readonly #limits: Limits
  readonly #objectives: Objectives
  readonly #budget: BudgetRange | undefined
  /** How many individuals the limits allow. */
  readonly mostEvaluations: number
  /** How the front grows, where a search for one ends by stagnation. */
  readonly #volume: GrowingVolume | undefined
  #told = 0
  #best = Number.NEGATIVE_INFINITY
  /** How many had been told when the best was. */
  #improved = 0
  /** Who reached the target first. */
  #first: string | undefined

  constructor(
    limits: Limits,
    {
      objectives,
      budget,
      reference,
      replications,
    }: Pick<Problem, 'objectives' | 'budget' | 'reference' | 'replications'>,
  ) {
    this.#limits = limits
    this.mostEvaluations = mostEvaluations(limits, replications)
    this.#objectives = objectives
    this.#budget = budget
    const isByVolume = objectives.wantsFront && limits.stagnation !== undefined && reference !== undefined
    this.#volume = isByVolume ? new GrowingVolume(objectives, reference) : undefined
  }

  /** How many individuals there are at most, if the limits say so, for whoever watches. */
  get room(): { readonly mostEvaluations?: number } {
    return Number.isFinite(this.mostEvaluations) ? { mostEvaluations: this.mostEvaluations } : {}
  }

  /** The name of who reached the target first. */
  get first(): string | undefined {
    return this.#first
  }

  /** Whether it matters what was told long ago. */
  get looksBack(): boolean {
    return this.#limits.target !== undefined || this.#limits.stagnation !== undefined
  }

  /**
   * A point that a design simulates several times is looked at once its last replicate is told, by their mean.
   *
   * @param asked whose evaluations these are, if more is to come of some
   */
  tell(evaluations: readonly Evaluation[], asked?: readonly Individual[]): void {
    if (!this.looksBack) return
    const points = DesignPoints.of(asked ?? evaluations.map(({ individual }) => individual), this.#objectives)
    for (const evaluation of evaluations) {
      if (!isWhole(this.#budget, evaluation.individual.budget)) continue
      this.#told++
      const point = points ? points.add(evaluation) : evaluation
      if (point === undefined) continue
      if (this.#isBetter(point)) this.#improved = this.#told
      if (this.#first === undefined && this.#isTarget(point)) this.#first = nameOf(point.individual)
    }
  }

  /** Why nothing more is asked for, as a sentence's end; undefined if the limits allow `more` individuals beside those. */
  reason(reached: Reached, more: Reached): string | undefined {
    const { generations, evaluations, simulations, target, stagnation } = this.#limits
    if (this.#first !== undefined) {
      return `individual ${this.#first} has reached the target (limits.target: ${JSON.stringify(target)})`
    }
    if (stagnation !== undefined && this.#told - this.#improved >= stagnation) {
      const brought = this.#volume ? broughtTo(this.#volume) : 'nothing better'
      return `${this.#told - this.#improved} evaluations brought ${brought} (limits.stagnation: ${stagnation})`
    }
    if (generations !== undefined && reached.generations + more.generations > generations) {
      return `${areItsLimit(generations, 'generation')} (limits.generations)`
    }
    if (reached.evaluations + more.evaluations <= this.mostEvaluations) return undefined
    return evaluations === this.mostEvaluations
      ? `${areItsLimit(evaluations, 'evaluation')} (limits.evaluations)`
      : `${areItsLimit(simulations!, 'simulation')} (limits.simulations)`
  }

  /** Why a search that no limit has ended goes no further, as a sentence's end. */
  ownReason({ settings, allGenerations, mostGenerations }: Optimizer, generations: number): string {
    const isDefault = settings.generations === undefined
    if (generations < mostGenerations || generations === allGenerations) return 'nothing more is asked for'
    return `${areItsLimit(mostGenerations, 'generation')} (optimizer.generations${isDefault ? ', by default' : ''})`
  }

  #isBetter(evaluation: Evaluation): boolean {
    if (this.#objectives.wantsFront) return this.#hasGrown(evaluation)
    const score = this.#objectives.score(evaluation)
    if (score <= this.#best) return false
    this.#best = score
    return true
  }

  /** A volume is dear: it is looked at when the front has been left alone for as long as the limit says. */
  #hasGrown(evaluation: Evaluation): boolean {
    this.#volume?.add(evaluation)
    const { stagnation } = this.#limits
    if (this.#volume === undefined || stagnation === undefined) return false
    return this.#told - this.#improved >= stagnation && this.#volume.hasGrown()
  }

  /** Good enough in every objective that has a target. */
  #isTarget(evaluation: Evaluation): boolean {
    const { target } = this.#limits
    if (target === undefined || evaluation.outcome !== 'done' || evaluation.violation !== undefined) return false
    const { names, weights } = this.#objectives
    const wanted = typeof target === 'number' ? { [names[0]!]: target } : target
    return names.every((name, i) => {
      const value = Object.hasOwn(wanted, name) ? wanted[name] : undefined
      return value === undefined || weights[i]! * (evaluation.fitness[i]! - value) >= 0
    })
  }
}

function areItsLimit(count: number, what: string): string {
  return `${counted(count, what)} ${count === 1 ? 'is' : 'are'} its limit`
}

function broughtTo({ isEmpty }: GrowingVolume): string {
  return isEmpty ? 'nothing that is better than the reference in every objective' : 'hardly any hypervolume'
}
