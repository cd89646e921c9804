import type { Objectives } from '../../../src/core/objectives.ts'
import type { Random } from '../../../src/core/random.ts'
import type { Space } from '../../../src/core/space.ts'
import type { PendingKeys } from '../pending-keys.ts'
import { scoresAmong, survivorsAmong } from '../ranking.ts'
import { makeDistinct, type Taken } from './distinct.ts'
import { bestOf, type Member } from './members.ts'
import type { Pending } from './state.ts'
import type { Variation, VariationSettings } from './variation.ts'

export interface BreedingSettings extends VariationSettings {
  readonly populationSize: number
  readonly tournamentSize: number
  readonly elites: number
}

/** What every way of breeding works with: the problem, the settings, and how genomes come to be. */
export interface Nursery<P> {
  readonly space: Space<P>
  readonly objectives: Objectives
  readonly settings: BreedingSettings
  readonly variation: Variation
  /** How many evaluations the search is laid out for. */
  readonly horizon: () => number
  /** A point to begin with. */
  readonly createPoint: (random: Random) => readonly number[]
  readonly pendingKeys: PendingKeys<Pending>
}

/** A point to begin with that is not taken, or another one nearby or anywhere; undefined if all are. */
export function freshGenome<P>({ space, variation, createPoint }: Nursery<P>, taken: Taken, random: Random) {
  return makeDistinct(space, variation, createPoint(random), taken, random)
}

/** The best of the members; of a front that has more than enough, those that lie far apart. */
export function bestMembers<P>({ objectives }: Nursery<P>, members: readonly Member[], count: number): Member[] {
  const scores = scoresAmong(objectives, members)
  if (!objectives.wantsFront) return bestOf(members, scores, count)
  const distinct = bestOf(members, scores, members.length)
  return survivorsAmong(objectives, distinct, count).map((i) => distinct[i]!)
}
