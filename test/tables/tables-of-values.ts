import type { Cell, Column, Table } from '../../src/tables/table.ts'

/** A table that is made of its rows. */
export function tableOfValues(columns: readonly Column[], rows: readonly (readonly Cell[])[]): Table {
  return { columns, rows: () => rows }
}

/** Columns of all kinds, with every value that is known to make trouble, and holes. */
export const troublesome: Table = tableOfValues(
  [
    { name: 'generation', kind: 'integer' },
    { name: 'rate "β", 1/s', kind: 'number' },
    { name: '__proto__', kind: 'boolean' },
    { name: 'a.b', kind: 'text' },
    { name: ' ', kind: 'mixed' },
    { name: 'empty', kind: 'text' },
  ],
  [
    [0, 0.1, true, 'plain', 'x', null],
    [Number.MAX_SAFE_INTEGER, Number.NaN, false, 'a, "b"\r\nc', '1', null],
    [Number.MIN_SAFE_INTEGER, Number.POSITIVE_INFINITY, null, '', 'true', null],
    [null, -0.5e-300, true, ' space ', 'x', null],
    [-1, null, false, '=1+1\t😀\u0007', null, null],
    [4294967296, Number.NEGATIVE_INFINITY, true, null, 'y', null],
    [1, 5, false, 'Größe 温度', 'z', null],
    [2, 6, true, "it's", 'z', null],
    [3, 7, true, 'one\rtwo', 'z', null],
  ],
)

export function bytesOf(chunks: Iterable<string | Uint8Array>): Buffer {
  return Buffer.concat([...chunks].map((chunk) => Buffer.from(chunk as string)))
}
