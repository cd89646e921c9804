import { checkOptions } from '../../src/core/options.ts'
import type { Space } from '../../src/core/space.ts'
import { checkCall } from './check.ts'
import { DesignPoints } from './design-points.ts'
import { distinctPoints } from './distinct-points.ts'
import { describeGrid, digitsOf, factorsOf, type GridOptions, gridOptions, gridSize } from './factors.ts'

/**
 * All combinations of the parameters' values or levels. The first parameter of the space changes slowest and the last
 * fastest, as in Python's `itertools.product`; choices and booleans need not be mentioned to have all their values.
 *
 * @example fullFactorial(space, { levels: 5, values: { solver: ['euler', 'rk4'] } })
 */
export function fullFactorial<P>(
  space: Space<P>,
  options: GridOptions<NoInfer<P>> = {},
  ...surplus: readonly never[]
): DesignPoints<P> {
  checkCall('fullFactorial', space, surplus)
  checkOptions('fullFactorial', options, gridOptions)
  const factors = factorsOf('fullFactorial', space, options)
  const all = new DesignPoints({
    names: space.names,
    size: gridSize('fullFactorial', factors),
    description: { kind: 'full-factorial', ...describeGrid(options) },
    valuesAt: (index) => digitsOf(index, factors).map((level, i) => factors[i]!.valueAt(level)),
  })
  return distinctPoints(space, all)
}
