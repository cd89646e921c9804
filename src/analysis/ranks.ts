import { roundOff } from './round-off.ts'

/**
 * The ranks of numbers, from 1; equal numbers share the mean of theirs. Numbers that differ by no more than the rounding of
 * what computed them are equal: a few that do differ would else make that rounding count as much as any difference.
 */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  const numbers = Float64Array.from(values)
  const places = ascending(numbers)
  const ranks = new Float64Array(numbers.length)
  for (let begin = 0, end = 0; begin < places.length; begin = end) {
    const first = numbers[places[begin]!]!
    const last = Number.isFinite(first) ? first + roundOff * Math.abs(first) : first
    do end++
    while (end < places.length && numbers[places[end]!]! <= last)
    const rank = (begin + end + 1) / 2
    for (let i = begin; i < end; i++) ranks[places[i]!] = rank
  }
  return ranks
}

/**
 * Where numbers stand, the least first. The range from the least to the greatest is cut into as many equal parts as there
 * are numbers, and each number is put into its part; few are left to be sorted there unless they lie close together.
 */
function ascending(numbers: Float64Array): Uint32Array {
  const parts = partsOf(numbers)
  const begins = new Uint32Array(numbers.length + 1)
  for (const part of parts) begins[part + 1]!++
  for (let part = 1; part < begins.length; part++) begins[part]! += begins[part - 1]!
  const places = new Uint32Array(numbers.length)
  const next = begins.slice()
  for (let i = 0; i < numbers.length; i++) places[next[parts[i]!]!++] = i
  for (let part = 0; part < numbers.length; part++) sortPlaces(places, numbers, begins[part]!, begins[part + 1]!)
  return places
}

/** In which part of the range each number lies: a greater one in no earlier part. Without a range that can be cut, all are in one. */
function partsOf(numbers: Float64Array): Uint32Array {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const number of numbers) {
    if (number < least) least = number
    if (number > greatest) greatest = number
  }
  const scale = (numbers.length - 1) / (greatest - least)
  const parts = new Uint32Array(numbers.length)
  if (!Number.isFinite(scale) || !(scale > 0)) return parts
  for (let i = 0; i < parts.length; i++) parts[i] = Math.min((numbers[i]! - least) * scale, parts.length - 1)
  return parts
}

/** So many places are sorted by insertion. */
const fewPlaces = 16

/** Sorts the places from one to another by what stands there. */
function sortPlaces(places: Uint32Array, numbers: Float64Array, begin: number, end: number): void {
  if (end - begin > fewPlaces && !isSorted(places, numbers, begin, end)) {
    places.subarray(begin, end).sort((a, b) => (numbers[a]! < numbers[b]! ? -1 : numbers[a]! > numbers[b]! ? 1 : 0))
    return
  }
  for (let i = begin + 1; i < end; i++) {
    const place = places[i]!
    let to = i
    for (; to > begin && numbers[places[to - 1]!]! > numbers[place]!; to--) places[to] = places[to - 1]!
    places[to] = place
  }
}

/** True of many equal numbers. */
function isSorted(places: Uint32Array, numbers: Float64Array, begin: number, end: number): boolean {
  for (let i = begin + 1; i < end; i++) if (!(numbers[places[i - 1]!]! <= numbers[places[i]!]!)) return false
  return true
}

/** The values of some rows. */
export function valuesAt(values: ArrayLike<number>, rows: readonly number[]): Float64Array {
  const found = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) found[i] = values[rows[i]!]!
  return found
}
