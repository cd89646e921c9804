/**
 * What an instance of a BBOB function is drawn from (Hansen, Finck, Ros and Auger 2009, "Real-Parameter Black-Box
 * Optimization Benchmarking 2009: Noiseless Functions Definitions"): a generator of its own, so that every program has
 * the same optima and rotations.
 */

/** `count` numbers in (0, 1): the minimal standard generator (Park and Miller) with a shuffle (Bays and Durham). */
export function uniforms(count: number, seed: number): Float64Array {
  const table = new Float64Array(32)
  let current = Math.max(1, Math.abs(seed))
  for (let i = 39; i >= 0; i--) {
    current = nextOf(current)
    if (i < 32) table[i] = current
  }
  let last = table[0]!
  return Float64Array.from({ length: count }, () => {
    current = nextOf(current)
    const at = Math.floor(last / 67108865)
    last = table[at]!
    table[at] = current
    return last / 2.147483647e9 || 1e-99
  })
}

function nextOf(current: number): number {
  const quotient = Math.floor(current / 127773)
  const next = 16807 * (current - quotient * 127773) - 2836 * quotient
  return next < 0 ? next + 2147483647 : next
}

/** Normal numbers by Box and Muller: the angles are the second half of the same stream. */
export function normals(count: number, seed: number): Float64Array {
  const u = uniforms(2 * count, seed)
  return Float64Array.from(
    { length: count },
    (_, k) => Math.sqrt(-2 * Math.log(u[k]!)) * Math.cos(2 * Math.PI * u[count + k]!) || 1e-99,
  )
}

/** A square matrix, row after row. */
export type Matrix = Float64Array

/** An orthogonal matrix: normal numbers, whose rows are made orthonormal one after the other (Gram and Schmidt). */
export function rotation(seed: number, n: number): Matrix {
  const rows = normals(n * n, seed)
  for (let i = 0; i < n; i++) {
    const row = rows.subarray(i * n, (i + 1) * n)
    for (let j = 0; j < i; j++) {
      const other = rows.subarray(j * n, (j + 1) * n)
      const shadow = dot(row, other)
      for (let k = 0; k < n; k++) row[k]! -= shadow * other[k]!
    }
    const length = Math.sqrt(dot(row, row))
    for (let k = 0; k < n; k++) row[k]! /= length
  }
  return rows
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!
  return sum
}

/** Where the optimum lies, if the function has no other place for it: on a grid of 8e-4 in [-4, 4]. */
export function optimumOf(seed: number, n: number): Float64Array {
  return uniforms(n, seed).map((u) => (8 * Math.floor(1e4 * u)) / 1e4 - 4 || -1e-5)
}

/** The value at the optimum: a ratio of two normal numbers, within [-1000, 1000], to two decimals. */
export function leastValueOf(seed: number): number {
  const ratio = normals(1, seed)[0]! / normals(1, seed + 1)[0]!
  return Math.min(1000, Math.max(-1000, Math.round(100 * 100 * ratio) / 100))
}

/** (M diag(scales)) N. */
export function scaledProduct(m: Matrix, scales: ArrayLike<number>, other: Matrix): Matrix {
  const n = scales.length
  const product = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = m[i * n + k]! * scales[k]!
      for (let j = 0; j < n; j++) product[i * n + j]! += factor * other[k * n + j]!
    }
  }
  return product
}

/** M diag(scales). */
export function scaledColumns(m: Matrix, scales: ArrayLike<number>): Matrix {
  return m.map((value, at) => value * scales[at % scales.length]!)
}

/** The row vector x times M, written to `product`. */
export function rowTimes(x: ArrayLike<number>, m: Matrix, product: Float64Array): Float64Array {
  const n = product.length
  product.fill(0)
  for (let i = 0; i < n; i++) {
    const value = x[i]!
    for (let j = 0, at = i * n; j < n; j++, at++) product[j]! += value * m[at]!
  }
  return product
}

/** M times the column vector x. */
export function timesColumn(m: Matrix, x: ArrayLike<number>): Float64Array {
  const n = x.length
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0
    for (let j = 0; j < n; j++) sum += m[i * n + j]! * x[j]!
    return sum
  })
}
