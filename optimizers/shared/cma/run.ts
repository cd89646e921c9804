import { plainNumber } from '../score.ts'
import { type CmaAxes, stretchesOf } from './axes.ts'
import { type Categories, learnLevels } from './categories.ts'
import { adapt, deviationsOf, type Shape, squareOf, turn, unstretch } from './shape.ts'
import { meanLength, type ShapeType, type Strategy, strategyOf } from './strategy.ts'

/** One run of CMA-ES, from a start to a stop; everything lies in the unit cube. */
export type CmaRun = {
  readonly lambda: number
  readonly generation: number
  readonly mean: Float64Array
  readonly sigma: number
  readonly startSigma: number
  readonly shape: Shape
  /** p_sigma and p_c. */
  readonly sigmaPath: Float64Array
  readonly path: Float64Array
  readonly categories: Categories
  /** The interquartile ranges of the costs of the newest generations. */
  readonly spreads: Float64Array
  /** The best and the median cost of generations, newest last: what the tests for a stop look at. */
  readonly bests: Float64Array
  readonly medians: Float64Array
  /** The range of the costs of the newest generation. */
  readonly range: number
  /** How many generations in a row failed as a whole. */
  readonly failures: number
}

/** One sample: what its proposal carries as a tag. */
export type CmaSample = {
  /** The generation that it was drawn in. */
  readonly generation: number
  readonly z: Float64Array
  /** A z, as it was then. */
  readonly y: Float64Array
  /** How far beyond the bounds it lies: the mean square in standard deviations, less what is free. */
  readonly beyond: number
  readonly levels: Int32Array
  /** Whether the sample was not drawn: then it has a place among the parents only. */
  readonly isForeign: boolean
}

/** A sample with what came of it; null if it failed. */
export type ToldSample = {
  readonly sample: CmaSample
  readonly cost: number | null
  /** Where costs are noisy: where it was simulated, unless that violates constraints. */
  readonly x?: Float64Array
  /** The squared standard error of its cost, where that is known. */
  readonly variance?: number
}

/** Where a run begins. */
export type RunStart = Pick<CmaRun, 'mean' | 'sigma' | 'lambda' | 'shape' | 'categories'>

export function beginRun(start: RunStart): CmaRun {
  const still = new Float64Array(start.mean.length)
  return {
    ...start,
    generation: 0,
    startSigma: start.sigma,
    sigmaPath: still,
    path: still,
    spreads: none,
    bests: none,
    medians: none,
    range: Number.MAX_VALUE,
    failures: 0,
  }
}

const none = new Float64Array(0)

/** The samples best first, beyond the bounds by a penalty; those that failed last, the nearest of them at the very end. */
function rankSamples(told: readonly ToldSample[], spread: number): ToldSample[] {
  const keys = new Map(told.map((one) => [one, one.cost === null ? null : penalised(one.cost, one.sample, spread)]))
  return [...told].sort((a, b) => {
    const [left, right] = [keys.get(a)!, keys.get(b)!]
    if (left === null || right === null) {
      if (left === right) return squareOf(b.sample.z) - squareOf(a.sample.z)
      return left === null ? 1 : -1
    }
    return left < right ? -1 : left > right ? 1 : 0
  })
}

/** The cost at the bound, and twice the spread of costs for each standard deviation beyond, squared. */
export function penalised(cost: number, { beyond }: CmaSample, spread: number): number {
  return beyond === 0 ? cost : cost + 2 * spread * beyond
}

/** What a generation teaches: mean, paths, covariance and step size. */
export function learn(run: CmaRun, told: readonly ToldSample[], axes: CmaAxes): CmaRun {
  const costs = told.flatMap(({ cost }) => (cost === null ? [] : [cost]))
  if (costs.length === 0) return failedGeneration(run)
  const n = run.mean.length
  const strategy = cachedStrategy(n, run.lambda, run.shape.type)
  const { mu, weights, muEff, cSigma, dSigma, cc } = strategy
  const spreads = lastOf(run.spreads, interquartile(costs), 20 + Math.ceil((3 * n) / run.lambda))
  const ranked = rankSamples(told, medianOf(spreads))
  const deviations = deviationsOf(run.shape, n)
  const stretches = stretchesOf(run, axes, deviations)
  const parents = ranked.slice(0, mu).filter(({ cost }) => cost !== null)

  const yMean = new Float64Array(n) // Eq. (41)
  const zMean = new Float64Array(n)
  const share = parents.reduce((sum, _, i) => sum + weights[i]!, 0)
  parents.forEach(({ sample: { y, z } }, i) => {
    const weight = weights[i]! / share
    for (let j = 0; j < n; j++) {
      yMean[j]! += weight * y[j]!
      zMean[j]! += weight * z[j]!
    }
  })
  const mean = run.mean.map((value, i) => value + run.sigma * stretches[i]! * yMean[i]!) // Eq. (42)

  const { z: free, dimension } = withoutSettled(run.shape, yMean, zMean, stretches)
  const push = Math.sqrt(cSigma * (2 - cSigma) * muEff)
  const sigmaPath = run.sigmaPath.map((value, i) => (1 - cSigma) * value + push * free[i]!) // Eq. (43)
  const length = Math.sqrt(squareOf(sigmaPath))
  const expected = meanLength(Math.max(1, dimension))
  const settled = Math.sqrt(1 - (1 - cSigma) ** (2 * (run.generation + 1)))
  const moves = length / settled < (1.4 + 2 / (n + 1)) * expected ? 1 : 0 // h_sigma
  const pull = moves * Math.sqrt(cc * (2 - cc) * muEff)
  const path = run.path.map((value, i) => (1 - cc) * value + pull * yMean[i]!) // Eq. (45)

  const steps = stepsOf(ranked, parents.length, strategy, run)
  const shape = adapt(run.shape, { steps, path, lost: (1 - moves) * cc * (2 - cc), zMean }, strategy)
  const growth =
    run.shape.type === 'limited-memory'
      ? (cSigma / 2) * (squareOf(sigmaPath) / Math.max(1, n) - 1)
      : (cSigma / dSigma) * (length / expected - 1) // Eq. (44)
  const flat = isFlat(ranked) ? 0.2 + cSigma / dSigma : 0
  const sigma = withinRange(run.sigma * Math.exp(Math.min(1, growth + flat)), shape, n)

  const best = plainNumber(costs.reduce((least, cost) => Math.min(least, cost)))
  const median = ranked[Math.floor(costs.length / 2)]!.cost ?? best
  const keep = historyLength(n, run.lambda)
  return {
    ...run,
    generation: run.generation + 1,
    mean,
    sigma,
    shape,
    sigmaPath: turn(sigmaPath, run.shape, shape),
    path,
    categories: learnLevels(
      run.categories,
      parents.map(({ sample: { levels } }, i) => ({ weight: weights[i]! / share, levels })),
    ),
    spreads,
    bests: lastOf(run.bests, best, keep),
    medians: lastOf(run.medians, plainNumber(median), keep),
    range: plainNumber(costs.reduce((most, cost) => Math.max(most, cost)) - best),
    failures: 0,
  }
}

/** Nothing is learned from a generation that failed as a whole; after the second one in a row, steps become shorter. */
function failedGeneration(run: CmaRun): CmaRun {
  const failures = run.failures + 1
  return { ...run, generation: run.generation + 1, sigma: failures > 1 ? run.sigma / 2 : run.sigma, failures }
}

/** The samples that the covariance learns from: the parents, and those at the end with negative weights, Eq. (46). */
function stepsOf(
  ranked: readonly ToldSample[],
  parents: number,
  strategy: Strategy,
  { generation, shape }: Pick<CmaRun, 'generation' | 'shape'>,
) {
  const { weights, lambda, mu, dimension } = strategy
  const steps = ranked.slice(0, parents).map(({ sample }, i) => ({ weight: weights[i]!, y: sample.y }))
  for (let i = mu; i < lambda && ranked.length >= lambda; i++) {
    const { sample } = ranked[ranked.length - lambda + i]!
    if (sample.isForeign || generation - sample.generation > 2) continue
    // A step of an earlier generation may be far longer in today's measure, and would take more than there is.
    const z = sample.generation === generation ? sample.z : (unstretch(shape, sample.y) ?? sample.z)
    steps.push({ weight: (weights[i]! * dimension) / (squareOf(z) + 1e-16), y: sample.y })
  }
  return steps
}

/** The mean step without the integer axes that have settled in a cell: they say nothing about the step size. */
function withoutSettled(shape: Shape, yMean: Float64Array, zMean: Float64Array, stretches: Float64Array) {
  const settled = stretches.reduce((count, stretch) => count + (stretch > 1 ? 1 : 0), 0)
  if (settled === 0) return { z: zMean, dimension: zMean.length }
  const isFree = (i: number) => stretches[i]! === 1
  const z = unstretch(
    shape,
    yMean.map((value, i) => (isFree(i) ? value : 0)),
  )
  return { z: z ?? zMean.map((value, i) => (isFree(i) ? value : 0)), dimension: zMean.length - settled }
}

/**
 * Whether the better 70 % are all alike: the step size grows on a plateau (Hansen 2016, appendix C). Were fewer enough, it would
 * grow on steps as well, where some are alike in each generation, and a run would not come to rest for long.
 */
function isFlat(ranked: readonly ToldSample[]): boolean {
  const other = ranked[Math.ceil(0.7 * ranked.length) - 1]
  return other !== undefined && ranked[0]!.cost !== null && ranked[0]!.cost === other.cost
}

/** No coordinate has a standard deviation above a third of its range. */
function withinRange(sigma: number, shape: Shape, n: number): number {
  const widest = deviationsOf(shape, n).reduce((most, deviation) => Math.max(most, deviation), 0)
  return widest > 0 ? Math.min(sigma, 1 / (3 * widest)) : sigma
}

/** How many generations the test for stagnation looks back. */
export function historyLength(n: number, lambda: number): number {
  return Math.min(2000, Math.floor(100 + (100 * n ** 1.5) / lambda))
}

export function medianOf(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : sorted[middle - 1]! / 2 + sorted[middle]! / 2
}

function interquartile(costs: readonly number[]): number {
  const sorted = Float64Array.from(costs).sort()
  const at = (part: number) => sorted[Math.round(part * (sorted.length - 1))]!
  return plainNumber(at(0.75) - at(0.25))
}

/** The newest values, at most so many, with one that is newer still. */
function lastOf(values: Float64Array, newest: number, count: number): Float64Array {
  const kept = values.subarray(Math.max(0, values.length + 1 - count))
  const last = new Float64Array(kept.length + 1)
  last.set(kept)
  last[kept.length] = newest
  return last
}

const strategies = new Map<string, Strategy>()

/** Strategies are constants of a dimension and a population, and the logarithms cost. */
function cachedStrategy(n: number, lambda: number, type: ShapeType): Strategy {
  const key = `${n} ${lambda} ${type}`
  const known = strategies.get(key)
  if (known) return known
  const made = strategyOf(n, lambda, type)
  strategies.set(key, made)
  return made
}
