import type { Random } from '../../../src/core/random.ts'

/** One of the population that differential evolution keeps. */
export type Member = {
  readonly id: number
  /** Not rounded: integers are where they are simulated. */
  readonly genome: readonly number[]
  /** Null if it failed. */
  readonly score: number | null
}

/** Best first, behind those that are as good. */
export function withMember(members: readonly Member[], member: Member): Member[] {
  let at = members.length
  while (at > 0 && isBetter(member.score, members[at - 1]!.score)) at--
  return [...members.slice(0, at), member, ...members.slice(at)]
}

/** What failed is worse than all that did not. */
export function isBetter(a: number | null, b: number | null): boolean {
  return a !== null && (b === null || a > b)
}

export function hasGenome(members: readonly Member[], genome: readonly number[]): boolean {
  return members.some((member) => member.genome.every((value, i) => value === genome[i]))
}

/** Genomes that are closer to each other than this find nothing new. */
const leastSpread = 1e-11

export function areTogether(genomes: readonly (readonly number[])[]): boolean {
  const first = genomes[0]!
  return genomes.every((genome) => genome.every((x, i) => Math.abs(x - first[i]!) <= leastSpread))
}

/** An archive of genomes that were replaced; a full one forgets one at random. */
export function withReplaced(
  archive: readonly (readonly number[])[],
  genome: readonly number[],
  room: number,
  random: Random,
): readonly (readonly number[])[] {
  if (archive.length < room) return [...archive, genome]
  if (room === 0) return archive
  const at = random.integer(archive.length)
  return archive.map((one, i) => (i === at ? genome : one))
}
