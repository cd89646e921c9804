import { allAxes } from '../../src/core/abilities.ts'
import type { Asked, Recommendation } from '../../src/core/algorithm.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import type { IndividualId } from '../../src/core/individual.ts'
import { type CommonSettings, Optimizer } from '../../src/core/optimizer.ts'
import type { Random } from '../../src/core/random.ts'
import { feasibleScore, recommendationOf } from './best.ts'
import { type Drawn, drawFresh, type Entry, entryOf, idOfEntry, note, nothingDrawn, promote, ranked } from './rungs.ts'

/** How many points there are on each rung of a bracket, and with how much of the budget. */
export interface Rung {
  readonly size: number
  readonly budget: number
}

export type Bracket = readonly [Rung, ...Rung[]]

export type HalvingState = {
  /** Brackets are played one after the other, and again when all were; how many have begun before this one. */
  readonly bracket: number
  /** The rung that is asked for next, or waited for. */
  readonly rung: number
  /** Who goes on to that rung, best first; nobody to the lowest. */
  readonly entrants: readonly Entry[]
  readonly isPending: boolean
  readonly drawn: Drawn
}

/** Searches that play brackets: of the points of a rung, the best go on to the next with more of the budget. */
export abstract class Halving<P, Settings extends CommonSettings> extends Optimizer<HalvingState, P, Settings> {
  static override readonly abilities = {
    axes: allAxes,
    conditions: true,
    objectives: 'weighted',
    pace: 'generation',
    searches: false,
    budgets: true,
  } as const

  /** The brackets that are played one after the other. */
  protected abstract readonly brackets: readonly [Bracket, ...Bracket[]]

  override get populationSize(): number {
    return Math.max(...this.brackets.map(([{ size }]) => size))
  }

  override generationSize({ bracket, rung, entrants }: HalvingState): number {
    return rung === 0 ? this.#bracketAt(bracket)[0].size : entrants.length
  }

  override start(): HalvingState {
    return { bracket: 0, rung: 0, entrants: [], isPending: false, drawn: nothingDrawn }
  }

  override ask(state: HalvingState, _room: number, random: Random): Asked<HalvingState, P> {
    if (state.isPending) return { state, proposals: [] }
    const { rung, entrants } = state
    const { size, budget } = this.#bracketAt(state.bracket)[rung]!
    if (rung > 0) {
      const proposals = entrants.map((entry) => promote(entry, this.space, rung, budget))
      return { state: { ...state, entrants: [], isPending: true }, proposals }
    }
    const { drawn, proposals } = drawFresh(state.drawn, this.space, size, budget, random)
    return { state: { ...state, drawn, isPending: proposals.length > 0 }, proposals }
  }

  override tell(state: HalvingState, evaluations: readonly Evaluation<P>[]): HalvingState {
    let { drawn } = state
    let entries: readonly Entry[] = []
    for (const evaluation of evaluations) {
      drawn = note(drawn, evaluation, this)
      const entry = evaluation.tag === state.rung ? entryOf(evaluation, this.space, this.objectives) : undefined
      if (entry) entries = ranked(entries, entry)
    }
    if (!state.isPending) return { ...state, drawn }
    const next = this.#bracketAt(state.bracket)[state.rung + 1]
    const entrants = entries.slice(0, next?.size ?? 0)
    return entrants.length > 0
      ? { ...state, rung: state.rung + 1, entrants, isPending: false, drawn }
      : { bracket: state.bracket + 1, rung: 0, entrants: [], isPending: false, drawn }
  }

  override needs({ entrants }: HalvingState): IndividualId[] {
    return entrants.map(idOfEntry)
  }

  override recommend({ drawn: { best } }: HalvingState): Recommendation<P>[] {
    return recommendationOf(best, this.space)
  }

  override summarize({ bracket, rung, drawn }: HalvingState): Readonly<Record<string, unknown>> {
    const { budget } = this.#bracketAt(bracket)[rung]!
    return { bracket, rung, budget, best: feasibleScore(drawn.best), failed: drawn.failed }
  }

  #bracketAt(number: number): Bracket {
    return this.brackets[number % this.brackets.length]!
  }
}
