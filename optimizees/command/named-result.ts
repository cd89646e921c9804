import { show } from '../../src/core/text.ts'
import { readJson } from '../shared/read-json.ts'
import { readCsvColumn } from './csv-column.ts'
import { readNumber } from './read-number.ts'

/** Where one result stands: a regular expression for standard output, or more than that. */
export type NamedResult = string | ResultPlace

export interface ResultPlace {
  /** The file; standard output without it. */
  readonly file?: string | undefined
  /** Regular expressions: what lies between them counts, wherever they match; without `until`, all behind the first. */
  readonly after?: string | undefined
  readonly until?: string | undefined
  /** A regular expression; its first group is the value, or all of it. Lines begin at ^ and end at $. */
  readonly pattern?: string | undefined
  /** A column of a table with separators: its name, or its number from 1. */
  readonly column?: string | number | undefined
  /** The keys to a value in JSON, with dots between them. */
  readonly json?: string | undefined
  /** Which of several values; the last one by default. */
  readonly take?: Take | undefined
}

export const takes = ['first', 'last', 'largest', 'smallest', 'mean', 'sum'] as const
export type Take = (typeof takes)[number]

export function placeOf(named: NamedResult): ResultPlace {
  return typeof named === 'string' ? { pattern: named } : named
}

/** @throws RangeError if nothing can stand in such a place */
export function checkPlace(name: string, place: ResultPlace, isNumber: boolean): void {
  const { pattern, column, json, after, until, file, take } = place
  const ways = [pattern, column, json].filter((way) => way !== undefined).length
  if (ways > 1) throw new RangeError(`the result ${name} needs one of pattern, column and json, got ${ways}`)
  if (ways === 0 && file === undefined) {
    throw new RangeError(`the result ${name} needs a pattern, a column, json or a file, got none of them`)
  }
  if (until !== undefined && after === undefined) {
    throw new RangeError(`the result ${name} has until without after; wanted both, or after alone`)
  }
  if (take !== undefined && !takes.includes(take)) {
    throw new RangeError(`the result ${name} needs to take one of ${takes.join(', ')}, got ${show(take)}`)
  }
  for (const expression of [pattern, after, until]) if (expression !== undefined) expressionOf(expression, name)
  if (isNumber && pattern !== undefined && /^[\p{L}\s_:=]+$/u.test(pattern) && readNumber(pattern) === undefined) {
    throw new RangeError(
      `the result ${name} needs a pattern whose first group is the number, like ${pattern.trim()} = (\\S+), got ${show(pattern)}, which matches that text alone; a value in JSON is { json: ${pattern.trim()} }`,
    )
  }
}

/** The value in a text, or a sentence's end that says why there is none. */
export function readPlace(
  text: string,
  place: ResultPlace,
  isNumber: boolean,
): { readonly value: unknown } | { readonly refusal: string } {
  const found = blocksOf(text, place).map((block) => valuesIn(block, place))
  const refusal = found.find((one) => 'refusal' in one)
  if (refusal) return refusal
  const values = found.flatMap((one) => ('values' in one ? one.values : []))
  if (values.length === 0) return { refusal: nothingFound(place) }
  const numbers = values.map((value) => (typeof value === 'string' ? readNumber(value) : value))
  const needsNumbers = isNumber || (place.take !== undefined && place.take !== 'first' && place.take !== 'last')
  const read = values.map((value, i) => numbers[i] ?? (typeof value === 'string' ? value.trim() : value))
  const taken = take(place.take ?? 'last', read, needsNumbers)
  return taken === undefined
    ? {
        refusal: `a number was wanted, found ${show(read.find((value) => typeof value !== 'number'))}${adviceOn(place)}`,
      }
    : { value: taken }
}

/** The parts of a text in which values may stand. */
function blocksOf(text: string, { after, until }: ResultPlace): string[] {
  if (after === undefined) return [text]
  const begins = [...text.matchAll(expressionOf(after))].map((match) => match.index + match[0].length)
  if (until === undefined) return begins.slice(0, 1).map((begin) => text.slice(begin))
  return begins.map((begin) => {
    const rest = text.slice(begin)
    const [end] = rest.matchAll(expressionOf(until))
    return end ? rest.slice(0, end.index) : rest
  })
}

function valuesIn(
  block: string,
  { pattern, column, json }: ResultPlace,
): { readonly values: readonly unknown[] } | { readonly refusal: string } {
  if (pattern !== undefined) {
    return { values: [...block.matchAll(expressionOf(pattern))].map((match) => match[1] ?? match[0]) }
  }
  if (column !== undefined) return readCsvColumn(block, column)
  let value: unknown
  try {
    value = readJson(json === undefined ? block : block.trimEnd().startsWith('{') ? block : lastLine(block))
  } catch {
    return json === undefined
      ? { values: [block] }
      : { refusal: `JSON was wanted, found ${JSON.stringify(block.trim().slice(0, 80))}` }
  }
  for (const key of json?.split('.') ?? []) value = (value as Record<string, unknown> | null | undefined)?.[key]
  return { values: value === undefined ? [] : [value] }
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)!
}

function take(which: Take, values: readonly unknown[], needsNumbers: boolean): unknown {
  if (which === 'first' || which === 'last') {
    const value = which === 'first' ? values[0] : values.at(-1)
    return needsNumbers && typeof value !== 'number' ? undefined : value
  }
  if (!values.every((value) => typeof value === 'number')) return undefined
  const numbers: readonly number[] = values
  switch (which) {
    case 'largest':
      return numbers.reduce((most, value) => Math.max(most, value))
    case 'smallest':
      return numbers.reduce((least, value) => Math.min(least, value))
    case 'sum':
      return numbers.reduce((sum, value) => sum + value, 0)
    case 'mean':
      return numbers.reduce((sum, value) => sum + value, 0) / numbers.length
  }
}

/** Whoever names no group in a pattern is given all that it matches. */
function adviceOn({ pattern }: ResultPlace): string {
  if (pattern === undefined || new RegExp(`${pattern}|`).exec('')!.length > 1) return ''
  return `, which is all that ${pattern} matches; put the number into a group, like (\\S+)`
}

function nothingFound({ after, pattern, json }: ResultPlace): string {
  if (pattern !== undefined) return `nothing matches ${pattern}${after === undefined ? '' : ` after ${after}`}`
  if (json !== undefined) return `there is no ${json} in the JSON`
  return after === undefined ? 'there is no value' : `there is no value after ${after}`
}

function expressionOf(text: string, name?: string): RegExp {
  try {
    return new RegExp(text, 'gm')
  } catch (error) {
    throw new RangeError(`the result ${name} needs a regular expression, got ${text}: ${(error as Error).message}`)
  }
}
