import { aList, anything, checkOptions, needOptions, refuseSurplus } from '../core/options.ts'
import { doVary } from './variation.ts'

export interface MorrisInput {
  /**
   * The points of the design `morris` in its order. Of each axis that a design moves, where the point stands in its range,
   * 0 being the low bound and 1 the high one; of an axis without an order, any number for each of its levels.
   */
  readonly points: readonly ArrayLike<number>[]
  /** The outputs at the points; no number where there is none. */
  readonly outputs: ArrayLike<number>
  /** Which axes have no order: from one of their levels to another is a step over all of the range. */
  readonly unordered?: readonly boolean[] | undefined
}

/** What a step along one axis did to the output, over all trajectories; per range of the axis. */
export interface ElementaryEffects {
  /** The mean of the effects, their signs taken off: how much the axis matters. Null if there is no effect at all. */
  readonly muStar: number | null
  /** The mean of the effects: near to muStar if the output always goes the same way. Null of an axis without an order. */
  readonly mu: number | null
  /**
   * Their standard deviation: large if the axis interacts with others or is not linear. Null of one effect, and of an axis
   * without an order.
   */
  readonly sigma: number | null
  /** How many effects there are; fewer than trajectories where outputs are missing. */
  readonly effects: number
}

/**
 * Elementary effects, axis by axis (Morris 1991, "Factorial sampling plans for preliminary computational experiments"),
 * with mu* (Campolongo, Cariboni and Saltelli 2007, "An effective screening design for sensitivity analysis of large
 * models"). An effect is the change of the output over the part of its range that an axis has moved, also where the axis
 * is discrete and has moved farther than it was asked to.
 *
 * @throws RangeError if the points are not whole trajectories, in each of which every axis moves once
 */
export function elementaryEffects(input: MorrisInput, ...surplus: readonly never[]): ElementaryEffects[] {
  refuseSurplus('elementaryEffects', 1, surplus)
  checkOptions('elementaryEffects', input, { points: aList, outputs: anything, unordered: aList })
  needOptions('elementaryEffects', input, 'points', 'outputs')
  const { points, outputs, unordered = [] } = input
  const dimension = points[0]?.length ?? 0
  const length = dimension + 1
  if (dimension === 0 || points.length % length !== 0) {
    throw new RangeError(`elementaryEffects needs whole trajectories of ${length} points, got ${points.length}`)
  }
  if (outputs.length !== points.length) {
    throw new RangeError(`elementaryEffects needs an output for each of ${points.length} points, got ${outputs.length}`)
  }
  const effects: number[][] = Array.from({ length: dimension }, () => [])
  for (let begin = 0; begin < points.length; begin += length) {
    const moved = new Set<number>()
    for (let at = begin + 1; at < begin + length; at++) {
      const axis = movedAxis(points[at - 1]!, points[at]!, at)
      moved.add(axis)
      const [from, to] = [outputs[at - 1]!, outputs[at]!]
      if (!Number.isFinite(from) || !Number.isFinite(to)) continue
      const way = unordered[axis] ? 1 : points[at]![axis]! - points[at - 1]![axis]!
      effects[axis]!.push(doVary([from, to]) ? (to - from) / way : 0)
    }
    if (moved.size < dimension) {
      throw new RangeError(
        `elementaryEffects needs every axis to move once between points ${begin} and ${begin + dimension}`,
      )
    }
  }
  return effects.map((own, axis) => summarize(own, unordered[axis] ?? false))
}

function movedAxis(from: ArrayLike<number>, to: ArrayLike<number>, at: number): number {
  const moved = Array.from(to, (_, axis) => axis).filter((axis) => from[axis] !== to[axis])
  if (moved.length === 1) return moved[0]!
  throw new RangeError(
    `elementaryEffects needs one axis to move between points ${at - 1} and ${at}, got ${moved.length}`,
  )
}

function summarize(effects: readonly number[], isUnordered: boolean): ElementaryEffects {
  const count = effects.length
  if (count === 0) return { muStar: null, mu: null, sigma: null, effects: 0 }
  const muStar = effects.reduce((sum, effect) => sum + Math.abs(effect), 0) / count
  if (isUnordered) return { muStar, mu: null, sigma: null, effects: count }
  const mu = effects.reduce((sum, effect) => sum + effect, 0) / count
  const squares = doVary(effects) ? effects.reduce((sum, effect) => sum + (effect - mu) ** 2, 0) : 0
  return { muStar, mu, sigma: count > 1 ? Math.sqrt(squares / (count - 1)) : null, effects: count }
}
