import { expect, test } from 'vitest'
import { rankedBy } from '../../src/dashboard/objective.ts'
import { withDigits } from '../../src/dashboard/words.ts'
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
    [0, 0, 0, 'done', `[${fitness}]`, violation, 0, 0, '{}'] as const
  for (const sign of [1, -1]) {
    const violating = rankedBy(rowOf(sign * 1000, 0.5), 0, sign)
    for (const keeping of [rowOf(-sign * 1000, 0), rowOf(3, null)])
      expect(rankedBy(keeping, 0, sign)).toBeLessThan(violating)
  }
  expect(rankedBy(rowOf(2, 0), 0, -1)).toBeLessThan(rankedBy(rowOf(3, 0), 0, -1))
})
