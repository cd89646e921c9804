import type { CellBlock } from '../cell-block.ts'
import { isNumberAt, numberIn } from '../json-bytes.ts'
import { longer } from './longer.ts'
import { done, type PointBlock } from './point-blocks.ts'

/** The means over the replicates of each point, of a number that simulations give. */
export class PointMeans {
  #means = new Float64Array(1024)
  #counts = new Uint32Array(1024)

  /** Takes the numbers in a column of cells, of individuals that are done. */
  take({ block, points, outcomes, first, step }: PointBlock, column: number): void {
    const size = points[block.rows - 1]! + 1
    if (size > this.#means.length) {
      this.#means = longer(this.#means, size)
      this.#counts = longer(this.#counts, size)
    }
    for (let row = 0, cell = first + column; row < block.rows; row++, cell += step) {
      if (outcomes[row] === done && hasNumber(block, cell)) this.#add(points[row]!, numberAt(block, cell))
    }
  }

  #add(point: number, value: number): void {
    const count = ++this.#counts[point]!
    // The mean of equal numbers is exactly that number, so that rounding makes no point differ from another.
    this.#means[point]! += value / count - this.#means[point]! / count
  }

  /** No number where there is none. */
  upTo(points: number): Float64Array {
    const means = longer(this.#means, points).slice(0, points)
    for (let point = 0; point < points; point++) if (!this.#counts[point]) means[point] = Number.NaN
    return means
  }
}

function hasNumber({ bytes, begins, ends }: CellBlock, cell: number): boolean {
  return begins[cell] !== ends[cell] && isNumberAt(bytes, begins[cell]!)
}

function numberAt({ bytes, begins, ends }: CellBlock, cell: number): number {
  return numberIn(bytes, begins[cell]!, ends[cell]!)
}
