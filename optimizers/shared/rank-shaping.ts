import { compareScores } from './ranking.ts'
import type { Sample } from './sampled-search.ts'
import { meanScore, plainNumber } from './score.ts'

/**
 * The utility of each rank, best first: positive for the better half, their sum is 0 (Wierstra et al. 2014, "Natural
 * evolution strategies", section 3.1).
 */
export function rankUtilities(count: number): number[] {
  const raw = Array.from({ length: count }, (_, k) => Math.max(0, Math.log(count / 2 + 1) - Math.log(k + 1)))
  const sum = raw.reduce((total, value) => total + value, 0)
  return raw.map((value) => value / sum - 1 / count)
}

/**
 * What each sample counts for, in the order of drawing: by its rank, or by its plain fitness.
 *
 * @param deviations how far the samples were drawn from their middle along each axis
 */
export function utilitiesOf(samples: readonly Sample[], deviations: readonly number[], byRank: boolean): number[] {
  if (!byRank) return plainUtilities(samples)
  const shaped = rankUtilities(samples.length)
  const utilities = new Array<number>(samples.length).fill(0)
  rankedInCube(samples, deviations).forEach((at, rank) => {
    utilities[at] = shaped[rank]!
  })
  return utilities
}

/** The fitness itself, as a share of the samples; their mean is taken off, which no expected step depends on. */
function plainUtilities(samples: readonly Sample[]): number[] {
  const mean = meanScore(samples.flatMap(({ score }) => (score === null ? [] : [score]))) ?? 0
  return samples.map(({ score }) => (score === null ? 0 : plainNumber(score - mean) / samples.length))
}

/**
 * The samples' places, best first and failures last. A sample outside of the cube was simulated at its nearest point:
 * it loses as many ranks as it lies away from there, in deviations, and so the search is drawn back without a kink at the bound.
 */
export function rankedInCube(samples: readonly Sample[], deviations: readonly number[]): number[] {
  const order = samples.map((_, i) => i)
  order.sort((a, b) => compareScores(comparable(samples[b]!), comparable(samples[a]!)))
  const ranks = new Array<number>(samples.length)
  let place = 0
  order.forEach((i, at) => {
    if (at > 0 && samples[i]!.score !== samples[order[at - 1]!]!.score) place = at
    ranks[i] = place + samples.length * distanceOf(samples[i]!, deviations)
  })
  return order.sort((a, b) => ranks[a]! - ranks[b]!)
}

function comparable({ score }: Sample): number {
  return score ?? Number.NEGATIVE_INFINITY
}

/** How far it was brought back into the cube, in deviations of an axis. */
function distanceOf({ drawn }: Sample, deviations: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < drawn.length; i++) {
    const x = drawn[i]!
    const beyond = x < 0 ? x : x > 1 ? x - 1 : 0
    sum += (beyond / deviations[i]!) ** 2
  }
  return Math.sqrt(sum / drawn.length)
}
