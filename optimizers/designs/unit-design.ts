import type { PlainData } from '../../src/core/plain-data.ts'
import { seedOf } from '../../src/core/random.ts'
import type { Space } from '../../src/core/space.ts'
import { DesignPoints } from './design-points.ts'
import { distinctPoints } from './distinct-points.ts'
import { parametersOf } from './subspace.ts'

/**
 * A design whose points are numbers in the unit cube, which the space turns into parameters.
 *
 * @param meant what is made of the values of a point
 */
export function unitDesign<P>(
  space: Space<P>,
  size: number,
  description: PlainData,
  pointAt: (index: number) => ArrayLike<number>,
  meant: (values: unknown[]) => unknown[] = (values) => values,
): DesignPoints<P> {
  const valuesAt = (index: number) => meant(space.valuesAt(pointAt(index)))
  return distinctPoints(space, new DesignPoints({ names: space.names, size, description, valuesAt }))
}

/**
 * A seed per axis, derived from the name of its parameter: designs over different parameters that are zipped or crossed
 * stay independent although their seed is the same.
 */
export function axisSeeds<P>(space: Space<P>, seed: number, purpose: string): number[] {
  return parametersOf(space).flatMap(({ name, leaves }) => leaves.map((_, axis) => seedOf(seed, purpose, name, axis)))
}
