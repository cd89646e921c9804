import { expect, test } from 'vitest'
import { GradientDescent } from '../../optimizers/index.ts'
import { findMissingAbility } from '../../src/core/abilities.ts'
import { integer, real, vector } from '../../src/core/space.ts'
import { problemOf as untyped } from '../../src/testing/problems.ts'
import { firstGeneration, landscapeProblem, leastFound, problemOf, sphere, steps } from './search.ts'

const plane = problemOf({ x: vector(real(0, 1), 2) })
const slope = ({ x }: { x: number[] }) => 0.4 * x[0]! - 0.2 * x[1]!

test.each([
  ['classic', {}],
  ['stochastic', { stochasticDeviation: 0.1, stochasticDecay: 0.99 }],
  ['rmsprop', { momentumDecay: 0.5 }],
  ['adam', { firstOrderDecay: 0.8, secondOrderDecay: 0.8 }],
  ['adamax', { firstOrderDecay: 0.8, secondOrderDecay: 0.8 }],
] as const)('a script of L2L is carried over setting by setting, and descends by the rule %s', (rule, its) => {
  const valley = landscapeProblem('rosenbrock2d')
  const optimizer = new GradientDescent(valley, {
    rule,
    learningRate: rule === 'classic' || rule === 'stochastic' ? 1e-5 : 0.01,
    explorationStepSize: 0.01,
    nRandomSteps: 5,
    generations: 100,
    stopAt: Number.MAX_VALUE,
    adaptiveSteps: false,
    seed: 1,
    ...its,
  })
  expect(optimizer.populationSize).toBe(11)
  const [first] = steps(optimizer, valley.cost, 1)
  const begun = first!.told[0]!
  const before = begun.outcome === 'done' ? begun.fitness[0]! : Number.NaN
  expect(leastFound(optimizer, valley.cost, 1100)).toBeLessThan(before)
})

test('the gradient of a slope is exact, and the classic step goes against it when it is to be minimized', () => {
  const settings = { rule: 'classic', learningRate: 0.1, nRandomSteps: 3, adaptiveSteps: false } as const
  const { state, knows } = firstGeneration(new GradientDescent(plane, settings), slope)
  expect(knows.model.point[0]).toBeCloseTo(state.model.point[0]! - 0.04, 8)
  expect(knows.model.point[1]).toBeCloseTo(state.model.point[1]! + 0.02, 8)
})

test('the first steps of Adam and AdaMax are as long as the learning rate along every axis', () => {
  for (const rule of ['adam', 'adamax'] as const) {
    const settings = { rule, learningRate: 0.05, nRandomSteps: 3, adaptiveSteps: false }
    const { state, knows } = firstGeneration(new GradientDescent(plane, settings), slope)
    expect(knows.model.point[0]).toBeCloseTo(state.model.point[0]! - 0.05, 4)
    expect(knows.model.point[1]).toBeCloseTo(state.model.point[1]! + 0.05, 4)
  }
})

test('a direction of which one side failed still counts', () => {
  const settings = { rule: 'classic', learningRate: 0.1, nRandomSteps: 4, adaptiveSteps: false } as const
  const { state, knows } = firstGeneration(new GradientDescent(plane, settings), (p, index) =>
    index % 2 === 1 ? undefined : slope(p),
  )
  expect(knows.model.point[0]).toBeCloseTo(state.model.point[0]! - 0.04, 6)
})

test('its defaults find the optimum of a sphere, and a search at rest begins anew', () => {
  const space = problemOf({ x: vector(real(-5, 5), 10) })
  expect(leastFound(new GradientDescent(space), ({ x }) => sphere(x), 10_000)).toBeLessThan(1e-8)
  const all = [...steps(new GradientDescent(plane), ({ x }) => sphere(x), 400)]
  expect(all.at(-1)!.knows.model.restarts).toBeGreaterThan(0)
})

test('it says that it cannot search integers', () => {
  const problem = untyped({ n: integer(0, 3) })
  expect(findMissingAbility(GradientDescent.abilities, problem)).toBe('cannot search integer parameters')
})
