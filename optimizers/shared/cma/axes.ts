import { leavesOf } from '../../../src/core/leaves.ts'
import {
  type Axis,
  clipUnit,
  levelOf,
  type Parameter,
  type ParameterDefinition,
  parameterFrom,
  type Space,
} from '../../../src/core/space.ts'

/** The axes of a space as CMA-ES sees them: those that have an order, and those that only have levels. */
export interface CmaAxes {
  /** The real and integer axes, by their places in the space. */
  readonly ordered: readonly number[]
  /** For each of them, how wide a cell of the axis is at a coordinate; 0 of a real one. */
  readonly cells: readonly ((coordinate: number) => number)[]
  readonly hasIntegers: boolean
  readonly categories: readonly { readonly at: number; readonly levels: number }[]
}

export function axesOf<P>(space: Space<P>): CmaAxes {
  const leaves = space.definitions.flatMap(([, definition]) => leavesOf(definition))
  const places = space.axes.map((_, at) => at)
  const ordered = places.filter((at) => space.axes[at]!.kind === 'real' || space.axes[at]!.kind === 'integer')
  return {
    ordered,
    cells: ordered.map((at) => cellOf(leaves[at]!, space.axes[at]!)),
    hasIntegers: ordered.some((at) => space.axes[at]!.kind === 'integer'),
    categories: places.flatMap((at) => {
      const axis = space.axes[at]!
      return axis.kind === 'choice' || axis.kind === 'boolean' ? [{ at, levels: axis.levels }] : []
    }),
  }
}

function cellOf(definition: ParameterDefinition, axis: Axis): (coordinate: number) => number {
  if (axis.kind !== 'integer') return () => 0
  if (definition.type !== 'integer' || definition.scale !== 'log') return () => 1 / axis.levels
  const { low, high } = definition
  const integer = parameterFrom(definition) as Parameter<number>
  const whole = Math.log((high + 0.5) / (low - 0.5))
  return (coordinate) => {
    const value = integer.decode([coordinate], 0)
    return Math.log((value + 0.5) / (value - 0.5)) / whole
  }
}

/** The coordinates of the ordered axes, and the levels of the others, at a point of the whole space. */
export function split({ ordered, categories }: CmaAxes, point: readonly number[]) {
  return {
    x: Float64Array.from(ordered, (at) => point[at]!),
    levels: Int32Array.from(categories, ({ at, levels }) => levelOf(point[at]!, levels)),
  }
}

/**
 * How much wider than the covariance says an integer axis is sampled, so that its neighbours stay within reach: its
 * deviation is at least a fifth of a cell.
 */
export function stretchesOf(
  { mean, sigma }: { readonly mean: Float64Array; readonly sigma: number },
  { cells, hasIntegers }: CmaAxes,
  deviations: Float64Array,
): Float64Array {
  if (!hasIntegers) return new Float64Array(mean.length).fill(1)
  return mean.map((value, i) => Math.max(1, (0.2 * cells[i]!(clipUnit(value))) / (sigma * deviations[i]!)))
}
