import { cellOf } from '../analysis/density.ts'
import type { DrawnRow } from '../record/screen-reader.ts'

/** The best value up to each column of a picture, whatever the order in which values are met. */
export class BestSoFar {
  /** 1 where larger is better, -1 where smaller is. */
  readonly sign: number
  readonly #bests: Float64Array
  /** The best of what came before the picture. */
  #before = Number.NaN

  constructor(columns: number, sign: number) {
    this.#bests = new Float64Array(columns).fill(Number.NaN)
    this.sign = sign
  }

  /** What violates a constraint is no best. @param at the place along the picture, from 0 to 1 */
  add(row: DrawnRow, at: number, value: number): void {
    if ((row[5] ?? 0) > 0 || Number.isNaN(at) || at > 1) return
    if (at < 0) {
      this.#before = this.#betterOf(this.#before, value)
      return
    }
    const column = cellOf(at, this.#bests.length)
    this.#bests[column] = this.#betterOf(this.#bests[column]!, value)
  }

  /** The best so far at each column; null as long as there is none. */
  values(): (number | null)[] {
    let best = this.#before
    return Array.from(this.#bests, (value) => {
      best = this.#betterOf(best, value)
      return Number.isNaN(best) ? null : best
    })
  }

  #betterOf(best: number, value: number): number {
    if (Number.isNaN(value)) return best
    return Number.isNaN(best) || this.sign * value > this.sign * best ? value : best
  }
}
