import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fullFactorial, smolyak, sparseGrid, subset } from '../../../optimizers/designs/index.ts'
import { boolean, choice, integer, real, space, vector } from '../../../src/core/space.ts'
import { cube, mixed, numbersOf } from './spaces.ts'

test('a full factorial has all combinations in the order of itertools.product', () => {
  const design = fullFactorial(space({ a: real(0, 9), b: choice(['x', 'y', 'z']), c: boolean() }), {
    values: { a: [3, 1], b: ['z', 'x', 'y'] },
  })
  expect(design.size).toBe(12)
  // python3: list(itertools.product([3, 1], ['z', 'x', 'y'], [False, True]))
  expect([...design].map(({ a, b, c }) => `${a}${b}${c ? 'T' : 'F'}`).join(' ')).toBe(
    '3zF 3zT 3xF 3xT 3yF 3yT 1zF 1zT 1xF 1xT 1yF 1yT',
  )
})

test('levels are spread evenly over the range, the logarithm or the integers, with both bounds', () => {
  const grid = (levels: number) => fullFactorial(space({ rate: real(0.01, 100, { scale: 'log' }) }), { levels })
  const rates = [...grid(5)].map(({ rate }) => rate)
  for (const [i, rate] of [0.01, 0.1, 1, 10, 100].entries()) expect(rates[i]).toBeCloseTo(rate, 12)
  expect([rates[0], rates[4]]).toEqual([0.01, 100])
  expect(grid(1).at(0).rate).toBeCloseTo(1, 12)
  const integers = (levels: number, scale: 'linear' | 'log' = 'linear') =>
    [...fullFactorial(space({ n: integer(1, 1000, { scale }) }), { levels })].map(({ n }) => n)
  expect(integers(4)).toEqual([1, 334, 667, 1000])
  expect(integers(4, 'log')).toEqual([1, 10, 100, 1000])
})

test('levels of an integer differ and lie in its bounds, however many there are', () => {
  const law = fc.property(
    fc.integer({ min: 1, max: 50 }),
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: 1, max: 400 }),
    fc.constantFrom('linear' as const, 'log' as const),
    (low, width, levels, scale) => {
      const design = fullFactorial(space({ n: integer(low, low + width, { scale }) }), { levels })
      const values = [...design].map(({ n }) => n)
      expect(values).toHaveLength(Math.min(levels, width + 1))
      for (const [i, value] of values.entries()) if (i > 0) expect(value).toBeGreaterThan(values[i - 1]!)
      if (values.length > 1) expect([values[0], values.at(-1)]).toEqual([low, low + width])
    },
  )
  fc.assert(law)
})

test('a vector has every combination of the levels of its axes', () => {
  const design = fullFactorial(space({ v: vector(real(0, 1), 2), w: boolean() }), { levels: 3 })
  expect(design.size).toBe(18)
  expect(design.at(2)).toEqual({ v: [0, 0.5], w: false })
  expect(design.at(17)).toEqual({ v: [1, 1], w: true })
})

test('every parameter has its own levels, values, or one value', () => {
  const design = fullFactorial(mixed, {
    levels: { rate: 2, steps: 10 },
    values: { offsets: [[0, 0.5]], solver: 'rk4' },
  })
  expect(design.size).toBe(2 * 10 * 2)
  expect(design.at(39)).toEqual({ rate: 100, steps: 10, solver: 'rk4', adaptive: true, offsets: [0, 0.5] })
})

test('every point of a grid differs from the others and is valid', () => {
  const design = fullFactorial(mixed, { levels: 4 })
  expect(design.size).toBe(4 * 4 * 3 * 2 * 16)
  const seen = new Set([...design].map((point) => JSON.stringify(point)))
  expect(seen.size).toBe(design.size)
  for (const point of design) expect(mixed.refuse(point)).toBeUndefined()
})

test('a grid of a thousand million points is there at once, at its first and last point', () => {
  const design = fullFactorial(cube(9), { levels: 10 })
  expect(design.size).toBe(1e9)
  expect(numbersOf(design.at(0))).toEqual(new Array(9).fill(0))
  expect(numbersOf(design.at(1e9 - 1))).toEqual(new Array(9).fill(1))
  expect(numbersOf(design.at(123_456_789)).map((x) => Math.round(x * 9))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(fullFactorial(cube(1), { levels: 1e12 }).size).toBe(1e12)
})

test('names are names and nothing more', () => {
  const names = space(JSON.parse('{"__proto__": 0, "a.b": 0, "7": 0}', (_, v) => (v === 0 ? boolean() : v)))
  const design = fullFactorial(names, JSON.parse('{"values": {"__proto__": [true]}}'))
  expect(design.size).toBe(4)
  expect(Object.entries(design.at(0) as object)).toContainEqual(['__proto__', true])
})

test.each([
  [{ levels: 2, values: { steep: [1] } }, 'the space has no parameter "steep", did you mean "steps"?'],
  [{ levels: { rates: 3 } }, 'the space has no parameter "rates", did you mean "rate"?'],
  [{ levels: 2, values: { steps: [] } }, 'needs at least one value for "steps", got an empty list'],
  [{ levels: 2, values: { steps: [3, 11] } }, 'steps needs an integer from 1 to 10, got 11'],
  [{ levels: 2, values: { solver: 'heun' } }, 'solver needs one of "euler", "rk4", "verlet", got "heun"'],
  [
    { levels: { rate: 1, steps: 2, offsets: 1 }, values: { steps: [3] } },
    'needs levels or values for "steps", got it twice',
  ],
  [{ levels: { steps: 2 } }, 'needs levels or values for "rate", got neither'],
  [{ levels: 2.5 }, 'needs levels to be a whole number of at least 1, got 2.5'],
  [{ levels: -1 }, 'needs levels to be a whole number of at least 1, got -1'],
  [{ levels: { rate: 0, steps: 1, offsets: 1 } }, 'needs levels of rate to be a whole number of at least 1, got 0'],
  [{ levels: { rate: 1, steps: 11, offsets: 1 } }, 'steps has 10 values; wanted no more levels than that, got 11'],
  [{ levels: { rate: 1, steps: 1, offsets: 1, solver: 2 } }, 'solver has 3 values; wanted that many levels'],
  [{ levels: 1e6 }, 'needs fewer than 2^53 points'], // 10^6 * 10 * 6 * 10^12
  [{ levels: { rate: 1e9, steps: 10, offsets: 1e6 } }, 'needs fewer than 2^53 points'],
])('a grid of %j is refused in one sentence', (options, sentence) => {
  expect(() => fullFactorial(mixed, options as never)).toThrow(sentence)
})

test('a sparse grid has distinct points of the grid, and a larger one begins with the smaller', () => {
  const law = fc.property(
    fc.integer({ min: 1, max: 80 }),
    fc.integer({ min: 1, max: 80 }),
    fc.nat(),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (a, b, seed, share) => {
      const grid = fullFactorial(cube(2), { levels: { x0: a, x1: b } })
      const points = Math.max(1, Math.round(grid.size * share))
      const sparse = [...subset(grid, { points, seed })].map((point) => JSON.stringify(point))
      const all = new Set([...grid].map((point) => JSON.stringify(point)))
      expect(new Set(sparse).size).toBe(points)
      expect(sparse.every((point) => all.has(point))).toBe(true)
      const fewer = subset(grid, { points: Math.max(1, points - 3), seed })
      expect([...fewer].map((point) => JSON.stringify(point))).toEqual(sparse.slice(0, fewer.size))
    },
  )
  fc.assert(law, { numRuns: 30 })
})

test('a sparse grid takes every part of the grid alike, where the order is stored and where it is computed', () => {
  for (const levels of [50, 1000]) {
    const design = sparseGrid(cube(2), { levels, points: 2000, seed: 3 })
    const points = [...design].map(numbersOf)
    for (const axis of [0, 1]) {
      const mean = points.reduce((sum, point) => sum + point[axis]!, 0) / points.length
      expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / points.length))
    }
    const quarter = points.filter(([x, y]) => x! < 0.5 && y! < 0.5).length
    expect(Math.abs(quarter / points.length - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / points.length))
  }
})

test('the seed decides which points a sparse grid has', () => {
  const points = (seed: number) => [...sparseGrid(cube(3), { levels: 9, points: 20, seed })]
  expect(points(1)).toEqual(points(1))
  expect(points(1)).not.toEqual(points(2))
})

test('a sparse grid of a grid that could never be stored is there at once', () => {
  const design = sparseGrid(cube(15), { levels: 10, points: 1e9 })
  expect(new Set([0, 1, 2, 1e9 - 1].map((i) => JSON.stringify(design.at(i)))).size).toBe(4)
})

test.each([
  [{ levels: 3, points: 28 }, 'needs no more points than the grid, which has 27, got 28'],
  [{ levels: 3, points: 0 }, 'needs points to be a whole number of at least 1, got 0'],
  [{ levels: 3, points: 1.5 }, 'needs points to be a whole number of at least 1, got 1.5'],
])('a sparse grid of %j is refused', (options, sentence) => {
  expect(() => sparseGrid(cube(3), options)).toThrow(sentence)
})

test.each([
  // The counts of sparse Clenshaw-Curtis grids as they are published (Klimke 2006, table 3.1).
  [1, [1, 3, 5, 9, 17, 33]],
  [2, [1, 5, 13, 29, 65, 145, 321]],
  [3, [1, 7, 25, 69, 177, 441]],
  [4, [1, 9, 41, 137, 401, 1105]],
  [5, [1, 11, 61, 241, 801, 2433]],
  [10, [1, 21, 221, 1581, 8801]],
])("Smolyak's grid of %i axes has the known number of points at each level", (dimension, counts) => {
  expect(counts.map((_, level) => smolyak(cube(dimension), { level }).size)).toEqual(counts)
})

test("Smolyak's grid has distinct points, and begins with the grid of the level before", () => {
  for (const [dimension, level] of [
    [2, 5],
    [3, 4],
    [5, 3],
  ] as const) {
    const fine = [...smolyak(cube(dimension), { level })].map((point) => JSON.stringify(point))
    const coarse = [...smolyak(cube(dimension), { level: level - 1 })].map((point) => JSON.stringify(point))
    expect(new Set(fine).size).toBe(fine.length)
    expect(fine.slice(0, coarse.length)).toEqual(coarse)
  }
})

test("Smolyak's grid is the union of the full grids whose levels sum up to its own", () => {
  const nodes = (level: number) =>
    level === 0
      ? [0.5]
      : Array.from({ length: 2 ** level + 1 }, (_, j) => (1 - Math.cos((Math.PI * j) / 2 ** level)) / 2)
  const union = new Set<string>()
  const name = (xs: readonly number[]) => xs.map((x) => x.toFixed(12)).join()
  for (let a = 0; a <= 3; a++) {
    for (let b = 0; a + b <= 3; b++) for (const x of nodes(a)) for (const y of nodes(b)) union.add(name([x, y]))
  }
  const points = [...smolyak(cube(2), { level: 3 })].map((point) => name(numbersOf(point)))
  expect(new Set(points)).toEqual(union)
})

test.each([
  [{ solver: choice(['a', 'b']) }, 2, '"solver" is a choice; cross it instead'],
  [{ n: integer(1, 5) }, 3, 'needs 9 different values of "n", but it meets only 5 from 1 to 5'],
  [{ x: real(0, 1) }, 1.5, 'needs level to be a whole number of at least 0, got 1.5'],
  [{ x: real(0, 1) }, 21, 'needs a level of at most 20, got 21'],
])("Smolyak's grid refuses what it cannot refine", (parameters, level, sentence) => {
  expect(() => smolyak(space(parameters as never), { level })).toThrow(sentence)
})

test('levels on a logarithmic scale are the numbers that they are but for rounding', () => {
  const decades = space({
    rate: real(0.001, 1, { scale: 'log' }),
    pair: vector(real(1e-12, 1e12, { scale: 'log' }), 2),
  })
  const grid = [...fullFactorial(decades, { levels: { rate: 4, pair: 25 } })]
  expect([...new Set(grid.map(({ rate }) => rate))]).toEqual([0.001, 0.01, 0.1, 1])
  const powers = Array.from({ length: 25 }, (_, i) => Number(`1e${i - 12}`))
  expect([...new Set(grid.map(({ pair }) => pair[0]))]).toEqual(powers)
  expect([...new Set(grid.map(({ pair }) => pair[1]))]).toEqual(powers)
  const thirds = [...fullFactorial(space({ x: real(0, 1) }), { levels: 4 })].map(({ x }) => x)
  expect(thirds).toEqual([0, 1 / 3, 2 / 3, 1])
  expect([...fullFactorial(space({ x: real(2, 2) }), { levels: 4 })]).toEqual([{ x: 2 }])
})
