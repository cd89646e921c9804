import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CellBlock } from '../../src/tables/cell-block.ts'
import { cellAt } from '../../src/tables/cells.ts'
import { ElementCells, LeafCells } from '../../src/tables/leaf-cells.ts'
import type { Leaf } from '../../src/tables/leaves.ts'
import type { CellReader } from '../../src/tables/line-cells.ts'

/** What stands in the cells that are made of some JSON, which is followed by something else. */
function cellsOf(json: string, reader: CellReader): unknown[] {
  const block = new CellBlock()
  block.clear(Buffer.from(`[${json},1]`))
  expect(reader.addTo(block, 1)).toBe(1 + Buffer.byteLength(json))
  return Array.from({ length: block.cells }, (_, cell) => block.cellAt(cell, 'mixed'))
}

const scalar = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('NaN', '"', '\\', '\\"', ',', ']', '}', ''),
)
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 4 }),
  fc.array(fc.array(scalar, { maxLength: 3 }), { maxLength: 3 }),
  fc.dictionary(fc.string(), scalar, { maxKeys: 2 }),
)
const names = ['x', 'xy', '"', 'a,b', 'ä\n', '__proto__']
const object = fc
  .array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 6 })
  .map((entries) => JSON.stringify(Object.fromEntries(entries)))
const path = fc.tuple(fc.constantFrom(...names), fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }))
const leaf = path.map(([name, places]): Leaf => ({ path: [name, ...places], kind: 'mixed' }))

test('the values of leaves are those that stand in the object, however it and the leaves are', () => {
  fc.assert(
    fc.property(object, fc.array(leaf, { maxLength: 8 }), (json, unsorted) => {
      const leaves = names.flatMap((name) => unsorted.filter(({ path }) => path[0] === name))
      const parsed: unknown = JSON.parse(json)
      const expected = leaves.map(({ path }) => cellAt(parsed, path, 'mixed'))
      expect(cellsOf(json, new LeafCells(leaves))).toEqual(expected)
    }),
    { numRuns: 3000 },
  )
})

test('the values of leaves are those of objects with just these members, in their order, some of them absent', () => {
  const members = fc.tuple(
    ...names.map(() => fc.option(fc.oneof(scalar, fc.array(scalar, { minLength: 2, maxLength: 2 })))),
  )
  fc.assert(
    fc.property(members, (values) => {
      const present = names.flatMap((name, i) => (values[i] === null ? [] : [[name, values[i]] as const]))
      const leaves = names.flatMap((name, i): Leaf[] => {
        const given = values[i]
        if (Array.isArray(given)) return given.map((_, place) => ({ path: [name, place], kind: 'mixed' }))
        return [{ path: [name], kind: 'mixed' }]
      })
      const json = JSON.stringify(Object.fromEntries(present))
      const parsed: unknown = JSON.parse(json)
      expect(cellsOf(json, new LeafCells(leaves))).toEqual(leaves.map(({ path }) => cellAt(parsed, path, 'mixed')))
    }),
    { numRuns: 1000 },
  )
})

test('as many elements of an array are given as there are to be', () => {
  expect(cellsOf('[1.5,"NaN"]', new ElementCells(2))).toEqual([1.5, 'NaN'])
  expect(cellsOf('[1]', new ElementCells(2))).toEqual([1, null])
  expect(cellsOf('[]', new ElementCells(1))).toEqual([null])
  expect(cellsOf('[1,2,3]', new ElementCells(2))).toEqual([1, 2])
  expect(cellsOf('null', new ElementCells(2))).toEqual([null, null])
})

const numbers = ['a', 'b'].map((name) => ({ path: [name] as const, kind: 'number' as const }))

/** The cells of the object that begins there, and what stands behind it. */
function cellsAt(block: CellBlock, begin: number): unknown[] {
  const first = block.cells
  const end = new LeafCells(numbers).addTo(block, begin)
  return [...numbers.map((_, i) => block.cellAt(first + i, 'number')), block.bytes.toString('utf8', end, end + 1)]
}

test.each([
  ['before a text', '{"a":0.5,"b":-7e-9},"done"\n', [0.5, -7e-9, ',']],
  ['with less than all members', '{"a":0.5},"done"\n', [0.5, null, ',']],
  ['with other members', '{"a":0.5,"c":[1,2],"b":3},"done"\n', [0.5, 3, ',']],
  ['at the end of a line', '{"a":0.5}\n1,2,0,"pending"\n', [0.5, null, '\n']],
  ['at the end of a line before one of a single digit', '{"a":1,"b":0.5}\n1,"done"\n', [1, 0.5, '\n']],
  ['with texts for numbers', '{"a":"NaN","b":"-Infinity"},"done"\n', [Number.NaN, Number.NEGATIVE_INFINITY, ',']],
])('the numbers of an object %s end where they end', (_, line, cells) => {
  const block = new CellBlock()
  block.clear(Buffer.from(line))
  expect(cellsAt(block, 0)).toEqual(cells)
})

test('an object that is put behind lines ends where it ends, whatever stood there before', () => {
  const block = new CellBlock()
  block.clear(Buffer.from('1,"'.repeat(40)))
  block.clear(Buffer.from('1,2,0,'))
  expect(cellsAt(block, block.append('{"a":0.5,"b":0.25}')).slice(0, 2)).toEqual([0.5, 0.25])
})
