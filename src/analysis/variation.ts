import { meanOf } from '../core/samples.ts'
import { valuesAt } from './ranks.ts'

/** How far apart numbers may lie that are one number but for rounding, in parts of the largest of them. */
const roundOff = 16 * Number.EPSILON

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
  /** The variance within the groups as a part of all; null if the output does not vary. */
  readonly within: number | null
  readonly rows: number
}

export function decompose(groups: readonly (readonly number[])[], output: ArrayLike<number>): Decomposition {
  const values = groups.map((rows) => valuesAt(output, rows))
  const all = valuesAt(output, groups.flat())
  // Squares of what is very large or very small are no numbers any more; a power of two changes no other digit.
  const unit = powerOfTwoAbove(all)
  const scaled = values.map((own) => own.map((value) => value / unit))
  const means = scaled.map((own) => (own.length === 0 ? null : meanOf(own)))
  const result = { means: means.map((mean) => (mean === null ? null : mean * unit)), rows: all.length }
  if (!doVary(all)) return { ...result, within: null }
  const mean = meanOf(all.map((value) => value / unit))
  const total = scaled.reduce((sum, own) => sum + squaresAround(own, mean), 0)
  const within = scaled.reduce((sum, own, i) => sum + squaresAround(own, means[i] ?? 0), 0)
  return { ...result, within: within / total }
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
