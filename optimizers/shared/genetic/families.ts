import type { Random } from '../../../src/core/random.ts'
import { compareScores } from '../ranking.ts'
import type { Stagnation } from '../restarts.ts'
import { plainNumber } from '../score.ts'
import { ensembleOf } from './ensemble.ts'
import type { Member, Scored } from './members.ts'
import type { Variation } from './variation.ts'

/** `exchange` takes some genes from a mate; `ensemble` has as many parents as there are axes, and one more. */
export type FamilyOperator = 'exchange' | 'ensemble'

/** How a child came about, and the place in the population that it competes for. */
export type Bred = {
  readonly operator: FamilyOperator
  readonly place: number
}

/** A child that was simulated; one without `bred` was drawn, or is known from elsewhere. */
export interface Contestant {
  readonly member: Member
  /** Larger is better. */
  readonly score: number
  readonly bred: Bred | undefined
}

/** What a population in which children compete for places knows, beside its members. */
export type FamiliesState = {
  /** How often the population began anew. */
  readonly restarts: number
  /** The serial of its first proposal: children with an earlier one are of a population that is gone. */
  readonly first: number
  /** Which part of each operator's latest children was among the best of the population. */
  readonly success: Readonly<Record<FamilyOperator, number>>
  /** The best score of this population, and for how many children it has stood. */
  readonly stagnation: Stagnation
}

export const firstFamilies: FamiliesState = {
  restarts: 0,
  first: 0,
  success: { exchange: 0.2, ensemble: 0.2 },
  stagnation: { best: null, stagnant: 0 },
}

/** How many members a population has in n dimensions: 4 n, but no more of a short search than a twentieth. */
export function familiesSize(dimension: number, populationSize: number, horizon: number): number {
  const wanted = Math.min(4 * dimension, Math.max(populationSize, Math.floor(horizon / 20)))
  return Math.max(leastMembers, wanted, Math.ceil(populationSize / 2))
}

/** A child of the members, by one of the operators: the more often one succeeds, the more often it is taken. */
export function breedChild(
  { members, scores, success }: Scored & Pick<FamiliesState, 'success'>,
  variation: Variation,
  tournamentSize: number,
  random: Random,
): { readonly genome: number[]; readonly bred: Bred } {
  const place = random.integer(members.length)
  const share = success.exchange / (success.exchange + success.ensemble)
  if (random.chance(leastShare + (1 - 2 * leastShare) * share)) {
    const mate = members[winner(scores, tournamentSize, random)]!
    return {
      genome: variation.exchange(members[place]!.genome, mate.genome, random),
      bred: { operator: 'exchange', place },
    }
  }
  const parents = drawDistinct(members.length, members[0]!.genome.length + 1, random)
  sortByScore(parents, scores)
  const genomes: (readonly number[])[] = []
  for (let k = 0; k < parents.length; k++) genomes.push(members[parents[k]!]!.genome)
  return { genome: ensembleOf(genomes, descent, random), bred: { operator: 'ensemble', place } }
}

/**
 * The population after children: each takes its place if it is better than who has it, so that good genes spread slowly.
 * What was not bred has the first free place, or else that of the worst. What failed only counts as no success.
 */
export function compete(
  before: Scored,
  families: FamiliesState,
  children: readonly Contestant[],
  size: number,
): Scored & { readonly families: FamiliesState } {
  const members = [...before.members]
  const scores = [...before.scores]
  let { exchange, ensemble } = families.success
  let { best, stagnant } = families.stagnation
  for (const { member, score, bred } of children) {
    if (bred) {
      const isAmongBest = member.fitness !== null && isAmong(bestPart * scores.length, scores, score)
      if (bred.operator === 'exchange') exchange = rateAfter(exchange, isAmongBest)
      else ensemble = rateAfter(ensemble, isAmongBest)
    }
    if (member.fitness === null) {
      stagnant++
      continue
    }
    const plain = plainNumber(score)
    stagnant = best !== null && plain <= best ? stagnant + 1 : 0
    if (stagnant === 0) best = plain
    const place = members.length < size ? members.length : (bred?.place ?? worstOf(scores))
    if (place < members.length && score <= scores[place]!) continue
    members[place] = member
    scores[place] = score
  }
  const { restarts, first } = families
  const after = { restarts, first, success: { exchange, ensemble }, stagnation: { best, stagnant } }
  return { members, scores, families: after }
}

function rateAfter(rate: number, isSuccess: boolean): number {
  return Math.max(leastSuccess, rate * (1 - learning) + (isSuccess ? learning : 0))
}

/** Whether nothing is to be hoped of a population any more: its members are alike, or nothing better came for long. */
export function hasCollapsed(scores: readonly number[], { stagnation }: FamiliesState, dimension: number): boolean {
  if (stagnation.stagnant > patience * dimension) return true
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const score of scores) {
    if (score < least) least = score
    if (score > most) most = score
  }
  return scores.length > 1 && most - least <= 1e-12
}

/** The best of a few drawn at random; the first drawn of those that are equal. */
export function winner(scores: readonly number[], tournamentSize: number, random: Random): number {
  let best = random.integer(scores.length)
  for (let i = 1; i < tournamentSize; i++) {
    const contestant = random.integer(scores.length)
    if (scores[contestant]! > scores[best]!) best = contestant
  }
  return best
}

function drawDistinct(size: number, count: number, random: Random): number[] {
  if (count >= size) return Array.from({ length: size }, (_, i) => i)
  const drawn: number[] = []
  if (count <= mostLookedThrough) {
    while (drawn.length < count) {
      const i = random.integer(size)
      if (!drawn.includes(i)) drawn.push(i)
    }
    return drawn
  }
  const isDrawn = new Uint8Array(size)
  while (drawn.length < count) {
    const i = random.integer(size)
    if (isDrawn[i] === 0) drawn.push(i)
    isDrawn[i] = 1
  }
  return drawn
}

/** Up to so many that are drawn, looking through them takes less than marking them. */
const mostLookedThrough = 16

/** Best first; equals stay in their order. Few are put in their places one by one, which takes a fifth of sorting. */
function sortByScore(places: number[], scores: readonly number[]): void {
  if (places.length > mostInserted) {
    places.sort((a, b) => compareScores(scores[b]!, scores[a]!))
    return
  }
  for (let i = 1; i < places.length; i++) {
    const place = places[i]!
    const score = scores[place]!
    let at = i
    for (; at > 0 && scores[places[at - 1]!]! < score; at--) places[at] = places[at - 1]!
    places[at] = place
  }
}

const mostInserted = 32

/** Whether fewer than so many are as good at least; most children are not, which is known after a few. */
function isAmong(best: number, scores: readonly number[], score: number): boolean {
  let count = 0
  for (const other of scores) {
    if (other >= score && ++count >= best) return false
  }
  return count < best
}

function worstOf(scores: readonly number[]): number {
  let worst = 0
  for (let i = 1; i < scores.length; i++) if (scores[i]! < scores[worst]!) worst = i
  return worst
}

const leastMembers = 16
/** How far children descend, in steps from the mean of the parents to their weighted mean. */
const descent = 3
/** Each operator breeds so many of the children at least, lest it could never show that it has become the better one. */
const leastShare = 0.1
/** A child is a success among so many of the best. */
const bestPart = 0.1
/** What one child counts for in the mean of success. */
const learning = 0.02
const leastSuccess = 1e-3
/** For how many children, for each dimension, nothing better has to come before a population begins anew. */
const patience = 100
