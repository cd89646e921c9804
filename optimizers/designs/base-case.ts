import { leavesOfValue, valueFromLeaves } from '../../src/core/leaves.ts'
import { anything, aRecord, checkOptions } from '../../src/core/options.ts'
import { isSame, type PlainData, plainDataOf } from '../../src/core/plain-data.ts'
import { type Parameter, parameterFrom, type Space } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'
import { checkCall, checkCount, checkNames } from './check.ts'
import { DesignPoints } from './design-points.ts'
import { distinctPoints } from './distinct-points.ts'
import { checkedValues, describeGrid, type GridOptions, gridOptions } from './factors.ts'
import { axisLevels } from './levels.ts'
import { type NamedParameter, parametersOf } from './subspace.ts'

export type Variations<P> = NonNullable<GridOptions<P>['values']>

/**
 * A reference scenario, then each of the varied parameters around it, one by one, while all others stay as they are. A
 * value that the reference has already is not simulated again.
 *
 * @example baseCase(space, { reference: { rate: 0.3, delay: 2 }, variations: { rate: [0.1, 0.5], delay: [0, 1, 4] } })
 */
export function baseCase<P>(
  space: Space<P>,
  options: { readonly reference: NoInfer<P>; readonly variations: Variations<NoInfer<P>> },
  ...surplus: readonly never[]
): DesignPoints<P> {
  checkCall('baseCase', space, surplus)
  checkOptions('baseCase', options, { reference: anything, variations: aRecord })
  const { reference, variations } = options
  const given = variations as Readonly<Record<string, unknown>>
  checkNames('baseCase', Object.keys(given), space.names)
  const alternatives = parametersOf(space).map((named) =>
    Object.hasOwn(given, named.name) ? [...checkedValues('baseCase', named, given[named.name])] : [],
  )
  const description = { kind: 'base-case', reference: plainDataOf(reference), variations: plainDataOf(variations) }
  return around('baseCase', space, reference, alternatives, description)
}

export interface OneAtATimeOptions<P> extends GridOptions<P> {
  /** Where the parameters stay that are not varied: the middle of the space if it does not say. */
  readonly reference?: P | undefined
}

/**
 * The reference, then each parameter over its whole range, one at a time; a vector one axis at a time. A level that the
 * reference has already is not simulated again, so that an odd number of levels around the middle gives one point less.
 *
 * @example oneAtATime(space, { levels: 5 })
 */
export function oneAtATime<P>(
  space: Space<P>,
  options: OneAtATimeOptions<NoInfer<P>>,
  ...surplus: readonly never[]
): DesignPoints<P> {
  checkCall('oneAtATime', space, surplus)
  checkOptions('oneAtATime', options, { ...gridOptions, reference: anything })
  const { levels, values = {} } = options
  const reference = options.reference ?? space.decode(new Array<number>(space.dimension).fill(0.5))
  checkReference('oneAtATime', space, reference)
  const origin = wholeReference(space, reference)
  const list = values as Readonly<Record<string, unknown>>
  const counts = (typeof levels === 'object' ? levels : {}) as Readonly<Record<string, number | undefined>>
  for (const names of [list, counts]) checkNames('oneAtATime', Object.keys(names), space.names)
  const alternatives = parametersOf(space).map((named, i) => {
    const { name } = named
    const count = Object.hasOwn(counts, name) ? counts[name] : undefined
    const hasValues = Object.hasOwn(list, name) && list[name] !== undefined
    if (hasValues && count !== undefined) {
      throw new RangeError(`oneAtATime needs levels or values for ${show(name)}, got it twice`)
    }
    if (hasValues) return [...checkedValues('oneAtATime', named, list[name])]
    const wanted = count ?? (typeof levels === 'number' ? levels : undefined)
    if (wanted === undefined) throw new RangeError(`oneAtATime needs levels or values for ${show(name)}, got neither`)
    return axisByAxis(named, origin[i], wanted, count !== undefined)
  })
  const description = { kind: 'one-at-a-time', reference: plainDataOf(reference), ...describeGrid({ levels, values }) }
  return around('oneAtATime', space, reference, alternatives, description)
}

/** A level this near to the reference is the same: logarithms are not exact. */
const sameCoordinate = 1e-9

/** What a parameter becomes when each of its axes goes over its range, the others staying where the reference is. */
function axisByAxis({ name, parameter, leaves }: NamedParameter, reference: unknown, levels: number, isExact: boolean) {
  checkCount('oneAtATime', `levels of ${name}`, levels)
  const refuse = (sentence: string): never => {
    throw new RangeError(`oneAtATime: ${name} ${sentence}`)
  }
  const origin = leavesOfValue(reference)
  return leaves.flatMap((leaf, axis) => {
    const { count, valueAt } = axisLevels(leaf, levels, isExact ? refuse : undefined)
    const coordinate = coordinateIn(parameterFrom(leaf))
    return Array.from({ length: count }, (_, level) => valueAt(level))
      .filter((value) => Math.abs(coordinate(value) - coordinate(origin[axis])) > sameCoordinate)
      .map((value) => valueFromLeaves(parameter.definition, origin.with(axis, value)))
  })
}

function coordinateIn(axis: Parameter): (value: unknown) => number {
  return (value) => {
    const point = [0]
    axis.encode(value, point, 0)
    return point[0]!
  }
}

function around<P>(
  design: string,
  space: Space<P>,
  reference: P,
  alternatives: readonly (readonly unknown[])[],
  description: PlainData,
): DesignPoints<P> {
  checkReference(design, space, reference)
  const origin = wholeReference(space, reference)
  const moves = alternatives.flatMap((values, i) =>
    values.filter((value) => !isSame(value, origin[i])).map((value) => ({ parameter: i, value })),
  )
  const all = new DesignPoints({
    names: space.names,
    size: 1 + moves.length,
    description,
    valuesAt(index) {
      if (index === 0) return origin
      const { parameter, value } = moves[index - 1]!
      return origin.with(parameter, value)
    },
  })
  return distinctPoints(space, all)
}

/** The values of the reference; what does not apply there has its middle, for the points where it does. */
function wholeReference<P>(space: Space<P>, reference: P): readonly unknown[] {
  const middle = space.valuesAt(space.encode(reference))
  return space.toValues(reference).map((value, i) => (value === undefined ? middle[i] : value))
}

function checkReference<P>(design: string, space: Space<P>, reference: P): void {
  const refusal = space.refuse(reference)
  if (refusal !== undefined) throw new RangeError(`${design}: the reference ${refusal}`)
}
