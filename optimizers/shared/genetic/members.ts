import type { DoneEvaluation } from '../../../src/core/evaluation.ts'
import { GenomeMap } from '../genome-map.ts'
import { keyOf } from '../known-points.ts'
import { compareScores } from '../ranking.ts'
import { meanScore } from '../score.ts'

/** An individual of the population whose evaluation is known; a fitness of null is a failed evaluation. */
export type Member = {
  readonly genome: readonly number[]
  readonly fitness: readonly number[] | null
  /** By how much it violates constraints, if it does. */
  readonly violation?: number
}

/** Members, each with its score: larger is better. */
export interface Scored {
  readonly members: readonly Member[]
  readonly scores: readonly number[]
}

/** What is remembered of a result: states know nothing that is undefined. */
export function resultOf<P>({ fitness, violation }: DoneEvaluation<P>) {
  return violation === undefined ? { fitness } : { fitness, violation }
}

export function isFeasible({ fitness, violation }: Member): boolean {
  return fitness !== null && violation === undefined
}

/** The mean score of those that keep the constraints; null of none. */
export function meanOfFeasible(members: readonly Member[], scores: readonly number[]): number | null {
  for (let i = 0; i < members.length; i++) {
    if (!isFeasible(members[i]!)) return meanScore(scores.filter((_, i) => isFeasible(members[i]!)))
  }
  return meanScore(scores)
}

/** What the genomes are known by. */
export function keysOf(genomes: readonly { readonly genome: readonly number[] }[]): Set<number> {
  return new Set(genomes.map(({ genome }) => keyOf(genome)))
}

/** The best that did not fail, best first; no two have the same genome. Equals stay in their order. */
export function bestOf<M extends Member>(members: readonly M[], scores: readonly number[], count: number): M[] {
  if (count * fewOf < members.length) return bestFew(members, scores, count)
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

/** The same of few: each that is better than the last of them takes its place among them, and nothing else is sorted. */
function bestFew<M extends Member>(members: readonly M[], scores: readonly number[], count: number): M[] {
  const best: M[] = []
  const bestScores: number[] = []
  for (let i = 0; i < members.length; i++) takePlace(best, bestScores, members[i]!, scores[i]!, count)
  return best
}

/** Puts a member in its place among so many of the best, which have their scores beside them, unless it is none of those. */
export function takePlace<M extends Member>(
  best: M[],
  scores: number[],
  member: M,
  score: number,
  count: number,
): void {
  if (member.fitness === null || !hasPlace(scores, score, count)) return
  const twin = best.findIndex(({ genome }) => isSameGenome(genome, member.genome))
  if (twin >= 0 && scores[twin]! >= score) return
  // From the place that becomes free those that are worse move down by one.
  let place = twin >= 0 ? twin : Math.min(best.length, count - 1)
  for (; place > 0 && scores[place - 1]! < score; place--) {
    best[place] = best[place - 1]!
    scores[place] = scores[place - 1]!
  }
  best[place] = member
  scores[place] = score
}

/** Whether a score is among so many of the best. */
export function hasPlace(scores: readonly number[], score: number, count: number): boolean {
  return scores.length < count || score > scores[count - 1]!
}

function isSameGenome(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Where no more than one of so many is wanted, they need not all be sorted. */
const fewOf = 8
