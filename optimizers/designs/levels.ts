import { leavesOf } from '../../src/core/leaves.ts'
import { coordinateOf, type ParameterDefinition, parameterFrom, type Scale, type Space } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'

/** The values of evenly spaced levels of one axis, each computed when it is asked for. */
export interface AxisLevels {
  readonly count: number
  valueAt(level: number): unknown
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
      return definition.step === undefined ? realLevels(definition, wanted) : someLevels(definition, wanted, refuse)
    case 'integer':
      return definition.step === undefined
        ? integerLevels(definition, wanted, refuse)
        : someLevels(definition, wanted, refuse)
    case 'ordinal':
      return someLevels(definition, wanted, refuse)
    case 'choice':
    case 'boolean': {
      const values = definition.type === 'boolean' ? [false, true] : definition.values
      const count = values.length
      if (wanted !== count) refuse?.(`has ${count} values; wanted that many levels, or values, got ${wanted} levels`)
      return { count, valueAt: (level) => values[level] }
    }
    default:
      throw new Error(`an axis is no ${show(definition.type)}`)
  }
}

function realLevels(definition: Extract<ParameterDefinition, { readonly type: 'real' }>, wanted: number): AxisLevels {
  const { low, high } = definition
  const count = low === high ? 1 : wanted
  const parameter = parameterFrom({ ...definition, prior: undefined }) // levels go over the range, expected or not
  return { count, valueAt: (level) => withoutRounding(parameter.decode([even(level, count)], 0) as number, low, high) }
}

/** The levels of values that own equal parts of their axis: no more levels than values. */
function someLevels(definition: ParameterDefinition, wanted: number, refuse?: (sentence: string) => never): AxisLevels {
  const parameter = parameterFrom(definition)
  const [axis] = parameter.axes
  const values = axis?.kind === 'integer' ? axis.levels : 1
  if (wanted > values) refuse?.(`has ${values} values; wanted no more levels than that, got ${wanted}`)
  const count = Math.min(wanted, values)
  const placeOf = (level: number) => Math.round(even(level, count) * (values - 1))
  return { count, valueAt: (level) => parameter.decode([coordinateOf(placeOf(level), values)], 0) }
}

/** Makes of the values of a point on levels what is meant: real numbers with few digits, where they are such but for rounding. */
export function valuesOnLevels<P>({ definitions }: Space<P>): (values: readonly unknown[]) => unknown[] {
  const leaves = definitions.map(([, definition]) => leavesOf(definition)[0]!)
  return (values) =>
    values.map((value, i) => {
      const leaf = leaves[i]!
      return leaf.type === 'real' ? shortened(value, leaf.low, leaf.high) : value
    })
}

function shortened(value: unknown, low: number, high: number): unknown {
  if (Array.isArray(value)) return value.map((element) => shortened(element, low, high))
  return withoutRounding(value as number, low, high)
}

/** A number with few digits in place of one that is it but for rounding: 0.01 for 0.009999999999999995. */
export function withoutRounding(value: number, low: number, high: number): number {
  const short = Number(value.toPrecision(12))
  const isMeant = Math.abs(short - value) <= 32 * Number.EPSILON * Math.abs(value) && short >= low && short <= high
  return isMeant ? short : value
}

function integerLevels(
  definition: { readonly low: number; readonly high: number; readonly scale?: Scale | undefined },
  wanted: number,
  refuse?: (sentence: string) => never,
): AxisLevels {
  const { low, high, scale } = definition
  const values = high - low + 1
  if (wanted > values) refuse?.(`has ${values} values; wanted no more levels than that, got ${wanted}`)
  const count = Math.min(wanted, values)
  if (scale !== 'log' || count === values) {
    return { count, valueAt: (level) => low + Math.round(even(level, count) * (values - 1)) }
  }
  const distinct = Array.from({ length: count }, (_, level) => Math.round(low * (high / low) ** even(level, count)))
  // The small integers of a logarithm lie wider apart than its levels: each level takes the next that is free.
  for (let i = 1; i < count; i++) distinct[i] = Math.max(distinct[i]!, distinct[i - 1]! + 1)
  for (let i = count - 1; i >= 0; i--) distinct[i] = Math.min(distinct[i]!, high - (count - 1 - i))
  return { count, valueAt: (level) => distinct[level] }
}

/** Where a level stands between 0 and 1. */
function even(level: number, count: number): number {
  return count === 1 ? 0.5 : level / (count - 1)
}
