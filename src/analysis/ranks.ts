/** The ranks of numbers, from 1; equal numbers share the mean of theirs. */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(values.length)
  for (let begin = 0; begin < order.length; ) {
    let end = begin + 1
    while (end < order.length && values[order[end]!] === values[order[begin]!]) end++
    for (let i = begin; i < end; i++) ranks[order[i]!] = (begin + end + 1) / 2
    begin = end
  }
  return ranks
}

/** The values of some rows. */
export function valuesAt(values: ArrayLike<number>, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!)
}
