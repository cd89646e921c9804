import type { Random } from '../../../src/core/random.ts'
import { clipUnit } from '../../../src/core/space.ts'

/** A trial that was better than its target. */
type Success = { readonly scale: number; readonly rate: number; readonly gain: number }

/**
 * What differential evolution remembers of the F and CR by which trials were better than their targets: SHADE (Tanabe and
 * Fukunaga 2013, "Success-history based parameter adaptation for differential evolution", CEC), as L-SHADE has it.
 */
export type SuccessMemory = {
  /** M_F and M_CR; null is the terminal value, by which trials take one coordinate. */
  readonly scales: readonly number[]
  readonly rates: readonly (number | null)[]
  /** The cell that is written next (k). */
  readonly cell: number
  /** Those of the present generation. */
  readonly successes: readonly Success[]
}

export function emptyMemory(size: number): SuccessMemory {
  return {
    scales: new Array<number>(size).fill(0.5),
    rates: new Array<number>(size).fill(0.5),
    cell: 0,
    successes: [],
  }
}

/** F and CR from a cell of the memory: SHADE, Eq. (3) and (4). */
export function drawFrom(
  { scales, rates }: SuccessMemory,
  random: Random,
): { readonly scale: number; readonly rate: number } {
  const cell = random.integer(scales.length)
  const meanRate = rates[cell]!
  const rate = meanRate === null ? 0 : clipUnit(random.normal(meanRate, 0.1))
  let scale = 0
  while (scale <= 0) scale = scales[cell]! + 0.1 * Math.tan(Math.PI * (random.uniform() - 0.5))
  return { scale: Math.min(1, scale), rate }
}

/** The next cell becomes the mean of what succeeded, weighted by the gain: L-SHADE, Algorithm 1, Eq. (7) to (9). */
export function remember<M extends SuccessMemory>(memory: M): M {
  const { successes, scales, rates, cell } = memory
  if (successes.length === 0) return memory
  const most = Math.max(...successes.map(({ gain }) => gain))
  const weights = successes.map(({ gain }) => gain / most)
  const meanOf = (part: 'scale' | 'rate') =>
    lehmerMean(
      successes.map((success) => success[part]),
      weights,
    )
  const isTerminal = rates[cell] === null || successes.every(({ rate }) => rate === 0)
  const [scale, rate] = [meanOf('scale'), isTerminal ? null : meanOf('rate')]
  return {
    ...memory,
    scales: scales.map((old, i) => (i === cell ? scale : old)),
    rates: rates.map((old, i) => (i === cell ? rate : old)),
    cell: (cell + 1) % scales.length,
    successes: [],
  }
}

function lehmerMean(values: readonly number[], weights: readonly number[]): number {
  let squares = 0
  let sum = 0
  values.forEach((value, i) => {
    squares += weights[i]! * value * value
    sum += weights[i]! * value
  })
  return squares / sum
}
