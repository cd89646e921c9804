import type { Axis } from './parameters/axis.ts'
import { checkParameter, type Parameter, type ParameterDefinition } from './parameters/parameter.ts'
import type { Random } from './random.ts'
import { show } from './text.ts'

export { type Axis, clipUnit, coordinateOf, levelOf } from './parameters/axis.ts'
export { boolean, choice, isChoiceValue, ordinal } from './parameters/choice.ts'
export { integer, real } from './parameters/number.ts'
export type {
  ChoiceValue,
  IntegerOptions,
  Parameter,
  ParameterDefinition,
  RealOptions,
  Scale,
} from './parameters/parameter.ts'
export { parameterFrom } from './parameters/parameter-from.ts'
export { matrix, vector } from './parameters/vector.ts'

/** The values of a space's parameters: `ParametersOf<typeof space>`. */
export type ParametersOf<S> = S extends Space<infer P> ? P : never

/** Parameters by name, as they are given to `space`. */
export type ParameterMap<P> = { readonly [K in keyof P]: Parameter<P[K]> }

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

function isEntryList(parameters: unknown): parameters is readonly (readonly [string, Parameter])[] {
  return Array.isArray(parameters)
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true })
}
