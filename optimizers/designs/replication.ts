import { seedOf } from '../../src/core/random.ts'
import { show } from '../../src/core/text.ts'
import { checkCount } from './check.ts'

/**
 * Where the seeds of the replicates of a point come from:
 * - `derived`: every replicate of every point has one of its own, derived from the seed of the search;
 * - `common`: common random numbers, which are derived from the seed of the search, but the same for every point;
 * - a list: those, as they stand, for every point;
 * - a count n: 0 ... n - 1, for every point.
 */
export type SeedPolicy = 'derived' | 'common' | number | readonly number[]

/** How often each point is simulated, and with which seeds. */
export interface Replication {
  readonly replications: number
  readonly seeds: SeedPolicy
}

/** Replication as it is asked for: a list or a count of seeds says how many replicates there are by itself. */
export interface ReplicationOptions {
  readonly replications?: number | undefined
  readonly seeds?: SeedPolicy | undefined
}

export const once: Replication = { replications: 1, seeds: 'derived' }

/** @throws RangeError if the counts are not counts, or do not agree */
export function replication({ replications, seeds = 'derived' }: ReplicationOptions): Replication {
  if (replications !== undefined) checkCount('a design', 'replications', replications)
  if (seeds === 'derived' || seeds === 'common') return { replications: replications ?? 1, seeds }
  if (typeof seeds !== 'number' && !Array.isArray(seeds)) {
    throw new RangeError(`a design needs seeds to be "derived", "common", a count or a list, got ${show(seeds)}`)
  }
  const implied = typeof seeds === 'number' ? seeds : seeds.length
  if (typeof seeds === 'number') checkCount('a design', 'the count of seeds', seeds)
  else if (implied === 0) throw new RangeError('a design needs at least one seed, got an empty list')
  else for (const seed of seeds) checkCount('a design', 'every seed', seed, 0)
  if (replications !== undefined && replications !== implied) {
    throw new RangeError(`a design needs as many seeds as replications, got ${show(implied)} and ${show(replications)}`)
  }
  return { replications: implied, seeds: typeof seeds === 'number' ? seeds : [...seeds] }
}

/** The seed of one replicate of a point; it depends on the point's place in the whole design, and on no generation. */
export function seedOfReplicate(seeds: SeedPolicy, searchSeed: number, point: number, replicate: number): number {
  if (seeds === 'derived') return seedOf(searchSeed, 'design', point, replicate)
  if (seeds === 'common') return seedOf(searchSeed, 'design', replicate)
  return typeof seeds === 'number' ? replicate : seeds[replicate]!
}
