/** The ranks of numbers, from 1; equal numbers share the mean of theirs. */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  // Numbers by themselves are sorted several times faster than their places by a comparison.
  const sorted = Float64Array.from(values).sort()
  const ends = new Uint32Array(sorted.length)
  for (let begin = 0, end = 1; begin < sorted.length; begin = end++) {
    while (end < sorted.length && sorted[end] === sorted[begin]) end++
    ends[begin] = end
  }
  const ranks = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const begin = firstPlace(sorted, values[i]!)
    ranks[i] = (begin + ends[begin]! + 1) / 2
  }
  return ranks
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
