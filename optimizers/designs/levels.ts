import { coordinateOf, type ParameterDefinition, parameterFrom, type Scale } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'

/** The coordinates of evenly spaced levels of one axis, each computed when it is asked for. */
export interface AxisLevels {
  readonly count: number
  at(level: number): number
}

/**
 * Levels that are evenly spaced over the range of an axis (of its logarithm with 'log'), both bounds among them; one
 * level is the middle. An integer has no more levels than values; a choice or a boolean has all of its values.
 *
 * @param refuse called with the end of a sentence if that many levels are not there; without it, there may be fewer
 */
export function axisLevels(
  definition: ParameterDefinition,
  wanted: number,
  refuse?: (sentence: string) => never,
): AxisLevels {
  switch (definition.type) {
    case 'real':
      return { count: wanted, at: (level) => (wanted === 1 ? 0.5 : level / (wanted - 1)) }
    case 'integer':
      return integerLevels(definition, wanted, refuse)
    case 'choice':
    case 'boolean': {
      const count = definition.type === 'boolean' ? 2 : definition.values.length
      if (wanted !== count) refuse?.(`has ${count} values; wanted that many levels, or values, got ${wanted} levels`)
      return { count, at: (level) => coordinateOf(level, count) }
    }
    default:
      throw new Error(`an axis is no ${show(definition.type)}`)
  }
}

function integerLevels(
  definition: { readonly type: 'integer'; readonly low: number; readonly high: number; readonly scale?: Scale },
  wanted: number,
  refuse?: (sentence: string) => never,
): AxisLevels {
  const { low, high, scale } = definition
  const values = high - low + 1
  if (wanted > values) refuse?.(`has ${values} values; wanted no more levels than that, got ${wanted}`)
  const count = Math.min(wanted, values)
  const parameter = parameterFrom(definition)
  const coordinate = (value: number) => {
    const point = [0]
    parameter.encode(value, point, 0)
    return point[0]!
  }
  const even = (level: number) => (count === 1 ? 0.5 : level / (count - 1))
  if (scale !== 'log' || count === values) {
    return { count, at: (level) => coordinate(low + Math.round(even(level) * (values - 1))) }
  }
  const distinct = Array.from({ length: count }, (_, level) => Math.round(low * (high / low) ** even(level)))
  // The small integers of a logarithm lie wider apart than its levels: each level takes the next that is free.
  for (let i = 1; i < count; i++) distinct[i] = Math.max(distinct[i]!, distinct[i - 1]! + 1)
  for (let i = count - 1; i >= 0; i--) distinct[i] = Math.min(distinct[i]!, high - (count - 1 - i))
  return { count, at: (level) => coordinate(distinct[level]!) }
}
