import type { Random } from '../../../src/core/random.ts'
import type { Space } from '../../../src/core/space.ts'
import { freshPoint, type KeyedPoint, keyedPoint } from '../fresh-point.ts'
import type { GenomeMap } from '../genome-map.ts'
import { type KnownPoints, scoreAt } from '../known-points.ts'
import type { Member } from './members.ts'
import type { Variation } from './variation.ts'

/** The genomes that may not be proposed: those of this generation, and what is known unless it is a member, which may survive. */
export interface Taken {
  readonly seen: Set<number>
  readonly known: KnownPoints
  readonly members?: GenomeMap<Member> | undefined
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
): KeyedPoint | undefined {
  const { seen, known } = taken
  let keyed = keyedPoint(space, bred)
  for (let attempt = 0; isTaken(keyed, taken); attempt++) {
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
  seen.add(keyed.key)
  return keyed
}

function isTaken({ point, key }: KeyedPoint, { seen, known, members }: Taken): boolean {
  return seen.has(key) || (scoreAt(known, key) !== undefined && !members?.has(point))
}

const attempts = 16
