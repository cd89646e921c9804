import { expect, test } from 'vitest'
import { sobol } from '../../optimizers/designs/sobol.ts'
import { createOptimizer, SobolSearch } from '../../optimizers/index.ts'
import { orders } from '../../src/core/abilities.ts'
import { choice, integer, real, Space, vector } from '../../src/core/space.ts'
import { drive, proposedIn } from '../../src/testing/index.ts'
import { proposedOnce } from './repeats.ts'
import { problemOf } from './search.ts'

for (const type of ['random-search', 'sobol-search']) {
  test(`${type} simulates every point of a discrete space once, in any order, and ends`, () => {
    const problem = problemOf({ n: integer(0, 9), c: choice(['a', 'b', 'c']) })
    for (const order of orders) {
      const optimizer = createOptimizer(problem, { type, populationSize: 7, seed: 4 })
      expect(proposedOnce(optimizer, ({ n }) => [n as number], { evaluations: 1000, order })).toBe(30)
    }
  })
}

test('the search through the Sobol sequence goes through the points of the design of that name', () => {
  const space = new Space({ x: vector(real(-1, 1), 3), rate: real(1, 100, { scale: 'log' }) })
  const optimizer = new SobolSearch(problemOf({ x: vector(real(-1, 1), 3), rate: real(1, 100, { scale: 'log' }) }), {
    seed: 5,
  })
  const proposed = proposedIn(drive(optimizer, () => [0], { evaluations: 64 }))
  const points = sobol(space, { points: 64, seed: 5 })
  expect(proposed).toEqual(Array.from({ length: 64 }, (_, i) => points.at(i)))
})

test('a space of more axes than the sequence has is refused', () => {
  expect(() => new SobolSearch(problemOf({ x: vector(real(0, 1), 1025) }))).toThrow(
    'sobol-search needs a space of at most 1024 axes, got 1025; random-search takes any number',
  )
})
