import { rowAt, solvePositive } from '../cma/packed.ts'
import { type Archive, pointIn } from './archive.ts'
import { leastSquares } from './least-squares.ts'

/**
 * A linear-quadratic model of the costs in an archive (Hansen 2019, "A Global Surrogate Assisted CMA-ES", section 3): a
 * plane, with squares, or with all products, as soon as there are points enough.
 */
export type LqModel = {
  readonly type: 'linear' | 'diagonal' | 'full'
  /** Coordinates are taken from here, in these units. */
  readonly center: Float64Array
  readonly units: Float64Array
  /** The coefficients of 1, x_i, x_i squared, and x_i x_j with j < i, row after row. */
  readonly coefficients: Float64Array
  /** Costs are taken from here, in this unit. */
  readonly least: number
  readonly range: number
}

/** Above so many coordinates the full model asks for too many points, and for too much time. */
const mostFull = 25

/** Which points of an archive a model learns from, and how. */
export interface Learned {
  /** How far from the center they may lie: in units, as a root mean square over the coordinates. */
  readonly reach?: number
  /** How many of them, the newest; twice as many as the full model has coefficients unless given. */
  readonly newest?: number
  /** Costs are noisy: all count alike, since to be among the best is luck. */
  readonly isNoisy?: boolean
}

/**
 * The largest model that the points within reach of the center are enough for; null if there are none, or if their costs are
 * too far apart for numbers.
 */
export function fitModel(
  archive: Archive,
  center: Float64Array,
  units: Float64Array,
  { reach = Number.POSITIVE_INFINITY, newest = 2 * fullSize(center.length), isNoisy = false }: Learned = {},
): LqModel | null {
  const n = center.length
  const { costs } = archive
  const order = learnedFrom(archive, { center, units, reach, newest }).sort((a, b) => costs[a]! - costs[b]!)
  if (order.length === 0) return null
  const truncated = order.slice(0, Math.floor((isNoisy ? 1 : 0.75) * order.length))
  const type = typeFor(n, truncated.length)
  const chosen = type === 'linear' ? order : truncated
  const least = costs[chosen[0]!]!
  const range = costs[chosen.at(-1)!]! - least || 1
  if (!Number.isFinite(range)) return null
  const count = chosen.length
  // The best weighs twenty times the worst.
  const weights = chosen.map((_, i) => (count === 1 || isNoisy ? 1 : 20 - (19 * i) / (count - 1)))
  const size = sizeOf(type, n)
  const rows = type === 'linear' ? count + size : count
  const columns = Array.from({ length: size }, () => new Float64Array(rows))
  const right = new Float64Array(rows)
  chosen.forEach((at, row) => {
    const features = featuresOf(type, scaled(pointIn(archive, at), center, units))
    for (let j = 0; j < columns.length; j++) columns[j]![row] = weights[row]! * features[j]!
    right[row] = weights[row]! * ((costs[at]! - least) / range)
  })
  // Of the planes through few points, the flattest.
  if (type === 'linear') for (let j = 0; j < size; j++) columns[j]![count + j] = 1e-6
  const coefficients = leastSquares(columns, right)
  return coefficients.every(Number.isFinite) ? { type, center, units, coefficients, least, range } : null
}

/** The newest points within reach; the newest of all where those are too few for a plane. */
function learnedFrom(
  archive: Archive,
  {
    center,
    units,
    reach,
    newest,
  }: { readonly center: Float64Array; readonly units: Float64Array; readonly reach: number; readonly newest: number },
): number[] {
  const n = center.length
  const all = [...archive.costs.keys()]
  if (!Number.isFinite(reach)) return all.slice(-newest)
  const near = all.filter((at) => {
    const x = scaled(pointIn(archive, at), center, units)
    return x.reduce((sum, value) => sum + value * value, 0) <= reach * reach * n
  })
  return (near.length > n ? near : all).slice(-newest)
}

export function predict({ type, center, units, coefficients, least, range }: LqModel, x: ArrayLike<number>): number {
  const features = featuresOf(type, scaled(x, center, units))
  let sum = 0
  for (let j = 0; j < features.length; j++) sum += coefficients[j]! * features[j]!
  return least + range * sum
}

/** Where the model is least; undefined if it has no least point. */
export function minimiserOf({ type, center, units, coefficients }: LqModel): Float64Array | undefined {
  const n = center.length
  if (type === 'linear') return undefined
  const curvature = new Float64Array(rowAt(n))
  for (let i = 0, product = 1 + 2 * n; i < n; i++) {
    for (let j = 0; j < i && type === 'full'; j++, product++) curvature[rowAt(i) + j] = coefficients[product]!
    curvature[rowAt(i) + i] = 2 * coefficients[1 + n + i]!
  }
  const step = solvePositive(curvature, coefficients.subarray(1, 1 + n))
  return step?.map((value, i) => center[i]! - units[i]! * value)
}

/** How many coefficients the full model has: archives are measured by it. */
export function fullSize(n: number): number {
  return sizeOf('full', n)
}

function typeFor(n: number, points: number): LqModel['type'] {
  if (n <= mostFull && points >= 1.1 * sizeOf('full', n)) return 'full'
  return points >= 1.1 * sizeOf('diagonal', n) ? 'diagonal' : 'linear'
}

function sizeOf(type: LqModel['type'], n: number): number {
  switch (type) {
    case 'linear':
      return 1 + n
    case 'diagonal':
      return 1 + 2 * n
    case 'full':
      return 1 + (n * (n + 3)) / 2
  }
}

function scaled(x: ArrayLike<number>, center: Float64Array, units: Float64Array): Float64Array {
  return center.map((middle, i) => (x[i]! - middle) / units[i]!)
}

function featuresOf(type: LqModel['type'], x: Float64Array): Float64Array {
  const n = x.length
  const features = new Float64Array(sizeOf(type, n))
  features[0] = 1
  features.set(x, 1)
  if (type === 'linear') return features
  for (let i = 0; i < n; i++) features[1 + n + i] = x[i]! ** 2
  if (type === 'diagonal') return features
  for (let i = 0, at = 1 + 2 * n; i < n; i++) for (let j = 0; j < i; j++, at++) features[at] = x[i]! * x[j]!
  return features
}
