import { ConfigurationError } from '../core/errors.ts'
import { aList, checkArgument, refuseSurplus, someNumbers } from '../core/options.ts'
import { show } from '../core/text.ts'

/** One axis of the parameters over all rows of a table: a number a row. */
export interface Factor {
  readonly name: string
  /** Its numbers; for what is no number, the places of its levels in `labels`. NaN where a row has none. */
  readonly values: ArrayLike<number>
  /** What the levels are called, where they are no numbers. They have no order unless `isOrdered`. */
  readonly labels?: readonly string[] | undefined
  /** Whether levels that have labels have an order: the first is the lowest. */
  readonly isOrdered?: boolean | undefined
  /** Whether its values are the levels of a grid: they are never merged, however many they are. */
  readonly hasLevels?: boolean | undefined
}

/** The rows in which the output is a number. */
export function completeRows(output: ArrayLike<number>): number[] {
  const rows: number[] = []
  for (let row = 0; row < output.length; row++) if (Number.isFinite(output[row]!)) rows.push(row)
  return rows
}

/** @throws ConfigurationError for what is no list of factors */
export function checkFactors(analysis: string, factors: readonly Factor[]): void {
  checkArgument(analysis, 'factors', factors, aList)
  const other = factors.findIndex((factor) => someNumbers(factor?.values) !== undefined)
  if (other < 0) return
  throw new ConfigurationError(
    `${analysis} needs factors like { name, values: [1, 2] }, got ${show(factors[other])} in place ${other}`,
  )
}

/**
 * What every analysis of factors and an output begins with.
 *
 * @param surplus whatever stands behind both
 * @throws ConfigurationError for what is none of them, or too much
 * @throws RangeError unless every factor has a value for every output
 */
export function checkAnalysis(
  analysis: string,
  factors: readonly Factor[],
  output: ArrayLike<number>,
  surplus: readonly never[],
): void {
  refuseSurplus(analysis, 2, surplus, '')
  checkFactors(analysis, factors)
  checkArgument(analysis, 'output', output, someNumbers)
  const other = factors.find(({ values }) => values.length !== output.length)
  if (other === undefined) return
  throw new RangeError(
    `${analysis} needs as many values of ${other.name} as outputs, got ${other.values.length} and ${output.length}`,
  )
}
