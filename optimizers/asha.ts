import { z } from 'zod'
import { allAxes } from '../src/core/abilities.ts'
import type { Asked, Recommendation } from '../src/core/algorithm.ts'
import type { Evaluation } from '../src/core/evaluation.ts'
import type { IndividualId } from '../src/core/individual.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings, Optimizer } from '../src/core/optimizer.ts'
import type { Proposal } from '../src/core/proposal.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings } from '../src/core/settings.ts'
import { feasibleScore, recommendationOf } from './shared/best.ts'
import {
  type Drawn,
  drawFresh,
  type Entry,
  entryOf,
  idOfEntry,
  note,
  nothingDrawn,
  promote,
  ranked,
  requireBudget,
  rungBudgets,
} from './shared/rungs.ts'

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z.int().min(1).default(32).describe('How many individuals a generation or block has'),
  eta: z
    .number()
    .gt(1)
    .default(4)
    .describe('Of the points of a rung one in so many goes on, with so many times the budget'),
})

type Settings = z.output<typeof settings>

type Candidate = Entry & { readonly hasGoneOn: boolean }

/** What is done of a rung. */
type RungTable = {
  /** How many have come, failures included. */
  readonly count: number
  /** The best of them, best first: all that may ever go on. */
  readonly entries: readonly Candidate[]
}

type State = {
  /** The rungs from the lowest on; nobody goes on from the highest. */
  readonly rungs: readonly RungTable[]
  readonly drawn: Drawn
}

/**
 * Successive halving that waits for nobody: whoever is among the best of those that a rung has had so far goes on, and where
 * nobody can, a new point begins (Li et al. 2020, "A system for massively parallel hyperparameter tuning", Algorithm 2).
 */
export class Asha<P = Record<string, unknown>> extends Optimizer<State, P, Settings> {
  static readonly type = 'asha'
  static readonly summary = 'Successive halving that waits for nobody: the best so far go on, and new points begin'
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    conditions: true,
    objectives: 'weighted',
    pace: 'steady',
    searches: false,
    budgets: true,
  } as const
  readonly #budgets: readonly number[]

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    this.#budgets = rungBudgets(requireBudget(problem.budget, Asha.type), this.settings.eta)
  }

  override start(): State {
    return { rungs: this.#budgets.map(() => ({ count: 0, entries: [] })), drawn: nothingDrawn }
  }

  override ask(state: State, room: number, random: Random): Asked<State, P> {
    let { rungs, drawn } = state
    const proposals: Proposal<P>[] = []
    while (proposals.length < room) {
      const promotion = this.#findPromotion(rungs)
      if (promotion) {
        const { from, place } = promotion
        const { count, entries } = rungs[from]!
        const entry = entries[place]!
        proposals.push(promote(entry, this.space, from + 1, this.#budgets[from + 1]!))
        rungs = rungs.with(from, { count, entries: entries.with(place, { ...entry, hasGoneOn: true }) })
        continue
      }
      const fresh = drawFresh(drawn, this.space, 1, this.#budgets[0]!, random)
      if (fresh.proposals.length === 0) break
      proposals.push(...fresh.proposals)
      drawn = fresh.drawn
    }
    return { state: { rungs, drawn }, proposals }
  }

  override tell(state: State, evaluations: readonly Evaluation<P>[]): State {
    let { rungs, drawn } = state
    for (const evaluation of evaluations) {
      drawn = note(drawn, evaluation, this)
      const rung = evaluation.tag
      if (typeof rung !== 'number') continue // it was not asked for
      const { count, entries } = rungs[rung]!
      const entry = rung < rungs.length - 1 ? entryOf(evaluation, this.space, this.objectives) : undefined
      const kept = entry ? ranked(entries, { ...entry, hasGoneOn: false }).slice(0, this.#mostPromoted) : entries
      rungs = rungs.with(rung, { count: count + 1, entries: kept })
    }
    return { rungs, drawn }
  }

  /** Whoever has not gone on and still may. */
  override needs({ rungs }: State): IndividualId[] {
    return rungs.flatMap(({ entries }) => entries.filter(({ hasGoneOn }) => !hasGoneOn).map(idOfEntry))
  }

  override recommend({ drawn: { best } }: State): Recommendation<P>[] {
    return recommendationOf(best, this.space)
  }

  override summarize({ rungs, drawn }: State): Readonly<Record<string, unknown>> {
    const counts = Object.fromEntries(rungs.map(({ count }, i) => [String(this.#budgets[i]), count]))
    return { best: feasibleScore(drawn.best), failed: drawn.failed, rungs: counts }
  }

  /** The most of a rung that go on, of as many as schedules are laid out for: whoever ranks below never will, as ranks only fall. */
  get #mostPromoted(): number {
    return Math.max(1, Math.floor(this.horizon / this.settings.eta))
  }

  /** Function get_job of Algorithm 2: from the highest rung down, the best that has not gone on. */
  #findPromotion(rungs: readonly RungTable[]): { readonly from: number; readonly place: number } | undefined {
    for (let from = rungs.length - 2; from >= 0; from--) {
      const { count, entries } = rungs[from]!
      const place = entries.findIndex(({ hasGoneOn }) => !hasGoneOn)
      if (place >= 0 && place < Math.floor(count / this.settings.eta + 1e-9)) return { from, place }
    }
    return undefined
  }
}
