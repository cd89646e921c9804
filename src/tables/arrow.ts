import { blocksOf } from './blocks-of.ts'
import { type FlatField, type FlatNode, flatBuffer } from './flat-buffer.ts'
import type { CellKind, Table } from './table.ts'
import { batchesOf, bitsOf, bytesOf, integersOf, type TypedColumn } from './typed-column.ts'

/** Cells of one record batch; they are what is held in memory. */
const batchCells = 500_000
const mostRows = 50_000

/**
 * An Arrow IPC stream, record batch after record batch (Apache Arrow, "Columnar format", section "Serialization and
 * interprocess communication"; the numbers of fields and types are those of its files Message.fbs and Schema.fbs).
 */
export function* asArrow(table: Table): Generator<Uint8Array> {
  const kinds = table.columns.map(({ kind }) => kind)
  yield message(schemaHeader, schemaOf(table), [])
  const size = Math.max(1, Math.min(mostRows, Math.floor(batchCells / kinds.length)))
  for (const columns of batchesOf(blocksOf(table), kinds, size)) {
    yield recordBatch(columns.map((column, i) => builtColumn(column, kinds[i]!)))
  }
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

/** A column of a record batch as it lies there. */
interface BuiltColumn {
  readonly length: number
  readonly missing: number
  /** Which cells are there, a bit each, nothing if all are; then the values. */
  readonly buffers: readonly Uint8Array[]
}

function builtColumn(column: TypedColumn, kind: CellKind): BuiltColumn {
  const { length, missing, present } = column
  const validity = missing === 0 ? new Uint8Array() : bitsOf(present, length)
  return { length, missing, buffers: [validity, ...valuesOf(column, kind)] }
}

function valuesOf(column: TypedColumn, kind: CellKind): readonly Uint8Array[] {
  const { length } = column
  switch (column.type) {
    case 'numbers':
      return [kind === 'integer' ? integersOf(column.values, length) : bytesOf(column.values.subarray(0, length))]
    case 'booleans':
      return [bitsOf(column.values, length)]
    case 'texts':
      return [bytesOf(column.offsets.subarray(0, length + 1)), column.bytes.subarray(0, column.offsets[length])]
  }
}

function recordBatch(columns: readonly BuiltColumn[]): Uint8Array {
  const body: Uint8Array[] = []
  const nodes: number[][] = []
  const buffers: number[][] = []
  let offset = 0
  for (const { length, missing, buffers: parts } of columns) {
    nodes.push([length, missing])
    for (const bytes of parts) {
      buffers.push([offset, bytes.length])
      const padded = pad(bytes)
      body.push(padded)
      offset += padded.length
    }
  }
  const rows = columns[0]!.length
  const header = flatTable(int(8, rows), { type: 'structs', items: nodes }, { type: 'structs', items: buffers })
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
