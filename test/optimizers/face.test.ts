import { expect, test } from 'vitest'
import { Face } from '../../optimizers/index.ts'
import { real, vector } from '../../src/core/space.ts'
import { landscapeProblem, leastFound, problemOf, sphere, steps } from './search.ts'

const plane = problemOf({ x: vector(real(-5, 5), 2) })

test("a script of L2L is carried over setting by setting, with a temperature, on which L2L's stops", () => {
  const rastrigin = landscapeProblem('rastrigin2d')
  const optimizer = new Face(rastrigin, {
    minPopSize: 20,
    maxPopSize: 50,
    nElite: 10,
    nExpand: 5,
    smoothing: 0.2,
    tempDecay: 0.5,
    generations: 100,
    distribution: { type: 'gaussian' },
    stopAt: -1e-6,
    seed: 1,
  })
  expect(optimizer.populationSize).toBe(20)
  expect(leastFound(optimizer, rastrigin.cost, 5000)).toBeLessThan(1.1) // the optimum, or one of those beside it
})

test('where nothing became better, more samples of the same distribution join those that there are', () => {
  const settings = { minPopSize: 10, maxPopSize: 40, nElite: 4, nExpand: 10, restarts: false }
  const flat = [...steps(new Face(plane, settings), (_, generation) => (generation === 0 ? 1 : 2), 20)]
  expect(flat.map(({ told }) => told.length)).toEqual([10, 10, 10, 10, 10])
  expect(flat.map(({ knows }) => knows.model.pool.length)).toEqual([0, 10, 20, 30, 0])
  const distributions = flat.slice(0, 4).map(({ knows }) => knows.model.mixed)
  for (const distribution of distributions) expect(distribution).toEqual(distributions[0])
})

test('when as many as may be were in vain it ends, or begins anew', () => {
  const settings = { minPopSize: 10, maxPopSize: 20, nElite: 4, nExpand: 10 }
  const constant = () => 0
  const ended = [...steps(new Face(plane, { ...settings, restarts: false }), constant, 30)]
  expect(ended).toHaveLength(3)
  expect(ended[2]!.knows.model.hasDiverged).toBe(true)
  const going = [...steps(new Face(plane, settings), constant, 30)]
  expect(going).toHaveLength(30)
  expect(going[29]!.knows.model.restarts).toBeGreaterThan(5)
})

test('after a gain it draws fewer again, down to the least', () => {
  const all = [...steps(new Face(plane, { minPopSize: 10, nExpand: 30 }), ({ x }, g) => (g < 3 ? 9 : sphere(x)), 8)]
  expect(all.map(({ told }) => told.length).slice(0, 6)).toEqual([10, 10, 30, 30, 40, 25])
})

test('its defaults find the optimum of a sphere in ten dimensions', () => {
  const space = problemOf({ x: vector(real(-5, 5), 10) })
  expect(leastFound(new Face(space), ({ x }) => sphere(x), 10_000)).toBeLessThan(1e-8)
})

test('fewer samples at most than at least are refused', () => {
  expect(() => new Face(plane, { minPopSize: 20, maxPopSize: 10 })).toThrow(
    'optimizer: maxPopSize needs a number at least minPopSize (20), got 10',
  )
})
