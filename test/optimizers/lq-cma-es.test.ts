import { expect, test } from 'vitest'
import { LqCmaEs } from '../../optimizers/index.ts'
import { kendallTau, withPoints } from '../../optimizers/shared/surrogate/archive.ts'
import { leastSquares } from '../../optimizers/shared/surrogate/least-squares.ts'
import { fitModel, minimiserOf, predict } from '../../optimizers/shared/surrogate/lq-model.ts'
import { Random } from '../../src/core/random.ts'
import { integer, real, vector } from '../../src/core/space.ts'
import { isBelow, toldUntil } from '../../src/testing/drive.ts'
import { drive, leastOf, steps, toldIn } from '../../src/testing/index.ts'
import { reachedWithin } from '../bench/bbob/attainment.ts'
import { searchBbob } from '../bench/bbob/bbob-search.ts'
import { problemOf } from './search.ts'

const endless = { generations: Number.MAX_SAFE_INTEGER }

test('a full model of a quadratic function is exact, and so is where it is least', () => {
  const random = Random.of('quadratic')
  const cost = (x: ArrayLike<number>) =>
    3 + (x[0]! - 0.3) ** 2 + 100 * (x[1]! - 0.6) ** 2 + 5 * (x[0]! - 0.3) * (x[1]! - 0.6)
  const points = Array.from({ length: 20 }, () => Float64Array.of(random.uniform(), random.uniform()))
  const archive = withPoints(
    { points: new Float64Array(0), costs: new Float64Array(0) },
    points.map((x) => ({ x, cost: cost(x) })),
    100,
  )
  const model = fitModel(archive, Float64Array.of(0.5, 0.5), Float64Array.of(0.2, 0.2))!
  expect(model.type).toBe('full')
  expect(predict(model, [0.1, 0.9])).toBeCloseTo(cost([0.1, 0.9]), 8)
  const [x, y] = minimiserOf(model)!
  expect(x).toBeCloseTo(0.3, 8)
  expect(y).toBeCloseTo(0.6, 8)
})

test('a saddle has no least point', () => {
  const random = Random.of('saddle')
  const points = Array.from({ length: 20 }, () => Float64Array.of(random.uniform(), random.uniform()))
  const archive = withPoints(
    { points: new Float64Array(0), costs: new Float64Array(0) },
    points.map((x) => ({ x, cost: (x[0]! - 0.5) ** 2 - (x[1]! - 0.5) ** 2 })),
    100,
  )
  expect(minimiserOf(fitModel(archive, Float64Array.of(0.5, 0.5), Float64Array.of(1, 1))!)).toBeUndefined()
})

test('a column that depends on others gets no coefficient', () => {
  const columns = [Float64Array.of(1, 1, 1), Float64Array.of(1, 2, 3), Float64Array.of(2, 2, 2)]
  const solution = leastSquares(columns, Float64Array.of(3, 5, 7))
  expect(solution[0]).toBeCloseTo(1)
  expect(solution[1]).toBeCloseTo(2)
  expect(solution[2]).toBe(0)
})

test('an archive keeps the newest points', () => {
  const add = [1, 2, 3].map((value) => ({ x: Float64Array.of(value), cost: 10 * value }))
  const { points, costs } = withPoints({ points: Float64Array.of(0), costs: Float64Array.of(0) }, add, 2)
  expect([...points]).toEqual([2, 3])
  expect([...costs]).toEqual([20, 30])
})

test("Kendall's tau is one for the same order, minus one for the opposite, and counts ties", () => {
  expect(kendallTau([1, 2, 3], [10, 20, 30])).toBe(1)
  expect(kendallTau([1, 2, 3], [3, 2, 1])).toBe(-1)
  expect(kendallTau([1, 2, 2], [1, 2, 3])).toBeCloseTo(2 / Math.sqrt(6))
})

test('a rotated quadratic function takes tens of simulations, not thousands', () => {
  const n = 5
  const problem = problemOf({ x: vector(real(-5, 5), n) })
  const cost = ({ x }: { x: number[] }) => [
    x.reduce((sum, v, i) => sum + 1e4 ** (i / 4) * (v - 1 + 0.5 * (x[(i + 1) % n]! - 1)) ** 2, 0),
  ]
  for (const seed of [1, 2, 3]) {
    const search = steps(new LqCmaEs(problem, { seed, ...endless }), cost, { evaluations: 400 })
    expect(leastOf(toldUntil(search, isBelow(1e-9)))).toBeLessThan(1e-9)
  }
})

test('as many are simulated at once as there are workers', () => {
  const problem = problemOf({ x: vector(real(-5, 5), 4) })
  const cost = ({ x }: { x: number[] }) => [x.reduce((sum, v) => sum + v * v, 0)]
  const played = drive(new LqCmaEs(problem, { batch: 6, restarts: 'none', ...endless }), cost, { evaluations: 200 })
  expect(Math.min(...played.map(({ proposed }) => proposed.length))).toBe(6)
})

test('no point of a discrete space is simulated twice, and a space that is known ends the search', () => {
  const problem = problemOf({ n: integer(1, 6), m: integer(1, 6) })
  const played = drive(new LqCmaEs(problem, endless), ({ n, m }) => [(n as number) * (m as number)], {
    evaluations: 500,
  })
  const told = toldIn(played)
  expect(told.length).toBe(36)
  expect(new Set(told.map(({ individual }) => JSON.stringify(individual.parameters))).size).toBe(36)
})

test('on BBOB in 5 dimensions it is as good as measured', () => {
  const runs = [1, 5, 8, 9, 10, 11, 13, 14].map((number) =>
    searchBbob(
      (problem, seed) => new LqCmaEs(problem, { seed, ...endless }),
      { number, instance: 1, dimension: 5 },
      500,
    ),
  )
  expect(reachedWithin(runs, 500)).toBeGreaterThan(0.75) // CMA-ES alone: some .4
})
