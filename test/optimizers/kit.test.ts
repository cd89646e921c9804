import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  affine,
  clipToCube,
  compareScores,
  eigenOf,
  factorOf,
  generationsToRest,
  grownPopulation,
  isAtRest,
  normalPoint,
  rank,
} from '../../optimizers/kit.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import { Random } from '../../src/core/random.ts'

const evaluation = (index: number, fitness: number | undefined): Evaluation => {
  const individual = new Individual({ generation: 0, index, replicate: 0 }, {}, 0)
  return fitness === undefined
    ? { individual, outcome: 'failed', cause: { kind: 'threw', message: 'no' } }
    : { individual, outcome: 'done', fitness: [fitness] }
}

/** Any symmetric positive definite matrix, as a factor times its transpose. */
const definite = fc.integer({ min: 1, max: 6 }).chain((n) =>
  fc
    .array(fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: n, maxLength: n }), {
      minLength: n,
      maxLength: n,
    })
    .map((rows) => rows.map((a, i) => rows.map((b, j) => a.reduce((sum, x, k) => sum + x * b[k]!, i === j ? 0.5 : 0)))),
)

test('a symmetric matrix is the sum of its eigenvectors, each times its eigenvalue', () => {
  fc.assert(
    fc.property(definite, (matrix) => {
      const { values, vectors } = eigenOf(matrix)
      expect([...values].sort(compareScores)).toEqual(values)
      matrix.forEach((row, i) => {
        row.forEach((value, j) => {
          const sum = values.reduce((total, eigenvalue, k) => total + eigenvalue * vectors[k]![i]! * vectors[k]![j]!, 0)
          expect(sum).toBeCloseTo(value, 8)
        })
      })
    }),
  )
})

test('the factor of a covariance times its transpose is the covariance', () => {
  fc.assert(
    fc.property(definite, (matrix) => {
      const rows = factorOf(matrix)
      matrix.forEach((row, i) => {
        row.forEach((value, j) => {
          expect(rows[i]!.reduce((sum, x, k) => sum + x * rows[j]![k]!, 0)).toBeCloseTo(value, 8)
        })
      })
    }),
  )
})

test('normal points have the covariance of the factor that they are multiplied with', () => {
  const random = Random.of('normal points')
  const factor = factorOf([
    [4, 1],
    [1, 1],
  ])
  const points = Array.from({ length: 20_000 }, () => affine([0, 0], factor, normalPoint(2, random)))
  const moment = (i: number, j: number) => points.reduce((sum, x) => sum + x[i]! * x[j]!, 0) / points.length
  expect(Math.abs(moment(0, 0) - 4)).toBeLessThan(0.2)
  expect(Math.abs(moment(0, 1) - 1)).toBeLessThan(0.1)
  expect(Math.abs(moment(1, 1) - 1)).toBeLessThan(0.1)
})

test('evaluations are ranked best first, equals as they were told, without those that failed', () => {
  const told = [3, undefined, 1, 2, 1].map((fitness, index) => evaluation(index, fitness))
  const order = (objectives: Objectives) => rank(objectives, told).map(({ evaluation }) => evaluation.individual.index)
  expect(order(new Objectives({ error: 'minimize' }))).toEqual([2, 4, 3, 0])
  expect(order(new Objectives({ gain: 'maximize' }))).toEqual([0, 3, 2, 4])
  expect(rank(new Objectives({ error: -2 }), told)[0]!.score).toBe(-2)
})

test('a search is at rest once its newest best scores are as good as equal, and not before there are enough', () => {
  expect(isAtRest([9, 1, 1, 1], 3, 0)).toBe(true)
  expect(isAtRest([1, 1], 3, 0)).toBe(false)
  expect(isAtRest([1, 1, 1.1], 3, 0.01)).toBe(false)
  expect(isAtRest([-Number.MAX_VALUE, Number.MAX_VALUE], 2, 1)).toBe(false)
  expect(generationsToRest(10, 12)).toBe(35)
  expect([0, 1, 3].map((restarts) => grownPopulation(10, restarts))).toEqual([10, 20, 80])
})

test('a point beyond the bounds is brought to the nearest one', () => {
  expect(clipToCube([-0.1, 0, 0.3, 1, 7, Number.NaN])).toEqual([0, 0, 0.3, 1, 1, 0])
})
