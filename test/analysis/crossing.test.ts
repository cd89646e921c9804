import { expect, test } from 'vitest'
import { markCrossed } from '../../src/analysis/index.ts'

const rows = 30 * 4
const fine = Array.from({ length: rows }, (_, row) => row % 30)
const coarse = Array.from({ length: rows }, (_, row) => Math.floor(row / 30))

const marks = (...columns: readonly (readonly number[])[]) =>
  markCrossed(columns.map((values, i) => ({ name: `x${i}`, values }))).map(({ hasLevels = false }) => hasLevels)

test('many levels that come with every combination of the others are those of a grid', () => {
  expect(marks(fine, coarse)).toEqual([true, false])
})

test('levels that do not all come equally often are not crossed, though their number fits that of the rows', () => {
  const uneven = fine.map((level, row) => (row === 1 ? 0 : level))
  expect(marks(uneven, coarse)).toEqual([false, false])
})

test('a factor beside one that differs in every row is not crossed', () => {
  expect(
    marks(
      fine,
      coarse.map((value, row) => value + row / rows),
    ),
  ).toEqual([false, false])
})
