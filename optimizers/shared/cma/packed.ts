/** Symmetric and lower triangular matrices, packed: row i has i + 1 entries, so that rows lie one after the other. */

/** Where row i begins; for i = n, how many entries n rows have. */
export function rowAt(i: number): number {
  return (i * (i + 1)) / 2
}

/**
 * The lower triangular L with L L' = covariance (Cholesky). Rounding can take a covariance its definiteness: its diagonal
 * is raised then, as little as gives it back.
 */
export function factorise(covariance: Float64Array, n: number) {
  let largest = 0
  for (let i = 0; i < n; i++) largest = Math.max(largest, covariance[rowAt(i) + i]!)
  for (let ridge = 0; ridge <= largest; ridge = ridge === 0 ? 1e-14 * largest : 100 * ridge) {
    const raised = ridge === 0 ? covariance : raise(covariance, n, ridge)
    const factor = tryFactor(raised, n)
    if (factor) return { covariance: raised, factor }
    if (largest === 0) break
  }
  throw new RangeError('a covariance needs positive variances')
}

/** The x with M x = right, of a positive definite matrix; undefined of any other. */
export function solvePositive(matrix: Float64Array, right: Float64Array): Float64Array | undefined {
  const n = right.length
  const factor = tryFactor(matrix, n)
  if (factor === undefined) return undefined
  const x = solveTransposed(factor, solveLower(factor, right))
  return x.every(Number.isFinite) ? x : undefined
}

/** L x. */
export function multiplyLower(factor: Float64Array, x: Float64Array): Float64Array {
  const y = new Float64Array(x.length)
  for (let i = 0, at = 0; i < x.length; i++) {
    let sum = 0
    for (let j = 0; j <= i; j++, at++) sum += factor[at]! * x[j]!
    y[i] = sum
  }
  return y
}

/** L' x. */
export function multiplyTransposed(factor: Float64Array, x: Float64Array): Float64Array {
  const y = new Float64Array(x.length)
  for (let i = 0, at = 0; i < x.length; i++) for (let j = 0; j <= i; j++, at++) y[j]! += factor[at]! * x[i]!
  return y
}

/** The x with L x = right. */
export function solveLower(factor: Float64Array, right: Float64Array): Float64Array {
  const x = Float64Array.from(right)
  for (let i = 0; i < x.length; i++) {
    const row = rowAt(i)
    for (let j = 0; j < i; j++) x[i]! -= factor[row + j]! * x[j]!
    x[i]! /= factor[row + i]!
  }
  return x
}

/** The x with L' x = right. */
export function solveTransposed(factor: Float64Array, right: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(right)
  for (let i = x.length - 1; i >= 0; i--) {
    const row = rowAt(i)
    x[i]! /= factor[row + i]!
    for (let j = 0; j < i; j++) x[j]! -= factor[row + j]! * x[i]!
  }
  return x
}

function raise(covariance: Float64Array, n: number, by: number): Float64Array {
  const raised = Float64Array.from(covariance)
  for (let i = 0; i < n; i++) raised[rowAt(i) + i]! += by
  return raised
}

function tryFactor(matrix: Float64Array, n: number): Float64Array | undefined {
  const factor = new Float64Array(matrix.length)
  for (let i = 0; i < n; i++) {
    const row = rowAt(i)
    for (let j = 0; j <= i; j++) {
      const other = rowAt(j)
      let rest = matrix[row + j]!
      for (let k = 0; k < j; k++) rest -= factor[row + k]! * factor[other + k]!
      if (j < i) factor[row + j] = rest / factor[other + j]!
      else if (rest > 0) factor[row + i] = Math.sqrt(rest)
      else return undefined
    }
  }
  return factor
}
