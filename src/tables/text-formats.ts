import { looksLikeOther } from '../core/read-cell.ts'
import { blocksOf } from './blocks-of.ts'
import { ByteText } from './byte-text.ts'
import type { CellBlock } from './cell-block.ts'
import { isTextAt, valueIn } from './json-bytes.ts'
import type { Table } from './table.ts'

/**
 * RFC 4180: lines end with CR LF, the first one names the columns; nothing stands where there is no value, and texts that look
 * like something else stand in quotes.
 */
export function* asCsv(table: Table): Generator<Uint8Array> {
  const { columns } = table
  if (columns.length === 0) return // of a batch in which nothing has been collected yet
  yield Buffer.from(`${columns.map(({ name }) => nameField(name)).join()}\r\n`)
  const areNumbers = columns.map(({ kind }) => kind === 'number')
  for (const block of blocksOf(table)) {
    const text = textFor(block)
    for (let row = 0, cell = 0; row < block.rows; row++) {
      for (let column = 0; column < columns.length; column++, cell++) {
        if (column > 0) text.addByte(comma)
        addField(text, block, cell, areNumbers[column]!)
      }
      text.addByte(carriageReturn)
      text.addByte(lineFeed)
    }
    yield text.take()
  }
}

/** A JSON object a line. */
export function* asNdjson(table: Table): Generator<Uint8Array> {
  let isEmpty = true
  for (const bytes of jsonObjects(table, '', '\n')) {
    yield bytes
    isEmpty = false
  }
  if (!isEmpty) yield Buffer.from('\n')
}

/** One JSON array of objects. */
export function* asJson(table: Table): Generator<Uint8Array> {
  let isEmpty = true
  for (const bytes of jsonObjects(table, '[\n', ',\n')) {
    yield bytes
    isEmpty = false
  }
  yield Buffer.from(isEmpty ? '[]\n' : '\n]\n')
}

const [comma, backslash] = [0x2c, 0x5c]
const [carriageReturn, lineFeed, space] = [0x0d, 0x0a, 0x20]
const nothing = Buffer.from('null')

/** @param isNumber whether texts are the numbers that JSON lacks */
function addField(text: ByteText, block: CellBlock, cell: number, isNumber: boolean): void {
  if (block.isEmpty(cell)) return
  const { bytes } = block
  const [begin, end] = [block.begins[cell]!, block.ends[cell]!]
  if (!isTextAt(bytes, begin)) text.add(bytes, begin, end)
  else if (isNumber || isWord(bytes, begin + 1, end - 1)) text.add(bytes, begin + 1, end - 1)
  else text.addText(csvField(valueIn(bytes, begin, end) as string))
}

/** Whether a text is written the same in CSV, as can be told from its bytes: it is one of most texts. */
function isWord(bytes: Uint8Array, begin: number, end: number): boolean {
  const first = bytes[begin]! | 0x20
  // No text looks like something else that begins with a letter which true, false, NaN and none do not begin with.
  if (begin === end || first < 0x61 || first > 0x7a || first === 0x66 || first === 0x6e || first === 0x74) return false
  for (let at = begin; at < end; at++) {
    const byte = bytes[at]!
    if (byte === comma || byte === backslash || byte < space || byte > 0x7e) return false
  }
  return bytes[end - 1] !== space
}

function csvField(text: string): string {
  return looksLikeOther(text) ? inQuotes(text) : nameField(text)
}

function nameField(text: string): string {
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? inQuotes(text) : text
}

function inQuotes(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

/** The rows as objects, with something before the first and between them. */
function* jsonObjects(table: Table, first: string, between: string): Generator<Uint8Array> {
  const members = table.columns.map(({ name }, i) => Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`))
  const end = Buffer.from(members.length === 0 ? '{}' : '}')
  const next = Buffer.from(between)
  let separator = Buffer.from(first)
  for (const block of blocksOf(table)) {
    if (block.rows === 0) continue
    const text = textFor(block)
    const { bytes, begins, ends } = block
    for (let row = 0, cell = 0; row < block.rows; row++) {
      text.add(separator)
      separator = next
      for (let column = 0; column < members.length; column++, cell++) {
        text.add(members[column]!)
        if (block.isEmpty(cell)) text.add(nothing)
        else text.add(bytes, begins[cell]!, ends[cell]!)
      }
      text.add(end)
    }
    yield text.take()
  }
}

/** A text with room for what most blocks become. */
function textFor({ bytes, cells }: CellBlock): ByteText {
  return new ByteText(bytes.length + 2 * cells)
}
