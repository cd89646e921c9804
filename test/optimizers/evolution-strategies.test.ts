import { expect, test } from 'vitest'
import { EvolutionStrategies } from '../../optimizers/index.ts'
import { rankUtilities } from '../../optimizers/shared/rank-shaping.ts'
import { real, vector } from '../../src/core/space.ts'
import { firstGeneration, landscapeProblem, leastFound, problemOf, sphere, steps } from './search.ts'

const plane = problemOf({ x: vector(real(0, 1), 2) })

test("a script of L2L is carried over setting by setting, and comes to Ackley's optimum", () => {
  const ackley = landscapeProblem('ackley2d')
  const optimizer = new EvolutionStrategies(ackley, {
    learningRate: 0.1,
    noiseStd: 0.25, // L2L's 1.0 on [-2, 2]
    mirroredSamplingEnabled: true,
    fitnessShapingEnabled: true,
    populationSize: 20,
    generations: 1000,
    stopAt: Number.MAX_VALUE,
    seed: 1,
  })
  expect(optimizer.populationSize).toBe(41) // as L2L: both directions, and the parent
  expect(leastFound(optimizer, ackley.cost, 41 * 300)).toBeLessThan(0.01)
})

test('steps come in pairs around the parent, which is simulated, too', () => {
  const { state, told } = firstGeneration(new EvolutionStrategies(plane, { populationSize: 5 }), () => 0)
  const points = told.map(({ individual }) => individual.parameters.x)
  const { parent } = state.model
  expect(points.at(-1)).toEqual(parent)
  for (let pair = 0; pair < 5; pair++) {
    const [there, back] = [state.drawn[2 * pair]!, state.drawn[2 * pair + 1]!]
    there.forEach((x, i) => {
      expect(x + back[i]!).toBeCloseTo(2 * parent[i]!, 12)
    })
  }
  const single = new EvolutionStrategies(plane, { populationSize: 5, mirroredSamplingEnabled: false })
  expect(firstGeneration(single, () => 0).told).toHaveLength(6)
})

test('the parent moves along the steps by their utilities, in units of the noise', () => {
  const optimizer = new EvolutionStrategies(plane, { populationSize: 6, learningRate: 0.5, noiseStd: [0.02, 0.01] })
  const { state, knows } = firstGeneration(optimizer, ({ x }) => x[0]! - 2 * x[1]!, 8)
  const { parent } = state.model
  const steps = state.drawn.slice(0, -1).toSorted((a, b) => a[0]! - 2 * a[1]! - b[0]! + 2 * b[1]!)
  const utilities = rankUtilities(12)
  knows.model.parent.forEach((x, i) => {
    const gradient = steps.reduce((sum, step, rank) => sum + utilities[rank]! * (step[i]! - parent[i]!), 0)
    expect(x).toBeCloseTo(parent[i]! + 0.5 * gradient, 12)
  })
})

test('of the plain fitness the parent follows the gradient itself', () => {
  const settings = { populationSize: 3000, learningRate: 0.01, noiseStd: 0.05, fitnessShapingEnabled: false } as const
  const { state, knows } = firstGeneration(new EvolutionStrategies(plane, settings), ({ x }) => 4 * x[0]! - 2 * x[1]!)
  const moved = knows.model.parent.map((x, i) => (x - state.model.parent[i]!) / 0.01)
  expect(Math.abs(moved[0]! + 4)).toBeLessThan(0.5)
  expect(Math.abs(moved[1]! - 2)).toBeLessThan(0.5)
  expect(knows.model.deviations).toEqual([0.05, 0.05])
})

test('the noise adapts unless it is to stay; a search at rest begins anew with twice the population', () => {
  const fixed = new EvolutionStrategies(plane, { noiseLearningRate: 0 })
  for (const { knows } of steps(fixed, ({ x }) => sphere(x), 40)) expect(knows.model.deviations).toEqual([0.2, 0.2])
  const told = [...steps(new EvolutionStrategies(plane), ({ x }) => sphere(x), 300)]
  const restarted = told.find(({ state }) => state.model.restarts === 1)!
  expect(restarted.told).toHaveLength(2 * (told[0]!.told.length - 1) + 1)
  expect(Math.min(...told.flatMap(({ knows }) => knows.model.deviations))).toBeLessThan(1e-6)
})

test('a list of noises that does not fit the space is refused', () => {
  expect(() => new EvolutionStrategies(plane, { noiseStd: [0.1, 0.1, 0.1] })).toThrow(
    'optimizer: noiseStd needs a number or one for each of 2 axes, got 3',
  )
})
