import type { Arbitrary } from 'fast-check'
import type { Abilities } from '../core/abilities.ts'
import { type Constraint, Constraints } from '../core/constraints.ts'
import { type ObjectiveMap, Objectives } from '../core/objectives.ts'
import type { Problem } from '../core/optimizee.ts'
import {
  boolean,
  choice,
  integer,
  matrix,
  type Parameter,
  type ParameterDefinition,
  parameterFrom,
  real,
  Space,
  vector,
} from '../core/space.ts'
import type { AnyParameters, Simulate } from './drive.ts'
import { fc } from './peers.ts'

export function problemOf(
  parameters: Record<string, Parameter>,
  objectives: ObjectiveMap = { f: 'minimize' },
  constraints: readonly Constraint[] = [],
): Problem {
  return {
    space: new Space(parameters),
    objectives: new Objectives(objectives),
    constraints: new Constraints(constraints),
  }
}

const everyKind = {
  real: real(-5, 5),
  rate: real(1e-4, 10, { scale: 'log' }),
  offsets: vector(real(0, 1), 2),
  count: integer(-3, 12),
  size: integer(1, 1000, { scale: 'log' }),
  kernel: matrix(integer(0, 4), 2, 2),
  solver: choice(['euler', 'heun', 'rk4', null, 5]),
  adaptive: boolean(),
}

/** Parameters of every kind that an algorithm searches. */
export function everyKindOf({ axes }: Pick<Abilities, 'axes'>): Record<string, Parameter> {
  const entries = Object.entries(everyKind as Record<string, Parameter>)
  return Object.fromEntries(entries.filter(([, parameter]) => parameter.axes.every(({ kind }) => axes.includes(kind))))
}

/** The terms of a smooth function, best where a real calibration would lie: inside, at one combination. */
const terms: {
  readonly [K in keyof typeof everyKind]: (value: ReturnType<(typeof everyKind)[K]['decode']>) => number
} = {
  real: (value) => (value - 1.3) ** 2 / 10,
  rate: (value) => Math.log10(value / 0.05) ** 2,
  offsets: (value) => distance(value, [0.9, 0.1]),
  count: (value) => (value - 7) ** 2 / 20,
  size: (value) => Math.log10(value / 40) ** 2,
  kernel: (value) => distance(value.flat(), [1, 2, 3, 4]) / 16,
  solver: (value) => (value === 'rk4' ? 0 : 0.5),
  adaptive: (value) => (value ? 0 : 0.3),
}

/** A smooth function of whatever of `everyKindOf` there is. */
export const mixed: Simulate = (parameters) => [
  Object.entries(parameters).reduce(
    (sum, [name, value]) => sum + (terms as Record<string, (value: unknown) => number>)[name]!(value),
    0,
  ),
]

/** Simulates as `mixed` does, but a third of the individuals fails. */
export const someFail: Simulate = (parameters, n) => ((n * 7) % 3 === 0 ? undefined : mixed(parameters, n))

/** The square of the Euclidean distance. */
export function distance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0)
}

/** Spaces of up to four parameters, of the kinds that an algorithm searches, with any names. */
export function anySpaceOf({ axes }: Pick<Abilities, 'axes'>): Arbitrary<Space<AnyParameters>> {
  const definition = fc.oneof(...definitions.filter(([kind]) => axes.includes(kind)).map(([, arbitrary]) => arbitrary))
  const nested = fc.oneof(
    definition,
    fc
      .tuple(definition, fc.integer({ min: 1, max: 3 }))
      .map(([of, length]): ParameterDefinition => ({ type: 'vector', of, length })),
    definition.map((of): ParameterDefinition => ({ type: 'matrix', of, rows: 2, columns: 2 })),
  )
  return fc
    .uniqueArray(fc.tuple(fc.string(), nested), { minLength: 1, maxLength: 4, selector: ([name]) => name })
    .map((entries) => new Space<AnyParameters>(entries.map(([name, of]) => [name, parameterFrom(of)] as const)))
}

const definitions: readonly (readonly [Abilities['axes'][number], Arbitrary<ParameterDefinition>])[] = [
  [
    'real',
    fc
      .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }))
      .filter(([low, width]) => low + width > low)
      .map(([low, width]) => ({ type: 'real' as const, low, high: low + width })),
  ],
  [
    'real',
    fc
      .tuple(fc.double({ min: 1e-9, max: 1e3, noNaN: true }), fc.double({ min: 1.001, max: 1e9, noNaN: true }))
      .map(([low, factor]) => ({ type: 'real' as const, low, high: low * factor, scale: 'log' as const })),
  ],
  [
    'integer',
    fc
      .tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 2000 }))
      .map(([low, width]) => ({ type: 'integer' as const, low, high: low + width })),
  ],
  [
    'integer',
    fc
      .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 1e6 }))
      .map(([low, width]) => ({ type: 'integer' as const, low, high: low + width, scale: 'log' as const })),
  ],
  [
    'real',
    fc
      .tuple(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: 1, max: 50, noNaN: true }))
      .map(([mean, sd]) => ({
        type: 'real' as const,
        low: -100,
        high: 100,
        prior: { type: 'normal' as const, mean, sd },
      })),
  ],
  [
    'real',
    fc
      .tuple(fc.double({ min: -4, max: 4, noNaN: true }), fc.double({ min: 0.1, max: 3, noNaN: true }))
      .map(([mean, sd]) => ({
        type: 'real' as const,
        low: 1e-3,
        high: 1e3,
        prior: { type: 'lognormal' as const, mean, sd },
      })),
  ],
  [
    'integer',
    fc
      .tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 1, max: 30 }))
      .map(([low, steps]) => ({ type: 'real' as const, low, high: low + steps * 0.1 + 0.05, step: 0.1 })),
  ],
  [
    'integer',
    fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 5 }).map((values) => ({ type: 'ordinal' as const, values })),
  ],
  [
    'choice',
    fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 5 }).map((values) => ({ type: 'choice' as const, values })),
  ],
  ['boolean', fc.constant({ type: 'boolean' as const })],
]
