import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Objectives } from '../../src/core/objectives.ts'

const { MAX_VALUE } = Number

test('a score is the weighted sum, larger being better', () => {
  expect(new Objectives({ error: 'minimize', gain: 'maximize', cost: -0.5 }).weigh([1, 10, 4])).toBe(7)
})

test('terms that overflow are weighed against each other', () => {
  expect(new Objectives({ a: 2, b: -2 }).weigh([MAX_VALUE, MAX_VALUE])).toBe(0)
  expect(new Objectives({ a: 2, b: -1 }).weigh([MAX_VALUE, MAX_VALUE])).toBe(MAX_VALUE)
  expect(new Objectives({ a: 2, b: -3 }).weigh([1e308, 1e308])).toBeCloseTo(-1e308, -295)
  expect(new Objectives({ a: 1e308 }).weigh([-1e308])).toBe(-MAX_VALUE)
})

test('a score is always a number that ranks', () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
  const weight = finite.filter((number) => number !== 0)
  const law = fc.property(fc.array(fc.tuple(weight, finite), { minLength: 1, maxLength: 4 }), (pairs) => {
    const objectives = new Objectives(Object.fromEntries(pairs.map(([w], i) => [`f${i}`, w])))
    expect(Number.isFinite(objectives.weigh(pairs.map(([, value]) => value)))).toBe(true)
  })
  fc.assert(law, {
    examples: [
      [
        [
          [1e308, 1e308],
          [1e308, -1e308],
        ],
      ],
    ],
  })
})

test('several objectives with directions alone want a front, one with a weight makes them a sum', () => {
  expect(new Objectives({ error: 'minimize', gain: 'maximize' }).wantsFront).toBe(true)
  expect(new Objectives({ error: 'minimize', gain: 1 }).wantsFront).toBe(false)
  expect(new Objectives({ error: 'minimize' }).wantsFront).toBe(false)
})
