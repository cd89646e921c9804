import { expect, test } from 'vitest'
import { Xnes } from '../../optimizers/index.ts'
import { orders } from '../../src/core/abilities.ts'
import { integer, real, vector } from '../../src/core/space.ts'
import { drive, leastOf, toldIn } from '../../src/testing/index.ts'
import { proposedOnce } from './repeats.ts'
import { problemOf, rosenbrock, sphere, steps } from './search.ts'

const space = problemOf({ x: vector(real(-5, 5), 4) })

test('the shape keeps its determinant, whatever the step size does', () => {
  const optimizer = new Xnes(problemOf({ x: vector(real(-5, 5), 2) }), { seed: 1 })
  for (const { knows } of steps(optimizer, ({ x }) => x[0]! ** 2 + 1e4 * x[1]! ** 2, 60)) {
    if (knows.distribution === null) break
    const [[a, b], [c, d]] = knows.distribution.shape as [[number, number], [number, number]]
    expect(a * d - b * c).toBeCloseTo(1, 8)
  }
})

test('a step goes by ranks: any rising function of the costs gives the same search', () => {
  // From the middle, as what lies outside of the bounds is put behind by what the costs differ by.
  const middle = { ...space, createIndividual: () => ({ x: [0, 0, 0, 0] }) }
  const play = (of: (cost: number) => number) =>
    [...steps(new Xnes(middle, { seed: 2, sigma: 0.02 }), ({ x }) => of(sphere(x.map((value) => value / 10))), 20)].map(
      ({ knows }) => knows.distribution!.mean.map((x) => Math.round(x * 1e9)),
    )
  expect(play((cost) => cost ** 3)).toEqual(play((cost) => cost))
})

test('what failed counts as the worst, and all that failed moves nothing', () => {
  const optimizer = new Xnes(space, { seed: 3 })
  const played = [...steps(optimizer, ({ x }, generation) => (generation === 2 ? undefined : sphere(x)), 4)]
  expect(played[2]!.knows.distribution).toEqual(played[1]!.knows.distribution)
  expect(played[3]!.knows.distribution).not.toEqual(played[2]!.knows.distribution)
})

test('a step is made of as many samples as were told, whatever is still waited for', () => {
  const optimizer = new Xnes(space, { seed: 4, populationSize: 8 })
  const played = drive(optimizer, ({ x }) => [sphere(x)], { evaluations: 80, order: 'ordered', window: 12 })
  expect(optimizer.summarize(played.at(-1)!.state as never).steps).toBe(9)
})

test('a distribution that has come to rest is followed by another one', () => {
  const optimizer = new Xnes(space, { seed: 5 })
  const restarts = [...steps(optimizer, ({ x }) => sphere(x), 1500)].map(({ next }) => next.restarts)
  expect(restarts.at(-1)).toBeGreaterThan(0)
})

test('no point of a discrete space is simulated twice, and all are in the end', () => {
  const lattice = problemOf({ n: integer(0, 20), m: integer(0, 20) })
  for (const order of orders) {
    const cost = ({ n, m }: { n: number; m: number }) => [(n - 7) ** 2 + (m - 20) ** 2]
    expect(proposedOnce(new Xnes(lattice, { seed: 1 }), cost, { evaluations: 3000, order })).toBe(441)
  }
})

test('it walks along a curved valley', () => {
  const found = [1, 2, 3].map((seed) =>
    leastOf(toldIn(drive(new Xnes(space, { seed }), ({ x }) => [rosenbrock(x)], { evaluations: 6000 }))),
  )
  expect(found.sort((a, b) => a - b)[1]).toBeLessThan(1e-8)
})
