import type { Random } from '../../../src/core/random.ts'
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

/** A function that draws points from the distribution. */
export function gaussianSampler({ mean, covariance }: Pick<Gaussian, 'mean' | 'covariance'>) {
  const factor = factorOf(covariance)
  return (random: Random): number[] => affine(mean, factor, normalPoint(mean.length, random))
}

/** A draw of the standard normal distribution. */
export function normalPoint(dimension: number, random: Random): number[] {
  return Array.from({ length: dimension }, () => random.normal())
}

/** A covariance with |N(0, magnitude)| added to each variance. */
export function withNoise(covariance: SquareMatrix, magnitude: number, random: Random): number[][] {
  return add(covariance, diagonal(covariance.map(() => Math.abs(random.normal(0, magnitude)))))
}

/** The variance of a coordinate that may lie anywhere in the unit cube. */
export const uniformVariance = 1 / 12
