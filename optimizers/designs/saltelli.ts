import { anything, checkOptions, trueOrFalse, wholeFrom } from '../../src/core/options.ts'
import type { Space } from '../../src/core/space.ts'
import { checkCall, checkCount, checkSize, checkUnconditional } from './check.ts'
import type { DesignPoints } from './design-points.ts'
import { checkSobol, type Scrambling, scrambling, sobolUnit } from './sobol.ts'
import { axisSeeds, unitDesign } from './unit-design.ts'

export interface SaltelliOptions {
  /** The number N of rows of A and of B; best a power of two. */
  readonly points: number
  /** Adds BA_i, for indices of second order. */
  readonly secondOrder?: boolean | undefined
  readonly scramble?: Scrambling | undefined
  readonly seed?: number | undefined
}

/**
 * Points for Sobol' indices (Saltelli et al. 2010, "Variance based sensitivity analysis of model output", table 2): A and B
 * are the halves of a Sobol' sequence of twice the dimension, AB_i is A with the axis i of B, BA_i is B with that of A.
 * Row by row of A and B: A, AB_1 ... AB_d, then BA_1 ... BA_d where asked for, then B. So there are N (d + 2) points, or
 * N (2 d + 2), and a larger N begins with the smaller one.
 *
 * @example saltelli(space, { points: 1024, seed: 1 })
 */
export function saltelli<P>(space: Space<P>, options: SaltelliOptions, ...surplus: readonly never[]): DesignPoints<P> {
  checkCall('saltelli', space, surplus)
  checkUnconditional('saltelli', space)
  checkOptions('saltelli', options, {
    points: anything,
    secondOrder: trueOrFalse,
    scramble: scrambling,
    seed: wholeFrom(0),
  })
  const { points, secondOrder = false, scramble = 'owen', seed = 0 } = options
  const { dimension } = space
  checkCount('saltelli', 'points', points)
  checkSobol('saltelli', points, 2 * dimension)
  const size = checkSize('saltelli', points * saltelliBlock(dimension, secondOrder))
  const seeds = [...axisSeeds(space, seed, 'saltelli-A'), ...axisSeeds(space, seed, 'saltelli-B')]
  const description = { kind: 'saltelli', points, secondOrder, scramble, seed }
  return unitDesign(space, size, description, saltelliUnit(dimension, secondOrder, sobolUnit(seeds, scramble)))
}

/** How many points belong to one row of A and B. */
function saltelliBlock(dimension: number, secondOrder: boolean): number {
  return (secondOrder ? 2 : 1) * dimension + 2
}

/** The points in the unit cube, from a sequence whose first half of the axes is A and whose second half is B. */
function saltelliUnit(dimension: number, secondOrder: boolean, rowAt: (row: number) => readonly number[]) {
  const block = saltelliBlock(dimension, secondOrder)
  let latest: { readonly number: number; readonly row: readonly number[] } | undefined
  return (index: number): readonly number[] => {
    const number = Math.floor(index / block)
    if (latest?.number !== number) latest = { number, row: rowAt(number) }
    const a = latest.row.slice(0, dimension)
    const b = latest.row.slice(dimension)
    const place = index % block
    if (place === 0) return a
    if (place === block - 1) return b
    const axis = (place - 1) % dimension
    return place <= dimension ? a.with(axis, b[axis]!) : b.with(axis, a[axis]!)
  }
}
