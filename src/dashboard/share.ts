import type { DrawnRow, ScreenReader } from '../record/screen-reader.ts'
import type { ShareAnswer } from './answers.ts'
import { type Query, QueryError } from './query.ts'
import { thinned } from './thinned.ts'
import { plural } from './words.ts'

/** The most parts of a budget that can be chosen from. */
const mostShares = 20

/** The individuals that a picture holds against each other: of a problem with a budget, those that have as much of it. */
export interface BudgetShare {
  readonly has: (row: DrawnRow) => boolean
  /** How many are done; undefined where all individuals have the whole. */
  readonly done: number | undefined
  readonly answer: ShareAnswer | null
}

const everybody: BudgetShare = { has: () => true, done: undefined, answer: null }

/**
 * Which individuals a picture is asked for: those with the whole budget, or with the most that any has, unless another
 * part of it is wanted.
 */
export function shareIn(query: Query, record: ScreenReader): BudgetShare {
  const asked = query.number('budget', { otherwise: undefined })
  if (asked !== undefined && record.budget === undefined) throw new QueryError('there is no budget in this run')
  return shareOf(record, asked)
}

export function shareOf(record: ScreenReader, asked?: number): BudgetShare {
  const { budget: range } = record
  if (range === undefined) return everybody
  const { name, high } = range
  const budgets = record.budgets()
  const chosen = asked ?? record.comparedBudget ?? high
  const done = budgets.find(({ budget }) => budget === chosen)?.done ?? 0
  return {
    has: (row) => (row[9] ?? high) === chosen,
    done,
    answer: {
      name,
      chosen,
      others: thinned(budgets, mostShares).map(({ budget, done }) => [budget, done] as const),
      sentence: `Only those with ${chosen === high ? `the whole, ${chosen}` : `${chosen} of ${high}`} ${name}: ${plural(done, 'evaluation')}.`,
    },
  }
}
