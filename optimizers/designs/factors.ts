import { valueFromLeaves } from '../../src/core/leaves.ts'
import { aRecord } from '../../src/core/options.ts'
import type { PlainData } from '../../src/core/plain-data.ts'
import type { Space } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'
import { checkCount, checkNames, checkSize } from './check.ts'
import { axisLevels } from './levels.ts'
import { type NamedParameter, parametersOf } from './subspace.ts'

/** What a grid takes of each parameter: how many levels over its range, or which values. */
export interface GridOptions<P> {
  /** A count for every parameter that has no values, or one for each of them by name. */
  readonly levels?: number | { readonly [K in keyof P]?: number | undefined } | undefined
  /** Values by name; what is no list is one value. */
  readonly values?: { readonly [K in keyof P]?: ValueList<P[K]> | undefined } | undefined
}

/** What `GridOptions` may be: `factorsOf` looks at what stands by name. */
export const gridOptions = {
  levels: (value: unknown) => (typeof value === 'number' ? undefined : aRecord(value)),
  values: aRecord,
}

type ValueList<T> = [T] extends [readonly unknown[]] ? readonly T[] : T | readonly T[]

/** One parameter of a grid with its values, each computed when it is asked for. */
export interface GridFactor {
  readonly name: string
  readonly count: number
  valueAt(level: number): unknown
}

/** The factors of a grid, in the order of the space's parameters. @throws RangeError with what is wrong with the options */
export function factorsOf<P>(design: string, space: Space<P>, options: GridOptions<P>): GridFactor[] {
  const values = (options.values ?? {}) as Readonly<Record<string, unknown>>
  const levels = options.levels
  const levelsByName = typeof levels === 'object' ? (levels as Readonly<Record<string, number | undefined>>) : {}
  checkNames(design, Object.keys(values), space.names)
  checkNames(design, Object.keys(levelsByName), space.names)
  if (typeof levels === 'number') checkCount(design, 'levels', levels)
  return parametersOf(space).map((named) => {
    const { name } = named
    const list = own(values, name)
    const count = own(levelsByName, name) as number | undefined
    if (list !== undefined && count !== undefined) {
      throw new RangeError(`${design} needs levels or values for ${show(name)}, got it twice`)
    }
    if (list !== undefined) return valuesFactor(design, named, list)
    if (count !== undefined) return levelsFactor(design, named, count, true)
    if (typeof levels === 'number') return levelsFactor(design, named, levels, false)
    if (named.leaves.every(isListed)) return levelsFactor(design, named, 1, false)
    throw new RangeError(`${design} needs levels or values for ${show(name)}, got neither`)
  })
}

/** The values of one parameter, as a list, each of them checked. */
export function checkedValues(design: string, { name, parameter }: NamedParameter, given: unknown): readonly unknown[] {
  const list = Array.isArray(given) ? (given as readonly unknown[]) : [given]
  if (list.length === 0) {
    throw new RangeError(`${design} needs at least one value for ${show(name)}, got an empty list`)
  }
  for (const value of list) {
    const refusal = parameter.refuse(value)
    if (refusal !== undefined) throw new RangeError(`${design}: ${name} ${refusal}`)
  }
  return list
}

/** The number of points of the grid. */
export function gridSize(design: string, factors: readonly { readonly count: number }[]): number {
  return checkSize(
    design,
    factors.reduce((product, { count }) => product * count, 1),
  )
}

/** Which level each of the factors has at a point: the last changes fastest. */
export function digitsOf(index: number, factors: readonly { readonly count: number }[]): number[] {
  const digits = new Array<number>(factors.length)
  let rest = index
  for (let i = factors.length - 1; i >= 0; i--) {
    const { count } = factors[i]!
    digits[i] = rest % count
    rest = Math.floor(rest / count)
  }
  return digits
}

/** The options as plain data. */
export function describeGrid<P>({ levels, values }: GridOptions<P>): { readonly [key: string]: PlainData } {
  return JSON.parse(JSON.stringify({ levels, values })) as { [key: string]: PlainData }
}

function valuesFactor(design: string, named: NamedParameter, given: unknown): GridFactor {
  const list = checkedValues(design, named, given)
  return { name: named.name, count: list.length, valueAt: (level) => list[level] }
}

/** A vector has each combination of the levels of its axes. */
function levelsFactor(design: string, named: NamedParameter, levels: number, isExact: boolean): GridFactor {
  const { name, parameter, leaves } = named
  checkCount(design, `levels of ${name}`, levels)
  const refuse = (sentence: string): never => {
    throw new RangeError(`${design}: ${name} ${sentence}`)
  }
  const axes = leaves.map((leaf) => axisLevels(leaf, levels, isExact ? refuse : undefined))
  return {
    name,
    count: gridSize(design, axes),
    valueAt: (level) =>
      valueFromLeaves(
        parameter.definition,
        digitsOf(level, axes).map((digit, axis) => axes[axis]!.valueAt(digit)),
      ),
  }
}

function isListed({ type }: { readonly type: string }): boolean {
  return type === 'choice' || type === 'boolean'
}

function own(map: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(map, name) ? map[name] : undefined
}
