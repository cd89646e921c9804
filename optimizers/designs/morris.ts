import { leavesOf } from '../../src/core/leaves.ts'
import { anything, checkOptions, wholeFrom } from '../../src/core/options.ts'
import { Random } from '../../src/core/random.ts'
import { coordinateOf, type ParameterDefinition, type Space } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'
import { checkCall, checkCount, checkSize, checkUnconditional } from './check.ts'
import type { DesignPoints } from './design-points.ts'
import { valuesOnLevels } from './levels.ts'
import { unitDesign } from './unit-design.ts'

export interface MorrisOptions {
  /** How many elementary effects of each axis there will be. */
  readonly trajectories: number
  /** How many levels the grid has on each axis; even. */
  readonly levels?: number | undefined
  readonly seed?: number | undefined
}

/**
 * Trajectories for elementary effects (Morris 1991, "Factorial sampling plans for preliminary computational experiments"):
 * each begins anywhere on a grid and moves one axis after the other, in random order, by levels / (2 (levels - 1)) of its
 * range. A trajectory is as many points as there are axes that can move and one more, in the order in which they are
 * walked. A choice of more than two values has no range: it moves from one value to another, and all have their turn.
 *
 * @example morris(space, { trajectories: 20, levels: 4, seed: 1 })
 */
export function morris<P>(space: Space<P>, options: MorrisOptions, ...surplus: readonly never[]): DesignPoints<P> {
  checkCall('morris', space, surplus)
  checkUnconditional('morris', space)
  checkOptions('morris', options, { trajectories: anything, levels: anything, seed: wholeFrom(0) })
  const { trajectories, levels = 4, seed = 0 } = options
  checkCount('morris', 'trajectories', trajectories)
  checkCount('morris', 'levels', levels, 2)
  if (levels % 2 === 1) throw new RangeError(`morris needs an even number of levels, got ${levels}`)
  const axes = space.definitions.flatMap(([name, definition]) =>
    leavesOf(definition).map((leaf) => axisOf(name, leaf, levels, trajectories)),
  )
  const moving = axes.flatMap((axis, at) => (axis.kind === 'held' ? [] : [at]))
  if (moving.length === 0) throw new RangeError('morris needs a parameter that can move, but all have one value only')
  const size = checkSize('morris', trajectories * (moving.length + 1))
  const description = { kind: 'morris', trajectories, levels, seed }
  return unitDesign(space, size, description, morrisUnit(axes, moving, seed), valuesOnLevels(space))
}

type Axis =
  | { readonly kind: 'held' }
  /** The axis jumps over half of its levels. */
  | { readonly kind: 'ordered'; readonly levels: number }
  /** The axis goes from any of more than two values to any other. */
  | { readonly kind: 'unordered'; readonly values: number }

function axisOf(name: string, leaf: ParameterDefinition, levels: number, trajectories: number): Axis {
  switch (leaf.type) {
    case 'real':
    case 'integer':
      return leaf.low === leaf.high ? { kind: 'held' } : { kind: 'ordered', levels }
    case 'choice': {
      const values = leaf.values.length
      if (values === 1) return { kind: 'held' }
      if (values === 2) return { kind: 'ordered', levels }
      if (trajectories + 1 < values) {
        throw new RangeError(
          `morris needs at least ${values - 1} trajectories to try all ${values} values of ${show(name)}, got ${trajectories}`,
        )
      }
      return { kind: 'unordered', values }
    }
    case 'ordinal':
      return leaf.values.length === 1 ? { kind: 'held' } : { kind: 'ordered', levels }
    default:
      return { kind: 'ordered', levels }
  }
}

/** The points in the unit cube. */
function morrisUnit(axes: readonly Axis[], moving: readonly number[], seed: number) {
  const length = moving.length + 1
  let latest: { readonly number: number; readonly trajectory: Trajectory } | undefined
  return (index: number): number[] => {
    const number = Math.floor(index / length)
    if (latest?.number !== number) latest = { number, trajectory: walk(axes, moving, seed, number) }
    const { from, to, order } = latest.trajectory
    const moved = new Set(order.slice(0, index % length))
    return from.map((coordinate, axis) => (moved.has(axis) ? to[axis]! : coordinate))
  }
}

interface Trajectory {
  /** The coordinates of the first point, and of the last. */
  readonly from: readonly number[]
  readonly to: readonly number[]
  /** Which axis moves first, second ... */
  readonly order: readonly number[]
}

function walk(axes: readonly Axis[], moving: readonly number[], seed: number, number: number): Trajectory {
  const random = Random.of(seed, 'morris', number)
  const ends = axes.map((axis, at) =>
    endsOf(axis, random, (turn, values) => valueInTurn(turn, values, seed, at), number),
  )
  return { from: ends.map(([from]) => from), to: ends.map(([, to]) => to), order: random.shuffle(moving) }
}

/** The coordinates between which an axis moves in a trajectory. */
function endsOf(
  axis: Axis,
  random: Random,
  valueAt: (turn: number, values: number) => number,
  number: number,
): readonly [from: number, to: number] {
  switch (axis.kind) {
    case 'held':
      return [0, 0]
    case 'ordered': {
      const { levels } = axis
      const start = random.integer(levels)
      const end = start < levels / 2 ? start + levels / 2 : start - levels / 2
      return [start / (levels - 1), end / (levels - 1)]
    }
    case 'unordered': {
      const { values } = axis
      return [coordinateOf(valueAt(number, values), values), coordinateOf(valueAt(number + 1, values), values)]
    }
  }
}

/** Round after round all values in random order, none of them twice in a row. */
function valueInTurn(turn: number, values: number, seed: number, axis: number): number {
  const roundOf = (round: number) =>
    Random.of(seed, 'morris-values', axis, round).shuffle(Array.from({ length: values }, (_, value) => value))
  const round = Math.floor(turn / values)
  const place = turn % values
  const order = roundOf(round)
  // The first two change places, which leaves the last as it is: there are more than two.
  const isRepeated = round > 0 && roundOf(round - 1).at(-1) === order[0]
  return order[isRepeated && place < 2 ? 1 - place : place]!
}
