import type { Random } from '../../../src/core/random.ts'
import type { Space } from '../../../src/core/space.ts'
import { freshPoint, type KeyedPoint, keyedPoint } from '../fresh-point.ts'
import type { GenomeMap } from '../genome-map.ts'
import { type KnownPoints, scoreAt } from '../known-points.ts'
import type { Member } from './members.ts'
import type { Variation } from './variation.ts'

/** The genomes that may not be proposed: what is pending, and what is known unless it is a member, which may survive. */
export interface Taken {
  readonly seen: Set<number>
  readonly known: KnownPoints
  readonly members?: (() => GenomeMap<Member>) | undefined
}

/** A point that is not taken; the member that lies there, if it is known. */
export interface Distinct extends KeyedPoint {
  readonly member?: Member
}

/**
 * The genome in its canonical form, mutated again as long as it is taken, at last in all places; any point that is not
 * taken, then. What is given is taken from now on.
 * @returns undefined if there is no such point
 */
export function makeDistinct<P>(
  space: Space<P>,
  variation: Variation,
  bred: readonly number[],
  taken: Taken,
  random: Random,
): Distinct | undefined {
  const { seen, known, members } = taken
  let keyed = keyedPoint(space, bred)
  for (let attempt = 0; ; attempt++) {
    if (!seen.has(keyed.key)) {
      const isKnown = scoreAt(known, keyed.key) !== undefined
      const member = isKnown ? members?.().get(keyed.point) : undefined
      if (!isKnown || member) {
        seen.add(keyed.key)
        return member ? { ...keyed, member } : keyed
      }
    }
    if (attempt === attempts) {
      const found = freshPoint(space, (key) => seen.has(key) || scoreAt(known, key) !== undefined, random)
      if (!found) return undefined
      seen.add(found.key)
      return found
    }
    const { point } = keyed
    space.fillHidden(point, random)
    if (attempt < attempts / 2) variation.mutate(point, random)
    else variation.scatter(point, random)
    keyed = keyedPoint(space, point)
  }
}

const attempts = 16
