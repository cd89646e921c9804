import type { Random } from '../../../src/core/random.ts'
import { blend, meanOf } from '../matrix.ts'
import { uniformVariance } from './gaussian.ts'

/**
 * A normal distribution whose axes know nothing of each other: what is left of one where a whole covariance would cost too
 * much, which in n dimensions is n^2 numbers and n^3 operations.
 */
export type DiagonalGaussian = {
  readonly type: 'diagonal-gaussian'
  readonly mean: readonly number[]
  readonly variances: readonly number[]
  /** The noise, as of a noisy Gaussian; null if it has none. */
  readonly noise: number | null
}

/** Fits a Gaussian to points axis by axis, as `fitGaussian` does with correlations. */
export function fitDiagonal(
  old: Pick<DiagonalGaussian, 'mean' | 'variances'> | undefined,
  points: readonly (readonly number[])[],
  { smoothing, floors }: { readonly smoothing: number; readonly floors: readonly number[] },
): Pick<DiagonalGaussian, 'mean' | 'variances'> {
  const mean = meanOf(points)
  const variances =
    points.length > 1 ? variancesOf(points, mean, floors) : (old?.variances ?? floors.map(() => uniformVariance))
  if (old === undefined) return { mean, variances }
  return { mean: blend(old.mean, mean, smoothing), variances: blend(old.variances, variances, smoothing) }
}

/** A function that draws points from the distribution; its noise, if it has any, is drawn once, here. */
export function diagonalSampler({ mean, variances, noise }: DiagonalGaussian, random: Random) {
  const widths = variances.map((variance) =>
    Math.sqrt(noise === null ? variance : variance + Math.abs(random.normal(0, noise))),
  )
  return (draws: Random): number[] => mean.map((value, i) => value + widths[i]! * draws.normal())
}

function variancesOf(
  points: readonly (readonly number[])[],
  mean: readonly number[],
  floors: readonly number[],
): number[] {
  const sums = floors.map(() => 0)
  for (const point of points) for (let i = 0; i < sums.length; i++) sums[i]! += (point[i]! - mean[i]!) ** 2
  return sums.map((sum, i) => Math.max(sum / (points.length - 1), floors[i]!))
}
