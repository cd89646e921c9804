import type { Cell, Table } from './table.ts'

/** RFC 4180: lines end with CR LF, the first one names the columns; nothing stands where there is no value. */
export function* asCsv(table: Table): Generator<string> {
  yield csvLine(table.columns.map(({ name }) => name))
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

function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvField).join(',')}\r\n`
}

function csvField(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell !== 'string') return String(cell)
  return cell === '' || /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

function* jsonObjects(table: Table): Generator<string> {
  const keys = table.columns.map(({ name }) => JSON.stringify(name))
  for (const cells of table.rows()) yield `{${cells.map((cell, i) => `${keys[i]}:${jsonCell(cell)}`).join(',')}}`
}

/** Numbers that JSON lacks stand there as text. */
function jsonCell(cell: Cell): string {
  return JSON.stringify(typeof cell === 'number' && !Number.isFinite(cell) ? String(cell) : cell)
}
