import {
  leastValueOf,
  type Matrix,
  normals,
  optimumOf,
  rotation,
  rowTimes,
  scaledColumns,
  scaledProduct,
  timesColumn,
  uniforms,
} from './instances.ts'

/** One of the 24 noiseless BBOB functions, to be minimized over [-5, 5]^n. */
export interface BbobFunction {
  readonly optimum: Float64Array
  readonly leastValue: number
  readonly evaluate: (x: ArrayLike<number>) => number
}

export const bbobNumbers: readonly number[] = Array.from({ length: 24 }, (_, i) => i + 1)

/** The first five: one coordinate at a time solves them. */
export const separableNumbers: readonly number[] = [1, 2, 3, 4, 5]

/**
 * A BBOB function (Hansen, Finck, Ros and Auger 2009, the sections 1 to 24).
 *
 * @param instance from 1: where the optimum lies, and the rotations
 */
export function bbobFunction(number: number, instance: number, n: number): BbobFunction {
  const define = definitions[number - 1]
  if (define === undefined) throw new RangeError(`a BBOB function needs a number from 1 to 24, got ${number}`)
  const family = number === 4 ? 3 : number === 18 ? 17 : number // these share optimum and rotations with their neighbour
  const seed = family + 10000 * instance
  const leastValue = leastValueOf(seed)
  const { optimum, core } = define({ n, seed })
  return { optimum, leastValue, evaluate: (x) => core(x) + leastValue }
}

interface Instance {
  readonly n: number
  readonly seed: number
}

interface Definition {
  readonly optimum: Float64Array
  /** 0 at the optimum; any penalty outside of the domain is part of it. */
  readonly core: (x: ArrayLike<number>) => number
}

const definitions: readonly ((instance: Instance) => Definition)[] = [
  sphere,
  ellipsoid,
  rastrigin,
  buecheRastrigin,
  linearSlope,
  attractiveSector,
  stepEllipsoid,
  rosenbrock,
  rotatedRosenbrock,
  rotatedEllipsoid,
  discus,
  bentCigar,
  sharpRidge,
  differentPowers,
  rotatedRastrigin,
  weierstrass,
  (instance) => schaffers(instance, 10),
  (instance) => schaffers(instance, 1000),
  griewankRosenbrock,
  schwefel,
  (instance) => gallagher(instance, { peaks: 101, first: Math.sqrt(1000), spread: 1 }),
  (instance) => gallagher(instance, { peaks: 21, first: 1000, spread: 0.98 }),
  katsuura,
  lunacek,
]

function sphere({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n)
  return { optimum, core: (x) => sum(n, (i) => (x[i]! - optimum[i]!) ** 2) }
}

function ellipsoid({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n)
  const weights = powers(1e6, n)
  return { optimum, core: (x) => sum(n, (i) => weights[i]! * oscillated(x[i]! - optimum[i]!) ** 2) }
}

function rastrigin({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n)
  const scales = powers(10 ** 0.5, n)
  const z = new Float64Array(n)
  return {
    optimum,
    core(x) {
      for (let i = 0; i < n; i++) {
        z[i] = scales[i]! * asymmetric(oscillated(x[i]! - optimum[i]!), 0.2 * partOf(i, n))
      }
      return rastriginOf(z)
    },
  }
}

function buecheRastrigin({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n).map((value, i) => (i % 2 === 0 ? Math.abs(value) : value))
  const scales = powers(10 ** 0.5, n)
  const z = new Float64Array(n)
  return {
    optimum,
    core(x) {
      for (let i = 0; i < n; i++) {
        const value = oscillated(x[i]! - optimum[i]!)
        z[i] = (i % 2 === 0 && value > 0 ? 10 * value : value) * scales[i]!
      }
      return rastriginOf(z) + 100 * outside(x)
    },
  }
}

function linearSlope({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n).map((value) => 5 * Math.sign(value))
  const slopes = powers(10, n).map((value, i) => -Math.sign(optimum[i]!) * value)
  const total = 5 * sum(n, (i) => Math.abs(slopes[i]!))
  return {
    optimum,
    core: (x) => sum(n, (i) => slopes[i]! * (x[i]! * optimum[i]! > 25 ? 5 * Math.sign(x[i]!) : x[i]!)) + total,
  }
}

function attractiveSector({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n)
  const z = shifted(optimum, scaledProduct(rotation(seed, n), powers(10 ** 0.5, n), rotation(seed + 1e6, n)))
  return {
    optimum,
    core(x) {
      const at = z(x)
      return oscillated(sum(n, (i) => (at[i]! * optimum[i]! > 0 ? (100 * at[i]!) ** 2 : at[i]! ** 2))) ** 0.9
    },
  }
}

function stepEllipsoid({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n)
  const z = shifted(optimum, scaledColumns(rotation(seed, n), powers(10 ** 0.5, n)))
  const turn = rotation(seed + 1e6, n)
  const weights = powers(100, n)
  const y = new Float64Array(n)
  return {
    optimum,
    core(x) {
      const at = z(x)
      const first = Math.abs(at[0]!)
      for (let i = 0; i < n; i++) {
        at[i] = Math.abs(at[i]!) > 0.5 ? Math.round(at[i]!) : Math.round(10 * at[i]!) / 10
      }
      rowTimes(at, turn, y)
      return (
        0.1 *
          Math.max(
            1e-4 * first,
            sum(n, (i) => weights[i]! * y[i]! ** 2),
          ) +
        outside(x)
      )
    },
  }
}

function rosenbrock({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n).map((value) => 0.75 * value)
  const scale = Math.max(1, Math.sqrt(n) / 8)
  const z = new Float64Array(n)
  return {
    optimum,
    core(x) {
      for (let i = 0; i < n; i++) z[i] = scale * (x[i]! - optimum[i]!) + 1
      return rosenbrockOf(z)
    },
  }
}

function rotatedRosenbrock({ n, seed }: Instance): Definition {
  const { optimum, z } = valley({ n, seed })
  return { optimum, core: (x) => rosenbrockOf(z(x)) }
}

/** The rotated and scaled coordinates of Rosenbrock's valley, in which the optimum is at 1. */
function valley({ n, seed }: Instance) {
  const scale = Math.max(1, Math.sqrt(n) / 8)
  const turn = rotation(seed, n).map((value) => scale * value)
  const optimum = timesColumn(turn, new Float64Array(n).fill(0.5)).map((value) => value / scale ** 2)
  const z = new Float64Array(n)
  return { optimum, z: (x: ArrayLike<number>) => shift(rowTimes(x, turn, z), 0.5) }
}

function rotatedEllipsoid({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n)
  const z = shifted(optimum, rotation(seed + 1e6, n))
  const weights = powers(1e6, n)
  return {
    optimum,
    core(x) {
      const at = z(x)
      return sum(n, (i) => weights[i]! * oscillated(at[i]!) ** 2)
    },
  }
}

function discus({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n)
  const z = shifted(optimum, rotation(seed + 1e6, n))
  return {
    optimum,
    core(x) {
      const at = z(x)
      return sum(n, (i) => (i === 0 ? 1e6 : 1) * oscillated(at[i]!) ** 2)
    },
  }
}

function bentCigar({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed + 1e6, n)
  const turn = rotation(seed + 1e6, n)
  const z = shifted(optimum, turn)
  const y = new Float64Array(n)
  return {
    optimum,
    core(x) {
      const at = z(x)
      for (let i = 0; i < n; i++) at[i] = asymmetric(at[i]!, 0.5 * partOf(i, n))
      rowTimes(at, turn, y)
      return sum(n, (i) => (i === 0 ? 1 : 1e6) * y[i]! ** 2)
    },
  }
}

function sharpRidge({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n)
  const z = shifted(optimum, scaledProduct(rotation(seed, n), powers(10 ** 0.5, n), rotation(seed + 1e6, n)))
  return {
    optimum,
    core(x) {
      const at = z(x)
      return at[0]! ** 2 + 100 * Math.sqrt(sum(n, (i) => (i === 0 ? 0 : at[i]! ** 2)))
    },
  }
}

function differentPowers({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n)
  const z = shifted(optimum, rotation(seed + 1e6, n))
  return {
    optimum,
    core(x) {
      const at = z(x)
      return Math.sqrt(sum(n, (i) => Math.abs(at[i]!) ** (2 + 4 * partOf(i, n))))
    },
  }
}

function rotatedRastrigin({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n)
  const turn = rotation(seed + 1e6, n)
  const z = shifted(optimum, turn)
  const stretch = scaledProduct(rotation(seed, n), powers(10 ** 0.5, n), turn)
  const y = new Float64Array(n)
  return {
    optimum,
    core(x) {
      const at = z(x)
      for (let i = 0; i < n; i++) at[i] = asymmetric(oscillated(at[i]!), 0.2 * partOf(i, n))
      return rastriginOf(rowTimes(at, stretch, y))
    },
  }
}

function weierstrass({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n)
  const turn = rotation(seed + 1e6, n)
  const z = shifted(optimum, turn)
  const stretch = scaledProduct(rotation(seed, n), powers(0.1, n), turn)
  const y = new Float64Array(n)
  const wave = (at: number) => sum(12, (k) => 0.5 ** k * Math.cos(2 * Math.PI * 3 ** k * at))
  const least = wave(0.5)
  return {
    optimum,
    core(x) {
      const at = z(x)
      for (let i = 0; i < n; i++) at[i] = oscillated(at[i]!)
      rowTimes(at, stretch, y)
      return 10 * (sum(n, (i) => wave(y[i]! + 0.5)) / n - least) ** 3 + (10 / n) * outside(x)
    },
  }
}

function schaffers({ n, seed }: Instance, condition: number): Definition {
  const optimum = optimumOf(seed, n)
  const z = shifted(optimum, rotation(seed + 1e6, n))
  const stretch = scaledColumns(rotation(seed, n), powers(condition ** 0.5, n))
  const y = new Float64Array(n)
  return {
    optimum,
    core(x) {
      const at = z(x)
      for (let i = 0; i < n; i++) at[i] = asymmetric(at[i]!, 0.5 * partOf(i, n))
      rowTimes(at, stretch, y)
      const total = sum(n - 1, (i) => {
        const s = y[i]! ** 2 + y[i + 1]! ** 2
        return s ** 0.25 * (Math.sin(50 * s ** 0.1) ** 2 + 1)
      })
      return (total / (n - 1)) ** 2 + 10 * outside(x)
    },
  }
}

function griewankRosenbrock({ n, seed }: Instance): Definition {
  const { optimum, z } = valley({ n, seed })
  return {
    optimum,
    core(x) {
      const at = z(x)
      const total = sum(n - 1, (i) => {
        const t = 100 * (at[i]! ** 2 - at[i + 1]!) ** 2 + (1 - at[i]!) ** 2
        return t / 4000 - Math.cos(t)
      })
      return 10 + (10 / (n - 1)) * total
    },
  }
}

function schwefel({ n, seed }: Instance): Definition {
  const signs = uniforms(n, seed).map((u) => Math.sign(u - 0.5))
  const half = 4.2096874633
  const optimum = signs.map((sign) => 0.5 * half * sign)
  const scales = powers(10 ** 0.5, n)
  const z = new Float64Array(n)
  return {
    optimum,
    core(x) {
      let before = 0
      for (let i = 0; i < n; i++) {
        const y = 2 * signs[i]! * x[i]!
        const mixed = i === 0 ? y : y + 0.25 * (before - half)
        before = y
        z[i] = 100 * (scales[i]! * (mixed - half) + half)
      }
      const mean = sum(n, (i) => z[i]! * Math.sin(Math.sqrt(Math.abs(z[i]!)))) / n
      const beyond = sum(n, (i) => Math.max(0, Math.abs(z[i]!) - 500) ** 2)
      return 0.01 * (418.9828872724339 - mean + beyond)
    },
  }
}

function gallagher({ n, seed }: Instance, given: { peaks: number; first: number; spread: number }): Definition {
  const { peaks, first, spread } = given
  const turn = rotation(seed, n)
  const others = ascending(uniforms(peaks - 1, seed)).map((k) => 1000 ** (k / (peaks - 2)))
  const conditions = [first, ...others]
  const scales = conditions.map((condition, k) =>
    ascending(uniforms(n, seed + 1000 * k)).map((i) => condition ** (partOf(i, n) - 0.5)),
  )
  const weights = conditions.map((_, k) => (k === 0 ? 10 : 1.1 + (8 * (k - 1)) / (peaks - 2)))
  const places = uniforms(n * peaks, seed)
  const centres = conditions.map((_, k) => {
    const place = places.subarray(k * n, (k + 1) * n).map((u) => spread * (10 * u - 5))
    const centre = rowTimes(place, turn, new Float64Array(n))
    return k === 0 ? centre.map((value) => 0.8 * value) : centre
  })
  const z = new Float64Array(n)
  return {
    optimum: timesColumn(turn, centres[0]!), // times the transpose, from the right
    core(x) {
      rowTimes(x, turn, z)
      let highest = 0
      for (let k = 0; k < peaks; k++) {
        const centre = centres[k]!
        const scale = scales[k]!
        let distance = 0
        for (let i = 0; i < n; i++) distance += scale[i]! * (z[i]! - centre[i]!) ** 2
        highest = Math.max(highest, weights[k]! * Math.exp(-distance / (2 * n)))
      }
      return oscillated(10 - highest) ** 2 + outside(x)
    },
  }
}

function katsuura({ n, seed }: Instance): Definition {
  const optimum = optimumOf(seed, n)
  const z = shifted(optimum, scaledProduct(rotation(seed, n), powers(100 ** 0.5, n), rotation(seed + 1e6, n)))
  return {
    optimum,
    core(x) {
      const at = z(x)
      let product = 1
      for (let i = 0; i < n; i++) {
        let roughness = 0
        for (let k = 1, double = 2; k <= 32; k++, double *= 2) {
          const scaled = double * at[i]!
          roughness += Math.abs(scaled - Math.round(scaled)) / double
        }
        product *= 1 + (i + 1) * roughness
      }
      return (10 / n ** 2) * (product ** (10 / n ** 1.2) - 1) + outside(x)
    },
  }
}

function lunacek({ n, seed }: Instance): Definition {
  const signs = normals(n, seed).map(Math.sign)
  const first = 2.5
  const optimum = signs.map((sign) => 0.5 * first * sign)
  const depth = 1 - 0.5 / (Math.sqrt(n + 20) - 4.1)
  const second = -Math.sqrt((first ** 2 - 1) / depth)
  const turn = scaledProduct(rotation(seed, n), powers(100 ** 0.5, n), rotation(seed + 1e6, n))
  const y = new Float64Array(n)
  const z = new Float64Array(n)
  return {
    optimum,
    core(x) {
      for (let i = 0; i < n; i++) y[i] = 2 * signs[i]! * x[i]! - first
      rowTimes(y, turn, z)
      const near = sum(n, (i) => y[i]! ** 2)
      const far = n + depth * sum(n, (i) => (y[i]! + first - second) ** 2)
      const waves = 10 * (n - sum(n, (i) => Math.cos(2 * Math.PI * z[i]!)))
      return Math.min(near, far) + waves + 1e4 * outside(x)
    },
  }
}

/** x -> (x - optimum) M, in a buffer of its own. */
function shifted(optimum: Float64Array, m: Matrix): (x: ArrayLike<number>) => Float64Array {
  const n = optimum.length
  const difference = new Float64Array(n)
  const product = new Float64Array(n)
  return (x) => {
    for (let i = 0; i < n; i++) difference[i] = x[i]! - optimum[i]!
    return rowTimes(difference, m, product)
  }
}

function shift(values: Float64Array, by: number): Float64Array {
  for (let i = 0; i < values.length; i++) values[i]! += by
  return values
}

/** T_osz: small smooth irregularities. */
function oscillated(value: number): number {
  if (value === 0) return 0
  const [a, b] = value > 0 ? [1, 0.79] : [0.55, 0.31]
  const t = 10 * Math.log(Math.abs(value))
  return Math.sign(value) * Math.exp(t + 0.49 * (Math.sin(a * t) + Math.sin(b * t))) ** 0.1
}

/** T_asy of one coordinate; `beta` already times the coordinate's part of the way from the first to the last. */
function asymmetric(value: number, beta: number): number {
  return value > 0 ? value ** (1 + beta * Math.sqrt(value)) : value
}

function rastriginOf(z: Float64Array): number {
  const n = z.length
  return 10 * (n - sum(n, (i) => Math.cos(2 * Math.PI * z[i]!))) + sum(n, (i) => z[i]! ** 2)
}

function rosenbrockOf(z: Float64Array): number {
  return sum(z.length - 1, (i) => 100 * (z[i]! ** 2 - z[i + 1]!) ** 2 + (z[i]! - 1) ** 2)
}

/** The squared distance from the domain. */
function outside(x: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < x.length; i++) {
    const beyond = Math.abs(x[i]!) - 5
    if (beyond > 0) total += beyond * beyond
  }
  return total
}

/** From 1 to `last`, in equal ratios: the diagonal of Lambda. */
function powers(last: number, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => last ** partOf(i, n))
}

function partOf(i: number, n: number): number {
  return n === 1 ? 0 : i / (n - 1)
}

/** The places of the values in the order of their size. */
function ascending(values: Float64Array): number[] {
  return [...values.keys()].sort((a, b) => values[a]! - values[b]!)
}

function sum(count: number, term: (i: number) => number): number {
  let total = 0
  for (let i = 0; i < count; i++) total += term(i)
  return total
}
