import { refuseSurplus } from '../options.ts'
import { findNotPlain } from '../plain-data.ts'
import { show } from '../text.ts'
import { coordinateOf, levelOf } from './axis.ts'
import type { Named } from './meaning.ts'
import type { ChoiceValue, Meanings, Parameter } from './parameter.ts'

/** One of the listed values; they have no order. */
export function choice<const T extends ChoiceValue>(values: readonly T[], ...surplus: readonly never[]): Parameter<T>
/** One of several names, each of which is given to a simulation as what it stands for: `{ small: { layers: 2 }, ... }`. */
export function choice<M extends Meanings>(
  named: M,
  ...surplus: readonly never[]
): Parameter<Named<keyof M & string, M[keyof M]>>
export function choice(given: readonly ChoiceValue[] | Meanings, ...surplus: readonly never[]): Parameter {
  const parameter = isByName(given) ? chosenByName(given) : listed('choice', given)
  refuseSurplus('choice', 1, surplus, '')
  return parameter
}

function isByName(given: readonly ChoiceValue[] | Meanings): given is Meanings {
  return typeof given === 'object' && given !== null && !Array.isArray(given)
}

/** Everywhere but in the simulation it is a choice of names. */
export function chosenByName(means: Meanings): Parameter<string> {
  const names = Object.keys(means)
  for (const name of names) {
    const where = findNotPlain(means[name])
    if (where === undefined) continue
    throw new RangeError(`choice(named) needs plain data, and what ${show(name)} stands for is none: ${where}`)
  }
  const parameter = listed('choice', names)
  return {
    ...parameter,
    meaning: (name) => structuredClone(means[name]), // a simulation may change what it is given
    definition: { type: 'choice', values: names, means },
  }
}

/** One of the listed values, of which neighbours are alike: `ordinal(['none', 'some', 'much'])`. */
export function ordinal<const T extends ChoiceValue>(values: readonly T[], ...surplus: readonly never[]): Parameter<T> {
  const parameter = listed('ordinal', values)
  refuseSurplus('ordinal', 1, surplus, '')
  return parameter
}

/** One of the listed values, each of which owns an equal part of the axis. */
export function listed<T extends ChoiceValue>(type: 'choice' | 'ordinal', values: readonly T[]): Parameter<T> {
  if (!Array.isArray(values)) throw new RangeError(`${type}(values) needs a list of values, got ${show(values)}`)
  if (values.length === 0) throw new RangeError(`${type}(values) needs at least one value, got none`)
  const other = values.find((value) => !isChoiceValue(value))
  if (other !== undefined) {
    throw new RangeError(
      `${type}(values) needs texts, finite numbers, true, false or null, got ${show(other)}; name it${type === 'choice' ? ', as in choice({ large: ... })' : ''}`,
    )
  }
  if (new Set(values).size < values.length) {
    throw new RangeError(`${type}(values) needs values that differ, got ${show(values)}`)
  }
  const levels = values.length
  return {
    axes: [{ kind: type === 'choice' ? 'choice' : 'integer', levels }],
    decode: (point, at) => values[levelOf(point[at]!, levels)]!,
    encode(value, point, at) {
      point[at] = coordinateOf(Math.max(0, values.indexOf(value)), levels)
    },
    refuse: (value) =>
      values.includes(value as T) ? undefined : `needs one of ${values.map(show).join(', ')}, got ${show(value)}`,
    definition: { type, values },
  }
}

/** Other values are not the same any more when they come back from a worker or the record. */
export function isChoiceValue(value: unknown): value is ChoiceValue {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

/** True or false. */
export function boolean(...given: readonly never[]): Parameter<boolean> {
  if (given.length > 0) throw new RangeError(`boolean() takes nothing, got ${show(given[0])}`)
  return {
    axes: [{ kind: 'boolean', levels: 2 }],
    decode: (point, at) => levelOf(point[at]!, 2) === 1,
    encode(value, point, at) {
      point[at] = value ? 0.75 : 0.25
    },
    refuse: (value) => (typeof value === 'boolean' ? undefined : `needs true or false, got ${show(value)}`),
    definition: { type: 'boolean' },
  }
}
