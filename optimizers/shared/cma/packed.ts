/**
 * Symmetric and lower triangular matrices, packed: row i has i + 1 entries, so that rows lie one after the other. Sums of
 * four rows are taken side by side, as a processor waits for each addition before the next of the same sum; each sum by
 * itself keeps its order, so that its last bits do not depend on that.
 */

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
  const n = x.length
  const y = new Float64Array(n)
  let i = 0
  for (; i + 3 < n; i += 4) {
    const [a, b, c, d] = [rowAt(i), rowAt(i + 1), rowAt(i + 2), rowAt(i + 3)]
    let [p, q, r, s] = [0, 0, 0, 0]
    for (let j = 0; j <= i; j++) {
      const xj = x[j]!
      p += factor[a + j]! * xj
      q += factor[b + j]! * xj
      r += factor[c + j]! * xj
      s += factor[d + j]! * xj
    }
    y[i] = p
    y[i + 1] = sumFrom(i + 1, i + 1, q)
    y[i + 2] = sumFrom(i + 2, i + 1, r)
    y[i + 3] = sumFrom(i + 3, i + 1, s)
  }
  for (; i < n; i++) y[i] = sumFrom(i, 0, 0)
  return y

  /** The rest of row i, from column j on. */
  function sumFrom(i: number, from: number, sum: number): number {
    const row = rowAt(i)
    let whole = sum
    for (let j = from; j <= i; j++) whole += factor[row + j]! * x[j]!
    return whole
  }
}

/** L' x. */
export function multiplyTransposed(factor: Float64Array, x: Float64Array): Float64Array {
  const y = new Float64Array(x.length)
  for (let i = 0, at = 0; i < x.length; i++) {
    const xi = x[i]!
    for (let j = 0; j <= i; j++, at++) y[j]! += factor[at]! * xi
  }
  return y
}

/** The x with L x = right. */
export function solveLower(factor: Float64Array, right: Float64Array): Float64Array {
  const x = Float64Array.from(right)
  for (let i = 0; i < x.length; i++) {
    const row = rowAt(i)
    let rest = x[i]!
    for (let j = 0; j < i; j++) rest -= factor[row + j]! * x[j]!
    x[i] = rest / factor[row + i]!
  }
  return x
}

/** The x with L' x = right. */
export function solveTransposed(factor: Float64Array, right: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(right)
  for (let i = x.length - 1; i >= 0; i--) {
    const row = rowAt(i)
    const xi = x[i]! / factor[row + i]!
    x[i] = xi
    for (let j = 0; j < i; j++) x[j]! -= factor[row + j]! * xi
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
  for (let i = 0; i < n; i += 4) {
    const isWhole = i + 3 < n
    if (isWhole) factorFourRows(matrix, factor, i)
    for (let row = i; row < Math.min(i + 4, n); row++) {
      if (!factorRow(matrix, factor, row, isWhole ? i : 0)) return undefined
    }
  }
  return factor
}

/** Rows i to i + 3 of the factor, in the columns before i. */
function factorFourRows(matrix: Float64Array, factor: Float64Array, i: number): void {
  const [a, b, c, d] = [rowAt(i), rowAt(i + 1), rowAt(i + 2), rowAt(i + 3)]
  for (let j = 0, other = 0; j < i; other += ++j) {
    let p = matrix[a + j]!
    let q = matrix[b + j]!
    let r = matrix[c + j]!
    let s = matrix[d + j]!
    for (let k = 0; k < j; k++) {
      const known = factor[other + k]!
      p -= factor[a + k]! * known
      q -= factor[b + k]! * known
      r -= factor[c + k]! * known
      s -= factor[d + k]! * known
    }
    const pivot = factor[other + j]!
    factor[a + j] = p / pivot
    factor[b + j] = q / pivot
    factor[c + j] = r / pivot
    factor[d + j] = s / pivot
  }
}

/** Row i of the factor from a column on; false where the matrix is not positive definite. */
function factorRow(matrix: Float64Array, factor: Float64Array, i: number, from: number): boolean {
  const row = rowAt(i)
  for (let j = from; j <= i; j++) {
    const other = rowAt(j)
    let rest = matrix[row + j]!
    for (let k = 0; k < j; k++) rest -= factor[row + k]! * factor[other + k]!
    if (j < i) factor[row + j] = rest / factor[other + j]!
    else if (rest > 0) factor[row + i] = Math.sqrt(rest)
    else return false
  }
  return true
}
