import type { Objectives } from './objectives.ts'
import { show } from './text.ts'

/** What hypervolumes are measured from: for each objective by its name, a value worse than those that are looked for. */
export type Reference = Readonly<Record<string, number>>

/** @throws RangeError if it is none for a front of these objectives */
export function referenceFrom(given: Reference, { names, wantsFront }: Objectives): Reference {
  if (!wantsFront) {
    throw new RangeError(
      `a reference is for the front of several objectives without weights, and the objectives are ${names.join(', ')}${names.length > 1 ? ' with weights' : ''}`,
    )
  }
  const other = Object.keys(given).find((name) => !names.includes(name))
  if (other !== undefined) {
    throw new RangeError(`a reference has values of ${names.join(', ')}, and ${show(other)} is no objective`)
  }
  const wrong = names.find((name) => !Number.isFinite(Object.hasOwn(given, name) ? given[name] : undefined))
  if (wrong === undefined) return Object.fromEntries(names.map((name) => [name, given[name]!]))
  const came = Object.hasOwn(given, wrong) ? show(given[wrong]) : 'nothing'
  throw new RangeError(`a reference needs a finite number for each of ${names.join(', ')}, got ${came} for ${wrong}`)
}

/** The values of a reference in the order of the objectives. */
export function vectorOf(reference: Reference, { names }: Pick<Objectives, 'names'>): readonly number[] {
  return names.map((name) => reference[name]!)
}
