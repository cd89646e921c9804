import { nearest } from '../nearest.ts'
import { refuseSurplus } from '../options.ts'
import { show } from '../text.ts'
import { isChoiceValue } from './choice.ts'
import {
  type ChoiceValue,
  type Condition,
  checkParameter,
  type Parameter,
  type ParameterDefinition,
} from './parameter.ts'

/**
 * A parameter that applies under a condition, and is absent elsewhere. The condition's own parameters may be conditional,
 * too: what names an absent one is absent.
 *
 * @example { solver: choice(['rk4', 'adaptive']), step: when({ solver: 'rk4' }, real(1e-4, 0.1, { scale: 'log' })) }
 */
export function when<T>(
  condition: Condition,
  parameter: Parameter<T>,
  ...surplus: readonly never[]
): Parameter<T | undefined> {
  const call = 'when(condition, parameter)'
  refuseSurplus('when', 2, surplus, '')
  checkParameter(call, parameter)
  const { definition, axes } = parameter
  if (definition.when !== undefined)
    throw new RangeError(`${call} needs one condition, which may name several parameters`)
  checkCondition(call, condition)
  const ambiguous = valuesOf(definition).find((value) => value === null || value === '')
  if (ambiguous !== undefined) {
    throw new RangeError(`${call} needs values that a table can tell from an absent one, got ${show(ambiguous)}`)
  }
  return {
    axes,
    decode: parameter.decode,
    encode(value, point, at) {
      if (value === undefined) for (let i = 0; i < axes.length; i++) point[at + i] = 0.5
      else parameter.encode(value, point, at)
    },
    refuse: (value) => (value === undefined ? undefined : parameter.refuse(value)),
    ...(parameter.meaning && { meaning: (value) => parameter.meaning!(value as T) }), // nobody asks that of an absent one
    definition: { ...definition, when: condition },
  }
}

/** The conditions of a space's parameters, in an order in which each can be decided. */
export class Conditions {
  readonly #rules: readonly Rule[]
  readonly #demands: Demands
  readonly #places: ReadonlySet<number>

  private constructor(rules: readonly Rule[], demands: Demands) {
    this.#rules = rules
    this.#demands = demands
    this.#places = new Set(rules.map(({ place }) => place))
  }

  /**
   * @returns undefined where no parameter has a condition
   * @throws RangeError at a condition that is circular, names what is not there, or can never be met
   */
  static of(entries: readonly (readonly [string, Parameter])[]): Conditions | undefined {
    const conditional = entries.filter(([, { definition }]) => definition.when !== undefined)
    if (conditional.length === 0) return undefined
    const parameters = new Map(entries)
    for (const [name, { definition }] of conditional) checkNamed(name, definition.when!, parameters)
    const places = new Map(entries.map(([name], place) => [name, place]))
    const ordered = inOrder(conditional)
    const demands = demandsOf(ordered)
    return new Conditions(
      ordered.map(([name, condition]) => ({
        name,
        place: places.get(name)!,
        needs: Object.entries(condition).map(([needed, values]) => ({
          name: needed,
          place: places.get(needed)!,
          values: listOf(values),
        })),
      })),
      demands,
    )
  }

  /** Whether the parameter at that place has a condition. */
  has(place: number): boolean {
    return this.#places.has(place)
  }

  /** Why these parameters are never there together, as a part of a sentence; undefined if they may be. */
  refuseTogether(names: readonly string[]): string | undefined {
    const together = joinDemands(names.flatMap((name) => this.#demands.get(name) ?? []))
    return 'conflict' in together ? together.conflict : undefined
  }

  /** The values without those of parameters that do not apply: undefined stands for them. */
  withoutAbsent(values: readonly unknown[]): unknown[] {
    const present = [...values]
    for (const { place, needs } of this.#rules) {
      if (!needs.every((need) => isMet(need, present))) present[place] = undefined
    }
    return present
  }

  /** What is wrong with values of which one is absent that applies, or there that does not; undefined if nothing is. */
  refuse(values: readonly unknown[]): string | undefined {
    for (const { name, place, needs } of this.#rules) {
      const unmet = needs.find((need) => !isMet(need, values))
      const isThere = values[place] !== undefined
      if (unmet && isThere) {
        return `${name} needs to be absent, since it applies when ${sentenceOf(unmet)}, got ${show(values[place])} with ${unmet.name} ${show(values[unmet.place])}`
      }
      if (!unmet && !isThere) {
        return `needs the parameter ${show(name)}, which is missing and applies when ${needs.map(sentenceOf).join(' and ')}`
      }
    }
    return undefined
  }
}

/** A parameter's condition. */
interface Rule {
  readonly name: string
  readonly place: number
  readonly needs: readonly Need[]
}

/** One of the values that a parameter needs to have. */
interface Need {
  readonly name: string
  readonly place: number
  readonly values: readonly unknown[]
}

function isMet({ place, values }: Need, given: readonly unknown[]): boolean {
  return values.includes(given[place])
}

function sentenceOf({ name, values }: Pick<Need, 'name' | 'values'>): string {
  return `${name} is ${values.map(show).join(' or ')}`
}

function checkCondition(call: string, condition: unknown): asserts condition is Condition {
  const isMap = typeof condition === 'object' && condition !== null && !Array.isArray(condition)
  const values = isMap ? Object.values(condition).map(listOf) : []
  if (values.length > 0 && values.every((list) => list.length > 0 && list.every(isChoiceValue))) return
  throw new RangeError(
    `${call} needs a condition like { solver: 'rk4' } or { solver: ['rk4', 'euler'] }, got ${show(condition)}`,
  )
}

function checkNamed(name: string, condition: Condition, parameters: ReadonlyMap<string, Parameter>): void {
  const which = `the condition of ${show(name)}`
  for (const [needed, values] of Object.entries(condition)) {
    if (needed === name) throw new RangeError(`${which} names ${show(name)} itself`)
    const parameter = parameters.get(needed)
    if (parameter === undefined) {
      const meant = nearest(needed, [...parameters.keys()])
      const hint = meant === undefined ? '' : `, did you mean ${show(meant)}?`
      throw new RangeError(`${which} names ${show(needed)}, which is no parameter${hint}`)
    }
    const [axis, ...others] = parameter.axes
    if (axis === undefined || axis.kind === 'real' || others.length > 0) {
      const { type } = parameter.definition
      throw new RangeError(
        `${which} needs a parameter with values that can be listed, but ${show(needed)} is a ${type}${type === 'real' ? ' without a step' : ''}`,
      )
    }
    for (const value of listOf(values)) {
      const refusal = parameter.refuse(value)
      if (refusal !== undefined) throw new RangeError(`${which} can never be met: ${needed} ${refusal}`)
    }
  }
}

/** The conditions, each after those of the parameters that it names. @throws RangeError if they go round in a circle */
function inOrder(conditional: readonly (readonly [string, Parameter])[]): (readonly [string, Condition])[] {
  const conditions = new Map(conditional.map(([name, { definition }]) => [name, definition.when!]))
  const ordered = new Map<string, Condition>()
  const follow = (name: string, path: readonly string[]): void => {
    const condition = conditions.get(name)
    if (condition === undefined || ordered.has(name)) return
    if (path.includes(name)) {
      const circle = [...path.slice(path.indexOf(name)), name].map(show).join(', ')
      throw new RangeError(`the conditions of parameters go round in a circle: ${circle}`)
    }
    for (const needed of Object.keys(condition)) follow(needed, [...path, name])
    ordered.set(name, condition)
  }
  for (const name of conditions.keys()) follow(name, [])
  return [...ordered]
}

/**
 * What has to hold where a parameter is there, by its name: what a condition names has to be there, so that its own
 * condition holds, too, and so on.
 *
 * @param ordered each after those of the parameters that it names
 * @throws RangeError at one that needs a parameter to have two values at once
 */
function demandsOf(ordered: readonly (readonly [string, Condition])[]): Demands {
  const demands = new Map<string, readonly Demand[]>()
  for (const [name, condition] of ordered) {
    const own = Object.entries(condition).map(([needed, values]) => ({
      name: needed,
      values: listOf(values),
      by: name,
    }))
    const together = joinDemands([...own.flatMap((demand) => demands.get(demand.name) ?? []), ...own])
    if ('conflict' in together) {
      throw new RangeError(`the condition of ${show(name)} can never be met: ${together.conflict}`)
    }
    demands.set(name, [...together.values()])
  }
  return demands
}

/** The values that meet all of the demands, by the names of their parameters; or two demands that exclude each other. */
function joinDemands(demands: readonly Demand[]): ReadonlyMap<string, Demand> | { readonly conflict: string } {
  const together = new Map<string, Demand>()
  for (const demand of demands) {
    const before = together.get(demand.name)
    const values = before ? demand.values.filter((value) => before.values.includes(value)) : demand.values
    if (before && values.length === 0) {
      return {
        conflict: `${show(before.by)} applies when ${sentenceOf(before)}, and ${show(demand.by)} when ${sentenceOf(demand)}`,
      }
    }
    together.set(demand.name, { ...demand, values })
  }
  return together
}

/** What has to hold where a parameter is there, by its name. */
type Demands = ReadonlyMap<string, readonly Demand[]>

/** The values that a parameter needs to have, and the parameter that applies only then. */
interface Demand {
  readonly name: string
  readonly values: readonly unknown[]
  readonly by: string
}

function listOf(values: ChoiceValue | readonly ChoiceValue[]): readonly ChoiceValue[] {
  return Array.isArray(values) ? (values as readonly ChoiceValue[]) : [values as ChoiceValue]
}

function valuesOf(definition: ParameterDefinition): readonly ChoiceValue[] {
  switch (definition.type) {
    case 'choice':
    case 'ordinal':
      return definition.values
    case 'vector':
    case 'matrix':
      return valuesOf(definition.of)
    default:
      return []
  }
}
