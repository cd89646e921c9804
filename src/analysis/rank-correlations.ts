import { checkAnalysis, completeRows, type Factor } from './factor.ts'
import { ranksOf, valuesAt } from './ranks.ts'

/** How an output goes up and down with a factor; null where that means nothing, as for a factor that never changes. */
export interface RankCorrelation {
  readonly name: string
  /** Spearman's rank correlation. */
  readonly spearman: number | null
  /** What is left of it once the linear effect of the ranks of all other factors is taken out of both. */
  readonly partial: number | null
}

/**
 * Spearman's rank correlation of an output with every factor, and the partial one (Saltelli and Marivoet 1990,
 * "Non-parametric statistics in sensitivity analysis for model output"; Iman and Hora 1990). Both see only what is
 * monotonic. A factor without an order has neither, and is left out of the others' partial correlations; with two levels
 * it has one, the first level being the lower. A factor that some rows have no value of, as where it does not apply, has
 * Spearman's over the others, and no part in partial ones.
 */
export function rankCorrelations(
  factors: readonly Factor[],
  output: ArrayLike<number>,
  ...surplus: readonly never[]
): RankCorrelation[] {
  checkAnalysis('rankCorrelations', factors, output, surplus)
  const rows = completeRows(output)
  const rowsOf = ({ values }: Factor) => rows.filter((row) => !Number.isNaN(values[row]!))
  const isOrdered = ({ labels, isOrdered = false }: Factor) => labels === undefined || labels.length === 2 || isOrdered
  const isWhole = ({ values }: Factor) => rows.every((row) => !Number.isNaN(values[row]!))
  const ordered = factors.filter((factor) => isOrdered(factor) && isWhole(factor))
  const columns = [...ordered.map(({ values }) => values), output].map((values) =>
    standardRanks(valuesAt(values, rows)),
  )
  const target = columns.length - 1
  const matrix: number[][] = columns.map(() => [])
  for (const [i, a] of columns.entries()) {
    for (const [j, b] of columns.slice(0, i + 1).entries()) matrix[i]![j] = matrix[j]![i] = a && b ? dot(a, b) : 0
  }
  const partial = partialCorrelations(matrix, columns[target] ? columns.flatMap((c, i) => (c ? [i] : [])) : [], target)
  return factors.map((factor) => {
    const at = ordered.indexOf(factor)
    if (at < 0 && isOrdered(factor)) {
      return { name: factor.name, spearman: spearman(factor.values, output, rowsOf(factor)), partial: null }
    }
    const isKnown = at >= 0 && columns[at] && columns[target]
    return {
      name: factor.name,
      spearman: isKnown ? clip(matrix[at]![target]!) : null,
      // As many rows as factors and output leave nothing over to correlate.
      partial: isKnown && rows.length > columns.length ? (partial.get(at) ?? null) : null,
    }
  })
}

function spearman(values: ArrayLike<number>, output: ArrayLike<number>, rows: readonly number[]): number | null {
  const [a, b] = [values, output].map((column) => standardRanks(valuesAt(column, rows)))
  return a && b ? clip(dot(a, b)) : null
}

/** Ranks with mean 0 and length 1; undefined if all are equal but for rounding. */
function standardRanks(values: Float64Array): Float64Array | undefined {
  const ranks = ranksOf(values)
  const mean = (values.length + 1) / 2
  for (let i = 0; i < ranks.length; i++) ranks[i]! -= mean
  const length = Math.sqrt(dot(ranks, ranks))
  if (!(length > 0)) return undefined
  for (let i = 0; i < ranks.length; i++) ranks[i]! /= length
  return ranks
}

/** What of a variable's variance is left when it follows from others, in rounding errors. */
const negligible = 1e-10

/**
 * The partial correlation of each variable with the target, all other variables being held. A variable that follows from
 * the others has none, and no variable has one if the target follows from the others.
 */
function partialCorrelations(
  matrix: readonly (readonly number[])[],
  variables: readonly number[],
  target: number,
): ReadonlyMap<number, number> {
  const result = new Map<number, number>()
  const factors = variables.filter((variable) => variable !== target)
  const all = sweep(matrix, factors)
  for (const factor of factors) {
    // The inverse of the whole matrix has all partial correlations in it; it is there if no factor follows from others.
    const swept = all.isWhole ? unsweep(all.matrix, factor) : sweep(matrix, without(factors, factor)).matrix
    const [own, rest, both] = [swept[factor]![factor]!, swept[target]![target]!, swept[factor]![target]!]
    if (own > negligible && rest > negligible) result.set(factor, clip(both / Math.sqrt(own * rest)))
  }
  return result
}

/**
 * Takes the variables out of the matrix (the sweep operator; Goodnight 1979, "A tutorial on the sweep operator"): what
 * remains of the others are the covariances of their residuals.
 */
function sweep(matrix: readonly (readonly number[])[], variables: readonly number[]) {
  const swept = matrix.map((row) => Float64Array.from(row))
  let isWhole = true
  for (const k of variables) {
    if (swept[k]![k]! > negligible) sweepAt(swept, k, 1)
    else isWhole = false
  }
  return { matrix: swept, isWhole }
}

/** The matrix as if that variable had not been taken out. */
function unsweep(matrix: readonly Float64Array[], k: number): Float64Array[] {
  const copy = matrix.map((row) => row.slice())
  sweepAt(copy, k, -1)
  return copy
}

function sweepAt(matrix: readonly Float64Array[], k: number, direction: 1 | -1): void {
  const pivot = matrix[k]![k]!
  const row = matrix[k]!.slice()
  for (let i = 0; i < matrix.length; i++) {
    if (i === k) continue
    const factor = matrix[i]![k]! / pivot
    for (let j = 0; j < row.length; j++) if (j !== k) matrix[i]![j]! -= factor * row[j]!
    matrix[i]![k] = direction * factor
  }
  for (let j = 0; j < row.length; j++) matrix[k]![j] = (direction * row[j]!) / pivot
  matrix[k]![k] = -1 / pivot
}

function without(items: readonly number[], item: number): number[] {
  return items.filter((other) => other !== item)
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function clip(correlation: number): number {
  return Math.max(-1, Math.min(1, correlation))
}
