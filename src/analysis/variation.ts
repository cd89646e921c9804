import { meanOf } from '../core/samples.ts'
import { valuesAt } from './ranks.ts'
import { roundOff } from './round-off.ts'

/** Whether numbers differ by more than the rounding of what computed them: what does not vary has no variance to explain. */
export function doVary(values: ArrayLike<number>): boolean {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!)
    high = Math.max(high, values[i]!)
  }
  return high / 2 - low / 2 > (roundOff / 2) * Math.max(Math.abs(low), Math.abs(high))
}

/** How much of the variance of an output lies between groups of its rows. */
export interface Decomposition {
  /** The mean of each group; null if it has no rows. */
  readonly means: readonly (number | null)[]
  /** How far the lowest of the means is from the highest; 0 if the output does not vary. */
  readonly range: number
  /** The variance within the groups as a part of all; null if the output does not vary. */
  readonly within: number | null
  readonly rows: number
}

export function decompose(groups: readonly (readonly number[])[], output: ArrayLike<number>): Decomposition {
  const values = groups.map((rows) => valuesAt(output, rows))
  const all = valuesAt(output, groups.flat())
  // Squares of what is very large or very small are no numbers any more; a power of two changes no other digit.
  const unit = powerOfTwoAbove(all)
  // What all have in common is taken off: it would leave few digits to differences that are small beside it.
  const base = (all[0] ?? 0) / unit
  const scaled = values.map((own) => own.map((value) => value / unit - base))
  const means = scaled.map((own) => (own.length === 0 ? null : meanOf(own)))
  const result = { means: means.map((mean) => (mean === null ? null : (mean + base) * unit)), rows: all.length }
  if (!doVary(all)) return { ...result, range: 0, within: null }
  const known = means.filter((mean) => mean !== null)
  const range = (Math.max(...known) - Math.min(...known)) * unit
  const mean = meanOf(all.map((value) => value / unit - base))
  const total = scaled.reduce((sum, own) => sum + squaresAround(own, mean), 0)
  const within = scaled.reduce((sum, own, i) => sum + squaresAround(own, means[i] ?? 0), 0)
  return { ...result, range, within: within / total }
}

/** A power of two that is not far from the largest of the numbers. */
export function powerOfTwoAbove(values: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!))
  return largest === 0 ? 1 : 2 ** Math.max(-1021, Math.min(1023, Math.ceil(Math.log2(largest))))
}

function squaresAround(values: Float64Array, center: number): number {
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0)
}
