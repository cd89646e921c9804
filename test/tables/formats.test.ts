import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import fc from 'fast-check'
import { Table as RustTable, readParquet } from 'parquet-wasm/node'
import { expect, test } from 'vitest'
import { formatTable, type TableFormat } from '../../src/tables/formats.ts'
import type { Cell, CellKind, Column, Table } from '../../src/tables/table.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { temporaryDirectory } from '../temporary.ts'
import { bytesOf, tableOfValues, troublesome } from './tables-of-values.ts'

const hasPython = hasPart('python3', () => hasProgram('python3'), 'the csv module reads what was written')

function written(table: Table, format: TableFormat): Buffer {
  return bytesOf(formatTable(table, format))
}

/** As Python's csv module reads it. */
function readByPython(csv: Buffer): string[][] {
  const file = join(temporaryDirectory(), 'table.csv')
  writeFileSync(file, csv)
  const script =
    'import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline="", encoding="utf8"), strict=True))))'
  return JSON.parse(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' }))
}

/** As Arrow's own JavaScript reads a stream. */
function readByArrow(stream: Uint8Array): { readonly names: string[]; readonly rows: unknown[][] } {
  const table = tableFromIPC(stream)
  const names = table.schema.fields.map(({ name }) => name)
  const columns = table.schema.fields.map((_, i) => table.getChildAt(i)!)
  const rows = Array.from({ length: table.numRows }, (_, row) => columns.map((column) => column.get(row) as unknown))
  return { names, rows }
}

/** As the Rust implementations of Parquet and Arrow read it. */
const readByRust: Readonly<Record<'parquet' | 'arrow', (bytes: Uint8Array) => ReturnType<typeof readByArrow>>> = {
  parquet: (bytes) => readByArrow(readParquet(bytes).intoIPCStream()),
  arrow: (bytes) => readByArrow(RustTable.fromIPCStream(bytes).intoIPCStream()),
}

/** What a binary format is to give back. */
function expected({ columns, rows }: Table): unknown[][] {
  return [...rows()].map((cells) =>
    cells.map((cell, i) => (cell !== null && columns[i]!.kind === 'integer' ? BigInt(cell) : cell)),
  )
}

test.skipIf(!hasPython)("Python's csv module reads the CSV, cell by cell", () => {
  const [header, ...rows] = readByPython(written(troublesome, 'csv'))
  expect(header).toEqual(troublesome.columns.map(({ name }) => name))
  expect(rows).toEqual([...troublesome.rows()].map((cells) => cells.map((cell) => (cell === null ? '' : String(cell)))))
})

test('CSV is as RFC 4180 has it: CR LF after every line, quotes doubled, an empty text told from no text', () => {
  const csv = written(
    tableOfValues(
      [
        { name: 'a', kind: 'text' },
        { name: 'b', kind: 'text' },
      ],
      [
        ['', null],
        ['x"y', 'p,q'],
      ],
    ),
    'csv',
  ).toString()
  expect(csv).toBe('a,b\r\n"",\r\n"x""y","p,q"\r\n')
})

test.each(['ndjson', 'json'] as const)('%s gives back what was written, numbers that JSON lacks as text', (format) => {
  const text = written(troublesome, format).toString()
  const rows: unknown[] =
    format === 'json'
      ? JSON.parse(text)
      : text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
  const names = troublesome.columns.map(({ name }) => name)
  const cells = rows.map((row) => names.map((name) => Object.getOwnPropertyDescriptor(row, name)!.value as unknown))
  expect(cells).toEqual(
    [...troublesome.rows()].map((row) =>
      row.map((cell) => (typeof cell === 'number' && !Number.isFinite(cell) ? String(cell) : cell)),
    ),
  )
})

test.each(['csv', 'ndjson'] as const)('a table without columns is no line of %s', (format) => {
  expect(written({ columns: [], *rows() {} }, format).toString()).toBe('')
})

test("Arrow's JavaScript reads the stream, with its types", () => {
  const stream = written(troublesome, 'arrow')
  const types = tableFromIPC(stream).schema.fields.map(({ type }) => String(type))
  expect(types).toEqual(['Int64', 'Float64', 'Bool', 'Utf8', 'Utf8', 'Utf8'])
  expect(readByArrow(stream)).toEqual({
    names: troublesome.columns.map(({ name }) => name),
    rows: expected(troublesome),
  })
})

test.each(['parquet', 'arrow'] as const)('Rust reads the %s, with its types', (format) => {
  expect(readByRust[format](written(troublesome, format))).toEqual({
    names: troublesome.columns.map(({ name }) => name),
    rows: expected(troublesome),
  })
})

const kinds: Readonly<Record<CellKind, fc.Arbitrary<Cell>>> = {
  integer: fc.maxSafeInteger(),
  number: fc.double().map((value) => value + 0),
  boolean: fc.boolean(),
  text: fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
  mixed: fc.string(),
}

const anyTable: fc.Arbitrary<Table> = fc
  .tuple(
    fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1, maxLength: 20 }),
    fc.array(fc.constantFrom(...(Object.keys(kinds) as CellKind[])), { minLength: 20, maxLength: 20 }),
  )
  .chain(([names, kindsOfAll]) => {
    const columns = names.map((name, i): Column => ({ name, kind: kindsOfAll[i]! }))
    const row = fc.tuple(...columns.map(({ kind }) => fc.option(kinds[kind], { freq: 4 })))
    return fc.array(row, { maxLength: 40 }).map((rows) => tableOfValues(columns, rows))
  })

test('any table comes back from Arrow and from Parquet as it was, whoever reads it', () => {
  fc.assert(
    fc.property(anyTable, (table) => {
      const want = { names: table.columns.map(({ name }) => name), rows: expected(table) }
      const stream = written(table, 'arrow')
      expect(readByArrow(stream)).toEqual(want)
      expect(readByRust.arrow(stream)).toEqual(want)
      expect(readByRust.parquet(written(table, 'parquet'))).toEqual(want)
    }),
    { numRuns: 150 },
  )
})

test('a table of many batches is given batch by batch, and comes back whole', () => {
  const rows = 130_000
  const table: Table = {
    columns: [
      { name: 'n', kind: 'integer' },
      { name: 'x', kind: 'number' },
      { name: 'name', kind: 'text' },
    ],
    *rows() {
      for (let i = 0; i < rows; i++) yield [i, i / 7, i % 5 === 0 ? null : `name ${i}`]
    },
  }
  for (const format of ['arrow', 'parquet'] as const) {
    const chunks = [...formatTable(table, format)]
    expect(chunks.length).toBeGreaterThan(3)
    const read = readByRust[format](bytesOf(chunks))
    expect(read.rows).toHaveLength(rows)
    for (const i of [0, 1, 49_999, 50_000, 50_001, 99_999, 129_999]) {
      expect(read.rows[i]).toEqual([BigInt(i), i / 7, i % 5 === 0 ? null : `name ${i}`])
    }
  }
})

test.each(['csv', 'ndjson', 'json', 'parquet', 'arrow'] as const)(
  'a %s without rows still says its columns',
  (format) => {
    const table = tableOfValues(troublesome.columns, [])
    const names = troublesome.columns.map(({ name }) => name)
    switch (format) {
      case 'csv':
        return expect(written(table, format).toString()).toBe(
          'generation,"rate ""β"", 1/s",__proto__,a.b," ",empty\r\n',
        )
      case 'ndjson':
        return expect(written(table, format).toString()).toBe('')
      case 'json':
        return expect(written(table, format).toString()).toBe('[]\n')
      default:
        return expect(readByRust[format](written(table, format))).toEqual({ names, rows: [] })
    }
  },
)
