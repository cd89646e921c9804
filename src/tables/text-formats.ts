import { looksLikeOther } from '../core/read-cell.ts'
import type { Cell, Table } from './table.ts'

/**
 * RFC 4180: lines end with CR LF, the first one names the columns; nothing stands where there is no value, and texts that look
 * like something else stand in quotes.
 */
export function* asCsv(table: Table): Generator<string> {
  if (table.columns.length === 0) return // of a batch in which nothing has been collected yet
  yield csvLine(
    table.columns.map(({ name }) => name),
    nameField,
  )
  for (const cells of table.rows()) yield csvLine(cells)
}

/** A JSON object a line. */
export function* asNdjson(table: Table): Generator<string> {
  for (const text of jsonObjects(table)) yield `${text}\n`
}

/** One JSON array of objects. */
export function* asJson(table: Table): Generator<string> {
  let separator = '[\n'
  for (const text of jsonObjects(table)) {
    yield separator + text
    separator = ',\n'
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n'
}

function csvLine<C extends Cell>(cells: readonly C[], field: (cell: C) => string = csvField): string {
  let line = field(cells[0]!)
  for (let i = 1; i < cells.length; i++) line += `,${field(cells[i]!)}`
  return `${line}\r\n`
}

function csvField(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell !== 'string') return String(cell)
  return looksLikeOther(cell) ? inQuotes(cell) : nameField(cell)
}

function nameField(text: string): string {
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? inQuotes(text) : text
}

function inQuotes(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

function* jsonObjects(table: Table): Generator<string> {
  const keys = table.columns.map(({ name }) => JSON.stringify(name))
  for (const cells of table.rows()) {
    let members = ''
    for (let i = 0; i < cells.length; i++) members += `${i === 0 ? '' : ','}${keys[i]}:${jsonCell(cells[i]!)}`
    yield `{${members}}`
  }
}

/** Numbers that JSON lacks stand there as text. */
function jsonCell(cell: Cell): string {
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : `"${cell}"`
  return cell === null ? 'null' : JSON.stringify(cell)
}
