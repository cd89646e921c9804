import { anything, aText, checkOptions } from './options.ts'
import { show } from './text.ts'

/**
 * How much of a simulation there is: steps, seconds, samples, refinements. An individual with the whole of it is what is
 * searched for; with less of it, it costs less and says less.
 */
export interface BudgetRange {
  /** What it counts. */
  readonly name: string
  readonly low: number
  readonly high: number
}

/** @throws RangeError or ConfigurationError if it is none */
export function budgetFrom(given: BudgetRange): BudgetRange {
  checkOptions('budget', given, { name: aText, low: anything, high: anything })
  const { name, low, high } = given
  if (typeof name !== 'string' || name === '') throw new RangeError(`a budget needs a name, got ${show(name)}`)
  if (!(Number.isFinite(low) && Number.isFinite(high) && low > 0 && low < high)) {
    throw new RangeError(`a budget needs numbers with 0 < low < high, got ${show(low)} and ${show(high)}`)
  }
  return { name, low, high }
}

/** Whether an individual has all of the simulation, as it has where nobody can have less. */
export function isWhole(range: BudgetRange | undefined, budget: number | null | undefined): boolean {
  return range === undefined || budget === null || budget === undefined || budget >= range.high
}

/** Why an individual cannot have that much, as the end of a sentence; undefined if it can. */
export function refuseBudget(range: BudgetRange | undefined, budget: number): string | undefined {
  if (range === undefined) return `has a budget of ${budget}, and the problem has none`
  const { name, low, high } = range
  if (budget >= low && budget <= high) return undefined
  return `needs a budget of ${low} to ${high} ${name}, got ${show(budget)}`
}
