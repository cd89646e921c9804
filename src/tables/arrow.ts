import { type FlatField, type FlatNode, flatBuffer } from './flat-buffer.ts'
import type { Cell, CellKind, Table } from './table.ts'

/** Cells of one record batch; they are what is held in memory. */
const batchCells = 500_000
const mostRows = 50_000

/**
 * An Arrow IPC stream, record batch after record batch (Apache Arrow, "Columnar format", section "Serialization and
 * interprocess communication"; the numbers of fields and types are those of its files Message.fbs and Schema.fbs).
 */
export function* asArrow(table: Table): Generator<Uint8Array> {
  const { columns } = table
  yield message(schemaHeader, schemaOf(table), [])
  const size = Math.max(1, Math.min(mostRows, Math.floor(batchCells / columns.length)))
  let batch: (readonly Cell[])[] = []
  for (const cells of table.rows()) {
    batch.push(cells)
    if (batch.length < size) continue
    yield recordBatch(table, batch)
    batch = []
  }
  if (batch.length > 0) yield recordBatch(table, batch)
  yield Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)
}

const version5 = 4
const schemaHeader = 1
const recordBatchHeader = 3

const types: Readonly<Record<CellKind, { readonly number: number; readonly fields: readonly FlatField[] }>> = {
  integer: { number: 2, fields: [int(4, 64), int(1, 1)] }, // Int: 64 bits, signed
  number: { number: 3, fields: [int(2, 2)] }, // FloatingPoint: double
  boolean: { number: 6, fields: [] },
  text: { number: 5, fields: [] },
  mixed: { number: 5, fields: [] },
}

function schemaOf({ columns }: Table): FlatNode {
  const fields = columns.map(({ name, kind }) => {
    const { number, fields } = types[kind]
    const type = { type: 'table', fields } as const
    const none = { type: 'tables', items: [] } as const
    return flatTable({ type: 'text', text: name }, int(1, 1), int(1, number), type, undefined, none)
  })
  return flatTable(undefined, { type: 'tables', items: fields })
}

function recordBatch({ columns }: Table, rows: readonly (readonly Cell[])[]): Uint8Array {
  const body: Uint8Array[] = []
  const nodes: number[][] = []
  const buffers: number[][] = []
  let offset = 0
  columns.forEach(({ kind }, i) => {
    const cells = rows.map((row) => row[i]!)
    const missing = cells.reduce<number>((count, cell) => (cell === null ? count + 1 : count), 0)
    nodes.push([rows.length, missing])
    const validity = missing === 0 ? new Uint8Array() : bitsOf(cells, (cell) => cell !== null)
    for (const bytes of [validity, ...dataOf(cells, kind)]) {
      buffers.push([offset, bytes.length])
      const padded = pad(bytes)
      body.push(padded)
      offset += padded.length
    }
  })
  const header = flatTable(int(8, rows.length), { type: 'structs', items: nodes }, { type: 'structs', items: buffers })
  return message(recordBatchHeader, header, body)
}

/** The metadata with their length before them, then the body. */
function message(headerType: number, header: FlatNode, body: readonly Uint8Array[]): Uint8Array {
  const length = body.reduce((sum, { length }) => sum + length, 0)
  const metadata = flatBuffer(flatTable(int(2, version5), int(1, headerType), header, int(8, length)))
  const prefix = new Uint8Array(8)
  const view = new DataView(prefix.buffer)
  view.setUint32(0, 0xffffffff, true)
  view.setInt32(4, metadata.length, true)
  return Buffer.concat([prefix, metadata, ...body])
}

/** The buffers of a column beside the one that says which cells are there. */
function dataOf(cells: readonly Cell[], kind: CellKind): Uint8Array[] {
  switch (kind) {
    case 'integer':
      return [bytesOf(longsOf(cells))]
    case 'number':
      return [bytesOf(Float64Array.from(cells, (cell) => Number(cell ?? 0)))]
    case 'boolean':
      return [bitsOf(cells, (cell) => cell === true)]
    case 'text':
    case 'mixed': {
      const texts = cells.map((cell) => (cell === null ? '' : String(cell)))
      const offsets = new Int32Array(cells.length + 1)
      const joined = texts.join('')
      const isAscii = Buffer.byteLength(joined) === joined.length
      for (const [i, text] of texts.entries()) {
        offsets[i + 1] = offsets[i]! + (isAscii ? text.length : Buffer.byteLength(text))
      }
      // Put together as bytes: two halves of a character would become one, if texts were, that ends one and begins another.
      return [bytesOf(offsets), isAscii ? Buffer.from(joined) : Buffer.concat(texts.map((text) => Buffer.from(text)))]
    }
  }
}

/** Whole numbers of 64 bits in two halves, the lower one first, without a bigint for each. */
function longsOf(cells: readonly Cell[]): Int32Array {
  const halves = new Int32Array(2 * cells.length)
  for (let i = 0; i < cells.length; i++) {
    const value = Number(cells[i] ?? 0)
    halves[2 * i] = value
    halves[2 * i + 1] = Math.floor(value / 2 ** 32)
  }
  return halves
}

/** One bit a cell, the lowest first. */
function bitsOf(cells: readonly Cell[], isSet: (cell: Cell) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(cells.length / 8))
  cells.forEach((cell, i) => {
    if (isSet(cell)) bits[i >> 3]! |= 1 << (i & 7)
  })
  return bits
}

function bytesOf(numbers: ArrayBufferView): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

function pad(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 8 === 0) return bytes
  const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8)
  padded.set(bytes)
  return padded
}

function flatTable(...fields: readonly FlatField[]): FlatNode {
  return { type: 'table', fields }
}

function int(bytes: 1 | 2 | 4 | 8, value: number): FlatField {
  return { bytes, value }
}
