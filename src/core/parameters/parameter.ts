import { show } from '../text.ts'
import type { Axis } from './axis.ts'
import type { Prior } from './prior.ts'

/** One named degree of freedom of a simulation: a value of type `T`, laid out on one or more axes of the unit cube. */
export interface Parameter<T = unknown> {
  readonly axes: readonly Axis[]
  /** The value at `point[at ...]`, always within the bounds. */
  decode(point: ArrayLike<number>, at: number): T
  /** Writes where `value` lies to `point[at ...]`; a decoded value comes back exactly. */
  encode(value: T, point: number[] | Float64Array, at: number): void
  /** What is wrong with `value`, as the end of a sentence ("needs ..., got ..."), or undefined if nothing is. */
  refuse(value: unknown): string | undefined
  /** What a simulation is given in place of the value, where that is a name. */
  meaning?(value: T): unknown
  /** The definition as plain data, in the words of an experiment file. */
  readonly definition: ParameterDefinition
}

export type Scale = 'linear' | 'log'
export type ChoiceValue = string | number | boolean | null

/** Where a parameter applies: where each of the parameters that are named has this value, or one of these. */
export type Condition = { readonly [parameter: string]: ChoiceValue | readonly ChoiceValue[] }

/** A parameter as it stands in YAML or JSON. */
export type ParameterDefinition = KindOfParameter & {
  /** Where it applies; everywhere unless it says so. */
  readonly when?: Condition | undefined
}

/** What the names of a choice by name stand for: plain data. */
export type Meanings = Readonly<Record<string, unknown>>

type KindOfParameter =
  | ({ readonly type: 'real'; readonly low: number; readonly high: number } & AxisOptions)
  | ({ readonly type: 'integer'; readonly low: number; readonly high: number } & Omit<AxisOptions, 'prior'>)
  | { readonly type: 'ordinal'; readonly values: readonly ChoiceValue[] }
  | { readonly type: 'choice'; readonly values: readonly ChoiceValue[]; readonly means?: Meanings | undefined }
  | { readonly type: 'boolean' }
  | { readonly type: 'vector'; readonly of: ParameterDefinition; readonly length: number }
  | { readonly type: 'matrix'; readonly of: ParameterDefinition; readonly rows: number; readonly columns: number }

/** How values lie on their axis: at most one of these is given beside `scale: 'linear'`. */
export interface AxisOptions {
  readonly scale?: Scale | undefined
  /** The distance from one value to the next, from the low bound on. */
  readonly step?: number | undefined
  /** Where the value is expected. */
  readonly prior?: Prior | undefined
}

/** A scale, or the distance from one value to the next. */
export type IntegerOptions =
  | { readonly scale?: Scale | undefined; readonly step?: undefined; readonly prior?: undefined }
  | { readonly scale?: 'linear' | undefined; readonly step?: number | undefined; readonly prior?: undefined }

/** A scale, the distance from one value to the next, or where the value is expected. */
export type RealOptions =
  | IntegerOptions
  | { readonly scale?: 'linear' | undefined; readonly step?: undefined; readonly prior?: Prior | undefined }

/** @throws RangeError at what no function for parameters has made */
export function checkParameter(where: string, parameter: unknown): void {
  const { decode, definition } = (parameter ?? {}) as Partial<Parameter>
  if (typeof decode === 'function' && definition !== undefined) return
  throw new RangeError(
    `${where} needs to be made by real, integer, choice, ordinal, boolean, vector, matrix or when, got ${show(parameter)}`,
  )
}
