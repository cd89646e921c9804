import { isSame } from './plain-data.ts'
import type { ChoiceValue, Parameter, ParameterDefinition } from './space.ts'
import { show } from './text.ts'

/** A row of a table in a file: what stands in each column, by the column's name. */
export type FileRow = Readonly<Record<string, unknown>>

/** What a cell of a table stands for, or what is wrong with it, as the end of a sentence. */
export type CellReading = { readonly value: unknown } | { readonly refusal: string }

/** A text that looks like something else, in a table whose writer put such texts in quotes. */
export class TextCell {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Whether a text may be taken for a number, for true or false, or for nothing. */
export function looksLikeOther(text: string): boolean {
  if (!/^([\s\d+.tfn<-]|$)/i.test(text)) return false // most texts are none
  return numberIn(text) !== undefined || booleanIn(text) !== undefined || isNothing(text)
}

/** What stands in a cell without quotes, in a table whose writer put texts that look like something else in quotes. */
export function unquotedCell(text: string): unknown {
  if (text === '') return null
  return integerIn(text) ?? booleanIn(text) ?? text
}

/**
 * What a table knows of the types of its cells: `csv` has texts only; `columns` has types, but those of different kinds in one
 * column are texts (Parquet, Arrow); `json` has the type of every value.
 */
export type CellTyping = 'csv' | 'columns' | 'json'

/** What a table in a file knows of types, by the file's ending. */
export function typingOf(file: string): CellTyping {
  if (/\.(json|jsonl|ndjson)$/i.test(file)) return 'json'
  return /\.csv$/i.test(file) ? 'csv' : 'columns'
}

/**
 * The value of a parameter that a cell of a table stands for, whoever wrote the table. A text stands for what is written
 * there, as in CSV: a number, true or false, one of the values of a choice, a vector in JSON; other programs write `1.0` for 1,
 * `True` for true and nothing, or NaN, for null and for what is absent. What may be one of two values is refused, unless the
 * cell is a `TextCell`.
 */
export function readCell(given: unknown, parameter: Parameter, typing: CellTyping = 'csv'): CellReading {
  const cell = given instanceof TextCell ? given.text : given
  const reading = readAs(given, parameter.definition, typing)
  const refusal = 'refusal' in reading ? reading.refusal : parameter.refuse(reading.value)
  if (refusal === undefined) return reading
  return parameter.definition.when !== undefined && isNothing(cell) ? absent : { refusal }
}

/** What a cell without anything stands for, where a parameter may not apply. */
const absent: CellReading = { value: undefined }

function readAs(given: unknown, definition: ParameterDefinition, typing: CellTyping): CellReading {
  const cell = given instanceof TextCell ? given.text : given
  switch (definition.type) {
    case 'real':
      return { value: numberIn(cell) ?? cell }
    case 'integer':
      return { value: integerIn(cell) ?? cell }
    case 'boolean':
      return { value: booleanIn(cell) ?? cell }
    case 'choice':
    case 'ordinal':
      return choiceIn(cell, definition.values, given instanceof TextCell ? 'json' : typing)
    case 'vector':
      return readElements(cell, definition.of, typing)
    case 'matrix':
      return readElements(cell, { type: 'vector', of: definition.of, length: definition.columns }, typing)
  }
}

/** A list, or a text that is one in JSON. */
function readElements(cell: unknown, of: ParameterDefinition, typing: CellTyping): CellReading {
  const isText = typeof cell === 'string'
  const list = isText ? parsed(cell) : cell
  if (!Array.isArray(list)) return { value: list }
  const elements = list.map((element) => readAs(element, of, isText ? 'json' : typing))
  const at = elements.findIndex((element) => 'refusal' in element)
  if (at >= 0) return { refusal: `element ${at} ${(elements[at] as { readonly refusal: string }).refusal}` }
  return { value: elements.map((element) => (element as { readonly value: unknown }).value) }
}

function choiceIn(cell: unknown, values: readonly ChoiceValue[], typing: CellTyping): CellReading {
  const hasType = typeof cell !== 'string' || typing === 'json'
  if (hasType && values.some((value) => isSame(value, cell))) return { value: cell }
  const exact = values.filter((value) =>
    value === null && typeof cell === 'string' && typing === 'columns' ? false : mayBe(cell, value),
  )
  const isExact = typing === 'json' || (typeof cell === 'string' && typing !== 'csv')
  const areTexts = exact.every((value) => typeof value === 'string')
  const meant = areTexts && !isExact ? textsLike(cell, values, exact) : exact
  if (meant.length < 2) return { value: meant.length === 1 ? meant[0] : cell }
  if (typeof cell === 'string' && values.includes(cell) && looksLikeText(cell)) return { value: cell }
  return {
    refusal: `needs a value that can be told from others, got ${show(cell)}, which is ${meant.map(show).join(' or ')}`,
  }
}

/** Whether a program may have written the value as such a cell. */
function mayBe(cell: unknown, value: ChoiceValue): boolean {
  switch (typeof value) {
    case 'number':
      return numberIn(cell) === value
    case 'boolean':
      return typeof cell === 'string' && booleanIn(cell) === value && numberIn(cell) === undefined
    case 'string':
      return cell === value || ((typeof cell === 'number' || typeof cell === 'bigint') && String(cell) === value)
    default:
      return isNothing(cell)
  }
}

/** The texts that a program which takes texts for numbers or truth values has written alike: `007` as 7, `true` as True. */
function textsLike(
  cell: unknown,
  values: readonly ChoiceValue[],
  exact: readonly ChoiceValue[],
): readonly ChoiceValue[] {
  const literal = literalIn(cell)
  if (literal === undefined) return exact
  return values.filter((value) => exact.includes(value) || (typeof value === 'string' && literalIn(value) === literal))
}

function literalIn(cell: unknown): number | boolean | undefined {
  return integerIn(cell) ?? booleanIn(cell)
}

function isNothing(cell: unknown): boolean {
  if (Array.isArray(cell)) return cell.every(isNothing)
  if (typeof cell === 'string') return /^\s*(nan|none|null|n\/?a|<na>)?\s*$/i.test(cell)
  return cell === null || cell === undefined || Number.isNaN(cell)
}

/** A number as it stands, or as any language writes it in decimal; undefined of what is none. */
function numberIn(cell: unknown): number | undefined {
  if (typeof cell === 'number') return cell
  if (typeof cell === 'bigint') return BigInt(Number(cell)) === cell ? Number(cell) : undefined
  return typeof cell === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(cell) ? Number(cell) : undefined
}

/** The number in a cell of integers, but of no text whose last digits a number would lose. */
function integerIn(cell: unknown): number | undefined {
  const value = numberIn(cell)
  return typeof cell === 'string' && value !== undefined && Math.abs(value) > Number.MAX_SAFE_INTEGER
    ? undefined
    : value
}

/** Whether it would be a number, but one that no program writes so: `007`, `3.10`, `1e3`. */
function looksLikeText(text: string): boolean {
  const value = numberIn(text)
  return value !== undefined && text !== String(value) && text !== `${value}.0`
}

function booleanIn(cell: unknown): boolean | undefined {
  if (typeof cell === 'boolean') return cell
  if (typeof cell === 'string' && /^\s*(true|false)\s*$/i.test(cell)) return /true/i.test(cell)
  const value = numberIn(cell)
  return value === 0 || value === 1 ? value === 1 : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
