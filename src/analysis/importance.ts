import { checkAnalysis, completeRows, type Factor } from './factor.ts'
import { groupRows } from './groups.ts'
import { ranksOf, valuesAt } from './ranks.ts'
import { decompose, doVary } from './variation.ts'

/** How much a factor alone says about an output. */
export interface Importance {
  readonly name: string
  /** How much it explains, from 0, nothing, to 1, everything; null if the output or the factor never changes. */
  readonly importance: number | null
}

/**
 * The correlation ratio of the ranks of an output on every factor: the part of their variance that the factor explains
 * alone, as any curve and not only a monotonic one (a given-data estimate of Sobol's first index of the ranks; Plischke,
 * Borgonovo and Smith 2013, "Global sensitivity measures from given data"), less what chance would explain (epsilon
 * squared; Kelley 1935, "An unbiased correlation ratio measure"). Most important first.
 *
 * It takes any rows, also those of a search; what a search has not varied it cannot see, and where two factors were varied
 * together both get what either does.
 */
export function importances(
  factors: readonly Factor[],
  output: ArrayLike<number>,
  ...surplus: readonly never[]
): Importance[] {
  checkAnalysis('importances', factors, output, surplus)
  const complete = completeRows(output)
  return factors
    .map((factor) => ({ name: factor.name, importance: importanceOf(factor, output, complete) }))
    .sort((a, b) => (b.importance ?? -1) - (a.importance ?? -1))
}

function importanceOf(factor: Factor, output: ArrayLike<number>, complete: readonly number[]): number | null {
  const rows = complete.filter((row) => !Number.isNaN(factor.values[row]!))
  const values = valuesAt(output, rows)
  const groups = groupRows({ ...factor, values: valuesAt(factor.values, rows) }, [...rows.keys()])
  const free = rows.length - groups.length
  if (groups.length < 2 || free < 1 || !doVary(values)) return null
  const { within } = decompose(
    groups.map((group) => group.rows),
    ranksOf(values),
  )
  return within === null ? null : Math.max(0, 1 - within / (free / (rows.length - 1)))
}
