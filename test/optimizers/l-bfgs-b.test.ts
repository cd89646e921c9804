import { expect, test } from 'vitest'
import { LBfgsB } from '../../optimizers/index.ts'
import { real, vector } from '../../src/core/space.ts'
import { drive, leastOf, proposedIn, toldIn } from '../../src/testing/index.ts'
import { proposedOnce } from './repeats.ts'
import { problemOf, rosenbrock, sphere } from './search.ts'

const space = problemOf({ x: vector(real(-5, 5), 6) })
const serial = { order: 'ordered', window: 1 } as const

test('the points of a gradient are asked for at once', () => {
  const optimizer = new LBfgsB(space, { seed: 1 })
  const sizes = drive(optimizer, ({ x }) => [sphere(x)], { evaluations: 60 }).map(({ proposed }) => proposed.length)
  expect(sizes.slice(0, 4)).toEqual([7, 1, 6, 1])
})

test('several points on a line are tried at once, each a quarter as far as the one before', () => {
  const optimizer = new LBfgsB(space, { seed: 1, trials: 3 })
  const [first, line] = drive(optimizer, ({ x }) => [sphere(x)], { evaluations: 60 })
  const start = first!.proposed[0]!.x
  const lengths = line!.proposed.map(({ x }) =>
    Math.sqrt(x.reduce((sum, value, i) => sum + (value - start[i]!) ** 2, 0)),
  )
  expect(lengths.length).toBe(3)
  expect(lengths[0]).toBeCloseTo(1, 6) // a tenth of the range
  expect(lengths[1]! / lengths[0]!).toBeCloseTo(1 / 4, 6)
  expect(lengths[2]! / lengths[0]!).toBeCloseTo(1 / 16, 6)
})

test('on an ill-conditioned parabola it needs few evaluations, and comes close', () => {
  const cost = ({ x }: { x: number[] }) => [x.reduce((sum, value, i) => sum + 10 ** i * (value - 0.7) ** 2, 0)]
  const told = toldIn(drive(new LBfgsB(space, { seed: 2 }), cost, { evaluations: 400, ...serial }))
  expect(leastOf(told)).toBeLessThan(1e-10)
})

test('it follows the bounds to an optimum in a corner of some of them', () => {
  const cost = ({ x }: { x: number[] }) => [x.reduce((sum, value, i) => sum + (value - (i < 3 ? 9 : 1)) ** 2, 0)]
  const told = toldIn(drive(new LBfgsB(space, { seed: 2 }), cost, { evaluations: 200, ...serial }))
  expect(leastOf(told) - 3 * 16).toBeLessThan(1e-12)
  for (const { x } of proposedIn(drive(new LBfgsB(space, { seed: 2 }), cost, { evaluations: 200 }))) {
    expect(space.space.refuse({ x })).toBeUndefined()
  }
})

test('a neighbour that failed has no slope, and a failed trial is stepped back from', () => {
  const cost = ({ x }: { x: number[] }, n: number) => (n % 5 === 3 || x[0]! > 1 ? undefined : [sphere(x)])
  const createIndividual = () => ({ x: [-4, 1, 1, -1, -1, 2] })
  const told = toldIn(
    drive(new LBfgsB({ ...space, createIndividual }, { seed: 4 }), cost, { evaluations: 400, ...serial }),
  )
  expect(leastOf(told)).toBeLessThan(1e-3)
})

test('no point is simulated twice, at a bound either', () => {
  for (const order of ['generations', 'ordered', 'arrival'] as const) {
    proposedOnce(new LBfgsB(space, { seed: 1 }), ({ x }) => [x[0]! - x[1]! + x[2]!], { evaluations: 2000, order })
  }
})

test('it walks along a curved valley', () => {
  const found = [1, 2, 3].map((seed) =>
    leastOf(toldIn(drive(new LBfgsB(space, { seed }), ({ x }) => [rosenbrock(x)], { evaluations: 3000, ...serial }))),
  )
  expect(found.sort((a, b) => a - b)[1]).toBeLessThan(1e-9)
})

test('it begins at the best that is known', () => {
  const known = toldIn(
    drive(new LBfgsB(space, { seed: 7 }), ({ x }) => [rosenbrock(x)], { evaluations: 500, ...serial }),
  )
  const best = leastOf(known)
  const [first] = drive(new LBfgsB(space, { seed: 8 }), ({ x }) => [rosenbrock(x)], {
    evaluations: 50,
    known: known.map(({ tag: _, ...evaluation }) => evaluation),
  })
  for (const { x } of first!.proposed) expect(Math.abs(rosenbrock(x) - best)).toBeLessThan(1e-3)
})
