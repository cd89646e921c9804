import { roundOff } from './round-off.ts'

/**
 * The ranks of numbers, from 1; equal numbers share the mean of theirs. Numbers that differ by no more than the rounding of
 * what computed them are equal: a few that do differ would else make that rounding count as much as any difference.
 */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  const { places, numbers } = ascending(Float64Array.from(values))
  const ranks = new Float64Array(numbers.length)
  for (let begin = 0, end = 0; begin < places.length; begin = end) {
    const first = numbers[begin]!
    const last = Number.isFinite(first) ? first + roundOff * Math.abs(first) : first
    do end++
    while (end < places.length && numbers[end]! <= last)
    const rank = (begin + end + 1) / 2
    for (let i = begin; i < end; i++) ranks[places[i]!] = rank
  }
  return ranks
}

/** Numbers, the least first, and where each stood. */
interface Ascending {
  readonly numbers: Float64Array
  readonly places: Uint32Array
}

/**
 * The range from the least number to the greatest is cut into as many equal parts as there are numbers, and each number is put
 * into its part; few are left to be sorted there unless they lie close together.
 */
function ascending(numbers: Float64Array): Ascending {
  const parts = partsOf(numbers)
  const next = new Uint32Array(numbers.length + 1) // where the next number of each part will be put
  for (const part of parts) next[part + 1]!++
  for (let part = 1; part < next.length; part++) next[part]! += next[part - 1]!
  const sorted = { numbers: new Float64Array(numbers.length), places: new Uint32Array(numbers.length) }
  for (let i = 0; i < numbers.length; i++) {
    const to = next[parts[i]!]!++
    sorted.numbers[to] = numbers[i]!
    sorted.places[to] = i
  }
  // By now, the next number of a part would be put where the part ends.
  for (let part = 0, begin = 0; part < numbers.length; begin = next[part++]!) sortPart(sorted, begin, next[part]!)
  return sorted
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

/** So many numbers are sorted by insertion. */
const fewNumbers = 16

/** Sorts the numbers from one place to another, with where they stood. */
function sortPart({ numbers, places }: Ascending, begin: number, end: number): void {
  if (end - begin > fewNumbers && !isSorted(numbers, begin, end)) {
    const [part, own] = [numbers.slice(begin, end), places.slice(begin, end)]
    const order = Uint32Array.from(part.keys()).sort((a, b) => (part[a]! < part[b]! ? -1 : part[a]! > part[b]! ? 1 : 0))
    for (let i = 0; i < order.length; i++) {
      numbers[begin + i] = part[order[i]!]!
      places[begin + i] = own[order[i]!]!
    }
    return
  }
  for (let i = begin + 1; i < end; i++) {
    const [number, place] = [numbers[i]!, places[i]!]
    let to = i
    for (; to > begin && numbers[to - 1]! > number; to--) {
      numbers[to] = numbers[to - 1]!
      places[to] = places[to - 1]!
    }
    numbers[to] = number
    places[to] = place
  }
}

/** True of many equal numbers. */
function isSorted(numbers: Float64Array, begin: number, end: number): boolean {
  for (let i = begin + 1; i < end; i++) if (!(numbers[i - 1]! <= numbers[i]!)) return false
  return true
}

/** The values of some rows. */
export function valuesAt(values: ArrayLike<number>, rows: readonly number[]): Float64Array {
  const found = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) found[i] = values[rows[i]!]!
  return found
}
