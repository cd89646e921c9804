import { type BasicType, ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import type { Cell, Column, Table } from './table.ts'

/** Cells of one row group; they are what is held in memory. */
const groupCells = 500_000
const mostRows = 50_000

/** The first columns, by which rows are in order: their least and greatest say to readers which row groups they can skip. */
const orderedColumns = 2

/** A Parquet file, row group after row group. */
export function* asParquet(table: Table): Generator<Uint8Array> {
  const writer = new ByteWriter()
  const columnData = table.columns.map(({ name, kind, isWhole = false }) => {
    return { name, type: types[kind], nullable: !isWhole, data: [] }
  })
  const parquet = new ParquetWriter({ writer, schema: schemaFromColumnData({ columnData }) })
  const size = Math.max(1, Math.min(mostRows, Math.floor(groupCells / table.columns.length)))
  let data: unknown[][] = table.columns.map(() => [])
  const writeGroup = () => {
    const rows = data[0]!.length
    if (rows > 0) {
      void parquet.write({
        columnData: table.columns.map((column, i) => ({
          name: column.name,
          statistics: i < orderedColumns,
          ...layoutOf(column, data[i]!),
        })),
        rowGroupSize: rows,
      })
    }
    data = table.columns.map(() => [])
    return takeBytes(writer)
  }
  for (const cells of table.rows()) {
    for (let i = 0; i < cells.length; i++) data[i]!.push(storable(cells[i]!, table.columns[i]!))
    if (data[0]!.length === size) yield writeGroup()
  }
  yield writeGroup()
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
 * How the cells of a column are written. Whole numbers of 32 bits stand as differences, which are few bits where they are
 * counted; numbers that do not repeat have neither dictionary nor compression, since both cost much and save nothing.
 */
function layoutOf({ kind }: Column, cells: readonly unknown[]): Pick<ColumnSource, 'data' | 'encoding' | 'codec'> {
  switch (kind) {
    case 'integer':
      if (cells.every((cell) => cell === undefined || cell === ((cell as number) | 0))) {
        return { data: cells as unknown[], encoding: 'DELTA_BINARY_PACKED' }
      }
      return {
        data: cells.map((cell) => (cell === undefined ? undefined : BigInt(cell as number))),
        ...(!repeats(cells) && ({ encoding: 'PLAIN', codec: 'UNCOMPRESSED' } as const)),
      }
    case 'number':
      return { data: cells as unknown[], codec: 'UNCOMPRESSED', ...(!repeats(cells) && { encoding: 'PLAIN' }) }
    default:
      return { data: cells as unknown[] }
  }
}

/** Of so many cells, from all of a column, it is looked how many differ. */
const sampled = 256

/** Whether a column seems to have so few different cells that a dictionary is worth its time. */
function repeats(cells: readonly unknown[]): boolean {
  const step = Math.max(1, Math.floor(cells.length / sampled))
  const different = new Set<unknown>()
  let looked = 0
  for (let i = 0; i < cells.length; i += step, looked++) different.add(cells[i])
  return different.size * 2 < looked
}

function storable(cell: Cell, { kind }: Column): unknown {
  if (cell === null) return undefined
  switch (kind) {
    case 'integer':
    case 'number':
      return Number(cell)
    case 'boolean':
      return cell
    case 'text':
    case 'mixed':
      return String(cell)
  }
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
