import type { DoneEvaluation } from '../../../src/core/evaluation.ts'
import { GenomeMap } from '../genome-map.ts'
import { keyOf } from '../known-points.ts'
import { compareScores } from '../ranking.ts'

/** An individual of the population whose evaluation is known; a fitness of null is a failed evaluation. */
export type Member = {
  readonly genome: readonly number[]
  readonly fitness: readonly number[] | null
  /** By how much it violates constraints, if it does. */
  readonly violation?: number
}

/** What is remembered of a result: states know nothing that is undefined. */
export function resultOf<P>({ fitness, violation }: DoneEvaluation<P>) {
  return violation === undefined ? { fitness } : { fitness, violation }
}

export function isFeasible({ fitness, violation }: Member): boolean {
  return fitness !== null && violation === undefined
}

/** What the genomes are known by. */
export function keysOf(genomes: readonly { readonly genome: readonly number[] }[]): Set<number> {
  return new Set(genomes.map(({ genome }) => keyOf(genome)))
}

/** The best that did not fail, best first; no two have the same genome. Equals stay in their order. */
export function bestOf<M extends Member>(members: readonly M[], scores: readonly number[], count: number): M[] {
  const ranked = members.map((_, i) => i).filter((i) => members[i]!.fitness !== null)
  ranked.sort((a, b) => compareScores(scores[b]!, scores[a]!))
  const seen = new GenomeMap<true>()
  const best: M[] = []
  for (const i of ranked) {
    if (best.length === count) break
    const member = members[i]!
    if (seen.has(member.genome)) continue
    seen.add(member.genome, true)
    best.push(member)
  }
  return best
}
