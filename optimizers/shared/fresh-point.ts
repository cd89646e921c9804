import { leavesOf } from '../../src/core/leaves.ts'
import type { Random } from '../../src/core/random.ts'
import { coordinateOf, type ParameterDefinition, parameterFrom, type Space } from '../../src/core/space.ts'
import { canonical } from './genes.ts'
import { keyOf } from './known-points.ts'

/** A point and what it is known by. */
export interface KeyedPoint {
  readonly point: number[]
  readonly key: number
}

/** The point that is simulated where a point of the unit cube is wanted: values of discrete axes have one coordinate each. */
export function keyedPoint<P>(space: Space<P>, wanted: ArrayLike<number>): KeyedPoint {
  const point = canonical(space, wanted)
  return { point, key: keyOf(point) }
}

/**
 * A point drawn uniformly from those that are not taken. A discrete space that is nearly all taken is looked through.
 * @returns undefined if there is none
 */
export function freshPoint<P>(
  space: Space<P>,
  isTaken: (key: number) => boolean,
  random: Random,
): KeyedPoint | undefined {
  for (let draw = 0; draw < mostDraws; draw++) {
    const drawn = keyedPoint(space, space.samplePoint(random))
    if (!isTaken(drawn.key)) return drawn
  }
  const axes = coordinatesOf(space)
  const size = axes.reduce((product, coordinates) => product * coordinates.length, 1)
  if (!(size <= mostLookedThrough)) return undefined
  const start = random.integer(size)
  for (let i = 0; i < size; i++) {
    const found = keyedPoint(space, pointAt(axes, (start + i) % size))
    if (!isTaken(found.key)) return found
  }
  return undefined
}

const mostDraws = 256
const mostLookedThrough = 2 ** 16

/** The coordinates of each axis's values; as many as can be, of an axis that has too many. */
function coordinatesOf<P>(space: Space<P>): readonly ArrayLike<number>[] {
  return space.definitions.flatMap(([, definition]) => leavesOf(definition).map(coordinatesOfLeaf))
}

function coordinatesOfLeaf(leaf: ParameterDefinition): ArrayLike<number> {
  const endless = { length: Number.POSITIVE_INFINITY }
  switch (leaf.type) {
    case 'integer': {
      if (leaf.step !== undefined) return coordinatesOfLevels(leaf)
      const levels = leaf.high - leaf.low + 1
      if (levels > mostLookedThrough) return endless
      const coordinates = new Array<number>(levels).fill(0)
      const integer = parameterFrom(leaf)
      for (let level = 0; level < levels; level++) integer.encode(leaf.low + level, coordinates, level)
      return coordinates
    }
    case 'choice':
    case 'ordinal':
      return leaf.values.map((_, level) => coordinateOf(level, leaf.values.length))
    case 'boolean':
      return [coordinateOf(0, 2), coordinateOf(1, 2)]
    case 'real':
      if (leaf.step !== undefined) return coordinatesOfLevels(leaf)
      return leaf.low === leaf.high ? [0] : endless
    default:
      return endless // a leaf is no vector and no matrix
  }
}

/** The coordinates of values in steps, which own equal parts of their axis. */
function coordinatesOfLevels(leaf: ParameterDefinition): ArrayLike<number> {
  const [axis] = parameterFrom(leaf).axes
  if (axis?.kind !== 'integer' || axis.levels > mostLookedThrough) return { length: Number.POSITIVE_INFINITY }
  return Array.from({ length: axis.levels }, (_, level) => coordinateOf(level, axis.levels))
}

function pointAt(axes: readonly ArrayLike<number>[], place: number): number[] {
  let rest = place
  return axes.map((coordinates) => {
    const coordinate = coordinates[rest % coordinates.length]!
    rest = Math.floor(rest / coordinates.length)
    return coordinate
  })
}
