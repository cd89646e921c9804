import { expect, test } from 'vitest'
import { fitCategorical } from '../../optimizers/shared/distributions/categorical.ts'
import { digamma } from '../../optimizers/shared/distributions/digamma.ts'
import {
  type Distribution,
  type DistributionSettings,
  fitDistribution,
  samplerOf,
} from '../../optimizers/shared/distributions/index.ts'
import { covarianceOf, diagonal, factorOf, meanOf, type SquareMatrix } from '../../optimizers/shared/matrix.ts'
import { Random } from '../../src/core/random.ts'

const gaussian: DistributionSettings = { type: 'gaussian' }
const noisy: DistributionSettings = { type: 'noisy-gaussian', noiseMagnitude: 0.5, noiseDecay: 0.5 }
const mixtureOf = (components: number): DistributionSettings => ({
  type: 'bayesian-gaussian-mixture',
  components,
  weightConcentration: 0.5,
})
const noisyMixture: DistributionSettings = {
  type: 'noisy-bayesian-gaussian-mixture',
  components: 2,
  weightConcentration: 0.5,
  noiseMagnitude: 0.5,
  noiseDecay: 0.5,
}

const tiny = (dimension: number) => new Array<number>(dimension).fill(1e-24)

function fit(
  settings: DistributionSettings,
  points: readonly number[][],
  { old, smoothing = 0 }: { old?: Distribution; smoothing?: number } = {},
): Distribution {
  return fitDistribution(old, points, settings, { smoothing, floors: tiny(points[0]!.length) }, Random.of(1))
}

function draw(distribution: Distribution, count: number, seed = 1): number[][] {
  const random = Random.of(seed, 'draw')
  const sampler = samplerOf(distribution, random)
  return Array.from({ length: count }, () => sampler(random))
}

/** Points of a normal distribution with the given covariance factor. */
function normalPoints(mean: readonly number[], factor: SquareMatrix, count: number, seed: number): number[][] {
  const random = Random.of(seed, 'points')
  return Array.from({ length: count }, () => {
    const z = mean.map(() => random.normal())
    return mean.map((m, i) => factor[i]!.reduce((sum, value, k) => sum + value * z[k]!, m))
  })
}

const factor = [
  [0.1, 0],
  [0.08, 0.03],
]
const covariance = [
  [0.01, 0.008],
  [0.008, 0.0073],
]

function expectClose(actual: SquareMatrix, expected: SquareMatrix, tolerance: number): void {
  actual.forEach((row, i) => {
    row.forEach((value, j) => {
      expect(Math.abs(value - expected[i]![j]!)).toBeLessThan(tolerance)
    })
  })
}

test('a Gaussian recovers the mean and covariance of many points, and its samples have them', () => {
  const fitted = fit(gaussian, normalPoints([0.3, 0.6], factor, 20_000, 1))
  if (fitted.type !== 'gaussian') throw new Error('another distribution was fitted')
  expectClose([fitted.mean], [[0.3, 0.6]], 0.003)
  expectClose(fitted.covariance, covariance, 0.0004)
  const samples = draw(fitted, 20_000)
  expectClose([meanOf(samples)], [[0.3, 0.6]], 0.003)
  expectClose(covarianceOf(samples, tiny(2)), covariance, 0.0004)
})

test('in hundreds of dimensions a Gaussian has its variances only, with smoothing and noise as in few', () => {
  const points = Array.from({ length: 40 }, (_, n) => Array.from({ length: 301 }, (_, i) => ((n * (i + 1)) % 40) / 40))
  const shifted = points.map((point) => point.map((value) => value / 2))
  const [old, fresh] = [fit(gaussian, points), fit(gaussian, shifted)]
  expect(old.type).toBe('diagonal-gaussian')
  const few = fit(
    gaussian,
    points.map((point) => point.slice(0, 20)),
  )
  for (let i = 0; i < 20; i++) {
    expect(meansOf(old)[0]![i]).toBeCloseTo(meansOf(few)[0]![i]!, 12)
    expect(covariancesOf(old)[0]![i]![i]).toBeCloseTo(covariancesOf(few)[0]![i]![i]!, 12)
  }
  const smoothed = fit(gaussian, shifted, { old, smoothing: 0.25 })
  const between = 0.25 * meansOf(old)[0]![7]! + 0.75 * meansOf(fresh)[0]![7]!
  expect(meansOf(smoothed)[0]![7]).toBeCloseTo(between, 12)
  const [first, second] = [fit(noisy, points), fit(noisy, points, { old: fit(noisy, points) })]
  expect([noiseOf(first), noiseOf(second)]).toEqual([0.5, 0.25])
  const widthOf = (drawn: readonly number[][]) => drawn.flat().reduce((sum, value) => sum + (value - 0.5) ** 2, 0)
  expect(widthOf(draw(first, 50))).toBeGreaterThan(2 * widthOf(draw(old, 50)))
})

test('a covariance from fewer points than dimensions can be sampled from', () => {
  const random = Random.of(3)
  const points = Array.from({ length: 4 }, () => Array.from({ length: 20 }, () => random.uniform()))
  const fitted = covarianceOf(points, tiny(20))
  const squared = multiply(factorOf(fitted))
  expectClose(squared, fitted, 1e-12)
  const variances = Array.from({ length: 20 }, (_, i) => {
    const mean = points.reduce((sum, p) => sum + p[i]! / 4, 0)
    return points.reduce((sum, p) => sum + (p[i]! - mean) ** 2 / 3, 0)
  })
  fitted.forEach((row, i) => {
    expect(row[i]).toBeCloseTo(variances[i]!, 12)
  })
})

test('points on a line, equal points and a single one can all be sampled from', () => {
  const cases = [
    Array.from({ length: 6 }, (_, i) => [0.1 * i, 0.2 * i, 0.1]),
    Array.from({ length: 6 }, () => [0.5, 0.25, 1]),
    [[0.5, 0.25, 1]],
  ]
  for (const settings of [gaussian, noisy, mixtureOf(3), noisyMixture]) {
    for (const points of cases) {
      const samples = draw(fit(settings, points), 50)
      expect(samples.flat().every(Number.isFinite)).toBe(true)
    }
  }
})

test('a single point moves the mean and leaves the spread that there was', () => {
  for (const settings of [gaussian, mixtureOf(1)]) {
    const old = fit(settings, normalPoints([0.5, 0.5], factor, 100, 2))
    const next = fit(settings, [[0.9, 0.1]], { old })
    expect(covariancesOf(next)).toEqual(covariancesOf(old))
    expectClose(meansOf(next), [[0.9, 0.1]], 1e-12)
  }
})

test('one dimension is as good as any', () => {
  for (const settings of [gaussian, mixtureOf(2)]) {
    const samples = draw(fit(settings, normalPoints([0.4], [[0.05]], 4000, 4)), 4000)
    expect(meanOf(samples)[0]).toBeCloseTo(0.4, 2)
    expect(Math.sqrt(covarianceOf(samples, [0])[0]![0]!)).toBeCloseTo(0.05, 2)
  }
})

test('smoothing keeps its part of the old mean and covariance', () => {
  const first = normalPoints([0.2, 0.2], factor, 50, 5)
  const second = normalPoints(
    [0.8, 0.6],
    [[0.01], [0.02]].map((r) => [r[0]!, 0.005]),
    50,
    6,
  )
  for (const settings of [gaussian, mixtureOf(1)]) {
    const old = fit(settings, first)
    const fresh = fit(settings, second)
    const smoothed = fit(settings, second, { old, smoothing: 0.75 })
    const between = (a: SquareMatrix, b: SquareMatrix) =>
      a.map((row, i) => row.map((x, j) => 0.75 * x + 0.25 * b[i]![j]!))
    expectClose(meansOf(smoothed), between(meansOf(old), meansOf(fresh)), 1e-12)
    expectClose(covariancesOf(smoothed)[0]!, between(covariancesOf(old)[0]!, covariancesOf(fresh)[0]!), 1e-12)
  }
})

test('a mixture finds two clusters, and its samples fall into both as the points do', () => {
  const points = [
    ...normalPoints([0.2, 0.3], factor, 900, 7),
    ...normalPoints(
      [0.8, 0.4],
      [
        [0.02, 0],
        [0, 0.05],
      ],
      300,
      8,
    ),
  ]
  const fitted = fit(mixtureOf(2), points)
  if (fitted.type !== 'bayesian-gaussian-mixture') throw new Error('another distribution was fitted')
  const [left, right] = fitted.means[0]![0]! < fitted.means[1]![0]! ? [0, 1] : [1, 0]
  expectClose(
    [fitted.means[left]!, fitted.means[right]!],
    [
      [0.2, 0.3],
      [0.8, 0.4],
    ],
    0.015,
  )
  expect(fitted.weights[left]).toBeCloseTo(0.75, 1)
  expectClose(fitted.covariances[left]!, covariance, 0.002)
  expectClose(
    fitted.covariances[right]!,
    [
      [0.0004, 0],
      [0, 0.0025],
    ],
    0.002,
  )
  const samples = draw(fitted, 4000)
  const share = samples.filter(([x]) => x! < 0.6).length / samples.length
  expect(share).toBeGreaterThan(0.7)
  expect(share).toBeLessThan(0.8)
})

test('a narrow cluster keeps its points from a wide one that reaches over it', () => {
  const points = [...normalPoints([0.5], [[0.01]], 500, 12), ...normalPoints([0.65], [[0.12]], 500, 13)]
  const fitted = fit(mixtureOf(2), points)
  if (fitted.type !== 'bayesian-gaussian-mixture') throw new Error('another distribution was fitted')
  const [narrow, wide] = fitted.covariances[0]![0]![0]! < fitted.covariances[1]![0]![0]! ? [0, 1] : [1, 0]
  expect(fitted.means[narrow]![0]).toBeCloseTo(0.5, 2)
  expect(fitted.means[wide]![0]).toBeCloseTo(0.65, 1)
  expect(Math.abs(Math.sqrt(fitted.covariances[narrow]![0]![0]!) - 0.01)).toBeLessThan(0.005)
  expect(Math.abs(Math.sqrt(fitted.covariances[wide]![0]![0]!) - 0.12)).toBeLessThan(0.02)
  expect(Math.abs(fitted.weights[narrow]! - 0.5)).toBeLessThan(0.06)
})

test('components that the points do not ask for lose their weight', () => {
  const points = [
    ...normalPoints(
      [0.2, 0.2],
      [
        [0.03, 0],
        [0, 0.03],
      ],
      300,
      9,
    ),
    ...normalPoints(
      [0.8, 0.8],
      [
        [0.03, 0],
        [0, 0.03],
      ],
      300,
      10,
    ),
  ]
  const settings: DistributionSettings = { type: 'bayesian-gaussian-mixture', components: 6, weightConcentration: 1e-3 }
  const fitted = fit(settings, points)
  if (fitted.type !== 'bayesian-gaussian-mixture') throw new Error('another distribution was fitted')
  const weights = [...fitted.weights].sort((a, b) => b - a)
  expect(weights[0]! + weights[1]!).toBeGreaterThan(0.95)
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
})

test('smoothing of a mixture joins the components that continue each other, whatever their order', () => {
  const clusters = (shift: number, seed: number) => {
    const spread = [
      [0.02, 0],
      [0, 0.02],
    ]
    const a = normalPoints([0.2 + shift, 0.2], spread, 150, seed)
    const b = normalPoints([0.8 + shift, 0.8], spread, 50, seed + 1)
    return { ab: [...a, ...b], ba: [...b, ...a] }
  }
  const old = fit(mixtureOf(2), clusters(0, 20).ab)
  for (const order of ['ab', 'ba'] as const) {
    const smoothed = fit(mixtureOf(2), clusters(0.1, 30)[order], { old, smoothing: 0.5 })
    const means = [...meansOf(smoothed)].sort((p, q) => p[0]! - q[0]!)
    expectClose(
      means,
      [
        [0.25, 0.2],
        [0.85, 0.8],
      ],
      0.02,
    )
  }
})

test('noise widens what is sampled, is drawn anew each time, fades, and is not part of the covariance', () => {
  const points = normalPoints(
    [0.5, 0.5],
    [
      [0.01, 0],
      [0, 0.01],
    ],
    200,
    11,
  )
  for (const settings of [noisy, noisyMixture]) {
    const first = fit(settings, points)
    const second = fit(settings, points, { old: first })
    expect([noiseOf(first), noiseOf(second)]).toEqual([0.5, 0.25])
    for (const matrix of covariancesOf(second)) expect(matrix[0]![0]).toBeLessThan(0.001)
    const spreads = [1, 2, 3, 4, 5].map((seed) => covarianceOf(draw(second, 500, seed), tiny(2))[0]![0]!)
    expect(Math.max(...spreads)).toBeGreaterThan(0.02)
    expect(new Set(spreads).size).toBe(5)
  }
})

test('the probabilities of levels follow the elite, with smoothing, and none becomes impossible', () => {
  const first = fitCategorical(undefined, [0, 0, 0, 1], 4, 0.5)
  expect(first).toEqual([3.25 / 5, 1.25 / 5, 0.25 / 5, 0.25 / 5])
  const next = fitCategorical(first, [3, 3, 3, 3], 4, 0.5)
  expect(next[3]).toBeCloseTo(0.5 * 0.05 + 0.5 * 0.85, 12)
  expect(next.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
  let smoothed = first
  for (let i = 0; i < 200; i++) smoothed = fitCategorical(smoothed, [0, 0, 0], 4, 0)
  expect(Math.min(...smoothed)).toBeGreaterThan(0.01)
})

test('digamma agrees with its known values and its recurrence', () => {
  expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 12)
  expect(digamma(0.5)).toBeCloseTo(-1.9635100260214235, 12)
  expect(digamma(10)).toBeCloseTo(2.251752589066721, 12)
  for (const x of [1e-3, 0.3, 4.2, 77]) expect(digamma(x + 1) - digamma(x)).toBeCloseTo(1 / x, 9)
})

function multiply(factor: SquareMatrix): number[][] {
  return factor.map((row) => factor.map((other) => row.reduce((sum, value, k) => sum + value * other[k]!, 0)))
}

function meansOf(distribution: Distribution): SquareMatrix {
  return 'means' in distribution ? distribution.means : [distribution.mean]
}

function covariancesOf(distribution: Distribution): readonly SquareMatrix[] {
  if ('covariances' in distribution) return distribution.covariances
  return [distribution.type === 'diagonal-gaussian' ? diagonal(distribution.variances) : distribution.covariance]
}

function noiseOf(distribution: Distribution): number {
  return 'noise' in distribution ? (distribution.noise ?? 0) : 0
}
