import fc from 'fast-check'
import { expect, test } from 'vitest'
import { haltonUnit } from '../../../optimizers/designs/halton.ts'
import { type DesignPoints, halton, latinHypercube, saltelli, sobol } from '../../../optimizers/designs/index.ts'
import { leastDistance } from '../../../optimizers/designs/maximin.ts'
import { permutation } from '../../../optimizers/designs/permutation.ts'
import { sobolUnit } from '../../../optimizers/designs/sobol.ts'
import { integer, real, space, vector } from '../../../src/core/space.ts'
import { cube, mixed, numbersOf } from './spaces.ts'

function pointsOf(design: DesignPoints<Record<string, number>>): number[][] {
  return [...design].map(numbersOf)
}

test('a permutation has each number once, whether it is stored or computed', () => {
  const law = fc.property(fc.integer({ min: 1, max: 9000 }), fc.nat(), (size, seed) => {
    const at = permutation(size, seed)
    const seen = new Uint8Array(size)
    for (let i = 0; i < size; i++) seen[at(i)]!++
    expect(seen.every((count) => count === 1)).toBe(true)
  })
  fc.assert(law, {
    numRuns: 60,
    examples: [
      [4096, 1],
      [4097, 1],
      [8191, 2],
    ],
  })
})

test('each stratum of each axis of a Latin hypercube has one point', () => {
  const law = fc.property(
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: 1, max: 6 }),
    fc.nat(),
    fc.constantFrom('plain' as const, 'maximin' as const),
    fc.boolean(),
    (points, dimension, seed, criterion, centered) => {
      const options = { points, seed, criterion, centered, iterations: 200 }
      const design = pointsOf(latinHypercube(cube(dimension), options))
      for (let axis = 0; axis < dimension; axis++) {
        const strata = design.map((point) => Math.floor(point[axis]! * points)).sort((a, b) => a - b)
        expect(strata).toEqual(Array.from({ length: points }, (_, i) => i))
        if (centered) for (const point of design) expect((point[axis]! * points) % 1).toBeCloseTo(0.5, 9)
      }
    },
  )
  fc.assert(law, { numRuns: 60 })
})

test('a Latin hypercube of many points keeps the law without storing them', () => {
  const points = 100_003
  const design = latinHypercube(cube(2), { points, seed: 5 })
  for (const axis of ['x0', 'x1']) {
    const hits = new Uint8Array(points)
    for (const point of design) hits[Math.floor(point[axis]! * points)]!++
    expect(hits.every((count) => count === 1)).toBe(true)
  }
  expect(latinHypercube(cube(3), { points: 1e9 }).at(1e9 - 1)).toBeDefined()
})

test('a Latin hypercube hits the integers of a range evenly', () => {
  const design = latinHypercube(space({ n: integer(1, 10) }), { points: 100, seed: 2 })
  const counts = new Map<number, number>()
  for (const { n } of design) counts.set(n, (counts.get(n) ?? 0) + 1)
  expect([...counts.values()]).toEqual(new Array(10).fill(10))
})

test('the axes of a Latin hypercube have nothing to do with each other', () => {
  const design = pointsOf(latinHypercube(cube(6), { points: 2000, seed: 4 }))
  for (let a = 0; a < 6; a++) {
    for (let b = 0; b < a; b++) {
      const covariance = design.reduce((sum, x) => sum + (x[a]! - 0.5) * (x[b]! - 0.5), 0) / design.length
      expect(Math.abs(covariance * 12)).toBeLessThan(4 / Math.sqrt(design.length))
    }
  }
})

test.each([
  [10, 2],
  [40, 3],
  [100, 5],
  [300, 8],
])('maximin moves %i points of %i axes apart', (points, dimension) => {
  for (const seed of [1, 2, 3]) {
    const plain = leastDistance(pointsOf(latinHypercube(cube(dimension), { points, seed })))
    const apart = leastDistance(pointsOf(latinHypercube(cube(dimension), { points, seed, criterion: 'maximin' })))
    expect(apart).toBeGreaterThan(1.2 * plain)
  }
})

test('maximin never brings points nearer to each other, however few exchanges it has', () => {
  const law = fc.property(
    fc.integer({ min: 2, max: 12 }),
    fc.nat(),
    fc.nat({ max: 30 }),
    (points, seed, iterations) => {
      const plain = latinHypercube(cube(2), { points, seed })
      const apart = latinHypercube(cube(2), { points, seed, criterion: 'maximin', iterations })
      expect(leastDistance(pointsOf(apart))).toBeGreaterThanOrEqual(leastDistance(pointsOf(plain)))
    },
  )
  fc.assert(law)
})

test("the Sobol' sequence is the known one", () => {
  const points = pointsOf(sobol(cube(2), { points: 8, scramble: 'none' }))
  expect(points).toEqual([
    [0, 0],
    [0.5, 0.5],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.375, 0.375],
    [0.875, 0.875],
    [0.625, 0.125],
    [0.125, 0.625],
  ])
})

test("the Sobol' sequence agrees with scipy 1.17.1 in 1024 dimensions", () => {
  const at = sobolUnit(new Array<number>(1024).fill(0), 'none')
  const some = (index: number) => [0, 1, 2, 9, 99, 499, 999, 1023].map((axis) => at(index)[axis])
  expect(some(1000)).toEqual([
    0.2197265625, 0.0966796875, 0.5185546875, 0.0693359375, 0.1865234375, 0.2548828125, 0.2001953125, 0.7138671875,
  ])
  expect(some(2 ** 32 - 1)).toEqual([
    2.3283064365386963e-10, 0.9999999997671694, 0.7695363361854106, 0.5117106998804957, 0.3465459041763097,
    0.06976962578482926, 0.444544488331303, 0.39498760108835995,
  ])
})

test.each(['none', 'owen', 'shift'] as const)("the first 2^k points of Sobol' are balanced (%s)", (scramble) => {
  const law = fc.property(fc.integer({ min: 0, max: 9 }), fc.nat(), (k, seed) => {
    const count = 2 ** k
    const points = pointsOf(sobol(cube(2), { points: count, scramble, seed }))
    // Every elementary box of volume 2^-k has exactly one of the points: they are a (0, k, 2)-net.
    for (let a = 0; a <= k; a++) {
      const boxes = points.map(([x, y]) => Math.floor(x! * 2 ** a) * 2 ** (k - a) + Math.floor(y! * 2 ** (k - a)))
      expect(new Set(boxes).size).toBe(count)
    }
    const wide = pointsOf(sobol(cube(20), { points: count, scramble, seed }))
    for (let axis = 0; axis < 20; axis++) {
      expect(new Set(wide.map((point) => Math.floor(point[axis]! * count))).size).toBe(count)
    }
  })
  fc.assert(law, { numRuns: 20 })
})

test.each(['owen', 'shift'] as const)('a scrambled point is uniform over the seeds (%s)', (scramble) => {
  const seeds = 4000
  for (const index of [0, 1, 6]) {
    const draws = Array.from({ length: seeds }, (_, seed) =>
      numbersOf(sobol(cube(2), { points: 8, scramble, seed }).at(index)),
    )
    for (const axis of [0, 1]) {
      const boxes = new Array<number>(16).fill(0)
      for (const draw of draws) boxes[Math.floor(draw[axis]! * 16)]!++
      const chiSquare = boxes.reduce((sum, count) => sum + (count - seeds / 16) ** 2 / (seeds / 16), 0)
      expect(chiSquare).toBeLessThan(44.3) // 15 degrees of freedom, p = 0.0001
    }
  }
})

test("Owen's scrambling integrates a smooth function far better than chance", () => {
  const f = (x: readonly number[]) => x.reduce((product, xi) => product * (1 + (xi - 0.5)), 1) // integral 1
  const errors = Array.from({ length: 20 }, (_, seed) => {
    const points = pointsOf(sobol(cube(4), { points: 1024, seed }))
    return (points.reduce((sum, x) => sum + f(x), 0) / points.length - 1) ** 2
  })
  const error = Math.sqrt(errors.reduce((a, b) => a + b, 0) / errors.length)
  expect(error).toBeLessThan(0.0006) // plain Monte Carlo: 0.02
})

test('the Halton sequence is the known one', () => {
  expect(pointsOf(halton(cube(3), { points: 6, scramble: false }))).toEqual([
    [0, 0, 0],
    [1 / 2, 1 / 3, 1 / 5],
    [1 / 4, 2 / 3, 2 / 5],
    [3 / 4, 1 / 9, 3 / 5],
    [1 / 8, 4 / 9, 4 / 5],
    [5 / 8, 7 / 9, 1 / 25],
  ])
  // The axes of the sequence after the third, from scipy 1.17.1.
  const nineteenth = haltonUnit(8)(19)
  const known = [0.78125, 0.4074074074074074, 0.92, 0.7551020408163265, 0.7355371900826446, 0.46745562130177515]
  for (const [axis, x] of known.entries()) expect(nineteenth[axis]).toBeCloseTo(x, 14)
})

test.each([true, false])(
  'the first b^k points of a Halton axis of base b hit each b^-k once (scrambled: %s)',
  (scramble) => {
    for (const seed of [1, 2]) {
      const bases = [2, 3, 5, 7]
      const points = pointsOf(halton(cube(4), { points: 343, seed, scramble }))
      bases.forEach((base, axis) => {
        for (let count = base; count <= 343; count *= base) {
          const boxes = points.slice(0, count).map((point) => Math.floor(point[axis]! * count + 1e-9))
          expect(new Set(boxes).size).toBe(count)
        }
      })
    }
  },
)

test('scrambling takes away that large bases go together', () => {
  const correlation = (scramble: boolean) => {
    const points = pointsOf(halton(cube(20), { points: 60, scramble, seed: 3 })).map((x) => [x[18]!, x[19]!] as const)
    const mean = (i: 0 | 1) => points.reduce((sum, x) => sum + x[i], 0) / points.length
    const moment = (i: 0 | 1, j: 0 | 1) => points.reduce((sum, x) => sum + (x[i] - mean(i)) * (x[j] - mean(j)), 0)
    return moment(0, 1) / Math.sqrt(moment(0, 0) * moment(1, 1))
  }
  expect(correlation(false)).toBeGreaterThan(0.7)
  expect(Math.abs(correlation(true))).toBeLessThan(0.4)
})

test.each([
  ['Latin hypercube', (points: number, seed: number) => latinHypercube(mixed, { points, seed })],
  ['maximin', (points: number, seed: number) => latinHypercube(mixed, { points, seed, criterion: 'maximin' })],
  ['Sobol', (points: number, seed: number) => sobol(mixed, { points, seed })],
  ['Halton', (points: number, seed: number) => halton(mixed, { points, seed })],
  ['Saltelli', (points: number, seed: number) => saltelli(mixed, { points, seed })],
])('%s: points are valid, follow from the seed, and do not depend on the order in which they are asked', (_, make) => {
  const design = make(32, 7)
  const points = [...design]
  for (const point of points) expect(mixed.refuse(point)).toBeUndefined()
  const again = make(32, 7)
  for (let i = again.size - 1; i >= 0; i--) expect(again.at(i)).toEqual(points[i])
  expect([...make(32, 8)]).not.toEqual(points)
  expect(() => make(0, 1)).toThrow('needs points to be a whole number of at least 1, got 0')
  expect(() => make(2.5, 1)).toThrow('got 2.5')
  expect(() => make(-3, 1)).toThrow('got -3')
})

test.each([
  ['Sobol', (points: number) => sobol(mixed, { points })],
  ['Halton', (points: number) => halton(mixed, { points })],
])('%s: a longer design begins with the shorter one', (_, make) => {
  expect([...make(40)].slice(0, 17)).toEqual([...make(17)])
})

test('what a design cannot have is refused', () => {
  const wide = space({ v: vector(real(0, 1), 1025) })
  expect(() => sobol(wide, { points: 4 })).toThrow("sobol needs at most 1024 axes of the Sobol' sequence, got 1025")
  expect(() => sobol(cube(1), { points: 2 ** 33 })).toThrow('sobol needs at most 2^32 points')
  expect(() => latinHypercube(cube(1), { points: 2001, criterion: 'maximin' })).toThrow('at most 2000 points')
  const design = sobol(cube(1), { points: 4 })
  expect(() => design.at(4)).toThrow('the design has points 0 to 3, not 4')
  expect(() => design.at(-1)).toThrow('the design has points 0 to 3, not -1')
})
