import type { Optimizer } from '../core/optimizer.ts'

/** So many individuals have one summary, at least. */
const leastIndividuals = 32

/**
 * What an optimizer says of itself when it begins a generation, or a block, of so many individuals after others. Where
 * generations are small it says so now and then: a summary for each individual would take a quarter of the record. Of a
 * design every one is kept, since it says which points are left out.
 */
export function summaryAt(optimizer: Optimizer, before: number, count: number): Readonly<Record<string, unknown>> {
  const isDue = before % leastIndividuals === 0 || (before % leastIndividuals) + count > leastIndividuals
  return isDue || !optimizer.abilities.searches ? optimizer.search.summarize() : {}
}
