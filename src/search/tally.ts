import { type BudgetRange, isWhole } from '../core/budget.ts'
import type { Evaluation } from '../core/evaluation.ts'
import type { Individual } from '../core/individual.ts'
import type { Objectives } from '../core/objectives.ts'
import type { Problem } from '../core/optimizee.ts'
import type { RecordWriter } from '../record/writer.ts'
import { DesignPoints } from './design-points.ts'

/** How far a search is. */
export interface Progress {
  readonly generation: number
  /** How many there are at most, as far as that is known: infinitely many where only other limits end the search. */
  readonly generations: number
  /** How many individuals the limits allow, if they say so. */
  readonly mostEvaluations?: number
  /** The milliseconds until the limit of time is reached, if there is one. */
  readonly timeLeftMs?: number
  /** Individuals of this generation, and how many of them are evaluated. */
  readonly size: number
  readonly evaluated: number
  /** Individuals of the whole search that failed, and all that are evaluated, replicates of one counted once. */
  readonly failed: number
  readonly totalEvaluated: number
  /** Simulations that have ended, each replicate counted. */
  readonly simulated: number
  readonly best?: {
    readonly fitness: readonly number[]
    readonly generation: number
    readonly index: number
    /** By how much the best violates the constraints, as long as nobody keeps them all. */
    readonly violation?: number
  }
  /** Where a front is looked for, how many individuals it has after the last generation that is whole, in place of the best. */
  readonly front?: number
  readonly elapsedMs: number
}

/** What has come of a whole search so far, for whoever watches it. */
export class Tally {
  readonly #objectives: Objectives
  readonly #budget: BudgetRange | undefined
  readonly #onProgress: (progress: Progress) => void
  readonly #begin = performance.now()
  #failed: number
  #total: number
  #simulated: number
  #best: Evaluation | undefined
  readonly #record: RecordWriter
  #designPoints: DesignPoints | undefined

  constructor(
    record: RecordWriter,
    { objectives, budget }: Pick<Problem, 'objectives' | 'budget'>,
    onProgress: (progress: Progress) => void,
  ) {
    const { done, failed, stopped } = record.evaluationCounts()
    const simulations = record.counts()
    this.#record = record
    this.#objectives = objectives
    this.#budget = budget
    this.#onProgress = onProgress
    this.#failed = failed
    this.#total = done + failed + stopped
    this.#simulated = simulations.done + simulations.failed + simulations.stopped
    if (objectives.wantsFront) return
    const [best] = record.best(1)
    this.#best = best && isWhole(budget, best.individual.budget) ? best : undefined
  }

  /** These are simulated next. @param known what had come of some of them before */
  expect(individuals: readonly Individual[], known: Iterable<Evaluation>): void {
    this.#designPoints = DesignPoints.of(individuals, this.#objectives)
    if (!this.#designPoints) return
    for (const evaluation of known) this.#designPoints.add(evaluation)
    if (this.#best && this.#designPoints.isOpen(this.#best.individual)) this.#best = undefined
  }

  /** A simulation has ended. @param point what is told of it: undefined as long as further samples of the same point are waited for */
  count(point: Evaluation | undefined): void {
    this.#simulated++
    if (point === undefined) return
    this.#total++
    if (point.outcome === 'failed') this.#failed++
    if (this.#objectives.wantsFront) return
    const whole = this.#designPoints ? this.#designPoints.add(point) : point
    if (whole?.outcome !== 'done' || !isWhole(this.#budget, whole.individual.budget)) return
    if (!this.#best || isBetter(this.#objectives, whole, this.#best)) this.#best = whole
  }

  report(place: Pick<Progress, 'generation' | 'generations' | 'mostEvaluations' | 'size' | 'evaluated'>): void {
    const best = this.#best
    const front = this.#record.frontSize
    this.#onProgress({
      ...place,
      failed: this.#failed,
      totalEvaluated: this.#total,
      simulated: this.#simulated,
      elapsedMs: performance.now() - this.#begin,
      ...(best?.outcome === 'done' && {
        best: {
          fitness: best.fitness,
          generation: best.individual.generation,
          index: best.individual.index,
          ...(best.violation !== undefined && { violation: best.violation }),
        },
      }),
      ...(front !== undefined && front > 0 && { front }),
    })
  }
}

/** Whether one is better, as the record orders them: of two that violate the constraints alike, the better fitness counts. */
function isBetter(objectives: Objectives, one: Evaluation, other: Evaluation): boolean {
  const rank = objectives.score(one)
  const otherRank = objectives.score(other)
  if (rank !== otherRank || one.outcome !== 'done' || other.outcome !== 'done') return rank > otherRank
  return objectives.weigh(one.fitness) > objectives.weigh(other.fitness)
}
