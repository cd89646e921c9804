import type { Random } from '../../../src/core/random.ts'
import type { Space } from '../../../src/core/space.ts'
import { freshPoint } from '../fresh-point.ts'
import { canonical } from '../genes.ts'
import type { GenomeMap } from '../genome-map.ts'
import { type KnownPoints, keyOf, scoreAt } from '../known-points.ts'
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
): number[] | undefined {
  let genome = canonical(space, bred)
  for (let attempt = 0; attempt < attempts && isTaken(genome, taken); attempt++) {
    space.fillHidden(genome, random)
    if (attempt < attempts / 2) variation.mutate(genome, random)
    else variation.scatter(genome, random)
    genome = canonical(space, genome)
  }
  if (isTaken(genome, taken)) {
    const { seen, known } = taken
    const found = freshPoint(space, (key) => seen.has(key) || scoreAt(known, key) !== undefined, random)
    if (!found) return undefined
    genome = found.point
  }
  taken.seen.add(keyOf(genome))
  return genome
}

function isTaken(genome: readonly number[], { seen, known, members }: Taken): boolean {
  const key = keyOf(genome)
  return seen.has(key) || (!members?.has(genome) && scoreAt(known, key) !== undefined)
}

const attempts = 16
