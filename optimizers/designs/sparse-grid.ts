import { anything, checkOptions, refuseSurplus, wholeFrom } from '../../src/core/options.ts'
import type { Space } from '../../src/core/space.ts'
import { checkCall, checkCount, checkDesigns } from './check.ts'
import { checkUnrepeated, DesignPoints } from './design-points.ts'
import { factorsOf, type GridOptions, gridOptions } from './factors.ts'
import { fullFactorial } from './full-factorial.ts'
import { mostPermuted, permutation } from './permutation.ts'

export interface SubsetOptions {
  readonly points: number
  readonly seed?: number | undefined
}

/**
 * Points of a grid, chosen at random: all differ, and a larger subset of the same seed begins with the smaller one.
 *
 * @example sparseGrid(space, { levels: 100, points: 500 })
 */
export function sparseGrid<P>(
  space: Space<P>,
  options: GridOptions<NoInfer<P>> & SubsetOptions,
  ...surplus: readonly never[]
): DesignPoints<P> {
  checkCall('sparseGrid', space, surplus)
  checkOptions('sparseGrid', options, { ...gridOptions, points: anything, seed: wholeFrom(0) })
  const { points, seed, ...grid } = options
  factorsOf('sparseGrid', space, grid)
  return subset(fullFactorial(space, grid), { points, seed })
}

/** Points of any design, chosen at random without taking one twice. */
export function subset<P>(
  design: DesignPoints<P>,
  options: SubsetOptions,
  ...surplus: readonly never[]
): DesignPoints<P> {
  checkDesigns('subset', [design])
  refuseSurplus('subset', 2, surplus)
  checkOptions('subset', options, { points: anything, seed: wholeFrom(0) })
  const { points, seed = 0 } = options
  checkUnrepeated('a sparse grid', design)
  checkCount('a sparse grid', 'points', points)
  if (points > design.size) {
    throw new RangeError(`a sparse grid needs no more points than the grid, which has ${design.size}, got ${points}`)
  }
  if (design.size > mostPermuted) {
    throw new RangeError(`a sparse grid needs a grid of at most 2^52 points, got ${design.size.toPrecision(3)}`)
  }
  const choose = permutation(design.size, seed, 'sparse-grid')
  return new DesignPoints<P>({
    names: design.names,
    size: points,
    description: { kind: 'sparse-grid', of: design.description, points, seed },
    valuesAt: (index) => design.valuesAt(choose(index)),
  })
}
