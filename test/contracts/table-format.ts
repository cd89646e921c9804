import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatTable, type TableFormat } from '../../src/tables/formats.ts'
import { readTable, readTableRows } from '../../src/tables/read-table.ts'
import type { Cell, Table } from '../../src/tables/table.ts'
import { bytesOf, tableOfValues, troublesome } from '../tables/tables-of-values.ts'
import { temporaryDirectory } from '../temporary.ts'

/** What whoever writes or reads tables relies on, whatever the format: what is written is read back, or refused. */
export function testTableFormat(format: TableFormat): void {
  describe(`the table format ${format}`, () => {
    test('gives back all values that are known to make trouble, as far as it has types', async () => {
      const rows = await readTable(written(format, troublesome))
      const names = troublesome.columns.map(({ name }) => name)
      const cellsOf = (row: object) => names.map((name) => Object.getOwnPropertyDescriptor(row, name)?.value ?? null)
      expect(rows.map(cellsOf)).toEqual([...troublesome.rows()].map((cells) => cells.map(asHeld[format])))
    })

    test('gives back a table without rows as one', async () => {
      expect(await readTable(written(format, tableOfValues(troublesome.columns, [])))).toEqual([])
    })

    test('gives back a table of many parts row by row, in its order', async () => {
      const path = written(format, long)
      let count = 0
      for await (const { n, name } of readTableRows(path)) {
        if (Number(n) !== count) expect(n, `row ${count}`).toBe(count)
        if (name !== nameOf(count)) expect(name, `row ${count}`).toBe(nameOf(count))
        count++
      }
      expect(count).toBe(rowCount)
    })

    test('refuses a file that is cut short, and names it', async () => {
      const path = written(format, tableOfValues([{ name: 'text', kind: 'text' }], [['a, b']]), 3)
      await expect(readTable(path)).rejects.toThrow(path)
    })
  })
}

/** What a format can hold of a cell. */
const asHeld: Readonly<Record<TableFormat, (cell: Cell) => unknown>> = {
  csv: (cell) => (cell === null ? '' : String(cell)),
  ndjson: withoutStrangeNumbers,
  json: withoutStrangeNumbers,
  parquet: (cell) => cell,
  arrow: (cell) => cell,
}

/** JSON has no such numbers: their names stand there. */
function withoutStrangeNumbers(cell: Cell): Cell {
  return typeof cell === 'number' && !Number.isFinite(cell) ? String(cell) : cell
}

const rowCount = 120_000 // more than are held at once
const nameOf = (i: number) => `row ${i % 7}`
const long: Table = {
  columns: [
    { name: 'n', kind: 'integer' },
    { name: 'name', kind: 'text' },
  ],
  *rows() {
    for (let i = 0; i < rowCount; i++) yield [i, nameOf(i)]
  },
}

/** A file with the table, its last bytes left out. */
function written(format: TableFormat, table: Table, leftOut = 0): string {
  const path = join(temporaryDirectory(), `table.${format}`)
  const bytes = bytesOf(formatTable(table, format))
  writeFileSync(path, bytes.subarray(0, bytes.length - leftOut))
  return path
}
