import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { expect, test } from 'vitest'
import { asParquet } from '../../src/tables/parquet.ts'
import type { Cell, Column } from '../../src/tables/table.ts'

const rows = 2000

const columns: readonly (Column & { readonly cellAt: (row: number) => Cell })[] = [
  { name: 'generation', kind: 'integer', isWhole: true, cellAt: (row) => Math.floor(row / 100) },
  { name: 'index', kind: 'integer', isWhole: true, cellAt: (row) => row % 100 },
  { name: 'seed', kind: 'integer', isWhole: true, cellAt: (row) => 2 ** 52 + row },
  { name: 'level', kind: 'number', cellAt: (row) => (row % 3) / 10 },
  { name: 'x', kind: 'number', cellAt: (row) => (row % 7 === 0 ? null : Math.sqrt(row)) },
  { name: 'large', kind: 'integer', cellAt: (row) => (row % 7 === 0 ? null : 2 ** 40 * row) },
  { name: 'solver', kind: 'text', cellAt: (row) => ['euler', 'rk4'][row % 2]! },
  { name: 'converged', kind: 'boolean', cellAt: (row) => (row % 5 === 0 ? null : row % 3 === 0) },
  { name: 'host', kind: 'text', cellAt: (row) => (row % 5 === 0 ? null : `node ${(row * 7919) % 600}, größer`) },
  { name: 'message', kind: 'text', cellAt: (row) => (row % 5 === 0 ? null : `no step of ${row} was accepted`) },
  { name: 'nothing', kind: 'text', cellAt: () => null },
]

function written(): ArrayBuffer {
  const table = {
    columns,
    rows: () => Array.from({ length: rows }, (_, row) => columns.map(({ cellAt }) => cellAt(row))),
  }
  const file = Buffer.concat([...asParquet(table)] as Uint8Array[])
  return file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer
}

test('cells of a Parquet file are those of the table, with and without a dictionary', async () => {
  const read = await parquetReadObjects({ file: written() })
  const plain = read.map((row) =>
    columns.map(({ name }) => (typeof row[name] === 'bigint' ? Number(row[name]) : (row[name] ?? null))),
  )
  expect(plain).toEqual(Array.from({ length: rows }, (_, row) => columns.map(({ cellAt }) => cellAt(row))))
})

test('a Parquet file has a dictionary of what repeats, and bounds of the columns by which its rows are in order', () => {
  const chunks = parquetMetadata(written()).row_groups[0]!.columns.map(({ meta_data }) => meta_data!)
  const names = (chosen: typeof chunks) => chosen.map(({ path_in_schema }) => path_in_schema[0])
  expect(names(chunks.filter(({ encodings }) => encodings.includes('RLE_DICTIONARY')))).toEqual([
    'level',
    'solver',
    'host',
  ])
  const bounded = chunks.filter(({ statistics }) => statistics)
  expect(names(bounded)).toEqual(['generation', 'index'])
  expect(bounded.map(({ statistics }) => [statistics!.min_value, statistics!.max_value])).toEqual([
    [0n, 19n],
    [0n, 99n],
  ])
})

test('columns that have a value in each row say so in a Parquet file, others do not', () => {
  const [, ...schema] = parquetMetadata(written()).schema
  const required = schema.filter(({ repetition_type }) => repetition_type === 'REQUIRED').map(({ name }) => name)
  expect(required).toEqual(['generation', 'index', 'seed'])
})

test('texts that do not repeat are compressed in a Parquet file, and the sizes of all columns are those of their pages', () => {
  const { columns: chunks, total_byte_size } = parquetMetadata(written()).row_groups[0]!
  const sizes = chunks.map(({ meta_data }) => meta_data!)
  expect(sizes.filter(({ codec }) => codec === 'SNAPPY').map(({ path_in_schema }) => path_in_schema[0])).toEqual([
    'message',
  ])
  const message = sizes.find(({ path_in_schema }) => path_in_schema[0] === 'message')!
  expect(Number(message.total_compressed_size)).toBeLessThan(Number(message.total_uncompressed_size) / 2)
  expect(total_byte_size).toBe(sizes.reduce((sum, { total_uncompressed_size }) => sum + total_uncompressed_size, 0n))
  const ends = sizes.map(
    ({ data_page_offset, dictionary_page_offset = data_page_offset, total_compressed_size }) =>
      dictionary_page_offset + total_compressed_size,
  )
  const begins = sizes.map(({ data_page_offset, dictionary_page_offset = data_page_offset }) => dictionary_page_offset)
  expect(begins.slice(1)).toEqual(ends.slice(0, -1))
})
