import { axisFor, type DrawnAxis, placeOn } from '../analysis/density.ts'
import { type Factor, importances } from '../analysis/index.ts'
import { leavesOf } from '../core/leaves.ts'
import type { ParameterDefinition } from '../core/space.ts'
import { valueAt } from '../core/value-at.ts'
import type { DrawnRow, ScreenReader } from '../record/screen-reader.ts'
import { hasOrderedLevels, levelLabels } from '../tables/analysis/factor-column.ts'
import { type Leaf, recordedLeaves } from '../tables/leaves.ts'
import { recordedSpace } from '../tables/recorded-space.ts'

/** An axis for one parameter, or for one element of a vector. */
export interface ParameterAxis {
  readonly name: string
  readonly path: Leaf['path']
  readonly axis: DrawnAxis
  /** Whether its values are whole numbers. */
  readonly isWhole: boolean
  /** What the levels are called of what has no order; each stands in the middle of its part of the axis. */
  readonly labels: readonly string[] | undefined
  /** Whether these levels have an order. */
  readonly isOrdered?: boolean
  /** The levels themselves, in the order of the labels. */
  readonly levels: readonly unknown[] | undefined
  /** How much the parameter alone says of the objective, from 0 to 1; null if that cannot be told. */
  readonly importance: number | null
  /** Where parameters stand on the axis, from 0 to 1; not a number if they do not. */
  readonly placeOf: (parameters: unknown) => number
  /** The range in which it was searched; undefined where the run does not say it. */
  readonly bounds: readonly [low: number, high: number] | undefined
}

/** The axes of a run's parameters, the most important for an objective first. @param sample some evaluations, spread over all */
export function parameterAxes(
  record: ScreenReader,
  sample: readonly DrawnRow[],
  outputs: readonly number[],
): ParameterAxis[] {
  const definitions = new Map(recordedSpace(record)?.definitions)
  const points = sample.map((row) => JSON.parse(row[8]) as unknown)
  const axes = recordedLeaves(record).map((leaf) => axisOf(leaf, definitions.get(leaf.path[0]), points))
  const factors = axes.map(({ name, placeOf, labels }): Factor => ({ name, values: points.map(placeOf), labels }))
  const important = new Map(importances(factors, outputs).map(({ name, importance }) => [name, importance]))
  return axes
    .map((axis) => ({ ...axis, importance: important.get(axis.name) ?? null }))
    .sort((a, b) => (b.importance ?? -1) - (a.importance ?? -1))
}

function axisOf(
  { path }: Leaf,
  definition: ParameterDefinition | undefined,
  points: readonly unknown[],
): Omit<ParameterAxis, 'importance'> {
  const name = path.join('.')
  const [leaf] = definition ? leavesOf(definition) : []
  const values = points.map((point) => valueAt(point, path))
  if (leaf?.type === 'real' || leaf?.type === 'integer') {
    const { low, high, scale = 'linear' } = leaf
    const margin = leaf.type === 'integer' && scale === 'linear' ? 0.5 : low === high ? 0.5 : 0
    const axis: DrawnAxis = { scale: low < high ? scale : 'linear', low: low - margin, high: high + margin }
    const isWhole = leaf.type === 'integer'
    return { name, path, axis, isWhole, ...numeric, bounds: [low, high], placeOf: numberPlace(path, axis) }
  }
  const isOrdered = leaf === undefined && values.every((value) => typeof value === 'number')
  if (isOrdered) {
    const axis = axisFor(values as number[])
    return { name, path, axis, isWhole: false, ...numeric, bounds: undefined, placeOf: numberPlace(path, axis) }
  }
  const levels =
    leaf?.type === 'choice' || leaf?.type === 'ordinal'
      ? leaf.values
      : leaf?.type === 'boolean'
        ? [false, true]
        : [...new Set(values)].slice(0, 50)
  const places = new Map(levels.map((level, i) => [JSON.stringify(level), (i + 0.5) / levels.length]))
  return {
    ...{ name, path, isWhole: false, bounds: undefined },
    axis: { scale: 'linear', low: 0, high: levels.length },
    levels,
    labels: levelLabels(levels),
    isOrdered: hasOrderedLevels(definition),
    placeOf: (parameters) => places.get(JSON.stringify(valueAt(parameters, path))) ?? Number.NaN,
  }
}

const numeric = { labels: undefined, levels: undefined } as const

function numberPlace(path: Leaf['path'], axis: DrawnAxis): ParameterAxis['placeOf'] {
  return (parameters) => {
    const value = valueAt(parameters, path)
    return typeof value === 'number' ? placeOn(axis, value) : Number.NaN
  }
}
