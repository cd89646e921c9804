import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { checkArgument, type OptionCheck, someNumbers } from '../../src/core/options.ts'
import { show } from '../../src/core/text.ts'

/** A square matrix by rows, as a state may hold it. */
export type SquareMatrix = readonly (readonly number[])[]

export function meanOf(points: readonly (readonly number[])[]): number[] {
  checkArgument('meanOf', 'its argument', points, somePoints)
  const mean = new Array<number>(points[0]!.length).fill(0)
  for (const point of points) for (let i = 0; i < mean.length; i++) mean[i]! += point[i]! / points.length
  return mean
}

export function diagonal(values: readonly number[]): number[][] {
  checkArgument('diagonal', 'its argument', values, someNumbers)
  return values.map((value, i) => values.map((_, j) => (i === j ? value : 0)))
}

export function add(matrix: SquareMatrix, other: SquareMatrix): number[][] {
  checkArgument('add', 'the first matrix', matrix, aMatrix)
  checkArgument('add', 'the other matrix', other, aMatrix)
  return matrix.map((row, i) => row.map((value, j) => value + other[i]![j]!))
}

/** What lies between `old` and `fresh`: `weight` is how much of the old stays. */
export function blend(old: readonly number[], fresh: readonly number[], weight: number): number[] {
  checkArgument('blend', 'what is old', old, someNumbers)
  checkArgument('blend', 'what is fresh', fresh, someNumbers)
  return fresh.map((value, i) => weight * old[i]! + (1 - weight) * value + 0)
}

/**
 * The covariance of the points, shrunk towards its diagonal by as much as their number asks for: with fewer points than
 * dimensions it is of full rank all the same (Schaefer and Strimmer 2005, "A shrinkage approach to large-scale
 * covariance matrix estimation", Table 2, target D). No variance falls below its floor.
 */
export function covarianceOf(points: readonly (readonly number[])[], floors: readonly number[]): number[][] {
  checkArgument('covarianceOf', 'floors', floors, someNumbers)
  checkArgument('covarianceOf', 'points', points, someRows)
  const n = points.length
  const d = floors.length
  if (n < 2) return diagonal(floors)
  const mean = meanOf(points)
  const deviations = points.map((point) => point.map((x, i) => x - mean[i]!))
  const covariance = floors.map(() => new Array<number>(d).fill(0))
  let squares = 0
  let uncertainty = 0
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (const x of deviations) sum += x[i]! * x[j]!
      covariance[i]![j] = covariance[j]![i] = sum / (n - 1)
    }
  }
  const scale = covariance.map((row, i) => Math.sqrt(row[i]!) || 1)
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const scaled = 1 / (scale[i]! * scale[j]!)
      const mid = covariance[i]![j]! * scaled * ((n - 1) / n)
      let spread = 0
      for (const x of deviations) spread += (x[i]! * x[j]! * scaled - mid) ** 2
      uncertainty += (n / (n - 1) ** 3) * spread // of a correlation, so that axes of any width count alike
      squares += (mid * (n / (n - 1))) ** 2
    }
  }
  const kept = 1 - Math.min(1, Math.max(leastShrinkage, squares > 0 ? uncertainty / squares : 1))
  return covariance.map((row, i) => row.map((value, j) => (i === j ? Math.max(value, floors[i]!) : value * kept) + 0))
}

/** Points that lie exactly on a line would make a singular matrix otherwise. */
const leastShrinkage = 1e-9

/**
 * The lower triangular L with L L' = covariance. What rounding took from a nearly singular matrix is given back to its
 * diagonal, as little as makes it positive definite.
 */
export function factorOf(covariance: SquareMatrix): number[][] {
  checkArgument('factorOf', 'its argument', covariance, aMatrix)
  for (let ridge = 0; ridge <= 1; ridge = ridge === 0 ? 1e-14 : ridge * 10) {
    const matrix = new Matrix(
      covariance.map((row, i) =>
        row.map((value, j) => (i === j ? value * (1 + ridge) : i > j ? value : covariance[j]![i]!)),
      ),
    )
    const cholesky = new CholeskyDecomposition(matrix)
    if (cholesky.isPositiveDefinite()) return cholesky.lowerTriangularMatrix.to2DArray()
  }
  return diagonal(covariance.map((row, i) => Math.sqrt(Math.max(0, row[i]!))))
}

/** `offset + factor * step`. */
export function affine(offset: readonly number[], factor: SquareMatrix, step: readonly number[]): number[] {
  checkArgument('affine', 'the offset', offset, someNumbers)
  checkArgument('affine', 'the factor', factor, aMatrix)
  checkArgument('affine', 'the step', step, someNumbers)
  return offset.map((value, i) => {
    const row = factor[i]!
    let sum = value
    for (let k = 0; k < row.length; k++) sum += row[k]! * step[k]!
    return sum
  })
}

/** A symmetric matrix as its eigenvalues, smallest first, and their eigenvectors of length 1. */
export interface Eigen {
  readonly values: readonly number[]
  /** `vectors[i]` belongs to `values[i]`. */
  readonly vectors: SquareMatrix
}

/** @param matrix of which the lower triangle is read */
export function eigenOf(matrix: SquareMatrix): Eigen {
  checkArgument('eigenOf', 'its argument', matrix, aMatrix)
  const symmetric = matrix.map((row, i) => row.map((value, j) => (i >= j ? value : matrix[j]![i]!)))
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(symmetric), {
    assumeSymmetric: true,
  })
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[a]! - realEigenvalues[b]!)
  return { values: order.map((i) => realEigenvalues[i]!), vectors: order.map((i) => eigenvectorMatrix.getColumn(i)) }
}

/** Lists of numbers, by the first of them; none as well. */
const someRows: OptionCheck = (value) =>
  Array.isArray(value) && (value.length === 0 || someNumbers(value[0]) === undefined)
    ? undefined
    : `needs a list of points, each a list of numbers, got ${show(value)}`

const somePoints: OptionCheck = (value) =>
  someRows(value) ?? ((value as readonly unknown[]).length > 0 ? undefined : 'needs at least one point, got none')

const aMatrix: OptionCheck = (value) =>
  someRows(value) === undefined ? undefined : `needs a matrix, as a list of rows, got ${show(value)}`
