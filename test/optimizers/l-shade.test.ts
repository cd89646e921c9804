import { expect, test } from 'vitest'
import { LShade } from '../../optimizers/index.ts'
import { orders } from '../../src/core/abilities.ts'
import { boolean, choice, integer, real, vector } from '../../src/core/space.ts'
import { drive, leastOf, toldIn } from '../../src/testing/index.ts'
import { proposedOnce } from './repeats.ts'
import { firstGeneration, problemOf, rosenbrock, sphere, steps } from './search.ts'

const plane = problemOf({ x: vector(real(-5, 5), 2) })

function over<P>(optimizer: LShade<P>, horizon: number): LShade<P> {
  optimizer.horizon = horizon
  return optimizer
}

test('the population shrinks along a line until the horizon, and stays as small', () => {
  const optimizer = over(new LShade(plane, { populationSize: 40, leastPopulation: 6, seed: 1 }), 2000)
  let told = 0
  for (const step of steps(optimizer, ({ x }) => Math.round(sphere(x) * 50), 200)) {
    told += step.told.length
    if (step.knows.generation === 0) continue
    const wanted = Math.max(6, 40 - (34 * told) / 2000)
    expect(Math.abs(step.knows.members.length - wanted)).toBeLessThanOrEqual(0.5)
  }
  expect(told).toBeGreaterThan(2200)
})

test('the first population is half the root of the horizon, and 18 for each axis at most', () => {
  const missing = (horizon: number) => over(new LShade(plane), horizon).start().missing
  expect([10, 400, 2500, 1e6].map(missing)).toEqual([8, 10, 25, 36])
  expect(new LShade(plane).populationSize).toBe(36)
  expect(() => new LShade(plane, { populationSize: 5, leastPopulation: 8 })).toThrow(
    'populationSize needs a number at least leastPopulation (8), got 5',
  )
})

test('a trial that is better replaces its target and is remembered; one that is worse or failed leaves it', () => {
  const optimizer = over(new LShade(plane, { populationSize: 20, seed: 3 }), 1e6)
  const cost = (index: number) => (index % 3 === 0 ? -index : index % 3 === 1 ? 1e9 : undefined)
  const played = [...steps(optimizer, ({ x }, generation, index) => (generation === 0 ? sphere(x) : cost(index)), 2)]
  const [{ knows: before }, { knows: after, told }] = played as [(typeof played)[0], (typeof played)[0]]
  const better = told.filter((_, index) => index % 3 === 0)
  expect(after.members.length).toBe(20)
  expect(after.members.filter(({ score }) => score !== null && score >= 0).length).toBe(better.length)
  expect(after.archive.length).toBe(better.length)
  const old = new Set(before.members.map(({ genome }) => String(genome)))
  for (const genome of after.archive) expect(old).toContain(String(genome))
  expect(after.members.filter(({ genome }) => old.has(String(genome))).length).toBe(20 - better.length)
  expect(after.scales.filter((scale) => scale !== 0.5).length).toBe(1)
  expect(after.cell).toBe(1)
})

test('a population that has come to rest is followed by another one', () => {
  const optimizer = over(new LShade(plane, { seed: 2 }), 20_000)
  const begun = [...steps(optimizer, ({ x }) => sphere(x), 700)].map(({ knows }) => knows.begun)
  expect(Math.max(...begun)).toBeGreaterThan(0)
})

test('no point of a discrete space is simulated twice, and all are in the end', () => {
  const problem = problemOf({
    n: integer(0, 12),
    size: integer(1, 8, { scale: 'log' }),
    c: choice(['a', 'b', 'c']),
    b: boolean(),
  })
  for (const order of orders) {
    const optimizer = new LShade(problem, { seed: 5 })
    const cost = ({ n, c }: { n: number; c: string }) => [Math.abs(n - 7) + (c === 'b' ? 0 : 1)]
    expect(proposedOnce(optimizer, cost, { evaluations: 10_000, order })).toBe(13 * 8 * 3 * 2)
  }
})

test('what is known from elsewhere is half of the first population at most', () => {
  const optimizer = over(new LShade(plane, { populationSize: 20, seed: 1 }), 1e4)
  const { told } = firstGeneration(new LShade(plane, { populationSize: 40, seed: 9 }), ({ x }) => sphere(x))
  const known = told.map(({ tag: _, ...evaluation }) => evaluation)
  const state = optimizer.tell(optimizer.start(), known, undefined as never)
  expect(state.missing).toBe(10)
  expect(state.members.length).toBe(10)
  const best = Math.max(...known.map((one) => (one.outcome === 'done' ? -one.fitness[0]! : Number.NEGATIVE_INFINITY)))
  expect(state.members[0]!.score).toBe(best)
})

test('it walks along a curved valley', () => {
  const problem = problemOf({ x: vector(real(-5, 5), 5) })
  const found = [1, 2, 3].map((seed) => {
    const optimizer = over(new LShade(problem, { seed }), 8000)
    return leastOf(
      toldIn(drive(optimizer, ({ x }) => [rosenbrock(x)], { evaluations: 8000, order: 'ordered', window: 4 })),
    )
  })
  expect(found.sort((a, b) => a - b)[1]).toBeLessThan(1e-8)
})
