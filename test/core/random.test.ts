import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seedOf } from '../../src/core/random.ts'
import { Random } from '../../src/index.ts'

const draw = (random: Random, count = 8) => Array.from({ length: count }, () => random.uniform())
const path = fc.array(fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true })), { minLength: 1, maxLength: 5 })

test('the same path gives the same numbers, another path others', () => {
  fc.assert(
    fc.property(path, path, (a, b) => {
      expect(draw(Random.of(...a))).toEqual(draw(Random.of(...a)))
      const isSame = a.length === b.length && a.every((part, i) => part === b[i] || (part === 0 && b[i] === 0))
      if (!isSame) expect(draw(Random.of(...a))).not.toEqual(draw(Random.of(...b)))
    }),
    { numRuns: 2000 },
  )
  expect(draw(Random.of(1, '2'))).not.toEqual(draw(Random.of('1', 2)))
  expect(draw(Random.of('ab', 'c'))).not.toEqual(draw(Random.of('a', 'bc')))
})

test('the numbers of a path stay what they are: runs made by this version must go on with the next', () => {
  expect(draw(Random.of(7, 'simulate', 3, 14, 0), 3)).toEqual(pinned.uniform)
  expect(seedOf(7, 'simulate', 3, 14, 0)).toBe(pinned.seed)
})

test('draws are what they are called', () => {
  const random = Random.of(3)
  const uniform = draw(random, 40_000)
  expect(mean(uniform)).toBeCloseTo(0.5, 2)
  const normal = Array.from({ length: 40_000 }, () => random.normal(2, 3))
  expect(Math.abs(mean(normal) - 2)).toBeLessThan(0.06)
  expect(Math.abs(Math.sqrt(mean(normal.map((x) => (x - 2) ** 2))) - 3)).toBeLessThan(0.06)
  const counts = [0, 0, 0, 0, 0]
  for (let i = 0; i < 20_000; i++) counts[random.integer(5)]!++
  for (const count of counts) expect(Math.abs(count - 4000)).toBeLessThan(300)
  const shuffled = random.shuffle([1, 2, 3, 4, 5, 6])
  expect(shuffled.toSorted()).toEqual([1, 2, 3, 4, 5, 6])
})

test('many normal draws at once are those that come one by one', () => {
  const [one, many] = [Random.of(4), Random.of(4)]
  for (let count = 0; count < 40; count++) {
    const numbers = new Float64Array(40)
    many.normals(numbers, count)
    expect([...numbers]).toEqual([
      ...Array.from({ length: count }, () => one.normal()),
      ...new Array(40 - count).fill(0),
    ])
    if (count % 3 === 0) expect(many.normal(2, 3)).toBe(one.normal(2, 3))
    expect(many.uniform()).toBe(one.uniform())
  }
})

test('streams of neighbouring paths are not correlated', () => {
  const pairs = Array.from({ length: 4000 }, (_, i) => [Random.of(1, i).uniform(), Random.of(1, i + 1).uniform()])
  const covariance = mean(pairs.map(([a, b]) => (a! - 0.5) * (b! - 0.5)))
  expect(Math.abs(covariance * 12)).toBeLessThan(0.06)
})

test('seeds are 31 bits wide and hardly ever meet', () => {
  const seeds = Array.from({ length: 10_000 }, (_, i) => seedOf(1, 'simulate', 0, i, 0))
  expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true)
  expect(new Set(seeds).size).toBeGreaterThan(9990)
})

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length
}

const pinned = { uniform: [0.9577224229087276, 0.8914309332204982, 0.2698986123110477], seed: 1134363004 }
