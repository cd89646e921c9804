import type { Random } from '../../../src/core/random.ts'
import { blend, covarianceOf, factorOf, meanOf, type SquareMatrix } from '../matrix.ts'
import { digamma } from './digamma.ts'
import { gaussianSampler, withNoise } from './gaussian.ts'

/**
 * A mixture of normal distributions whose parameters are inferred by variational Bayes, with a Dirichlet prior on the
 * weights and a Gaussian-Wishart prior on means and precisions (Bishop 2006, "Pattern Recognition and Machine Learning",
 * section 10.2; equation numbers below are his). Components that the points do not ask for lose their weight.
 */
export type GaussianMixture = {
  /** Expected weights. */
  readonly weights: readonly number[]
  readonly means: readonly (readonly number[])[]
  /** The inverses of the expected precisions. */
  readonly covariances: readonly SquareMatrix[]
}

export interface MixtureSettings {
  readonly components: number
  /** alpha_0 of the Dirichlet prior. */
  readonly weightConcentration: number
  readonly smoothing: number
  /** The least variance of each axis. */
  readonly floors: readonly number[]
}

/** The mixture that the points ask for; `smoothing` is how much of the old one stays, component by component. */
export function fitMixture(
  old: GaussianMixture | undefined,
  points: readonly (readonly number[])[],
  settings: MixtureSettings,
  random: Random,
): GaussianMixture {
  const fresh = infer(points, settings, random)
  if (old === undefined) return fresh
  const partners = matchComponents(old, fresh)
  return {
    weights: blend(
      partners.map((k) => old.weights[k]!),
      fresh.weights,
      settings.smoothing,
    ),
    means: fresh.means.map((mean, k) => blend(old.means[partners[k]!]!, mean, settings.smoothing)),
    covariances: fresh.covariances.map((covariance, k) =>
      // One point has no spread: the old one stays.
      points.length === 1
        ? old.covariances[partners[k]!]!
        : covariance.map((row, i) => blend(old.covariances[partners[k]!]![i]!, row, settings.smoothing)),
    ),
  }
}

/** The variance of each axis over all components together. */
export function mixtureVariances({ weights, means, covariances }: GaussianMixture): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return means[0]!.map((_, i) => {
    const mean = means.reduce((sum, point, k) => sum + (weights[k]! / total) * point[i]!, 0)
    return means.reduce((sum, point, k) => {
      return sum + (weights[k]! / total) * (covariances[k]![i]![i]! + (point[i]! - mean) ** 2)
    }, 0)
  })
}

/** A function that draws points from the mixture; `noise` as in `withNoise`, drawn once for each component. */
export function mixtureSampler({ weights, means, covariances }: GaussianMixture, noise: number, random: Random) {
  const samplers = means.map((mean, k) =>
    gaussianSampler({ mean, covariance: noise > 0 ? withNoise(covariances[k]!, noise, random) : covariances[k]! }),
  )
  return (draws: Random): number[] => samplers[pickWeighted(weights, draws)]!(draws)
}

/** An index, as likely as its weight says; the weights sum to 1. */
export function pickWeighted(weights: ArrayLike<number>, random: Random): number {
  let left = random.uniform()
  for (let k = 0; k < weights.length - 1; k++) {
    left -= weights[k]!
    if (left < 0) return k
  }
  return weights.length - 1
}

function infer(points: readonly (readonly number[])[], settings: MixtureSettings, random: Random): GaussianMixture {
  const { components, weightConcentration, floors } = settings
  const dimension = floors.length
  const prior: Prior = {
    alpha: weightConcentration,
    beta: 1,
    nu: dimension,
    mean: meanOf(points),
    // nu_0 W_0 is the expected precision: the prior believes in the covariance of all points.
    inverseScale: priorCovariance(points, floors).map((row) => row.map((value) => value * dimension)),
  }
  let responsibilities = nearestCentres(points, components, random)
  let posterior = maximize(points, responsibilities, prior)
  for (let iteration = 0; iteration < maximalIterations; iteration++) {
    const next = expect(points, posterior)
    const change = largestChange(responsibilities, next)
    responsibilities = next
    posterior = maximize(points, responsibilities, prior)
    if (change < tolerance) break
  }
  const total = posterior.reduce((sum, { alpha }) => sum + alpha, 0)
  return {
    weights: posterior.map(({ alpha }) => alpha / total), // Eq. (10.69)
    means: posterior.map(({ mean }) => mean),
    covariances: posterior.map(({ inverseScale, nu }) =>
      inverseScale.map((row, i) =>
        row.map((value, j) => (i === j ? Math.max(value / nu, floors[i]!) : value / nu) + 0),
      ),
    ),
  }
}

interface Prior {
  readonly alpha: number
  readonly beta: number
  readonly nu: number
  readonly mean: readonly number[]
  /** W^-1. */
  readonly inverseScale: SquareMatrix
}

const maximalIterations = 200
const tolerance = 1e-5
const uniformVariance = 1 / 12

function priorCovariance(points: readonly (readonly number[])[], floors: readonly number[]): SquareMatrix {
  if (points.length > 1) return covarianceOf(points, floors)
  return floors.map((_, i) => floors.map((_, j) => (i === j ? uniformVariance : 0)))
}

/** The variational M step: the posterior of each component, Eq. (10.58) and (10.60) to (10.63). */
function maximize(points: readonly (readonly number[])[], responsibilities: readonly Float64Array[], prior: Prior) {
  const dimension = prior.mean.length
  return responsibilities[0]!.reduce<Prior[]>((posterior, _, k) => {
    let count = 0 // Eq. (10.51)
    for (const r of responsibilities) count += r[k]!
    const mean = new Array<number>(dimension).fill(0) // Eq. (10.52)
    points.forEach((x, n) => {
      const r = count > 0 ? responsibilities[n]![k]! / count : 0
      for (let i = 0; i < dimension; i++) mean[i]! += r * x[i]!
    })
    const scatter = prior.mean.map(() => new Array<number>(dimension).fill(0)) // Eq. (10.53), times N_k
    points.forEach((x, n) => {
      const r = responsibilities[n]![k]!
      if (r === 0) return
      for (let i = 0; i < dimension; i++) {
        for (let j = 0; j <= i; j++) scatter[i]![j]! += r * (x[i]! - mean[i]!) * (x[j]! - mean[j]!)
      }
    })
    const beta = prior.beta + count // Eq. (10.60)
    const pull = (prior.beta * count) / beta
    posterior.push({
      alpha: prior.alpha + count, // Eq. (10.58)
      beta,
      nu: prior.nu + count, // Eq. (10.63)
      mean: prior.mean.map((m, i) => (prior.beta * m + count * mean[i]!) / beta), // Eq. (10.61)
      inverseScale: prior.inverseScale.map((row, i) =>
        row.map((value, j) => {
          const s = i >= j ? scatter[i]![j]! : scatter[j]![i]!
          return value + s + pull * ((mean[i]! - prior.mean[i]!) * (mean[j]! - prior.mean[j]!)) // Eq. (10.62)
        }),
      ),
    })
    return posterior
  }, [])
}

/** The variational E step: how much of each point is a component's, Eq. (10.46), (10.49) and (10.64) to (10.67). */
function expect(points: readonly (readonly number[])[], posterior: readonly Prior[]): Float64Array[] {
  const dimension = posterior[0]!.mean.length
  const total = digamma(posterior.reduce((sum, { alpha }) => sum + alpha, 0))
  const components = posterior.map(({ alpha, beta, nu, mean, inverseScale }) => {
    const factor = factorOf(inverseScale)
    let logDeterminant = dimension * Math.LN2 // Eq. (10.65)
    for (let i = 0; i < dimension; i++) {
      logDeterminant += digamma((nu - i) / 2) - 2 * Math.log(Math.max(factor[i]![i]!, Number.MIN_VALUE))
    }
    // Eq. (10.66) and the parts of (10.64) that do not depend on the point
    return { factor, mean, nu, constant: digamma(alpha) - total + 0.5 * logDeterminant - 0.5 * (dimension / beta) }
  })
  const work = new Float64Array(dimension)
  return points.map((x) => {
    const logs = Float64Array.from(
      components,
      ({ factor, mean, nu, constant }) => constant - 0.5 * nu * squaredMahalanobis(x, mean, factor, work),
    )
    const largest = Math.max(...logs)
    let sum = 0
    for (let k = 0; k < logs.length; k++) sum += logs[k] = Math.exp(logs[k]! - largest)
    return logs.map((value) => value / sum)
  })
}

/** (x - mean)' (L L')^-1 (x - mean), by forward substitution. */
function squaredMahalanobis(x: readonly number[], mean: readonly number[], factor: SquareMatrix, work: Float64Array) {
  let square = 0
  for (let i = 0; i < mean.length; i++) {
    let rest = x[i]! - mean[i]!
    for (let j = 0; j < i; j++) rest -= factor[i]![j]! * work[j]!
    work[i] = rest / factor[i]![i]!
    square += work[i]! ** 2
  }
  return square
}

/** Where inference starts: centres far from each other (k-means++, Arthur and Vassilvitskii 2007), refined by Lloyd. */
function nearestCentres(points: readonly (readonly number[])[], count: number, random: Random): Float64Array[] {
  let centres = [random.pick(points)]
  const distances = new Float64Array(points.length).fill(Number.POSITIVE_INFINITY)
  while (centres.length < count) {
    let total = 0
    points.forEach((x, n) => {
      distances[n] = Math.min(distances[n]!, squaredDistance(x, centres[centres.length - 1]!))
      total += distances[n]!
    })
    let left = random.uniform() * total
    const chosen = distances.findIndex((square) => {
      left -= square
      return left < 0
    })
    centres.push(chosen < 0 ? random.pick(points) : points[chosen]!)
  }
  let owners: number[] = []
  for (let iteration = 0; iteration < lloydIterations; iteration++) {
    const next = points.map((x) => nearestOf(x, centres))
    if (next.every((owner, n) => owner === owners[n])) break
    owners = next
    centres = centres.map((centre, k) => {
      const own = points.filter((_, n) => owners[n] === k)
      return own.length > 0 ? meanOf(own) : centre
    })
  }
  return owners.map((owner) => Float64Array.from({ length: count }, (_, k) => (k === owner ? 1 : 0)))
}

const lloydIterations = 20

function nearestOf(x: readonly number[], centres: readonly (readonly number[])[]): number {
  let best = 0
  for (let k = 1; k < centres.length; k++)
    if (squaredDistance(x, centres[k]!) < squaredDistance(x, centres[best]!)) best = k
  return best
}

function squaredDistance(a: readonly number[], b: readonly number[]): number {
  let square = 0
  for (let i = 0; i < a.length; i++) square += (a[i]! - b[i]!) ** 2
  return square
}

function largestChange(before: readonly Float64Array[], after: readonly Float64Array[]): number {
  let largest = 0
  after.forEach((row, n) => {
    row.forEach((value, k) => {
      largest = Math.max(largest, Math.abs(value - before[n]![k]!))
    })
  })
  return largest
}

/**
 * For each fresh component the old one that it continues. Inference numbers components as it pleases; the pairs whose
 * means lie closest belong together, closest pair first.
 */
function matchComponents(old: GaussianMixture, fresh: GaussianMixture): number[] {
  const pairs = fresh.means.flatMap((mean, k) =>
    old.means.map((oldMean, o) => ({ k, o, distance: squaredDistance(mean, oldMean) })),
  )
  pairs.sort((a, b) => a.distance - b.distance)
  const partners = new Array<number>(fresh.means.length).fill(-1)
  const taken = new Set<number>()
  for (const { k, o } of pairs) {
    if (partners[k] !== -1 || taken.has(o)) continue
    partners[k] = o
    taken.add(o)
  }
  return partners
}
