import { roundOff } from './round-off.ts'

/**
 * The ranks of numbers, from 1; equal numbers share the mean of theirs. Numbers that differ by no more than the rounding of
 * what computed them are equal: a few that do differ would else make that rounding count as much as any difference.
 */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  // Numbers by themselves are sorted several times faster than their places by a comparison.
  const sorted = Float64Array.from(values).sort()
  const shared = new Float64Array(sorted.length)
  for (let begin = 0, end = 0; begin < sorted.length; begin = end) {
    const first = sorted[begin]!
    const last = Number.isFinite(first) ? first + roundOff * Math.abs(first) : first
    do end++
    while (end < sorted.length && sorted[end]! <= last)
    shared.fill((begin + end + 1) / 2, begin, end)
  }
  return Float64Array.from(values, (value) => shared[firstPlace(sorted, value)]!)
}

/** Where a number stands first among sorted ones. */
function firstPlace(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** The values of some rows. */
export function valuesAt(values: ArrayLike<number>, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!)
}
