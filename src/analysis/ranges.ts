import { leavesOf } from '../core/leaves.ts'
import { checkArgument, refuseSurplus } from '../core/options.ts'
import { aSpace, type ChoiceValue, type ParameterDefinition, type Scale, type Space } from '../core/space.ts'

/** What an axis of a space spans. */
export interface AxisRange {
  /** Whether it has one value only. */
  readonly isHeld: boolean
  /** Two values have an order, the first being the lower. */
  readonly isOrdered: boolean
  /** Where a value stands in the range: 0 at the low bound, 1 at the high one; of what has no order, the place of its level. */
  positionOf(value: unknown): number
}

/** The ranges of a space's axes, in their order. */
export function axisRangesOf<P>(space: Space<P>, ...surplus: readonly never[]): AxisRange[] {
  refuseSurplus('axisRangesOf', 1, surplus, '')
  checkArgument('axisRangesOf', 'its argument', space, aSpace)
  return space.definitions.flatMap(([, definition]) => leavesOf(definition).map(rangeOf))
}

function rangeOf(leaf: ParameterDefinition): AxisRange {
  switch (leaf.type) {
    case 'real':
    case 'integer':
      return { isHeld: leaf.low === leaf.high, isOrdered: true, positionOf: positionIn(leaf) }
    case 'boolean':
      return { isHeld: false, isOrdered: true, positionOf: Number }
    case 'choice': {
      const { values } = leaf
      return {
        isHeld: values.length === 1,
        isOrdered: values.length === 2,
        positionOf: (value) => values.indexOf(value as ChoiceValue),
      }
    }
    case 'ordinal': {
      const { values } = leaf
      const last = values.length - 1
      return {
        isHeld: last === 0,
        isOrdered: true,
        positionOf: (value) => values.indexOf(value as ChoiceValue) / Math.max(1, last),
      }
    }
    case 'vector':
    case 'matrix':
      throw new Error(`an axis is no ${leaf.type}`)
  }
}

function positionIn({
  low,
  high,
  scale = 'linear',
}: {
  readonly low: number
  readonly high: number
  readonly scale?: Scale | undefined
}) {
  const measure =
    scale === 'log' ? (value: unknown) => Math.log(value as number) : (value: unknown) => (value as number) / 2
  const [from, to] = [measure(low), measure(high)] // of halves, since a range may be wider than the largest number
  return (value: unknown): number => (measure(value) - from) / (to - from)
}
