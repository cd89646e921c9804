import { expect, test } from 'vitest'
import { NaturalEvolutionStrategies } from '../../optimizers/index.ts'
import { rankUtilities } from '../../optimizers/shared/rank-shaping.ts'
import { integer, real, vector } from '../../src/core/space.ts'
import { firstGeneration, landscapeProblem, leastFound, problemOf, sphere, steps } from './search.ts'

const plane = problemOf({ x: vector(real(0, 1), 2) })

test("a script of L2L is carried over setting by setting, and comes to the optimum of Rosenbrock's valley", () => {
  const valley = landscapeProblem('rosenbrock2d')
  const optimizer = new NaturalEvolutionStrategies(valley, {
    learningRateMu: 1,
    learningRateSigma: 0.2,
    mu: [0.25, 0.75],
    sigma: [0.25, 0.25],
    mirroredSamplingEnabled: true,
    fitnessShapingEnabled: true,
    populationSize: 20,
    generations: 1000,
    stopAt: -1e-6,
    seed: 1,
  })
  expect(optimizer.populationSize).toBe(40)
  expect(leastFound(optimizer, valley.cost, 20_000)).toBeLessThan(1e-2)
})

test('mean and deviations follow the natural gradient of one generation, none of its samples left out', () => {
  const optimizer = new NaturalEvolutionStrategies(plane, {
    populationSize: 9,
    mu: 0.5,
    sigma: [0.02, 0.04],
    learningRateMu: 0.7,
    learningRateSigma: 0.3,
  })
  const { state, told, knows } = firstGeneration(optimizer, ({ x }) => x[0]! + 3 * x[1]!)
  expect(told).toHaveLength(9)
  const samples = state.drawn.toSorted((a, b) => a[0]! + 3 * a[1]! - b[0]! - 3 * b[1]!)
  const utilities = rankUtilities(9)
  for (const [i, sigma] of [0.02, 0.04].entries()) {
    const s = samples.map((sample) => (sample[i]! - 0.5) / sigma)
    const mean = s.reduce((sum, value, k) => sum + utilities[k]! * value, 0)
    const spread = s.reduce((sum, value, k) => sum + utilities[k]! * (value ** 2 - 1), 0)
    expect(knows.model.mean[i]).toBeCloseTo(0.5 + 0.7 * sigma * mean, 12)
    expect(knows.model.deviations[i]).toBeCloseTo(sigma * Math.exp(0.15 * spread), 12)
  }
})

test('utilities sum to nothing, and only the better half is worth more than none', () => {
  for (const count of [2, 5, 40]) {
    const utilities = rankUtilities(count)
    expect(utilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12)
    expect(utilities).toEqual(utilities.toSorted((a, b) => b - a))
    expect(utilities.filter((value) => value > 0).length).toBeLessThanOrEqual(Math.ceil(count / 2))
  }
})

test('axes whose scales are far apart are learned each by itself', () => {
  const cost = ({ x }: { x: number[] }) => x.reduce((sum, value, i) => sum + 10 ** (4 * i) * (value - 0.3) ** 2, 0)
  const wide = problemOf({ x: vector(real(0, 1), 4) })
  expect(leastFound(new NaturalEvolutionStrategies(wide), cost, 4000)).toBeLessThan(1e-8)
})

test('an optimum in a corner is found before the search begins anew', () => {
  const cost = ({ x }: { x: number[] }) => x.reduce((sum, value) => sum + value, 0)
  let least = Number.POSITIVE_INFINITY
  for (const { knows } of steps(new NaturalEvolutionStrategies(plane), cost, 300)) {
    least = -knows.seen.best!.score
    if (knows.model.restarts > 0) break
  }
  expect(least + 0).toBe(0)
})

test('of integers the deviation stays wide enough to move', () => {
  const problem = problemOf({ n: integer(0, 50), x: real(0, 1) })
  const all = [...steps(new NaturalEvolutionStrategies(problem), ({ n, x }) => sphere([n / 50, x]), 200)]
  for (const { knows } of all) expect(knows.model.deviations[0]).toBeGreaterThan(0.005)
  expect(-all.at(-1)!.knows.seen.best!.score).toBeLessThan(1e-6)
})
