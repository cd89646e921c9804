import { ConfigurationError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import type { Parameter } from '../core/space.ts'
import { show } from '../core/text.ts'
import { refusePlain } from './plain-value.ts'

/** The values of a simulation's parameters by name; batches may leave some of them to the simulation. */
export type ParameterValues = Readonly<Record<string, unknown>>

/** What a simulation says of its parameters; without it, whatever it is given is its own business. */
export type DeclaredParameters = Readonly<Record<string, Parameter>>

/** A parameter of which nothing is known: it takes any plain data, and may be absent. */
export const anything: Parameter = {
  axes: [],
  decode() {
    throw new Error('a parameter of which nothing is known has no axes to search')
  },
  encode() {},
  refuse: (value) => (value === undefined ? undefined : refusePlain(value)),
  definition: { type: 'choice', values: [] },
}

/** A parameter that the simulation has declared, and that may be absent since it has a default. */
export function optional(parameter: Parameter): Parameter {
  return { ...parameter, refuse: (value) => (value === undefined ? undefined : parameter.refuse(value)) }
}

/** All names, in the order in which they first come. */
export function namesOf(points: Iterable<ParameterValues>): string[] {
  const names = new Set<string>()
  for (const point of points) for (const name of Object.keys(point)) names.add(name)
  return [...names]
}

/**
 * @param of what they are parameters of, for the sentence
 * @throws ConfigurationError at the first name that the simulation does not take, or value that it cannot have
 */
export function checkParameters(values: ParameterValues, declared: DeclaredParameters | undefined, of: string): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    const plain = refusePlain(value)
    if (plain !== undefined) throw new ConfigurationError(`${of}: the parameter ${show(name)} ${plain}`)
    if (!declared) continue
    checkNames([name], declared, of)
    const refusal = declared[name]!.refuse(value)
    if (refusal !== undefined) throw new ConfigurationError(`${of}: the parameter ${show(name)} ${refusal}`)
  }
}

/** @throws ConfigurationError at the first name that the simulation does not take */
export function checkNames(names: readonly string[], declared: DeclaredParameters | undefined, of: string): void {
  if (!declared) return
  const stranger = names.find((name) => !Object.hasOwn(declared, name))
  if (stranger === undefined) return
  const known = Object.keys(declared)
  const meant = nearest(stranger, known)
  const hint = meant ? `, did you mean ${show(meant)}?` : `; it takes ${known.map(show).join(', ') || 'none'}`
  throw new ConfigurationError(`${of} does not take the parameter ${show(stranger)}${hint}`)
}

/** @throws ConfigurationError unless it is a whole number of at least `least` */
export function checkCount(call: string, name: string, count: unknown, least = 1): asserts count is number {
  if (Number.isSafeInteger(count) && (count as number) >= least) return
  throw new ConfigurationError(`${call} needs ${name} to be a whole number of at least ${least}, got ${show(count)}`)
}
