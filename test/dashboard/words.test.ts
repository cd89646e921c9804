import { expect, test } from 'vitest'
import { rankedBy } from '../../src/dashboard/objective.ts'
import { levelsIn, spreadBelow, withDigits } from '../../src/dashboard/words.ts'
import type { DrawnRow } from '../../src/record/screen-reader.ts'

test.each([
  [0, '0'],
  [0.0001, '0.0001'],
  [0.00001, '1e-5'],
  [-0.0000250049, '-2.5e-5'],
  [1.203e-7, '1.203e-7'],
  [0.123456, '0.1235'],
  [123_456.7, '123500'],
  [30_000_000, '3e7'],
  [1.0101e9, '1.01e9'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
])('a number is written without digits that say nothing: %d as %s', (value, written) => {
  expect(withDigits(value, 4)).toBe(written)
})

test('what violates a constraint ranks behind everything that keeps them, whichever way is better', () => {
  const rowOf = (fitness: number, violation: number | null): DrawnRow =>
    [0, 0, 0, 'done', `[${fitness}]`, violation, 0, 0, '{}', null, null] as const
  for (const sign of [1, -1]) {
    const violating = rankedBy(rowOf(sign * 1000, 0.5), 0, sign)
    for (const keeping of [rowOf(-sign * 1000, 0), rowOf(3, null)])
      expect(rankedBy(keeping, 0, sign)).toBeLessThan(violating)
  }
  expect(rankedBy(rowOf(2, 0), 0, -1)).toBeLessThan(rankedBy(rowOf(3, 0), 0, -1))
})

test('a part of an axis with more levels than parts is named by its first and its last', () => {
  const labels = Array.from({ length: 500 }, (_, i) => `molecule ${i}`)
  expect(levelsIn(labels, 0, 20)).toBe('molecule 0 to molecule 24')
  expect(levelsIn(labels, 19, 20)).toBe('molecule 475 to molecule 499')
  expect([0, 1, 2].map((part) => levelsIn(['a', 'b', 'c', 'd'], part, 3))).toEqual(['a', 'b to c', 'd'])
  expect(spreadBelow(500, 4)).toEqual([0, 125, 250, 375])
  expect(spreadBelow(3, 4)).toEqual([0, 1, 2])
})
