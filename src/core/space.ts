import { checkPrior, type NormalPrior, normalScaling } from './normal-prior.ts'
import { anything, checkOptions, oneOf } from './options.ts'
import type { Random } from './random.ts'
import { show } from './text.ts'

/** One axis of the unit cube, as numeric algorithms see it. */
export type Axis =
  | { readonly kind: 'real' }
  | { readonly kind: 'integer' | 'choice' | 'boolean'; readonly levels: number }

/** One named degree of freedom of a simulation: a value of type `T`, laid out on one or more axes of the unit cube. */
export interface Parameter<T = unknown> {
  readonly axes: readonly Axis[]
  /** The value at `point[at ...]`, always within the bounds. */
  decode(point: ArrayLike<number>, at: number): T
  /** Writes where `value` lies to `point[at ...]`; a decoded value comes back exactly. */
  encode(value: T, point: number[] | Float64Array, at: number): void
  /** What is wrong with `value`, as the end of a sentence ("needs ..., got ..."), or undefined if nothing is. */
  refuse(value: unknown): string | undefined
  /** The definition as plain data, in the words of an experiment file. */
  readonly definition: ParameterDefinition
}

export type Scale = 'linear' | 'log'
export type ChoiceValue = string | number | boolean | null

/** A parameter as it stands in YAML or JSON. */
export type ParameterDefinition =
  | ({ readonly type: 'real'; readonly low: number; readonly high: number } & RealOptions)
  | ({ readonly type: 'integer'; readonly low: number; readonly high: number } & IntegerOptions)
  | { readonly type: 'ordinal'; readonly values: readonly ChoiceValue[] }
  | { readonly type: 'choice'; readonly values: readonly ChoiceValue[] }
  | { readonly type: 'boolean' }
  | { readonly type: 'vector'; readonly of: ParameterDefinition; readonly length: number }
  | { readonly type: 'matrix'; readonly of: ParameterDefinition; readonly rows: number; readonly columns: number }

export interface IntegerOptions {
  readonly scale?: Scale | undefined
  /** The distance from one value to the next, from the low bound on; without a scale only. */
  readonly step?: number | undefined
}

export interface RealOptions extends IntegerOptions {
  /** Where the value is expected, in place of a scale. */
  readonly prior?: NormalPrior | undefined
}

/** The values of a space's parameters: `ParametersOf<typeof space>`. */
export type ParametersOf<S> = S extends Space<infer P> ? P : never

/** Parameters by name, as they are given to `space`. */
export type ParameterMap<P> = { readonly [K in keyof P]: Parameter<P[K]> }

/**
 * A real number in [low, high]; `scale: 'log'` searches its logarithm and needs a positive `low`. With `low` equal to
 * `high` the parameter is held. A `step` leaves the values that are whole steps above `low`; of a `prior`, equal parts
 * of the axis hold equal shares.
 */
export function real(low: number, high: number, options: RealOptions = {}): Parameter<number> {
  const scale = scaleIn('real', options)
  checkBounds('real', low, high, scale)
  const { step, prior } = options
  if (step !== undefined) return stepped('real', low, high, step)
  if (prior !== undefined) checkPrior('real(low, high, { prior })', prior)
  const { toUnit, fromUnit } =
    prior === undefined || low === high ? scaling(low, high, scale) : normalScaling(low, high, prior)
  return {
    axes: [{ kind: 'real' }],
    decode: (point, at) => fromUnit(clipUnit(point[at]!)),
    encode(value, point, at) {
      point[at] = exactUnit(clip(value, low, high), toUnit, fromUnit)
    },
    refuse: (value) =>
      typeof value === 'number' && value >= low && value <= high
        ? undefined
        : `needs a number from ${low} to ${high}, got ${show(value)}`,
    definition: { type: 'real', low, high, ...(scale === 'log' && { scale }), ...(prior && { prior }) },
  }
}

/** An integer in [low, high], both included; every integer owns an equal part of the axis (of its logarithm with 'log'). */
export function integer(low: number, high: number, options: IntegerOptions = {}): Parameter<number> {
  const scale = scaleIn('integer', options)
  checkBounds('integer', low, high, scale)
  for (const bound of [low, high]) {
    if (!Number.isSafeInteger(bound)) throw new RangeError(`integer(low, high) needs whole numbers, got ${bound}`)
  }
  if (options.step !== undefined) return stepped('integer', low, high, options.step)
  const { toUnit, fromUnit } = scaling(low - 0.5, high + 0.5, scale)
  const integerAt = (unit: number) => clip(Math.round(fromUnit(unit)), low, high) + 0
  return {
    axes: [{ kind: 'integer', levels: high - low + 1 }],
    decode: (point, at) => integerAt(clipUnit(point[at]!)),
    encode(value, point, at) {
      point[at] = exactUnit(clip(Math.round(value), low, high), toUnit, integerAt)
    },
    refuse: (value) =>
      Number.isInteger(value) && (value as number) >= low && (value as number) <= high
        ? undefined
        : `needs an integer from ${low} to ${high}, got ${show(value)}`,
    definition: scale === 'log' ? { type: 'integer', low, high, scale } : { type: 'integer', low, high },
  }
}

/** Every whole step from `low` on owns an equal part of the axis. */
function stepped(type: 'real' | 'integer', low: number, high: number, step: number): Parameter<number> {
  const isWhole = type === 'integer'
  const isStep = isWhole ? Number.isSafeInteger(step) : Number.isFinite(step)
  if (!isStep || !(step > 0) || (low < high && step > high - low)) {
    throw new RangeError(
      `${type}(low, high, { step }) needs a ${isWhole ? 'whole ' : ''}step above 0 and at most ${high - low}, got ${show(step)}`,
    )
  }
  const levels = Math.floor((high - low) / step + roundingOfSteps) + 1
  if (!Number.isSafeInteger(levels)) throw new RangeError(`${type}(low, high, { step }) has too many steps of ${step}`)
  const valueAt = (level: number) => clip(Number((low + level * step).toPrecision(15)), low, high) + 0
  const nearest = (value: number) => clip(Math.round((value - low) / step), 0, levels - 1)
  return {
    axes: [{ kind: 'integer', levels }],
    decode: (point, at) => valueAt(levelOf(point[at]!, levels)),
    encode(value, point, at) {
      point[at] = coordinateOf(nearest(value), levels)
    },
    refuse: (value) =>
      typeof value === 'number' && valueAt(nearest(value)) === value
        ? undefined
        : `needs a number from ${low} to ${high} in steps of ${step}, got ${show(value)}`,
    definition: { type, low, high, step },
  }
}

/** 1 has ten steps of 0.1, whatever the division says. */
const roundingOfSteps = 1e-9

/** One of the listed values; they have no order. */
export function choice<const T extends ChoiceValue>(values: readonly T[]): Parameter<T> {
  return listed('choice', values)
}

/** One of the listed values, of which neighbours are alike: `ordinal(['none', 'some', 'much'])`. */
export function ordinal<const T extends ChoiceValue>(values: readonly T[]): Parameter<T> {
  return listed('ordinal', values)
}

function listed<T extends ChoiceValue>(type: 'choice' | 'ordinal', values: readonly T[]): Parameter<T> {
  if (!Array.isArray(values)) throw new RangeError(`${type}(values) needs a list of values, got ${show(values)}`)
  if (values.length === 0) throw new RangeError(`${type}(values) needs at least one value, got none`)
  const other = values.find((value) => !isChoiceValue(value))
  if (other !== undefined) {
    throw new RangeError(
      `${type}(values) needs texts, finite numbers, true, false or null, got ${show(other)}; name it`,
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
export function boolean(): Parameter<boolean> {
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

/** `length` values of the same kind. */
export function vector<T>(of: Parameter<T>, length: number): Parameter<T[]> {
  checkParameter('vector(of, length)', of)
  checkCount('vector(of, length)', 'length', length)
  const width = of.axes.length
  return {
    axes: Array.from({ length }, () => of.axes).flat(),
    decode: (point, at) => Array.from({ length }, (_, i) => of.decode(point, at + i * width)),
    encode(value, point, at) {
      for (let i = 0; i < length; i++) of.encode(value[i]!, point, at + i * width)
    },
    refuse(value) {
      if (!Array.isArray(value) || value.length !== length) return `needs ${length} values, got ${show(value)}`
      return firstRefusal(value, of)
    },
    definition: { type: 'vector', of: of.definition, length },
  }
}

/** `rows` lists of `columns` values of the same kind. */
export function matrix<T>(of: Parameter<T>, rows: number, columns: number): Parameter<T[][]> {
  checkParameter('matrix(of, rows, columns)', of)
  checkCount('matrix(of, rows, columns)', 'rows', rows)
  checkCount('matrix(of, rows, columns)', 'columns', columns)
  const { definition: _, ...nested } = vector(vector(of, columns), rows)
  return { ...nested, definition: { type: 'matrix', of: of.definition, rows, columns } }
}

/** The parameter that plain data describes; the data has been checked against the schema of experiment files. */
export function parameterFrom(definition: ParameterDefinition): Parameter {
  switch (definition.type) {
    case 'real':
      return real(definition.low, definition.high, {
        scale: definition.scale,
        step: definition.step,
        prior: definition.prior,
      })
    case 'integer':
      return integer(definition.low, definition.high, { scale: definition.scale, step: definition.step })
    case 'choice':
    case 'ordinal':
      return listed(definition.type, definition.values)
    case 'boolean':
      return boolean()
    case 'vector':
      return vector(parameterFrom(definition.of), definition.length)
    case 'matrix':
      return matrix(parameterFrom(definition.of), definition.rows, definition.columns)
  }
}

/**
 * The named parameters of a simulation, and the way between them and the unit cube in which algorithms work.
 * Names are data: dots, spaces, any Unicode and `__proto__` mean nothing special.
 */
export class Space<P = Record<string, unknown>> {
  /** The parameters' names, in the order in which they were given. */
  readonly names: readonly (keyof P & string)[]
  /** The axes of the unit cube, parameter after parameter. */
  readonly axes: readonly Axis[]
  readonly #parameters: readonly Parameter[]
  readonly #known: ReadonlySet<string>

  constructor(parameters: ParameterMap<P> | readonly (readonly [string, Parameter])[]) {
    const entries: (readonly [string, Parameter])[] = isEntryList(parameters)
      ? [...parameters]
      : Object.entries(parameters as Record<string, Parameter>)
    const names = entries.map(([name]) => name)
    const twice = names.find((name, i) => names.indexOf(name) < i)
    if (twice !== undefined) throw new RangeError(`a space needs names that differ, got ${show(twice)} twice`)
    if (names.length === 0) throw new RangeError('a space needs at least one parameter, got none')
    for (const [name, parameter] of entries) checkParameter(`the parameter ${show(name)} of a space`, parameter)
    this.names = names as (keyof P & string)[]
    this.#known = new Set(names)
    this.#parameters = entries.map(([, parameter]) => parameter)
    this.axes = this.#parameters.flatMap((parameter) => parameter.axes)
  }

  /** The number of axes of the unit cube. */
  get dimension(): number {
    return this.axes.length
  }

  /** The parameters at a point of the unit cube; what lies outside is brought to the nearest bound. */
  decode(point: ArrayLike<number>): P {
    return this.fromValues(this.decodeValues(point))
  }

  /** The values at a point, in the order of `names`. */
  decodeValues(point: ArrayLike<number>): unknown[] {
    let at = 0
    return this.#parameters.map((parameter) => {
      const value = parameter.decode(point, at)
      at += parameter.axes.length
      return value
    })
  }

  /** The point of the unit cube where the parameters lie. */
  encode(parameters: P): number[] {
    const point = new Array<number>(this.dimension).fill(0)
    const values = this.toValues(parameters)
    let at = 0
    this.#parameters.forEach((parameter, i) => {
      parameter.encode(values[i], point, at)
      at += parameter.axes.length
    })
    return point
  }

  /** Parameters from their values in the order of `names`. */
  fromValues(values: readonly unknown[]): P {
    const parameters: Record<string, unknown> = {}
    for (let i = 0; i < this.names.length; i++) {
      const name = this.names[i]!
      if (name === '__proto__') define(parameters, name, values[i])
      else parameters[name] = values[i]
    }
    return parameters as P
  }

  /** The values of the parameters in the order of `names`. */
  toValues(parameters: P): unknown[] {
    return this.names.map((name) => (Object.hasOwn(parameters as object, name) ? parameters[name] : undefined))
  }

  /** A point drawn uniformly from the unit cube. */
  samplePoint(random: Random): number[] {
    return this.axes.map(() => random.uniform())
  }

  /** What is wrong with the parameters, as a sentence's end, or undefined: every name once, every value in its bounds. */
  refuse(parameters: unknown): string | undefined {
    if (typeof parameters !== 'object' || parameters === null) return `needs named parameters, got ${show(parameters)}`
    for (const name of Object.keys(parameters)) if (!this.#known.has(name)) return `has no parameter ${show(name)}`
    for (let i = 0; i < this.names.length; i++) {
      const name = this.names[i]!
      if (!Object.hasOwn(parameters, name)) return `needs the parameter ${show(name)}, which is missing`
      const refusal = this.#parameters[i]!.refuse((parameters as Record<string, unknown>)[name])
      if (refusal !== undefined) return `${name} ${refusal}`
    }
    return undefined
  }

  /** The definitions by name, as a list, since names may be anything. */
  get definitions(): readonly (readonly [string, ParameterDefinition])[] {
    return this.names.map((name, i) => [name, this.#parameters[i]!.definition] as const)
  }
}

/** A space that is typed by its parameters. */
export function space<P>(parameters: ParameterMap<P>): Space<P> {
  return new Space<P>(parameters)
}

/** The level in 0 ... levels - 1 that a coordinate of a discrete axis stands for. */
export function levelOf(coordinate: number, levels: number): number {
  return Math.min(levels - 1, Math.floor(clipUnit(coordinate) * levels))
}

/** The middle of a level's part of the axis. */
export function coordinateOf(level: number, levels: number): number {
  return (level + 0.5) / levels
}

/** The coordinate within the unit interval that is nearest. */
export function clipUnit(value: number): number {
  return value > 0 ? (value < 1 ? value : 1) : 0 // NaN becomes 0
}

function scaling(low: number, high: number, scale: Scale) {
  if (scale === 'linear') {
    // The width of a range that is wider than the largest number cannot be written down, but its half can.
    if (!Number.isFinite(high - low)) {
      return {
        toUnit: (value: number) => (value / 2 - low / 2) / (high / 2 - low / 2),
        fromUnit: (unit: number) => low * (1 - unit) + high * unit + 0,
      }
    }
    return {
      toUnit: (value: number) => (value - low) / (high - low),
      // Written so that 1 gives `high` itself; the sum turns -0 into 0, which JSON and msgpack cannot tell apart.
      fromUnit: (unit: number) => (unit === 1 ? high : clip(low + unit * (high - low), low, high)) + 0,
    }
  }
  const logLow = Math.log(low)
  const logHigh = Math.log(high)
  return {
    toUnit: (value: number) => (Math.log(value) - logLow) / (logHigh - logLow),
    fromUnit: (unit: number) =>
      unit === 0 ? low : unit === 1 ? high : clip(Math.exp(logLow + unit * (logHigh - logLow)), low, high),
  }
}

/**
 * The coordinate that decodes to exactly `value`, if there is one: a value that was decoded once comes back as it was,
 * whatever the rounding. The formula is mostly off by no more than the last bit, but on a narrow logarithmic range by far.
 */
function exactUnit(value: number, toUnit: (v: number) => number, fromUnit: (u: number) => number): number {
  const unit = clipUnit(toUnit(value))
  if (fromUnit(unit) === value) return unit
  let [below, above] = [unit, unit]
  let reach = unit * Number.EPSILON + Number.MIN_VALUE
  for (; below > 0 && fromUnit(below) >= value; reach *= 4) below = clipUnit(unit - reach)
  for (; above < 1 && fromUnit(above) <= value; reach *= 4) above = clipUnit(unit + reach)
  let tried = unit
  for (let step = 0; step < 128; step++) {
    const found = fromUnit(tried)
    if (found === value) return tried
    if (found < value) below = tried
    else above = tried
    tried = below + (above - below) / 2
  }
  return unit
}

function scaleIn(call: 'real' | 'integer', options: RealOptions): Scale {
  const known = { scale: oneOf('linear', 'log'), step: anything, ...(call === 'real' && { prior: anything }) }
  checkOptions(call, options, known, { log: "scale: 'log'" })
  const { scale = 'linear', step, prior } = options
  const given = [scale === 'log' && "scale: 'log'", step !== undefined && 'a step', prior !== undefined && 'a prior']
  const [first, second] = given.filter((one) => one !== false)
  if (second !== undefined) throw new RangeError(`${call}(low, high) takes ${first} or ${second}, got both`)
  return scale
}

/** @throws RangeError at what no function for parameters has made */
function checkParameter(where: string, parameter: unknown): void {
  if (typeof (parameter as Partial<Parameter> | null | undefined)?.decode === 'function') return
  throw new RangeError(
    `${where} needs to be made by real, integer, choice, ordinal, boolean, vector or matrix, got ${show(parameter)}`,
  )
}

function checkBounds(kind: string, low: number, high: number, scale: Scale): void {
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw new RangeError(`${kind}(low, high) needs finite bounds, got ${low} and ${high}`)
  }
  if (!(low <= high)) throw new RangeError(`${kind}(low, high) needs low <= high, got ${low} and ${high}`)
  if (scale === 'log' && !(low > 0)) throw new RangeError(`${kind}(low, high) on a log scale needs low > 0, got ${low}`)
}

function checkCount(call: string, name: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`${call} needs a whole ${name} of at least 1, got ${count}`)
  }
}

function firstRefusal(values: readonly unknown[], of: Parameter): string | undefined {
  for (const [i, value] of values.entries()) {
    const refusal = of.refuse(value)
    if (refusal !== undefined) return `element ${i} ${refusal}`
  }
  return undefined
}

function isEntryList(parameters: unknown): parameters is readonly (readonly [string, Parameter])[] {
  return Array.isArray(parameters)
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true })
}

function clip(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value
}
