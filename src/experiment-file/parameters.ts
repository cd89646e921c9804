import { z } from 'zod'
import { nearest } from '../core/nearest.ts'
import { type ChoiceValue, isChoiceValue, type ParameterDefinition, parameterFrom, Space } from '../core/space.ts'
import { show } from '../core/text.ts'
import { below, makeAt, type Place, parseAt, refuse } from './place.ts'
import { namesInOrder } from './yaml.ts'

/** The parameters of a command in the order of the file. */
export function readParameters(
  given: Readonly<Record<string, unknown>>,
  place: Place,
): [string, ParameterDefinition][] {
  const definitions = namesInOrder(given).map((name): [string, ParameterDefinition] => {
    const at = below(place, name)
    const definition = readParameter(given[name], at)
    const size = sizeOf(definition)
    if (!(size <= mostNumbers)) refuse(at, `needs at most ${mostNumbers} elements, got ${size}`)
    makeInWords(definition, at)
    return [name, definition]
  })
  if (definitions.some(([, { when }]) => when !== undefined)) {
    makeAt(place, () => new Space(definitions.map(([name, definition]) => [name, parameterFrom(definition)] as const)))
  }
  return definitions
}

const named = z.looseObject({})

const value = z.union([z.string(), z.number(), z.boolean(), z.null()])

/** What it names is checked when all parameters are there. */
const when = z
  .record(
    z.string(),
    z.union([value, z.array(value).meta({ minItems: 1 })], {
      error: 'a value or a list of values (of a range, all that are in it)',
    }),
  )
  .meta({ minProperties: 1 })
  .optional()

// What stands in `meta` is for editors; a run says it in sentences of its own.
const positive = z.number().meta({ exclusiveMinimum: 0 })
const count = z.number().meta({ type: 'integer', minimum: 1 })
const whole = z.number().meta({ type: 'integer' })

const scale = z.enum(['linear', 'log']).optional()
const step = positive.optional()

const values = z
  .array(z.custom<ChoiceValue>().meta({ type: ['string', 'number', 'boolean', 'null'] }))
  .meta({ minItems: 1, uniqueItems: true })

/** What `of` must be is checked where it stands, one level down; the values of a choice are checked one by one. */
export const parameterSchemas = {
  real: z.strictObject({
    type: z.literal('real'),
    ...{ low: z.number(), high: z.number(), scale, step },
    prior: z.strictObject({ type: z.enum(['normal', 'lognormal']), mean: z.number(), sd: positive }).optional(),
    when,
  }),
  integer: z.strictObject({ type: z.literal('integer'), low: whole, high: whole, scale, step: count.optional(), when }),
  choice: z.strictObject({
    type: z.literal('choice'),
    values: z.union([values, z.record(z.string(), z.unknown()).meta({ minProperties: 1 })]),
    when,
  }),
  ordinal: z.strictObject({ type: z.literal('ordinal'), values, when }),
  boolean: z.strictObject({ type: z.literal('boolean'), when }),
  vector: z.strictObject({ type: z.literal('vector'), of: named, length: count, when }),
  matrix: z.strictObject({ type: z.literal('matrix'), of: named, rows: count, columns: count, when }),
}

const types = Object.keys(parameterSchemas)

function readParameter(given: unknown, place: Place): ParameterDefinition {
  if (Array.isArray(given)) refuse(place, `needs settings by name, as in ${parameterFor(given)}, got ${show(given)}`)
  const { type } = parseAt(named, given, place)
  if (!isType(type)) {
    const meant =
      typeof type === 'string' ? (typesElsewhere.get(type.toLowerCase()) ?? nearest(type, types)) : undefined
    const got =
      type === undefined
        ? `is missing; wanted one of ${types.join(', ')}`
        : `needs one of ${types.join(', ')}, got ${show(type)}`
    refuse(below(place, 'type'), meant === undefined ? got : `${got}, did you mean ${meant}?`)
  }
  checkWords(given as object, Object.keys(parameterSchemas[type].shape), place)
  const definition = parseAt(parameterSchemas[type], given, place)
  if ('of' in definition) return { ...definition, of: readParameter(definition.of, below(place, 'of')) }
  if (definition.type !== 'choice' && definition.type !== 'ordinal') return definition as ParameterDefinition
  const { values, ...others } = definition
  const listed = Array.isArray(values) ? values : Object.keys(values)
  const byName = definition.type === 'choice' ? ', as in values: { large: ... }' : ''
  checkValues(listed, below(place, 'values'), byName)
  const means = Array.isArray(values) ? {} : { means: values }
  return { ...others, values: listed, ...means } as ParameterDefinition
}

/** What a list in place of a parameter stands for elsewhere: two numbers are bounds, anything else is a choice. */
function parameterFor(list: readonly unknown[]): string {
  const [low, high] = list
  return list.length === 2 && typeof low === 'number' && typeof high === 'number' && low < high
    ? `{ type: real, low: ${low}, high: ${high} }`
    : '{ type: choice, values: [...] }'
}

function isType(type: unknown): type is keyof typeof parameterSchemas {
  return typeof type === 'string' && Object.hasOwn(parameterSchemas, type)
}

/** What other tools call our types. */
const typesElsewhere = new Map([
  ...['float', 'double', 'number', 'uniform', 'continuous', 'range'].map((name) => [name, 'real'] as const),
  ...['loguniform', 'log_uniform', 'log-uniform', 'log'].map((name) => [name, 'real with scale: log'] as const),
  ...['quniform', 'q_uniform', 'quantized'].map((name) => [name, 'real with a step'] as const),
  ...['normal', 'gaussian', 'lognormal'].map((name) => [name, 'real with a prior'] as const),
  ...['int', 'randint', 'whole', 'discrete'].map((name) => [name, 'integer'] as const),
  ...['categorical', 'category', 'enum', 'values', 'string'].map((name) => [name, 'choice'] as const),
  ...['ordered', 'ordered-choice', 'discrete-ordered'].map((name) => [name, 'ordinal'] as const),
  ...['bool', 'flag'].map((name) => [name, 'boolean'] as const),
  ...['list', 'array'].map((name) => [name, 'vector'] as const),
])

/** What other tools call our keys. */
const keysElsewhere = new Map([
  ...['min', 'minimum', 'lower', 'from', 'lb'].map((name) => [name, 'low'] as const),
  ...['max', 'maximum', 'upper', 'to', 'ub'].map((name) => [name, 'high'] as const),
  ...['bounds', 'range', 'domain', 'limits'].map((name) => [name, 'low and high'] as const),
  ...['q', 'quantum'].map((name) => [name, 'step'] as const),
  ...['choices', 'options', 'categories', 'items'].map((name) => [name, 'values'] as const),
  ...['log', 'logarithmic'].map((name) => [name, 'scale: log'] as const),
  ...['size', 'dimension', 'n'].map((name) => [name, 'length'] as const),
  ...['if', 'condition', 'conditions', 'active', 'depends'].map((name) => [name, 'when'] as const),
  ...['element', 'elements', 'kind'].map((name) => [name, 'of'] as const),
])

/** What other tools have to say how likely values are. */
const likelihoods = ['prior', 'weights', 'weight', 'probabilities', 'probability', 'p']

function checkWords(given: object, known: readonly string[], place: Place): void {
  const likelihood = likelihoods.find((name) => Object.hasOwn(given, name) && !known.includes(name))
  if (likelihood !== undefined && !known.includes('of')) {
    const other = known.includes('low') ? '; only a real has a prior' : ', and there are no weights for them'
    refuse(below(place, likelihood), `is not a setting: all values are equally likely at first${other}`)
  }
  for (const key of Object.keys(given)) {
    const meant = keysElsewhere.get(key)
    if (meant === undefined || known.includes(key) || !known.includes(/^\w+/.exec(meant)![0])) continue
    refuse(below(place, key), `is not a setting, did you mean ${meant}?`)
  }
}

function checkValues(values: readonly unknown[], place: Place, byName: string): void {
  if (values.length === 0) refuse(place, 'needs at least one value, got none')
  for (const [i, value] of values.entries()) {
    if (!isChoiceValue(value)) {
      const hint = typeof value === 'object' ? `; give it a name${byName}` : ''
      refuse(below(place, String(i)), `needs a text, a finite number, true, false or null, got ${show(value)}${hint}`)
    }
    if (values.indexOf(value) < i) refuse(place, `needs values that differ, got ${show(value)} twice`)
  }
}

/** What cannot be made is refused without the name of the function that would make it in a program. */
function makeInWords(definition: ParameterDefinition, place: Place): void {
  makeAt(place, () => {
    try {
      parameterFrom(definition)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new RangeError(error.message.replace(/^\w+\([\w, {}]+\) /, ''), { cause: error })
    }
  })
}

/** A vector of vectors of vectors is soon larger than any memory. */
const mostNumbers = 1_000_000

function sizeOf(definition: ParameterDefinition): number {
  switch (definition.type) {
    case 'vector':
      return definition.length * sizeOf(definition.of)
    case 'matrix':
      return definition.rows * definition.columns * sizeOf(definition.of)
    default:
      return 1
  }
}
