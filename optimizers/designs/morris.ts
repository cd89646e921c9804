import { anything, checkOptions, wholeFrom } from '../../src/core/options.ts'
import { Random } from '../../src/core/random.ts'
import type { Space } from '../../src/core/space.ts'
import { checkCount, checkSize } from './check.ts'
import type { DesignPoints } from './design-points.ts'
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
 * range. A trajectory is as many points as there are axes and one more, in the order in which they are walked.
 *
 * @example morris(space, { trajectories: 20, levels: 4, seed: 1 })
 */
export function morris<P>(space: Space<P>, options: MorrisOptions): DesignPoints<P> {
  checkOptions('morris', options, { trajectories: anything, levels: anything, seed: wholeFrom(0) })
  const { trajectories, levels = 4, seed = 0 } = options
  checkCount('morris', 'trajectories', trajectories)
  checkCount('morris', 'levels', levels, 2)
  if (levels % 2 === 1) throw new RangeError(`morris needs an even number of levels, got ${levels}`)
  const size = checkSize('morris', trajectories * (space.dimension + 1))
  const description = { kind: 'morris', trajectories, levels, seed }
  return unitDesign(space, size, description, morrisUnit(space.dimension, levels, seed))
}

/** The points in the unit cube. */
function morrisUnit(dimension: number, levels: number, seed: number) {
  const length = dimension + 1
  let latest: { readonly number: number; readonly trajectory: Trajectory } | undefined
  return (index: number): number[] => {
    const number = Math.floor(index / length)
    if (latest?.number !== number) {
      latest = { number, trajectory: walk(dimension, levels, Random.of(seed, 'morris', number)) }
    }
    const { start, jumps, turns } = latest.trajectory
    const steps = index % length
    return start.map((level, axis) => (level + (turns[axis]! < steps ? jumps[axis]! : 0)) / (levels - 1))
  }
}

interface Trajectory {
  /** The level of each axis at the first point. */
  readonly start: readonly number[]
  /** How many levels up or down each axis goes. */
  readonly jumps: readonly number[]
  /** At which step it does. */
  readonly turns: readonly number[]
}

function walk(dimension: number, levels: number, random: Random): Trajectory {
  const axes = Array.from({ length: dimension }, (_, axis) => axis)
  const half = levels / 2
  const start = axes.map(() => random.integer(levels))
  return { start, jumps: start.map((level) => (level < half ? half : -half)), turns: random.shuffle(axes) }
}
