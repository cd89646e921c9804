import type { Factor } from './factor.ts'

/** Rows that have the same value of a factor, or values near each other. */
export interface Group {
  /** The level's name, where they have no order. */
  readonly label?: string | undefined
  /** The least and the largest value of the factor; the same where all have one value. */
  readonly low: number
  readonly high: number
  readonly rows: readonly number[]
}

/** A factor with more values than this is cut into parts with as many rows each, unless its values are levels. */
export const mostValues = 20

/**
 * The rows by the values of a factor, in ascending order. Parts grow in number with the cube root of the rows, so that
 * both their number and their size grow.
 */
export function groupRows({ values, labels, hasLevels = false }: Factor, rows: readonly number[]): Group[] {
  const sorted = [...rows].sort((a, b) => values[a]! - values[b]!)
  const byValue = splitWhere(sorted, (before, row) => values[before]! !== values[row]!)
  const isListed = hasLevels || labels !== undefined || byValue.length <= mostValues
  return (isListed ? byValue : splitEvenly(sorted, values)).map((group) => {
    const low = values[group[0]!]!
    return { ...(labels && { label: labels[low] }), low, high: values[group.at(-1)!]!, rows: group }
  })
}

/** Equal values stay together. */
function splitEvenly(sorted: readonly number[], values: ArrayLike<number>): number[][] {
  const parts = Math.max(2, Math.min(mostValues, Math.floor(Math.cbrt(sorted.length))))
  let part = 0
  return splitWhere(sorted, (before, row, place) => {
    if (place * parts < (part + 1) * sorted.length || values[before] === values[row]) return false
    part = Math.floor((place * parts) / sorted.length)
    return true
  })
}

function splitWhere(
  rows: readonly number[],
  isBorder: (before: number, row: number, place: number) => boolean,
): number[][] {
  const groups: number[][] = []
  rows.forEach((row, place) => {
    if (place === 0 || isBorder(rows[place - 1]!, row, place)) groups.push([row])
    else groups.at(-1)!.push(row)
  })
  return groups
}
