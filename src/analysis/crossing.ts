import { refuseSurplus } from '../core/options.ts'
import { checkFactors, type Factor } from './factor.ts'
import { mostValues } from './groups.ts'

/**
 * The factors, with those marked whose values are levels that a design has crossed with the others: each of them comes with
 * every combination that the others have. Their values are never merged, however many they are, so that the shares of
 * a grid are exact.
 */
export function markCrossed(factors: readonly Factor[], ...surplus: readonly never[]): Factor[] {
  refuseSurplus('markCrossed', 1, surplus, '')
  checkFactors('markCrossed', factors)
  const rows = factors[0]?.values.length ?? 0
  const sizes = factors.map(({ values }) => levelCount(values))
  if (sizes.every((size) => size === undefined)) return [...factors]
  const columns = factors.map(({ values }) => placesOf(values))
  return factors.map((factor, own) => {
    const size = sizes[own]
    if (size === undefined) return factor
    const combinations = rows / size
    const others = columns.filter((_, i) => i !== own)
    const areFew = others.every((other) => other.size <= combinations)
    return areFew && combinationsOf(others, rows) === combinations ? { ...factor, hasLevels: true } : factor
  })
}

/**
 * How many levels a factor has, if they may be crossed with others and are so many that they would be merged: each level of
 * such a factor comes as often as the first.
 */
function levelCount(values: ArrayLike<number>): number | undefined {
  const first = values[0]!
  let times = 0
  for (let row = 0; row < values.length; row++) if (values[row] === first) times++
  const size = values.length / times
  if (times < 2 || !Number.isInteger(size) || size <= mostValues) return undefined
  const known = new Set<number>()
  for (let row = 0; row < values.length && known.size <= size; row++) known.add(values[row]!)
  return known.size === size ? size : undefined
}

interface Places {
  /** The place of each row's value among those that differ. */
  readonly at: Uint32Array
  readonly size: number
}

function placesOf(values: ArrayLike<number>): Places {
  const known = new Map<number, number>()
  const at = Uint32Array.from(values, (value) => {
    const place = known.get(value) ?? known.size
    known.set(value, place)
    return place
  })
  return { at, size: known.size }
}

/** How many combinations of values there are in the rows. */
function combinationsOf(columns: readonly Places[], rows: number): number {
  let combined: Places = { at: new Uint32Array(rows), size: 1 }
  for (const { at } of columns) {
    const known = new Map<number, number>()
    const next = combined.at.map((before, row) => {
      const pair = before * 0x1_0000_0000 + at[row]! // below 2^53, since neither is as large as the number of rows
      const place = known.get(pair) ?? known.size
      known.set(pair, place)
      return place
    })
    combined = { at: next, size: known.size }
  }
  return combined.size
}
