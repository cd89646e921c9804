import { type OptionCheck, refuseSurplus } from './options.ts'
import type { Axis } from './parameters/axis.ts'
import { Conditions } from './parameters/condition.ts'
import type { MeantBy } from './parameters/meaning.ts'
import { checkParameter, type Parameter, type ParameterDefinition } from './parameters/parameter.ts'
import type { Random } from './random.ts'
import { show } from './text.ts'

export { type Axis, clipUnit, coordinateOf, levelOf } from './parameters/axis.ts'
export { boolean, choice, isChoiceValue, ordinal } from './parameters/choice.ts'
export { when } from './parameters/condition.ts'
export type { MeantBy, Named } from './parameters/meaning.ts'
export { integer, real } from './parameters/number.ts'
export type {
  ChoiceValue,
  Condition,
  IntegerOptions,
  Meanings,
  Parameter,
  ParameterDefinition,
  RealOptions,
  Scale,
} from './parameters/parameter.ts'
export { parameterFrom } from './parameters/parameter-from.ts'
export type { Prior } from './parameters/prior.ts'
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
  readonly #conditions: Conditions | undefined
  /** Whether some name is one that every object has, so that a value may not be the object's own. */
  readonly #inherits: boolean
  /** The point at 0, whose copies hold numbers from the first on: lists that begin without any are copied as the first comes. */
  readonly #origin: readonly number[]
  /** Whether a simulation is given something else in place of a name. */
  readonly hasMeanings: boolean

  constructor(parameters: ParameterMap<P> | readonly (readonly [string, Parameter])[]) {
    if (typeof parameters !== 'object' || parameters === null || isParameterList(parameters)) {
      throw new RangeError(`a space needs parameters by name, as in { x: real(0, 1) }, got ${show(parameters)}`)
    }
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
    this.#inherits = names.some((name) => name in Object.prototype)
    this.axes = this.#parameters.flatMap((parameter) => parameter.axes)
    this.#origin = this.axes.map(() => 0.5).fill(0)
    this.#conditions = Conditions.of(entries)
    this.hasMeanings = this.#parameters.some(({ meaning }) => meaning !== undefined)
  }

  /** Whether some parameters are absent where they do not apply. */
  get isConditional(): boolean {
    return this.#conditions !== undefined
  }

  /** Why parameters are never there together, as a part of a sentence; undefined if they may be. */
  refuseTogether(names: readonly string[]): string | undefined {
    return this.#conditions?.refuseTogether(names)
  }

  /** The number of axes of the unit cube. */
  get dimension(): number {
    return this.axes.length
  }

  /** The parameters at a point of the unit cube; what lies outside is brought to the nearest bound. */
  decode(point: ArrayLike<number>): P {
    if (this.#conditions || this.#inherits) return this.fromValues(this.decodeValues(point))
    const parameters: Record<string, unknown> = {}
    let at = 0
    for (let i = 0; i < this.names.length; i++) {
      const parameter = this.#parameters[i]!
      parameters[this.names[i]!] = parameter.decode(point, at)
      at += parameter.axes.length
    }
    return parameters as P
  }

  /** The values at a point, in the order of `names`; undefined where a parameter does not apply. */
  decodeValues(point: ArrayLike<number>): unknown[] {
    const values = this.valuesAt(point)
    return this.#conditions ? this.#conditions.withoutAbsent(values) : values
  }

  /** The values at a point, also of the parameters that do not apply there. */
  valuesAt(point: ArrayLike<number>): unknown[] {
    const values: unknown[] = []
    let at = 0
    for (const parameter of this.#parameters) {
      values.push(parameter.decode(point, at))
      at += parameter.axes.length
    }
    return values
  }

  /** The axes of the parameters that do not apply at a point: where it lies on them means nothing. */
  hiddenAxes(point: ArrayLike<number>): readonly number[] {
    if (!this.#conditions) return []
    const values = this.decodeValues(point)
    let at = 0
    return this.#parameters.flatMap(({ axes }, i) => {
      const first = at
      at += axes.length
      return values[i] === undefined && this.#conditions!.has(i) ? axes.map((_, axis) => first + axis) : []
    })
  }

  /**
   * Draws the coordinates anew on which a point says nothing, so that it may be moved: what a move makes apply may have any
   * value, whatever stood in its place. Changes the point.
   *
   * @param another where coordinates are taken from that say something there
   */
  fillHidden(point: number[], random: Random, another?: readonly number[]): void {
    if (!this.#conditions) return
    const hidden = this.hiddenAxes(point)
    if (hidden.length === 0) return
    const drawn = this.samplePoint(random)
    const hiddenThere = new Set(another && this.hiddenAxes(another))
    for (const at of hidden) point[at] = another && !hiddenThere.has(at) ? another[at]! : drawn[at]!
  }

  /** Values in the order of `names` without those of parameters that do not apply: undefined stands for them. */
  withoutAbsent(values: readonly unknown[]): readonly unknown[] {
    return this.#conditions ? this.#conditions.withoutAbsent(values) : values
  }

  /** The point of the unit cube where the parameters lie; in the middle of the axes of those that are absent. */
  encode(parameters: P): number[] {
    const point = this.#origin.slice()
    if (this.#encodeInOrder(parameters, point)) return point
    let at = 0
    for (let i = 0; i < this.names.length; i++) {
      const parameter = this.#parameters[i]!
      const name = this.names[i]!
      parameter.encode(this.#inherits ? ownValue(parameters, name) : parameters[name], point, at)
      at += parameter.axes.length
    }
    return point
  }

  /** Mostly the names come in the order of the space: going through them takes a third of looking each up. */
  #encodeInOrder(parameters: P, point: number[]): boolean {
    if (this.#inherits) return false
    let at = 0
    let i = 0
    for (const name in parameters) {
      if (name !== this.names[i]) return false
      const parameter = this.#parameters[i++]!
      parameter.encode(parameters[name], point, at)
      at += parameter.axes.length
    }
    return i === this.names.length
  }

  /** Where the parameters lie that a point decodes to: points that stand for the same become equal. */
  canonicalPoint(point: ArrayLike<number>): number[] {
    if (this.#conditions || this.#inherits) return this.encode(this.decode(point))
    const canonical = this.#origin.slice()
    let at = 0
    for (let i = 0; i < this.#parameters.length; i++) {
      const parameter = this.#parameters[i]!
      parameter.encode(parameter.decode(point, at), canonical, at)
      at += parameter.axes.length
    }
    return canonical
  }

  /** Parameters from their values in the order of `names`; a conditional one whose value is undefined is absent. */
  fromValues(values: readonly unknown[]): P {
    const parameters: Record<string, unknown> = {}
    for (let i = 0; i < this.names.length; i++) {
      const name = this.names[i]!
      if (values[i] === undefined && this.#conditions?.has(i)) continue
      if (name === '__proto__') define(parameters, name, values[i])
      else parameters[name] = values[i]
    }
    return parameters as P
  }

  /** The values of the parameters in the order of `names`. */
  toValues(parameters: P): unknown[] {
    const values: unknown[] = []
    for (const name of this.names) values.push(ownValue(parameters, name))
    return values
  }

  /** The parameters as a simulation is given them: with what names stand for in their place. */
  meaningOf(parameters: P): MeantBy<P> {
    if (!this.hasMeanings) return parameters as unknown as MeantBy<P>
    const values = this.toValues(parameters).map((value, i) => {
      const { meaning } = this.#parameters[i]!
      return value === undefined || meaning === undefined ? value : meaning(value)
    })
    return this.fromValues(values) as unknown as MeantBy<P>
  }

  /** A point drawn uniformly from the unit cube. */
  samplePoint(random: Random): number[] {
    return this.axes.map(() => random.uniform())
  }

  /** What is wrong with the parameters, as a sentence's end, or undefined: every name once, every value in its bounds. */
  refuse(parameters: unknown): string | undefined {
    if (typeof parameters !== 'object' || parameters === null) return `needs named parameters, got ${show(parameters)}`
    if (this.#areInOrder(parameters)) return undefined
    for (const name of Object.keys(parameters)) {
      if (!this.#known.has(name)) return `has no parameter ${show(name)}`
    }
    for (let i = 0; i < this.names.length; i++) {
      const name = this.names[i]!
      if (!Object.hasOwn(parameters, name)) {
        if (this.#conditions?.has(i)) continue
        return `needs the parameter ${show(name)}, which is missing`
      }
      const refusal = this.#parameters[i]!.refuse((parameters as Record<string, unknown>)[name])
      if (refusal !== undefined) return `${name} ${refusal}`
    }
    return this.#conditions?.refuse(this.toValues(parameters as P))
  }

  /** Whether the names come in the order of the space, and no value is refused: then nothing need be looked up by its name. */
  #areInOrder(parameters: object): boolean {
    if (this.#conditions || this.#inherits || Object.getPrototypeOf(parameters) !== Object.prototype) return false
    let i = 0
    for (const name in parameters) {
      if (name !== this.names[i]) return false
      if (this.#parameters[i++]!.refuse((parameters as Record<string, unknown>)[name]) !== undefined) return false
    }
    return i === this.names.length
  }

  /** The definitions by name, as a list, since names may be anything. */
  get definitions(): readonly (readonly [string, ParameterDefinition])[] {
    return this.names.map((name, i) => [name, this.#parameters[i]!.definition] as const)
  }
}

/** A space that is typed by its parameters. */
export function space<P>(parameters: ParameterMap<P>, ...surplus: readonly never[]): Space<P> {
  refuseSurplus('space', 1, surplus, '')
  return new Space<P>(parameters)
}

function ownValue<P>(parameters: P, name: keyof P): unknown {
  return Object.hasOwn(parameters as object, name) ? parameters[name] : undefined
}

/** Parameters without names. */
function isParameterList(parameters: unknown): boolean {
  return Array.isArray(parameters) && parameters.some((entry) => !Array.isArray(entry))
}

function isEntryList(parameters: unknown): parameters is readonly (readonly [string, Parameter])[] {
  return Array.isArray(parameters)
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true })
}

/** Checks an argument; also a space of another copy of this package is one. */
export const aSpace: OptionCheck = (value) =>
  Array.isArray((value as Partial<Space> | null | undefined)?.axes)
    ? undefined
    : `needs a space, as in space({ x: real(0, 1) }), got ${show(value)}`
