/** How numbers are laid out along an axis of a picture. */
export interface DrawnAxis {
  readonly scale: 'linear' | 'log'
  readonly low: number
  readonly high: number
}

/** Where a number stands on an axis: 0 at its low end, 1 at its high one. */
export function placeOn({ scale, low, high }: DrawnAxis, value: number): number {
  if (scale === 'log') return (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))
  const range = high - low
  if (Number.isFinite(range)) return (value - low) / range
  return (value / 2 - low / 2) / (high / 2 - low / 2) // a range may be wider than the largest number
}

/** The number that stands at a place of an axis. */
export function valueAtPlace({ scale, low, high }: DrawnAxis, place: number): number {
  if (scale === 'log') return Math.exp(Math.log(low) + place * (Math.log(high) - Math.log(low)))
  const range = high - low
  return Number.isFinite(range) ? low + place * range : low * (1 - place) + high * place
}

/**
 * An axis for numbers as they are met in a search: a few that are far off do not flatten all others, and numbers that
 * span magnitudes stand on a logarithmic scale.
 *
 * @param better numbers that must be on it, such as the best
 */
export function axisFor(
  numbers: readonly number[],
  {
    better = [],
    wanted = 'auto',
  }: { readonly better?: readonly number[]; readonly wanted?: 'auto' | 'linear' | 'log' } = {},
): DrawnAxis {
  const sorted = numbers
    .filter(Number.isFinite)
    .map(drawable)
    .sort((a, b) => a - b)
  const finite = better.filter(Number.isFinite).map(drawable)
  if (sorted.length === 0 && finite.length === 0) return { scale: 'linear', low: 0, high: 1 }
  const [first, last] = [sorted[0] ?? finite[0]!, sorted.at(-1) ?? finite[0]!]
  const [quarter, middle, most] = [0.25, 0.5, 0.75].map((q) => quantile(sorted, q) ?? first) as [number, number, number]
  const isPositive = Math.min(first, ...finite) > 0
  const spansMagnitudes = isPositive && last / Math.min(first, ...finite) > 100
  if (isPositive && (wanted === 'log' || (wanted === 'auto' && spansMagnitudes))) {
    const [low, high] = [Math.min(first, ...finite), Math.max(last, ...finite)]
    return low < high
      ? { scale: 'log', low: low / 1.1, high: high * 1.1 }
      : { scale: 'log', low: low / 2, high: high * 2 }
  }
  const reach = 6 * Math.max(most - quarter, (last - first) / 50)
  const low = Math.min(Math.max(first, middle - reach), ...finite)
  const high = Math.max(Math.min(last, middle + reach), ...finite)
  if (!(low < high))
    return { scale: 'linear', low: low - (Math.abs(low) || 1) / 2, high: high + (Math.abs(high) || 1) / 2 }
  const margin = (high - low) / 25
  // Of what is never negative, no axis begins below zero.
  return {
    scale: 'linear',
    low: low >= 0 ? Math.max(0, low - margin) : low - margin,
    high: high <= 0 ? Math.min(0, high + margin) : high + margin,
  }
}

/** So large that the range between two such numbers, and steps within it, are still numbers. */
const largest = 1e300

function drawable(value: number): number {
  return Math.max(-largest, Math.min(largest, value))
}

function quantile(sorted: readonly number[], q: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
}

/** How many points fall into each cell of a picture: as large as the picture, however many points there are. */
export class Density {
  readonly columns: number
  readonly rows: number
  readonly counts: Uint32Array
  /** How many points lay beyond the picture, and were counted at its edge. */
  beyond = 0

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
    this.counts = new Uint32Array(columns * rows)
  }

  /** A point whose places on both axes are given. What is above or below is counted at the edge, what is beside not at all. */
  add(x: number, y: number): void {
    if (!(x >= 0 && x <= 1) || Number.isNaN(y)) return
    if (y < 0 || y > 1) this.beyond++
    this.counts[cellOf(x, this.columns) * this.rows + cellOf(y, this.rows)]! += 1
  }

  /** The place below which that part of the points of some columns lies, to the height of a cell; null if there are none. */
  quantile([from, to]: readonly [from: number, to: number], part: number): number | null {
    const heights = new Float64Array(this.rows)
    for (let cell = from * this.rows; cell < to * this.rows; cell++) heights[cell % this.rows]! += this.counts[cell]!
    const wanted = part * heights.reduce((sum, count) => sum + count, 0)
    if (wanted === 0) return null
    let sum = 0
    for (const [row, here] of heights.entries()) {
      if (here > 0 && sum + here >= wanted) return (row + (wanted - sum) / here) / this.rows
      sum += here
    }
    return 1
  }
}

/** The cell of a place from 0 to 1; what is beyond belongs to the last one on its side. */
export function cellOf(place: number, cells: number): number {
  return Math.max(0, Math.min(cells - 1, Math.floor(place * cells)))
}
