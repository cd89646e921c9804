import type { Optimizer } from '../core/optimizer.ts'

/** So many individuals have one summary, at least. */
const leastIndividuals = 32

/** So much of a record may be summaries, where they are kept now and then. */
const mostShare = 1 / 50

/** What an individual takes in a record, by and large, and each of its parameters. */
const bytes = { individual: 130, parameter: 22 } as const

/**
 * What an optimizer says of itself when it begins a generation, or a block, of so many individuals after others. Where
 * generations are small, or what it says is long, it says so now and then: a summary for each individual would take a
 * quarter of the record. One of a design that says how many points it leaves out is always kept.
 */
export function summaryAt(optimizer: Optimizer, before: number, count: number): Readonly<Record<string, unknown>> {
  const { search, abilities, space } = optimizer
  const isDue = hasMultiple(leastIndividuals, before, count)
  if (!isDue && abilities.searches) return {}
  const summary = search.summarize()
  if ('leftOut' in summary) return summary
  if (!isDue) return {}
  const perIndividual = mostShare * (bytes.individual + bytes.parameter * space.dimension)
  const needed = JSON.stringify(summary).length / perIndividual
  let individuals = leastIndividuals
  while (individuals < needed) individuals *= 2
  return hasMultiple(individuals, before, count) ? summary : {}
}

/** Whether one of so many individuals after others has a number that is a multiple. */
function hasMultiple(of: number, before: number, count: number): boolean {
  return before % of === 0 || (before % of) + count > of
}
