import { DesignPoints, designFromRows, subset } from '../../../optimizers/designs/index.ts'
import { ConfigurationError } from '../../core/errors.ts'
import { anything, aRecord, checkOptions, needOptions, someValues, wholeFrom } from '../../core/options.ts'
import { isSame } from '../../core/plain-data.ts'
import { Space } from '../../core/space.ts'
import { show } from '../../core/text.ts'
import { checkNames, type ParameterValues } from '../parameters.ts'
import type { ModelClass, Seeded } from './model.ts'
import {
  configurationsOf,
  type GivenParameters,
  type ModelRunOptions,
  mesaWords,
  type RunConfiguration,
  runOptions,
} from './run-configuration.ts'

/** Values by parameter, each a single one or several: a text is one value, any other iterable several. */
export type Swept<P> = {
  readonly [K in Exclude<keyof P, keyof Seeded>]?: P[K] | Iterable<P[K]>
} & { readonly seed?: number | Iterable<number> }

/**
 * All combinations, in the order of Mesa's `batch_run`: the last parameter changes fastest.
 * @example fullFactorialRuns(Schelling, { parameters: { density: [0.7, 0.8, 0.9], homophily: 0.4 }, rng: [1, 2, 3] })
 */
export function fullFactorialRuns<P>(
  model: ModelClass<P>,
  given: ModelRunOptions & { readonly parameters: Swept<P> },
): RunConfiguration<P>[] {
  checkOptions('fullFactorialRuns', given, { ...runOptions, parameters: aRecord }, mesaWords)
  needOptions('fullFactorialRuns', given, 'parameters')
  return allCombinations('fullFactorialRuns', model, given)
}

/** @param caller what the user has called, for the sentence of an error */
export function allCombinations<P>(
  caller: string,
  model: ModelClass<P>,
  { parameters, ...options }: ModelRunOptions & { readonly parameters: Swept<P> },
): RunConfiguration<P>[] {
  return configurationsOf(caller, model, productOf(caller, model, parameters), options)
}

/**
 * Combinations that are chosen at random, no two the same; more of them begin with the fewer.
 * @example sparseGridRuns(Schelling, { parameters: { density: [0.7, 0.8, 0.9], homophily: [0.3, 0.4] }, points: 4 })
 */
export function sparseGridRuns<P>(
  model: ModelClass<P>,
  options: ModelRunOptions & {
    readonly parameters: Swept<P>
    readonly points: number
    /** Which of them are chosen. */
    readonly choiceSeed?: number
  },
): RunConfiguration<P>[] {
  checkOptions(
    'sparseGridRuns',
    options,
    { ...runOptions, parameters: aRecord, points: anything, choiceSeed: wholeFrom(0) },
    mesaWords,
  )
  needOptions('sparseGridRuns', options, 'parameters', 'points')
  const { parameters, points, choiceSeed, ...others } = options
  const grid = productOf('sparseGridRuns', model, parameters)
  const chosen = refused('sparseGridRuns', () => subset(grid, { points, seed: choiceSeed }))
  return configurationsOf('sparseGridRuns', model, chosen, others)
}

/**
 * A reference scenario, then each of the varied parameters around it, one by one; a value that the reference has
 * already is not run again.
 * @example baseCaseRuns(Schelling, { reference: { density: 0.8 }, variations: { density: [0.7, 0.9] } })
 */
export function baseCaseRuns<P>(
  model: ModelClass<P>,
  options: ModelRunOptions & { readonly reference: GivenParameters<P>; readonly variations: Swept<P> },
): RunConfiguration<P>[] {
  checkOptions('baseCaseRuns', options, { ...runOptions, reference: aRecord, variations: aRecord }, mesaWords)
  needOptions('baseCaseRuns', options, 'reference', 'variations')
  const { reference, variations, ...others } = options
  const base = reference as ParameterValues
  const around = expand('baseCaseRuns', model, variations).flatMap(([name, values]) =>
    values.filter((value) => !isSame(value, base[name])).map((value) => ({ ...base, [name]: value })),
  )
  return configurationsOf('baseCaseRuns', model, [base, ...around], others)
}

/**
 * The points that are given, one after the other: a list, or any of the platform's designs.
 * @example manualRuns(Schelling, { points: sobol(spaceOfSchelling, { points: 64 }), iterations: 5 })
 */
export function manualRuns<P>(
  model: ModelClass<P>,
  given: ModelRunOptions & { readonly points: Iterable<GivenParameters<P>> },
): RunConfiguration<P>[] {
  checkOptions('manualRuns', given, { ...runOptions, points: someValues }, mesaWords)
  needOptions('manualRuns', given, 'points')
  const { points, ...options } = given
  return configurationsOf('manualRuns', model, points as Iterable<ParameterValues>, options)
}

/**
 * Scenarios from a table: a run for each row, a parameter (or `seed`) for each column, the same columns in every row.
 * What stands as text, as in CSV, is read as the model's declared parameter wants it.
 * @throws ConfigurationError with the row, counted from 1, and the column that does not fit
 */
export function scenarioRuns<P>(
  model: ModelClass<P>,
  given: ModelRunOptions & { readonly rows: Iterable<ParameterValues> },
): RunConfiguration<P>[] {
  checkOptions('scenarioRuns', given, { ...runOptions, rows: someValues }, mesaWords)
  needOptions('scenarioRuns', given, 'rows')
  const { rows, ...options } = given
  const table = [...rows]
  const columns = Object.keys(table[0] ?? {}).filter((name) => name !== 'seed')
  const declared = model.parameters
  checkNames(columns, declared, model.name)
  const seeds = table.map((row) => seedIn(row))
  const others = table.map(({ seed: _, ...row }) => row)
  const points = refused('scenarioRuns', () =>
    declared && columns.length > 0
      ? [...designFromRows(new Space<ParameterValues>(columns.map((name) => [name, declared[name]!])), others)]
      : checkedRows(others, columns),
  )
  const seeded = points.map((point, i) => (seeds[i] === undefined ? point : { ...point, seed: seeds[i] }))
  return configurationsOf('scenarioRuns', model, seeded, options)
}

/** All combinations, computed when they are asked for. */
function productOf<P>(call: string, model: ModelClass<P>, parameters: Swept<P>): DesignPoints<ParameterValues> {
  const factors = expand(call, model, parameters)
  return refused(
    call,
    () =>
      new DesignPoints<ParameterValues>({
        names: factors.map(([name]) => name),
        size: factors.reduce((product, [, values]) => product * values.length, 1),
        description: { kind: 'full-factorial' },
        valuesAt(index) {
          const values = new Array<unknown>(factors.length)
          let rest = index
          for (let i = factors.length - 1; i >= 0; i--) {
            const [, list] = factors[i]!
            values[i] = list[rest % list.length]
            rest = Math.floor(rest / list.length)
          }
          return values
        },
      }),
  )
}

/** The values of each parameter, as Mesa reads them. */
function expand(call: string, model: ModelClass, parameters: object): (readonly [string, readonly unknown[]])[] {
  const names = Object.keys(parameters).filter((name) => name !== 'seed')
  checkNames(names, model.parameters, model.name)
  return Object.entries(parameters).map(([name, given]) => {
    const values = isIterable(given) ? [...given] : [given]
    if (values.length > 0) return [name, values] as const
    throw new ConfigurationError(`${call} needs at least one value for the parameter ${show(name)}, got an empty list`)
  })
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

function seedIn({ seed }: ParameterValues): unknown {
  return typeof seed === 'string' && /^\s*\d+\s*$/.test(seed) ? Number(seed) : seed
}

function checkedRows(rows: readonly ParameterValues[], columns: readonly string[]): readonly ParameterValues[] {
  for (const [i, row] of rows.entries()) {
    const missing = columns.filter((name) => !Object.hasOwn(row, name))
    const extra = Object.keys(row).filter((name) => !columns.includes(name))
    const [what, names] = missing.length > 0 ? ['lacks', missing] : ['has, unlike row 1,', extra]
    if (names.length > 0) {
      throw new RangeError(
        `row ${i + 1} ${what} the column${names.length > 1 ? 's' : ''} ${names.map(show).join(', ')}`,
      )
    }
  }
  return rows
}

/** What designs refuse is a mistake of whoever asked for the batch. */
function refused<T>(call: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ConfigurationError(`${call}: ${error.message}`, { cause: error })
  }
}
