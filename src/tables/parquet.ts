import { type BasicType, ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import { blocksOf } from './blocks-of.ts'
import type { Column, Table } from './table.ts'
import { batchesOf, type NumberColumn, type TypedColumn } from './typed-column.ts'

/** Cells of one row group; they are what is held in memory. */
const groupCells = 500_000
const mostRows = 50_000

/** The first columns, by which rows are in order: their least and greatest say to readers which row groups they can skip. */
const orderedColumns = 2

/** A Parquet file, row group after row group. */
export function* asParquet(table: Table): Generator<Uint8Array> {
  const { columns } = table
  const writer = new ByteWriter()
  const columnData = columns.map(({ name, kind, isWhole = false }) => {
    return { name, type: types[kind], nullable: !isWhole, data: [] }
  })
  const parquet = new ParquetWriter({ writer, schema: schemaFromColumnData({ columnData }) })
  const size = Math.max(1, Math.min(mostRows, Math.floor(groupCells / columns.length)))
  const kinds = columns.map(({ kind }) => kind)
  for (const batch of batchesOf(blocksOf(table), kinds, size)) {
    const sources = batch.map((column, i) => ({
      name: columns[i]!.name,
      statistics: i < orderedColumns,
      ...layoutOf(column, columns[i]!),
    }))
    // Without a size of pages, a row group is small enough to be one.
    void parquet.write({ columnData: sources, rowGroupSize: batch[0]!.length, pageSize: 0 })
    yield takeBytes(writer)
  }
  const isEmpty = parquet.row_groups.length === 0
  void parquet.finish()
  yield isEmpty ? withEmptyGroups(takeBytes(writer)) : takeBytes(writer)
}

const types: Readonly<Record<Column['kind'], BasicType>> = {
  integer: 'INT64',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  text: 'STRING',
  mixed: 'STRING',
}

type Layout = Pick<ColumnSource, 'data' | 'encoding' | 'codec'>

/**
 * How the cells of a column are written. Whole numbers of 32 bits stand as differences, which are few bits where they are
 * counted; numbers that do not repeat have neither dictionary nor compression, since both cost much and save nothing.
 */
function layoutOf(column: TypedColumn, { kind }: Column): Layout {
  switch (column.type) {
    case 'numbers':
      return kind === 'integer' ? integers(column) : numbers(column)
    case 'booleans':
      return { data: withGaps(column, (at) => column.values[at] === 1) }
    case 'texts':
      return { data: column.texts() }
  }
}

function numbers(column: NumberColumn): Layout {
  const values = column.values.subarray(0, column.length)
  const data = column.missing === 0 ? values : withGaps(column, (at) => values[at]!)
  return { data, codec: 'UNCOMPRESSED', ...(!repeats(values) && { encoding: 'PLAIN' }) }
}

function integers(column: NumberColumn): Layout {
  const values = column.values.subarray(0, column.length)
  if (values.every((value) => value === (value | 0))) {
    const data = column.missing === 0 ? Int32Array.from(values) : withGaps(column, (at) => values[at]!)
    return { data, encoding: 'DELTA_BINARY_PACKED' }
  }
  const data = withGaps(column, (at) => BigInt(values[at]!))
  return { data, ...(!repeats(values) && ({ encoding: 'PLAIN', codec: 'UNCOMPRESSED' } as const)) }
}

/** The values of a column, undefined where there is none. */
function withGaps<T>({ present, length, missing }: TypedColumn, valueAt: (at: number) => T): (T | undefined)[] {
  const values = new Array<T | undefined>(length)
  for (let at = 0; at < length; at++) values[at] = missing === 0 || present[at] === 1 ? valueAt(at) : undefined
  return values
}

/** Of so many values, from all of a column, it is looked how many differ. */
const sampled = 256

/** Whether a column seems to have so few different values that a dictionary is worth its time. */
function repeats(values: Float64Array): boolean {
  const step = Math.max(1, Math.floor(values.length / sampled))
  const different = new Set<number>()
  let looked = 0
  for (let i = 0; i < values.length; i += step, looked++) different.add(values[i]!)
  return different.size * 2 < looked
}

/**
 * The footer of a file without rows, with what strict readers want of the list of its row groups: hyparquet-writer 0.17
 * gives an empty list no type of elements, where these are structs (12 in the compact protocol of Thrift).
 */
function withEmptyGroups(footer: Uint8Array): Uint8Array {
  const noRows = [0x16, 0x00] // the next field, a 64-bit integer: 0
  const noGroups = [0x19, 0x00] // the next field, a list: no elements, of no type
  const at = Buffer.from(footer.buffer, footer.byteOffset, footer.length).lastIndexOf(
    Buffer.from([...noRows, ...noGroups]),
  )
  return at < 0 ? footer : footer.with(at + 3, 0x0c)
}

/** What has been written since the last call; the writer goes on counting its offsets from the beginning of the file. */
function takeBytes(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice()
  writer.index = 0
  return bytes
}
