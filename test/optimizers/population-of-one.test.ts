import { expect, test } from 'vitest'
import { CrossEntropy, createOptimizer, optimizers } from '../../optimizers/index.ts'
import { real } from '../../src/core/space.ts'
import { leastFound, problemOf, sphere, steps } from './search.ts'

const parameters = { x: real(-5, 5), y: real(-5, 5) }
const plane = { ...problemOf(parameters), budget: { name: 'steps', low: 1, high: 81 } }
const sized = Object.entries(optimizers).filter(([, { settings }]) => 'populationSize' in settings.shape)

/** What cannot go on from a single individual, and how many it needs. */
const least: Readonly<Record<string, number>> = {
  auto: 4,
  'nsga-ii': 4,
  'l-shade': 4,
  'cma-es': 4,
  'lq-cma-es': 4,
  xnes: 4,
  'particle-swarm': 2,
  'natural-evolution-strategies': 2,
}

test.each(sized.map(([type]) => type))('%s searches with a population of one, or says how many it needs', (type) => {
  const make = () => createOptimizer(plane, { type, populationSize: 1, generations: 400 })
  if (type in least) {
    expect(make).toThrow(`populationSize needs a number at least ${least[type]}`)
    return
  }
  const optimizer = make()
  const cost = ({ x, y }: { x: number; y: number }) => sphere([x, y])
  expect(leastFound(optimizer as never, cost as never, 400)).toBeLessThan(optimizer.abilities.searches ? 1 : 60)
})

test('cross-entropy gathers generations of one until they are as many as a generation is by default, and comes as close', () => {
  const cost = ({ x, y }: { x: number; y: number }) => sphere([x, y])
  const found = (populationSize: number) =>
    leastFound(new CrossEntropy(problemOf(parameters), { populationSize, generations: 1000, seed: 2 }), cost, 400)
  expect(found(1)).toBeLessThan(1e-3)
  const fits = [...steps(new CrossEntropy(problemOf(parameters), { populationSize: 1, restarts: false }), cost, 8)].map(
    ({ knows }) => knows.model.gathered.length,
  )
  expect(fits).toEqual([1, 2, 3, 4, 5, 0, 1, 2])
})

test('natural evolution strategies take one sample if it is mirrored', () => {
  const settings = { type: 'natural-evolution-strategies', populationSize: 1, mirroredSamplingEnabled: true }
  const optimizer = createOptimizer(problemOf(parameters), { ...settings, generations: 400 })
  expect(optimizer.populationSize).toBe(2)
  expect(
    leastFound(optimizer as never, (({ x, y }: { x: number; y: number }) => sphere([x, y])) as never, 400),
  ).toBeLessThan(1)
})

test('where all but one of a generation fail, cross-entropy and face draw again before they fit', () => {
  for (const type of ['cross-entropy', 'face']) {
    const optimizer = createOptimizer(problemOf(parameters), { type, generations: 3, restarts: false })
    const answer = (_: unknown, generation: number, index: number) =>
      generation > 0 || index === 0 ? index : undefined
    const models = [...steps(optimizer as never, answer as never, 2)].map(
      ({ knows }) => (knows as unknown as { model: { mixed: unknown } }).model.mixed,
    )
    expect(models[0]).toBeNull()
    expect(models[1]).not.toBeNull()
  }
})
