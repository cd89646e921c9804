import { z } from 'zod'
import type { Random } from '../../../src/core/random.ts'
import { fitMixture, type GaussianMixture, mixtureSampler, mixtureVariances } from './bayesian-gaussian-mixture.ts'
import { type DiagonalGaussian, diagonalSampler, fitDiagonal } from './diagonal-gaussian.ts'
import {
  fitGaussian,
  followGaussian,
  type Gaussian,
  gaussianSampler,
  type NoisyGaussian,
  withNoise,
} from './gaussian.ts'

const noise = {
  noiseMagnitude: z
    .number()
    .positive()
    .default(0.01)
    .describe("How large the added variances are at first, in units of a parameter's range squared"),
  noiseDecay: z.number().min(0).max(1).default(0.95).describe('What is left of the noise after each generation'),
}

const mixture = {
  components: z.int().min(1).default(2).describe('How many normal distributions are mixed at most'),
  weightConcentration: z
    .number()
    .positive()
    .default(0.5)
    .describe('How many points each component is believed to have before any is seen; less empties components sooner'),
}

/** The distributions that the cross-entropy method may fit, with their settings. */
export const distributionSettings = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('gaussian') }),
  z.strictObject({ type: z.literal('noisy-gaussian'), ...noise }),
  z.strictObject({ type: z.literal('bayesian-gaussian-mixture'), ...mixture }),
  z.strictObject({ type: z.literal('noisy-bayesian-gaussian-mixture'), ...mixture, ...noise }),
])

export type DistributionSettings = z.output<typeof distributionSettings>

/** A fitted distribution, as plain data. */
export type Distribution =
  | Gaussian
  | NoisyGaussian
  | DiagonalGaussian
  | ({ readonly type: 'bayesian-gaussian-mixture' } & GaussianMixture)
  | ({ readonly type: 'noisy-bayesian-gaussian-mixture'; readonly noise: number } & GaussianMixture)

export interface FitOptions {
  /** How much of the old distribution stays; undefined lets a Gaussian learn as fast as it may, others as usual. */
  readonly smoothing: number | undefined
  /** The least variance of each axis. */
  readonly floors: readonly number[]
}

/** In more dimensions than these a normal distribution is fitted axis by axis. */
export const mostCorrelated = 300

/** Why a distribution cannot be fitted in so many dimensions; undefined if it can. */
export function refuseDimension({ type }: DistributionSettings, dimension: number): string | undefined {
  const isMixture = type === 'bayesian-gaussian-mixture' || type === 'noisy-bayesian-gaussian-mixture'
  if (!isMixture || dimension <= mostCorrelated) return undefined
  return `a ${type} needs at most ${mostCorrelated} real and integer axes, got ${dimension}; a gaussian takes any number`
}

/** The distribution of the points. Noise starts at its magnitude and decays with each fit that follows another. */
export function fitDistribution(
  old: Distribution | undefined,
  points: readonly (readonly number[])[],
  settings: DistributionSettings,
  { smoothing, floors }: FitOptions,
  random: Random,
): Distribution {
  const options = { smoothing: smoothing ?? usualSmoothing, floors }
  switch (settings.type) {
    case 'gaussian':
      if (floors.length > mostCorrelated) return fitAxes(old, points, options, null)
      if (smoothing === undefined) return followGaussian(old?.type === settings.type ? old : undefined, points, floors)
      return fitGaussian(old?.type === settings.type ? old : undefined, points, options)
    case 'noisy-gaussian': {
      if (floors.length > mostCorrelated) return fitAxes(old, points, options, settings)
      const last = old?.type === settings.type ? old : undefined
      return { ...fitGaussian(last, points, options), type: settings.type, noise: noiseAfter(last, settings) }
    }
    case 'bayesian-gaussian-mixture': {
      const last = old?.type === settings.type ? old : undefined
      return { type: settings.type, ...fitMixture(last, points, { ...settings, ...options }, random) }
    }
    case 'noisy-bayesian-gaussian-mixture': {
      const last = old?.type === settings.type ? old : undefined
      const fresh = fitMixture(last, points, { ...settings, ...options }, random)
      return { type: settings.type, ...fresh, noise: noiseAfter(last, settings) }
    }
  }
}

/** A function that draws points from the distribution; its noise, if it has any, is drawn once, here. */
export function samplerOf(distribution: Distribution, random: Random): (random: Random) => number[] {
  switch (distribution.type) {
    case 'gaussian':
      return gaussianSampler(distribution)
    case 'noisy-gaussian': {
      const { mean, covariance, noise } = distribution
      return gaussianSampler({ mean, covariance: withNoise(covariance, noise, random) })
    }
    case 'diagonal-gaussian':
      return diagonalSampler(distribution, random)
    case 'bayesian-gaussian-mixture':
      return mixtureSampler(distribution, 0, random)
    case 'noisy-bayesian-gaussian-mixture':
      return mixtureSampler(distribution, distribution.noise, random)
  }
}

/** How wide a distribution is along each axis, without its noise. */
export function deviationsOf(distribution: Distribution): number[] {
  switch (distribution.type) {
    case 'gaussian':
    case 'noisy-gaussian':
      return distribution.covariance.map((row, i) => Math.sqrt(row[i]!))
    case 'diagonal-gaussian':
      return distribution.variances.map(Math.sqrt)
    case 'bayesian-gaussian-mixture':
    case 'noisy-bayesian-gaussian-mixture':
      return mixtureVariances(distribution).map(Math.sqrt)
  }
}

/** What stays of an old distribution where nothing else is wanted. */
export const usualSmoothing = 0.4

function fitAxes(
  old: Distribution | undefined,
  points: readonly (readonly number[])[],
  options: { readonly smoothing: number; readonly floors: readonly number[] },
  noise: { readonly noiseMagnitude: number; readonly noiseDecay: number } | null,
): DiagonalGaussian {
  const last = old?.type === 'diagonal-gaussian' ? old : undefined
  const before = last?.noise ?? null
  return {
    type: 'diagonal-gaussian',
    ...fitDiagonal(last, points, options),
    noise: noise && noiseAfter(before === null ? undefined : { noise: before }, noise),
  }
}

function noiseAfter(
  last: { readonly noise: number } | undefined,
  { noiseMagnitude, noiseDecay }: { readonly noiseMagnitude: number; readonly noiseDecay: number },
): number {
  return last === undefined ? noiseMagnitude : last.noise * noiseDecay
}
