import type { Random } from '../core/random.ts'
import { show } from '../core/text.ts'

/** A number that was estimated, with the interval in which it lies with some confidence. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface BootstrapOptions {
  readonly random: Random
  /** How often the rows are drawn anew. */
  readonly resamples?: number | undefined
  /** The confidence level of the intervals. */
  readonly confidence?: number | undefined
}

/**
 * What a function of sums over rows gives, with percentile intervals (Efron and Tibshirani 1993, "An introduction to the
 * bootstrap", section 13.3): rows are drawn with replacement, and the function is called with the sums of those drawn.
 *
 * @param terms the rows' terms, row after row
 * @param width how many terms a row has
 * @param statistics from the means of the terms over the rows
 */
export function bootstrap(
  terms: Float64Array,
  width: number,
  statistics: (means: Float64Array) => readonly number[],
  { random, resamples = 1000, confidence = 0.95 }: BootstrapOptions,
): Estimate[] {
  const rows = terms.length / width
  const values = statistics(meansOf(terms, width, rows, (i) => i))
  const drawn = Array.from({ length: resamples }, () =>
    statistics(meansOf(terms, width, rows, () => random.integer(rows))),
  )
  return values.map((value, i) => {
    const sorted = drawn
      .map((statistic) => statistic[i]!)
      .filter(Number.isFinite)
      .sort((a, b) => a - b)
    return { value, low: quantile(sorted, (1 - confidence) / 2), high: quantile(sorted, (1 + confidence) / 2) }
  })
}

/** @throws RangeError unless there are resamples, and a confidence between 0 and 1 */
export function checkBootstrap(analysis: string, { resamples = 1000, confidence = 0.95 }: BootstrapOptions): void {
  if (!Number.isSafeInteger(resamples) || resamples < 1) {
    throw new RangeError(`${analysis} needs a whole number of resamples of at least 1, got ${show(resamples)}`)
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`${analysis} needs a confidence between 0 and 1, got ${show(confidence)}`)
  }
}

function meansOf(terms: Float64Array, width: number, rows: number, rowAt: (i: number) => number): Float64Array {
  const sums = new Float64Array(width)
  for (let i = 0; i < rows; i++) {
    const begin = rowAt(i) * width
    for (let j = 0; j < width; j++) sums[j]! += terms[begin + j]!
  }
  for (let j = 0; j < width; j++) sums[j]! /= rows
  return sums
}

function quantile(sorted: readonly number[], probability: number): number {
  if (sorted.length === 0) return Number.NaN
  const at = probability * (sorted.length - 1)
  const low = Math.floor(at)
  const next = sorted[Math.min(low + 1, sorted.length - 1)]!
  return sorted[low]! + (at - low) * (next - sorted[low]!)
}
