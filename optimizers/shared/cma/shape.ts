import { factorise, multiplyLower, multiplyTransposed, rowAt, solveLower, solveTransposed } from './packed.ts'
import type { ShapeType, Strategy } from './strategy.ts'

/** What a normal sample z is stretched by: y = A z, with A A' the covariance. */
export type Shape =
  | {
      readonly type: 'full'
      /** The covariance and its lower triangular factor, packed by rows. */
      readonly covariance: Float64Array
      readonly factor: Float64Array
      /** How many generations the factor is older than the covariance. */
      readonly age: number
    }
  | { readonly type: 'separable'; readonly variances: Float64Array }
  | {
      readonly type: 'limited-memory'
      /** m paths of different length, one after the other. */
      readonly paths: Float64Array
      /** How many generations they have learned from. */
      readonly age: number
    }

/** What the covariance learns from, after one generation. */
export interface Lesson {
  /** The selected steps with their weights: y for the covariance, z as it was drawn. */
  readonly steps: readonly { readonly weight: number; readonly y: Float64Array }[]
  /** The evolution path p_c. */
  readonly path: Float64Array
  /** What a path that stood still takes from the decay, delta(h_sigma). */
  readonly lost: number
  /** The weighted mean of z. */
  readonly zMean: Float64Array
}

export function sphere(type: ShapeType, n: number): Shape {
  switch (type) {
    case 'full': {
      const identity = new Float64Array(rowAt(n))
      for (let i = 0; i < n; i++) identity[rowAt(i) + i] = 1
      return { type, covariance: identity, factor: identity, age: 0 }
    }
    case 'separable':
      return { type, variances: new Float64Array(n).fill(1) }
    case 'limited-memory':
      return { type, paths: new Float64Array(pathsFor(n) * n), age: 0 }
  }
}

/** y = A z. */
export function stretch(shape: Shape, z: Float64Array): Float64Array {
  const n = z.length
  switch (shape.type) {
    case 'full':
      return multiplyLower(shape.factor, z)
    case 'separable':
      return z.map((value, i) => value * Math.sqrt(shape.variances[i]!))
    case 'limited-memory': {
      // Loshchilov, Glasmachers and Beyer 2019, "Large Scale Black-box Optimization by Limited-Memory Matrix Adaptation".
      const { paths, age } = shape
      const y = Float64Array.from(z)
      for (let i = 0; i < Math.min(age, pathsFor(n)); i++) {
        const path = paths.subarray(i * n, (i + 1) * n)
        const rate = 1.5 ** -i / n // c_d,i
        let along = 0
        for (let j = 0; j < n; j++) along += path[j]! * y[j]!
        for (let j = 0; j < n; j++) y[j] = (1 - rate) * y[j]! + rate * along * path[j]!
      }
      return y
    }
  }
}

/** z of a step that was not drawn from it; undefined where the shape has no inverse. */
export function unstretch(shape: Shape, y: Float64Array): Float64Array | undefined {
  switch (shape.type) {
    case 'full':
      return solveLower(shape.factor, y)
    case 'separable':
      return y.map((value, i) => value / Math.sqrt(shape.variances[i]!))
    case 'limited-memory':
      return undefined
  }
}

/**
 * A path in z after the shape has changed. A triangular factor turns what it stretches otherwise than the one before it, and a
 * path would forget by that where it came from: with T the inverse of the new factor times the old one, it is turned by the
 * rotation in T, of which (T + T'^-1) / 2 is one step of Newton's (Higham 1986, "Computing the Polar Decomposition").
 */
export function turn(path: Float64Array, before: Shape, after: Shape): Float64Array {
  if (before.type !== 'full' || after.type !== 'full' || before.factor === after.factor) return path
  const forth = solveLower(after.factor, multiplyLower(before.factor, path))
  const back = multiplyTransposed(after.factor, solveTransposed(before.factor, path))
  const sum = forth.map((value, i) => value + back[i]!)
  const scale = Math.sqrt(squareOf(path) / squareOf(sum))
  return Number.isFinite(scale) ? sum.map((value) => scale * value) : path
}

/** The standard deviation of each coordinate of y. */
export function deviationsOf(shape: Shape, n: number): Float64Array {
  switch (shape.type) {
    case 'full': {
      const deviations = new Float64Array(n)
      for (let i = 0; i < n; i++) deviations[i] = Math.sqrt(shape.covariance[rowAt(i) + i]!)
      return deviations
    }
    case 'separable':
      return shape.variances.map(Math.sqrt)
    case 'limited-memory':
      return new Float64Array(n).fill(1)
  }
}

/** The i-th axis of the sampling ellipsoid. */
export function axisOf(shape: Shape, i: number, n: number): Float64Array {
  const unit = new Float64Array(n)
  unit[i] = 1
  return stretch(shape, unit)
}

/** How much longer the longest axis is than the shortest, squared; of a full covariance, a lower bound. */
export function conditionOf(shape: Shape, n: number): number {
  switch (shape.type) {
    case 'full': {
      const diagonal = Array.from({ length: n }, (_, i) => shape.factor[rowAt(i) + i]!)
      return (Math.max(...diagonal) / Math.min(...diagonal)) ** 2
    }
    case 'separable':
      return Math.max(...shape.variances) / Math.min(...shape.variances)
    case 'limited-memory':
      return 1
  }
}

export function adapt(shape: Shape, lesson: Lesson, strategy: Strategy): Shape {
  const n = strategy.dimension
  switch (shape.type) {
    case 'full': {
      const covariance = adaptCovariance(shape.covariance, lesson, strategy)
      const { c1, cMu } = strategy
      const age = shape.age + 1
      if (age < 1 / (10 * n * (c1 + cMu))) return { ...shape, covariance, age } // B.2: the factor may lag behind
      return { type: 'full', ...factorise(covariance, n), age: 0 }
    }
    case 'separable':
      return { type: 'separable', variances: adaptVariances(shape.variances, lesson, strategy) }
    case 'limited-memory':
      return { type: 'limited-memory', paths: adaptPaths(shape.paths, lesson, strategy), age: shape.age + 1 }
  }
}

/** Eq. (47), on the lower triangle. */
function adaptCovariance(old: Float64Array, { steps, path, lost }: Lesson, { c1, cMu, weights }: Strategy) {
  const decay = decayOf(lost, c1, cMu, weights)
  const covariance = new Float64Array(old.length)
  const n = path.length
  for (let i = 0, at = 0; i < n; i++) {
    const along = c1 * path[i]!
    for (let j = 0; j <= i; j++, at++) covariance[at] = decay * old[at]! + along * path[j]!
  }
  for (let first = 0; first < steps.length; first += 4) addSteps(covariance, cMu, steps.slice(first, first + 4))
  return covariance
}

/** Up to four steps at once, as to fetch the covariance costs more than to add to it. */
function addSteps(covariance: Float64Array, cMu: number, steps: Lesson['steps']): void {
  const [a, b, c, d] = steps
  const n = a!.y.length
  if (d === undefined) {
    for (const { weight, y } of steps) {
      for (let i = 0, at = 0; i < n; i++) {
        const along = cMu * weight * y[i]!
        for (let j = 0; j <= i; j++, at++) covariance[at]! += along * y[j]!
      }
    }
    return
  }
  const [p, q, r, s] = [a!.y, b!.y, c!.y, d.y]
  for (let i = 0, at = 0; i < n; i++) {
    const alongP = cMu * a!.weight * p[i]!
    const alongQ = cMu * b!.weight * q[i]!
    const alongR = cMu * c!.weight * r[i]!
    const alongS = cMu * d.weight * s[i]!
    for (let j = 0; j <= i; j++, at++) {
      covariance[at] = covariance[at]! + alongP * p[j]! + alongQ * q[j]! + alongR * r[j]! + alongS * s[j]!
    }
  }
}

function adaptVariances(old: Float64Array, { steps, path, lost }: Lesson, { c1, cMu, weights }: Strategy) {
  const decay = decayOf(lost, c1, cMu, weights)
  return old.map((variance, i) => {
    let sum = decay * variance + c1 * path[i]! ** 2
    for (const { weight, y } of steps) sum += cMu * weight * y[i]! ** 2
    return Math.max(sum, 1e-4 * variance)
  })
}

function decayOf(lost: number, c1: number, cMu: number, weights: Float64Array): number {
  return 1 + c1 * lost - c1 - cMu * weights.reduce((sum, weight) => sum + weight, 0)
}

function adaptPaths(old: Float64Array, { zMean }: Lesson, { lambda, muEff, dimension: n }: Strategy): Float64Array {
  return old.map((value, at) => {
    const rate = Math.min(1, (lambda * 4 ** -Math.floor(at / n)) / n) // c_c,i
    return (1 - rate) * value + Math.sqrt(muEff * rate * (2 - rate)) * zMean[at % n]!
  })
}

function pathsFor(n: number): number {
  return 4 + Math.floor(3 * Math.log(n))
}

/** The square of a vector's length. */
export function squareOf(z: Float64Array): number {
  let sum = 0
  for (let i = 0; i < z.length; i++) sum += z[i]! * z[i]!
  return sum
}
