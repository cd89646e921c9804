import { looksLikeOther } from '../core/read-cell.ts'
import { jsonCell, nothing } from './leaf-texts.ts'
import type { Cell, Table } from './table.ts'

/**
 * RFC 4180: lines end with CR LF, the first one names the columns; nothing stands where there is no value, and texts that look
 * like something else stand in quotes.
 */
export function* asCsv(table: Table): Generator<string> {
  const { columns } = table
  if (columns.length === 0) return // of a batch in which nothing has been collected yet
  yield line(columns.map(({ name }) => nameField(name)))
  if (table.jsonRows) {
    const fields = columns.map(({ kind }) => (kind === 'number' ? csvNumber : csvText))
    for (const texts of table.jsonRows()) yield line(texts, fields)
  } else {
    for (const cells of table.rows()) yield line(cells.map(csvField))
  }
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

/** @param written how each text is written, if not as it is */
function line(texts: readonly string[], written?: readonly ((text: string) => string)[]): string {
  let line = ''
  for (let i = 0; i < texts.length; i++) line += `${i === 0 ? '' : ','}${written ? written[i]!(texts[i]!) : texts[i]}`
  return `${line}\r\n`
}

/** A cell of numbers that is given as JSON: what JSON lacks is a text there. */
function csvNumber(json: string): string {
  return json === nothing ? '' : isText(json) ? json.slice(1, -1) : json
}

/** Any other cell that is given as JSON. */
function csvText(json: string): string {
  if (!isText(json)) return json === nothing ? '' : json
  return csvField(json.includes('\\') ? (JSON.parse(json) as string) : json.slice(1, -1))
}

function isText(json: string): boolean {
  return json.charCodeAt(0) === 0x22
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
  const members = table.columns.map(({ name }, i) => `${i === 0 ? '' : ','}${JSON.stringify(name)}:`)
  for (const texts of table.jsonRows?.() ?? jsonRowsOf(table)) {
    let object = ''
    for (let i = 0; i < texts.length; i++) object += members[i]! + texts[i]!
    yield `{${object}}`
  }
}

function* jsonRowsOf(table: Table): Generator<string[]> {
  for (const cells of table.rows()) yield cells.map(jsonCell)
}
