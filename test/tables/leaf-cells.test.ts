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
