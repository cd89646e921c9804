import { expect, test } from 'vitest'
import { NelderMead } from '../../optimizers/index.ts'
import { orders } from '../../src/core/abilities.ts'
import { integer, real, vector } from '../../src/core/space.ts'
import { drive, leastOf, proposedIn, toldIn } from '../../src/testing/index.ts'
import { proposedOnce } from './repeats.ts'
import { problemOf, rosenbrock, sphere } from './search.ts'

const from = <P>(problem: ReturnType<typeof problemOf<P>>, start: P) => ({ ...problem, createIndividual: () => start })
const plane = problemOf({ x: vector(real(0, 1), 2) })

/** The points of a search that was given the costs of its first points, one after the other. */
function asked(start: number[], costs: readonly number[], settings = {}): number[][] {
  const optimizer = new NelderMead(from(plane, { x: start }), settings)
  const simulate = (_: unknown, n: number) => [costs[n] ?? 1]
  const played = drive(optimizer, simulate, { evaluations: costs.length + 1, order: 'ordered', window: 1 })
  return proposedIn(played).map(({ x }) => x.map((value) => Math.round(value * 1e6) / 1e6))
}

test('it reflects, expands, contracts and shrinks as the paper says', () => {
  const simplex = [
    [0.4, 0.4],
    [0.5, 0.4],
    [0.4, 0.5],
  ] // prettier-ignore
  const reflected = [0.5, 0.3]
  expect(asked([0.4, 0.4], [1, 2, 3])).toEqual([...simplex, reflected])
  expect(asked([0.4, 0.4], [1, 2, 3, 0]).at(-1)).toEqual([0.55, 0.2]) // expanded by 2
  expect(asked([0.4, 0.4], [1, 2, 3, 0, 0.5]).at(-1)).toEqual([0.4, 0.3]) // of [0.5, 0.4], through the centre of [0.5, 0.3] and [0.4, 0.4]
  expect(asked([0.4, 0.4], [1, 2, 3, 2.5]).at(-1)).toEqual([0.475, 0.35]) // contracted outside
  expect(asked([0.4, 0.4], [1, 2, 3, 4]).at(-1)).toEqual([0.425, 0.45]) // contracted inside
  expect(asked([0.4, 0.4], [1, 2, 3, 4, 5]).at(-1)).toEqual([0.45, 0.4]) // shrunk to the best
})

test('the coefficients go by the dimension, or are those of Nelder and Mead', () => {
  const problem = from(problemOf({ x: vector(real(0, 1), 5) }), { x: [0.4, 0.4, 0.4, 0.4, 0.4] })
  const expanded = (adaptive: boolean) => {
    const optimizer = new NelderMead(problem, { adaptive })
    const played = drive(optimizer, (_, n) => [n < 6 ? n : 0 - n], { evaluations: 8, order: 'ordered', window: 1 })
    return proposedIn(played).at(-1)!.x.at(-1)
  }
  expect(expanded(false)).toBeCloseTo(0.4 - 0.1 * 2, 9)
  expect(expanded(true)).toBeCloseTo(0.4 - 0.1 * 1.4, 9)
})

test('a point beyond a bound is mirrored at it', () => {
  expect(asked([0.05, 0.05], [3, 1, 2]).at(-1)).toEqual([0.15, 0.15])
  expect(asked([0.05, 0.4], [1, 3, 2]).at(-1)).toEqual([0.05, 0.5]) // -0.05
})

test('a search that has come to rest begins elsewhere, as often as it may', () => {
  const begun = (restarts?: number) => {
    const optimizer = new NelderMead(plane, { seed: 1, tolerance: 1e-3, ...(restarts !== undefined && { restarts }) })
    const played = drive(optimizer, ({ x }) => [sphere(x)], { evaluations: 1000, order: 'ordered', window: 1 })
    return { count: played.length, searches: optimizer.summarize(played.at(-1)!.state as never).searches }
  }
  expect(begun(0).searches).toBe(1)
  expect(begun(0).count).toBeLessThan(100)
  expect(begun(2).searches).toBe(3)
  expect(begun().count).toBe(1000)
})

test('several searches share the room', () => {
  const optimizer = new NelderMead(problemOf({ x: vector(real(-5, 5), 4) }), { searches: 3, seed: 1 })
  const played = drive(optimizer, ({ x }) => [sphere(x)], { evaluations: 300, order: 'ordered', window: 3 })
  expect(played.slice(20, 40).every(({ proposed }) => proposed.length === 1)).toBe(true)
  expect(optimizer.summarize(played.at(-1)!.state as never).searches).toBe(3)
})

test('no point is simulated twice: not a lattice, and not at a bound', () => {
  const lattice = problemOf({ n: integer(0, 30), m: integer(0, 30) })
  const corner = problemOf({ x: vector(real(0, 1), 3) })
  for (const order of orders) {
    const cost = ({ n, m }: { n: number; m: number }) => [(n - 7) ** 2 + (m - 20) ** 2]
    expect(proposedOnce(new NelderMead(lattice, { seed: 1 }), cost, { evaluations: 5000, order })).toBe(961)
    proposedOnce(new NelderMead(corner, { seed: 1 }), ({ x }) => [x[0]! + x[1]! - x[2]!], { evaluations: 2000, order })
  }
})

test('it walks along a curved valley', () => {
  const problem = problemOf({ x: vector(real(-5, 5), 8) })
  const found = [1, 2, 3].map((seed) => {
    const options = { evaluations: 8000, order: 'ordered', window: 1 } as const
    return leastOf(toldIn(drive(new NelderMead(problem, { seed }), ({ x }) => [rosenbrock(x)], options)))
  })
  expect(found.sort((a, b) => a - b)[1]).toBeLessThan(1e-8)
})
