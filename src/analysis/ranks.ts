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
  const places = new Places(sorted)
  const ranks = new Float64Array(sorted.length)
  for (let i = 0; i < ranks.length; i++) ranks[i] = shared[places.firstOf(values[i]!)]!
  return ranks
}

/**
 * Where numbers stand among sorted ones. Those between the least and the greatest are looked up in as many equal parts of that
 * range as there are numbers, so that few are left to be searched unless they lie close together.
 */
class Places {
  readonly #sorted: Float64Array
  readonly #least: number
  readonly #scale: number
  /** The place of the first number of each part, and behind them how many numbers there are. */
  readonly #begins: Uint32Array

  constructor(sorted: Float64Array) {
    const { length } = sorted
    this.#sorted = sorted
    this.#least = sorted[0] ?? 0
    const scale = (length - 1) / (sorted[length - 1]! - this.#least)
    this.#scale = Number.isFinite(scale) ? scale : 0
    this.#begins = new Uint32Array(length + 2)
    for (let i = 0; i < length; i++) this.#begins[this.#partOf(sorted[i]!) + 1] = i + 1
    for (let part = 1; part < this.#begins.length; part++) {
      this.#begins[part] = Math.max(this.#begins[part]!, this.#begins[part - 1]!)
    }
  }

  /** Where a number that is among them stands first. */
  firstOf(value: number): number {
    const part = this.#partOf(value)
    let low = this.#begins[part]!
    let high = this.#begins[part + 1]!
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sorted[middle]! < value) low = middle + 1
      else high = middle
    }
    return Math.min(low, this.#sorted.length - 1)
  }

  /** A greater number is in no earlier part; what has no place in the range is in the first or last. */
  #partOf(value: number): number {
    const part = Math.floor((value - this.#least) * this.#scale)
    return part > 0 ? Math.min(part, this.#sorted.length) : 0
  }
}

/** The values of some rows. */
export function valuesAt(values: ArrayLike<number>, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!)
}
