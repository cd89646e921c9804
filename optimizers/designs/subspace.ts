import { leavesOf } from '../../src/core/leaves.ts'
import { checkArgument } from '../../src/core/options.ts'
import { aSpace, type Parameter, type ParameterDefinition, parameterFrom, Space } from '../../src/core/space.ts'
import { checkNames, checkOnce } from './check.ts'

/** A parameter of a space, with what its axes stand for one by one. */
export interface NamedParameter {
  readonly name: string
  readonly parameter: Parameter
  /** The definition of each axis: never a vector or matrix. */
  readonly leaves: readonly ParameterDefinition[]
}

export function parametersOf<P>(space: Space<P>): NamedParameter[] {
  return space.definitions.map(([name, definition]) => ({
    name,
    parameter: parameterFrom(definition),
    leaves: leavesOf(definition),
  }))
}

/**
 * The space of some of the parameters, for a design that is to be combined with others. Conditions on parameters outside of it
 * are left to the whole space, in which the combination is played.
 * @example cross(fullFactorial(subspace(space, ['solver'])), sobol(subspace(space, ['x', 'y']), { points: 64 }))
 */
export function subspace<P, const K extends keyof P & string>(space: Space<P>, names: readonly K[]): Space<Pick<P, K>> {
  checkArgument('subspace', 'the first argument', space, aSpace)
  checkNames('subspace', names, space.names)
  checkOnce('subspace', names)
  const chosen = space.definitions.filter(([name]) => names.includes(name as K))
  return new Space<Pick<P, K>>(
    chosen.map(([name, definition]) => [name, parameterFrom(within(names, definition))] as const),
  )
}

function within(names: readonly string[], { when, ...definition }: ParameterDefinition): ParameterDefinition {
  const inside = Object.entries(when ?? {}).filter(([needed]) => names.includes(needed))
  return inside.length === 0 ? definition : { ...definition, when: Object.fromEntries(inside) }
}
