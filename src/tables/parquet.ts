import { type BasicType, ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import { blocksOf } from './blocks-of.ts'
import { writeChunk } from './parquet-chunk.ts'
import type { Column, Table } from './table.ts'
import { batchesOf } from './typed-column.ts'

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
    // The library's own way to the same bytes leads through an array of values, which costs more than all else.
    const chunks = batch.map((cells, i) => writeChunk(writer, cells, columns[i]!, { hasBounds: i < orderedColumns }))
    const rows = BigInt(batch[0]!.length)
    const bytes = chunks.reduce((sum, { meta_data }) => sum + meta_data.total_uncompressed_size, 0n)
    parquet.num_rows += rows
    parquet.row_groups.push({ columns: chunks, total_byte_size: bytes, num_rows: rows })
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
