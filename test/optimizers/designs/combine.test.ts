import { expect, expectTypeOf, test } from 'vitest'
import {
  concat,
  cross,
  type DesignPoints,
  designFromRows,
  fullFactorial,
  latinHypercube,
  manual,
  repeat,
  subset,
  subspace,
  zip,
} from '../../../optimizers/designs/index.ts'
import { boolean, choice, integer, real, space, vector } from '../../../src/core/space.ts'
import { mixed } from './spaces.ts'

const abc = space({ a: integer(0, 9), b: choice(['x', 'y']), c: boolean() })
const a = subspace(abc, ['a'])
const b = subspace(abc, ['b'])
const c = subspace(abc, ['c'])
const digits = (values: number[]) => fullFactorial(a, { values: { a: values } })

test('cross has every point of one design with every point of the others, the last fastest', () => {
  const design = cross(digits([1, 2]), fullFactorial(c), fullFactorial(b))
  expectTypeOf(design.at(0)).toExtend<{ a: number; b: 'x' | 'y'; c: boolean }>()
  expect(design.size).toBe(8)
  expect([...design].map((point) => `${point.a}${point.c ? 'T' : 'F'}${point.b}`).join(' ')).toBe(
    '1Fx 1Fy 1Tx 1Ty 2Fx 2Fy 2Tx 2Ty',
  )
})

test('zip has the points of the same index together', () => {
  const design = zip(digits([1, 2]), fullFactorial(b))
  expect([...design]).toEqual([
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
  ])
  expect(() => zip(digits([1, 2, 3]), fullFactorial(b))).toThrow(
    'zip needs designs of the same size, got 3 and 2 points',
  )
})

test('zipped Latin hypercubes of the same seed are independent', () => {
  const xy = space({ x: real(0, 1), y: real(0, 1) })
  const one = (name: 'x' | 'y') => latinHypercube(subspace(xy, [name]), { points: 500, seed: 1 })
  const points = [...zip(one('x'), one('y'))] as { x: number; y: number }[]
  const covariance = points.reduce((sum, { x, y }) => sum + (x - 0.5) * (y - 0.5), 0) / points.length
  expect(Math.abs(covariance * 12)).toBeLessThan(4 / Math.sqrt(500))
})

test('concat has one design after the other, whatever the order of their parameters', () => {
  const one = manual(abc, [{ a: 1, b: 'x', c: true }])
  const other = cross(
    fullFactorial(c, { values: { c: false } }),
    digits([7]),
    fullFactorial(b),
  ) as unknown as typeof one
  expect([...concat(one, other, one)]).toEqual([
    { a: 1, b: 'x', c: true },
    { a: 7, b: 'x', c: false },
    { a: 7, b: 'y', c: false },
    { a: 1, b: 'x', c: true },
  ])
})

test('repeat tells how many simulations there will be, and concat keeps what each part has', () => {
  const design = concat(repeat(digits([1]), 10), digits([2, 3]), repeat(digits([4]), undefined, [5, 6]))
  expect([design.size, design.runs, design.mostReplications]).toEqual([4, 14, 10])
  expect([0, 1, 2, 3].map((i) => design.replicationAt(i).replications)).toEqual([10, 1, 1, 2])
  expect(design.replicationAt(3).seeds).toEqual([5, 6])
})

test.each<[string, () => unknown, string]>([
  ['a parameter twice', () => cross(digits([1]), digits([2])), 'cross needs every parameter once, got "a" twice'],
  ['a parameter twice', () => zip(digits([1]), digits([2])), 'zip needs every parameter once, got "a" twice'],
  ['a parameter twice', () => subspace(abc, ['a', 'a']), 'subspace needs every parameter once, got "a" twice'],
  ['other parameters', () => concat(digits([1]), fullFactorial(b) as never), 'the space has no parameter "b"'],
  ['an unknown one', () => subspace(abc, ['d' as 'a']), 'subspace: the space has no parameter "d"'],
  ['none', () => cross(), 'cross needs at least one design, got none'],
  ['none', () => concat(), 'concat needs at least one design, got none'],
  ['repeated ones', () => cross(repeat(digits([1]), 2), fullFactorial(b)), 'cross needs designs that are not repeated'],
  ['repeated ones', () => zip(repeat(digits([1]), 2)), 'zip needs designs that are not repeated'],
  ['repeated ones', () => repeat(repeat(digits([1]), 2), 2), 'repeat needs designs that are not repeated'],
  ['repeated ones', () => subset(repeat(digits([1]), 2), { points: 1 }), 'needs designs that are not repeated'],
  ['a fraction', () => repeat(digits([1]), 1.5), 'needs replications to be a whole number of at least 1, got 1.5'],
  ['a negative count', () => repeat(digits([1]), -1), 'needs replications to be a whole number of at least 1, got -1'],
  ['no seeds', () => repeat(digits([1]), undefined, []), 'needs at least one seed, got an empty list'],
  ['a fraction', () => repeat(digits([1]), undefined, [1, 0.5]), 'needs every seed to be a whole number of at least 0'],
  ['no seeds', () => repeat(digits([1]), undefined, 0), 'needs the count of seeds to be a whole number of at least 1'],
  ['two counts', () => repeat(digits([1]), 3, [1, 2]), 'needs as many seeds as replications, got 2 and 3'],
])('%s is refused', (_, make, sentence) => {
  expect(make).toThrow(sentence)
})

test('equal descriptions mean equal designs', () => {
  const describe = (design: DesignPoints<unknown>) => JSON.stringify(design.description)
  expect(describe(cross(digits([1]), fullFactorial(b)))).toBe(describe(cross(digits([1]), fullFactorial(b))))
  expect(describe(digits([1]))).not.toBe(describe(digits([2])))
  const rows = (value: number) => manual(a, [{ a: value }])
  expect(describe(rows(1))).toBe(describe(rows(1)))
  expect(describe(rows(1))).not.toBe(describe(rows(2)))
})

test('a manual design has the points that are given, as they are given', () => {
  const points = [
    { a: 3, b: 'y', c: true },
    { a: 3, b: 'y', c: true },
    { c: false, b: 'x', a: 0 },
  ] as const
  expect([...manual(abc, points)]).toEqual(points)
  expect(() => manual(abc, [])).toThrow('manual needs at least one row, got none')
  expect(() => manual(abc, [points[0], { ...points[0], a: 10 }])).toThrow(
    'manual: row 2, column "a" needs an integer from 0 to 9, got 10',
  )
  expect(() => manual(abc, [{ a: '3', b: 'x', c: true } as never])).toThrow('row 1, column "a" needs an integer')
})

test('a table of texts, as CSV has them, is read by the parameters', () => {
  const table = space({
    x: real(0, 10),
    n: integer(0, 9),
    ok: boolean(),
    size: choice([1, 2, 'many', null]),
    v: vector(real(0, 1), 2),
  })
  const design = designFromRows(table, [
    { x: ' 2.5e0', n: '3', ok: 'True', size: '2', v: '[0, 0.5]' },
    { x: 1, n: 4n, ok: false, size: 'many', v: [1, 1] },
  ])
  expect([...design]).toEqual([
    { x: 2.5, n: 3, ok: true, size: 2, v: [0, 0.5] },
    { x: 1, n: 4, ok: false, size: 'many', v: [1, 1] },
  ])
})

test.each([
  [[{ a: '1', b: 'x' }], 'the table: row 1 lacks the column "c"'],
  [[{ b: 'x' }], 'the table: row 1 lacks the columns "a", "c"'],
  [[{ a: 1, b: 'x', c: true, d: 0 }], 'row 1 has the column "d", but the parameters are "a", "b", "c"'],
  [[{ a: 1, b: 'x', c: true, d: 0, e: 1 }], 'row 1 has the columns "d", "e"'],
  [
    [
      { a: 1, b: 'x', c: true },
      { a: '12', b: 'x', c: true },
    ],
    'row 2, column "a" needs an integer from 0 to 9, got 12',
  ],
  [[{ a: '', b: 'x', c: true }], 'row 1, column "a" needs an integer from 0 to 9, got ""'],
  [[{ a: 'one', b: 'x', c: true }], 'row 1, column "a" needs an integer from 0 to 9, got "one"'],
  [[{ a: 1, b: 'z', c: true }], 'row 1, column "b" needs one of "x", "y", got "z"'],
  [[{ a: 1, b: 'x', c: 'yes' }], 'row 1, column "c" needs true or false, got "yes"'],
  [[], 'the table needs at least one row, got none'],
  [[[1, 'x', true]], 'row 1 needs values by name, got [1,"x",true]'],
])('a table with %j is refused with row and column', (rows, sentence) => {
  expect(() => designFromRows(abc, rows as never)).toThrow(sentence)
})

test('a design over part of the parameters does not forget the kinds of the others', () => {
  expect(subspace(mixed, ['offsets', 'rate']).definitions).toEqual([mixed.definitions[0], mixed.definitions[4]])
})
