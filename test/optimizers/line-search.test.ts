import { expect, test } from 'vitest'
import { LineSearch } from '../../optimizers/index.ts'
import { orders } from '../../src/core/abilities.ts'
import { integer, real, vector } from '../../src/core/space.ts'
import { drive, leastOf, toldIn } from '../../src/testing/index.ts'
import { proposedOnce } from './repeats.ts'
import { problemOf, rastrigin, sphere } from './search.ts'

const space = problemOf({ x: vector(real(-5, 5), 4) })

test('all lines are sampled at once, each through the base', () => {
  const [first, second] = drive(new LineSearch(space, { seed: 1 }), ({ x }) => [sphere(x)], { evaluations: 60 })
  const base = first!.proposed[0]!.x
  expect(second!.proposed.length).toBe(4)
  second!.proposed.forEach(({ x }, axis) => {
    expect(x.map((value, i) => value !== base[i])).toEqual([0, 1, 2, 3].map((i) => i === axis))
  })
})

test('many optima are no matter where the parameters do not depend on each other', () => {
  const found = [1, 2, 3].map((seed) => {
    const options = { evaluations: 1500, order: 'ordered', window: 1 } as const
    return leastOf(toldIn(drive(new LineSearch(space, { seed }), ({ x }) => [rastrigin(x)], options)))
  })
  expect(found.sort((a, b) => a - b)[1]).toBeLessThan(1e-8)
})

test('where they do, it goes on from the best of one line', () => {
  const cost = ({ x }: { x: number[] }) => [
    (x[0]! - x[1]!) ** 2 + 0.1 * (x[0]! + x[1]! - 2) ** 2 + x[2]! ** 2 + x[3]! ** 2,
  ]
  const told = toldIn(
    drive(new LineSearch(space, { seed: 1 }), cost, { evaluations: 2000, order: 'ordered', window: 1 }),
  )
  expect(leastOf(told)).toBeLessThan(1e-2)
})

test('asked to, it ends where it sees that they do, and goes on where they do not', () => {
  const play = (cost: (x: number[]) => number) => {
    const optimizer = new LineSearch(space, { seed: 1, restarts: 0, whileSeparable: true })
    return toldIn(drive(optimizer, ({ x }) => [cost(x)], { evaluations: 1500, order: 'ordered', window: 1 }))
  }
  expect(play((x) => rastrigin(x) + x[0]! * x[1]!).length).toBe(1 + 4 + 1)
  expect(leastOf(play(rastrigin))).toBeLessThan(1e-8)
})

test('no point is simulated twice, and a lattice is gone through to its end', () => {
  const lattice = problemOf({ n: integer(0, 20), m: integer(0, 20) })
  for (const order of orders) {
    const cost = ({ n, m }: { n: number; m: number }) => [(n - 7) ** 2 + (m - 20) ** 2]
    expect(proposedOnce(new LineSearch(lattice, { seed: 1 }), cost, { evaluations: 3000, order })).toBe(441)
  }
})
