import { aRecord, checkArgument, someNumbers, wholeFrom } from '../../../src/core/options.ts'
import { aRandom, type Random } from '../../../src/core/random.ts'
import { add, affine, blend, covarianceOf, diagonal, factorOf, meanOf, type SquareMatrix } from '../matrix.ts'

/** A normal distribution over the real and integer axes of the unit cube. */
export type Gaussian = {
  readonly type: 'gaussian'
  readonly mean: readonly number[]
  readonly covariance: SquareMatrix
}

/** The same with a variance on top that is drawn anew whenever it is sampled, and that fades: it keeps the search open. */
export type NoisyGaussian = {
  readonly type: 'noisy-gaussian'
  readonly mean: readonly number[]
  /** Without the noise. */
  readonly covariance: SquareMatrix
  readonly noise: number
}

/**
 * The distribution of the points; `smoothing` is how much of the old one stays.
 *
 * @param floors the least variance of each axis; a single point has no spread, so that of the old distribution stays
 */
export function fitGaussian(
  old: Pick<Gaussian, 'mean' | 'covariance'> | undefined,
  points: readonly (readonly number[])[],
  { smoothing, floors }: { readonly smoothing: number; readonly floors: readonly number[] },
): Gaussian {
  const mean = meanOf(points)
  const spread =
    points.length > 1 ? covarianceOf(points, floors) : (old?.covariance ?? diagonal(floors.map(() => uniformVariance)))
  if (old === undefined) return { type: 'gaussian', mean, covariance: spread }
  return {
    type: 'gaussian',
    mean: blend(old.mean, mean, smoothing),
    covariance: spread.map((row, i) => blend(old.covariance[i]!, row, smoothing)),
  }
}

/**
 * The distribution that follows the points, best first, as fast as their number allows: the better ones weigh more, the spread is taken
 * around the old mean, so that a step widens its direction, and joins the old covariance at the rate of Hansen's rank-mu update (2016, "The CMA
 * Evolution Strategy: A Tutorial", Eqs. 30, 47 and 57) times `haste`.
 */
export function followGaussian(
  old: Pick<Gaussian, 'mean' | 'covariance'> | undefined,
  points: readonly (readonly number[])[],
  floors: readonly number[],
): Gaussian {
  const n = floors.length
  const raw = points.map((_, k) => Math.log(points.length + 0.5) - Math.log(k + 1))
  const total = raw.reduce((sum, value) => sum + value, 0)
  const weights = raw.map((value) => value / total)
  const mean = floors.map((_, i) => points.reduce((sum, point, k) => sum + weights[k]! * point[i]!, 0) + 0)
  if (old === undefined) return { type: 'gaussian', mean, covariance: covarianceOf(points, floors) }
  const effective = 1 / weights.reduce((sum, weight) => sum + weight ** 2, 0) // mu_eff
  const rate = Math.min(mostRate, (haste * effective) / ((n + 2) ** 2 / 2 + effective))
  const covariance = old.covariance.map((row, i) =>
    row.map((value, j) => {
      let spread = 0
      points.forEach((point, k) => {
        spread += weights[k]! * (point[i]! - old.mean[i]!) * (point[j]! - old.mean[j]!)
      })
      const next = (1 - rate) * value + rate * spread
      return (i === j ? Math.max(next, floors[i]!) : next) + 0
    }),
  )
  return { type: 'gaussian', mean, covariance }
}

/** Measured on the BBOB functions, with half of 2 n samples as the elite: of 1, 1.5, 2, 4 and 8 it finds the most. */
const haste = 2
const mostRate = 0.8

/** A function that draws points from the distribution. */
export function gaussianSampler(gaussian: Pick<Gaussian, 'mean' | 'covariance'>) {
  checkArgument('gaussianSampler', 'its argument', gaussian, aRecord)
  const { mean, covariance } = gaussian
  checkArgument('gaussianSampler', 'mean', mean, someNumbers)
  const factor = factorOf(covariance)
  return (random: Random): number[] => affine(mean, factor, normalPoint(mean.length, random))
}

/** A draw of the standard normal distribution. */
export function normalPoint(dimension: number, random: Random): number[] {
  checkArgument('normalPoint', 'the dimension', dimension, wholeFrom(0))
  checkArgument('normalPoint', 'the second argument', random, aRandom)
  return Array.from({ length: dimension }, () => random.normal())
}

/** A covariance with |N(0, magnitude)| added to each variance. */
export function withNoise(covariance: SquareMatrix, magnitude: number, random: Random): number[][] {
  return add(covariance, diagonal(covariance.map(() => Math.abs(random.normal(0, magnitude)))))
}

/** The variance of a coordinate that may lie anywhere in the unit cube. */
export const uniformVariance = 1 / 12
