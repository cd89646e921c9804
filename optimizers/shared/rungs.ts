import { type BudgetRange, isWhole } from '../../src/core/budget.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import type { IndividualId } from '../../src/core/individual.ts'
import type { Objectives } from '../../src/core/objectives.ts'
import type { Proposal } from '../../src/core/proposal.ts'
import type { Random } from '../../src/core/random.ts'
import { SettingsError } from '../../src/core/settings.ts'
import type { Space } from '../../src/core/space.ts'
import { type Best, betterOf } from './best.ts'
import { freshPoint } from './fresh-point.ts'
import { type KnownPoints, keyOf, scoreAt, withPoint } from './known-points.ts'
import { plainNumber, scoreOf } from './score.ts'

/** A point that was simulated with the budget of a rung, as a state may hold it: its parameters are the very same later. */
export type Entry = {
  /** The values of the parameters, in the order of the space's names. */
  readonly values: readonly ParameterValue[]
  readonly seed: number
  readonly generation: number
  readonly index: number
  /** Larger is better. */
  readonly score: number
}

type ParameterValue = null | boolean | number | string | readonly ParameterValue[]

/** What of all points a search by rungs remembers: which were drawn, and the best that had the whole budget. */
export type Drawn = {
  readonly known: KnownPoints
  readonly best: Best | null
  readonly failed: number
}

export const nothingDrawn: Drawn = { known: [], best: null, failed: 0 }

/**
 * The budgets of the rungs, each `eta` times the one below it: the last is the whole, the first the least that is not less
 * than the range allows. Budgets of a range of whole numbers are whole.
 */
export function rungBudgets({ low, high }: BudgetRange, eta: number): readonly number[] {
  const isCounted = Number.isInteger(low) && Number.isInteger(high)
  const budgets: number[] = []
  // Rounding must not cost a rung: 3 ** 4 may come out as a little more than 81.
  for (let budget = high; budget >= low * (1 - 1e-9); budget /= eta) {
    budgets.unshift(isCounted ? Math.round(budget) : Math.max(low, budget))
  }
  return budgets.filter((budget, i) => i === 0 || budget > budgets[i - 1]!)
}

/** The range of a problem's budget. @throws SettingsError if it has none */
export function requireBudget(budget: BudgetRange | undefined, type: string): BudgetRange {
  if (budget) return budget
  throw new SettingsError(
    `optimizer: ${type} spends a budget, and the simulation has none; say budget: { name: steps, low: 1, high: 81 } there`,
  )
}

/** Proposes points that were not drawn before, for the lowest rung; fewer or none in a small space. */
export function drawFresh<P>(
  drawn: Drawn,
  space: Space<P>,
  count: number,
  budget: number | undefined,
  random: Random,
): { readonly drawn: Drawn; readonly proposals: Proposal<P>[] } {
  let { known } = drawn
  const proposals: Proposal<P>[] = []
  while (proposals.length < count) {
    const fresh = freshPoint(space, (key) => scoreAt(known, key) !== undefined, random)
    if (!fresh) break
    known = withPoint(known, fresh.key, null)
    proposals.push({ parameters: space.decode(fresh.point), budget, tag: 0, origin: { operator: 'random' } })
  }
  return { drawn: { ...drawn, known }, proposals }
}

/** Proposes an entry of the rung below again, going on from where it was. */
export function promote<P>(entry: Entry, space: Space<P>, rung: number, budget: number): Proposal<P> {
  const id = idOfEntry(entry)
  return {
    parameters: space.fromValues(space.withoutAbsent(entry.values)),
    seed: entry.seed,
    budget,
    continues: id,
    tag: rung,
    origin: { operator: 'promotion', parents: [id] },
  }
}

export function idOfEntry({ generation, index }: Entry): IndividualId {
  return { generation, index, replicate: 0 }
}

/** The entry that an evaluation makes in its rung; undefined if it has failed. */
export function entryOf<P>(evaluation: Evaluation<P>, space: Space<P>, objectives: Objectives): Entry | undefined {
  if (evaluation.outcome !== 'done') return undefined
  const { parameters, seed, generation, index } = evaluation.individual
  const score = plainNumber(scoreOf(objectives, evaluation.fitness, evaluation.violation))
  const values = space.toValues(parameters).map((value) => value ?? null) as readonly ParameterValue[] // of what is absent
  return { values, seed, generation, index, score }
}

/** Takes in an evaluation; the best that counts has the whole budget. */
export function note<P>(
  { known, best, failed }: Drawn,
  evaluation: Evaluation<P>,
  problem: { readonly space: Space<P>; readonly objectives: Objectives; readonly budget: BudgetRange | undefined },
): Drawn {
  const { space, objectives, budget } = problem
  const { individual } = evaluation
  const key = keyOf(space.encode(individual.parameters))
  if (evaluation.outcome !== 'done') return { known: withPoint(known, key, null), best, failed: failed + 1 }
  const score = plainNumber(scoreOf(objectives, evaluation.fitness, evaluation.violation))
  return {
    known: withPoint(known, key, score),
    best: isWhole(budget, individual.budget) ? betterOf(best, score, individual, space) : best,
    failed,
  }
}

/** The entries with one more, best first; of equals, those that came first. */
export function ranked<E extends Entry>(entries: readonly E[], entry: E): readonly E[] {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (entries[middle]!.score >= entry.score) low = middle + 1
    else high = middle
  }
  return entries.toSpliced(low, 0, entry)
}
