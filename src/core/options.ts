import { ConfigurationError } from './errors.ts'
import { nearest } from './nearest.ts'
import { counted, show } from './text.ts'
import { namedElsewhere } from './words-elsewhere.ts'

/** The end of a sentence ("needs ..., got ...") if a value is not what an option may be. */
export type OptionCheck = (value: unknown) => string | undefined

/** The options of a function, each with what it may be; one that is left out is not checked. */
export type OptionChecks = Readonly<Record<string, OptionCheck>>

/**
 * Refuses options that a function does not know, and whatever stands where its options should. Settings are checked with
 * zod; here it would weigh on every worker, whose code holds the parameters of its space and all they are made with.
 *
 * @param call the function, for the sentence of the error
 * @param instead what to write in place of options that other tools have
 * @throws ConfigurationError that names the nearest option
 */
export function checkOptions(
  call: string,
  given: unknown,
  known: OptionChecks,
  instead: Readonly<Record<string, string>> = {},
): void {
  const names = Object.keys(known)
  if (typeof given !== 'object' || given === null || isList(given)) {
    throw new ConfigurationError(`${call} needs options like { ${names.join(', ')} }, got ${show(given)}`)
  }
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, name)) throw unknownOption(call, name, names, instead)
    const refusal = value === undefined ? undefined : known[name]!(value)
    if (refusal !== undefined) throw new ConfigurationError(`${call}: ${name} ${refusal}`)
  }
}

/** Refuses options of which one is left out that a function cannot do without. @throws ConfigurationError */
export function needOptions(call: string, given: object, ...needed: readonly string[]): void {
  const missing = needed.find((name) => (given as Readonly<Record<string, unknown>>)[name] === undefined)
  if (missing !== undefined) throw new ConfigurationError(`${call} needs ${missing}, got none`)
}

/** Refuses what is not what an argument may be. @throws ConfigurationError */
export function checkArgument(call: string, name: string, value: unknown, check: OptionCheck): void {
  const refusal = check(value)
  if (refusal !== undefined) throw new ConfigurationError(`${call}: ${name} ${refusal}`)
}

/** Refuses what stands behind the last argument, as positional arguments of another tool would. @throws ConfigurationError */
export function refuseSurplus(
  call: string,
  count: number,
  surplus: readonly unknown[],
  advice = '; name it among the options',
): void {
  if (surplus.length === 0) return
  throw new ConfigurationError(`${call} takes ${counted(count, 'argument')}, got ${show(surplus[0])} as well${advice}`)
}

/** Whatever is checked where it is used. */
export const anything: OptionCheck = () => undefined

/** Whatever a record can hold. */
export const aValue: OptionCheck = (value) => (value === undefined ? 'is missing; null stands for none' : undefined)

export const trueOrFalse: OptionCheck = (value) =>
  typeof value === 'boolean' ? undefined : `needs true or false, got ${show(value)}`

export const aText: OptionCheck = (value) =>
  typeof value === 'string' ? undefined : `needs a text, got ${show(value)}`

/** Values by name. */
export const aRecord: OptionCheck = (value) =>
  typeof value === 'object' && value !== null && !isList(value) ? undefined : `needs values by name, got ${show(value)}`

/** Whose items are checked where they are used. */
export const aList: OptionCheck = (value) => (Array.isArray(value) ? undefined : `needs a list, got ${show(value)}`)

/** Takes values of any kind: an array, or anything else that is gone through from its start to its end. */
export const someValues: OptionCheck = (value) =>
  typeof value === 'object' && value !== null && Symbol.iterator in value
    ? undefined
    : `needs a list, got ${show(value)}`

/** Numbers in an array of any kind; each is taken for one. */
export const someNumbers: OptionCheck = (value) =>
  Array.isArray(value) || ArrayBuffer.isView(value) ? undefined : `needs a list of numbers, got ${show(value)}`

export const aFunction: OptionCheck = (value) =>
  typeof value === 'function' ? undefined : `needs a function, got ${show(value)}`

export function wholeFrom(least: number): OptionCheck {
  return (value) =>
    Number.isSafeInteger(value) && (value as number) >= least
      ? undefined
      : `needs a whole number of at least ${least}, got ${show(value)}`
}

export function numberFrom(least: number): OptionCheck {
  return (value) =>
    typeof value === 'number' && value >= least ? undefined : `needs a number of at least ${least}, got ${show(value)}`
}

export function oneOf(...values: readonly string[]): OptionCheck {
  return (value) => {
    if (values.includes(value as string)) return undefined
    const meant = typeof value === 'string' ? nearest(value, values) : undefined
    const hint = meant === undefined ? '' : `, did you mean ${show(meant)}?`
    return `needs ${values.length > 2 ? 'one of ' : ''}${values.map(show).join(values.length > 2 ? ', ' : ' or ')}, got ${show(value)}${hint}`
  }
}

function unknownOption(
  call: string,
  name: string,
  known: readonly string[],
  instead: Readonly<Record<string, string>>,
): ConfigurationError {
  const meant = Object.hasOwn(instead, name) ? instead[name] : (namedElsewhere(name, known) ?? nearest(name, known))
  const hint = meant === undefined ? `; known are ${known.join(', ')}` : `, did you mean ${meant}?`
  return new ConfigurationError(`${call}: ${show(name)} is not an option${hint}`)
}

function isList(value: object): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value)
}
