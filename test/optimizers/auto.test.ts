import { expect, test } from 'vitest'
import { Auto, CmaEs, LqCmaEs } from '../../optimizers/index.ts'
import { orders } from '../../src/core/abilities.ts'
import type { Optimizer } from '../../src/core/optimizer.ts'
import type { State } from '../../src/core/plain-data.ts'
import { replicationsFrom } from '../../src/core/replications.ts'
import { SearchState } from '../../src/core/search-state.ts'
import { boolean, choice, integer, type ParameterMap, real, vector } from '../../src/core/space.ts'
import { isBelow, toldUntil } from '../../src/testing/drive.ts'
import { drive, leastOf, steps, toldIn } from '../../src/testing/index.ts'
import { reachedWithin } from '../bench/bbob/attainment.ts'
import { searchBbob } from '../bench/bbob/bbob-search.ts'
import { proposedOnce } from './repeats.ts'
import { problemOf, rastrigin } from './search.ts'

test.each<[string, ParameterMap<Record<string, unknown>>, string]>([
  ['numbers', { x: real(0, 1), n: integer(0, 9) }, 'auto takes lq-cma-es, from evaluation 60 on line-search'],
  ['many numbers', { x: vector(real(0, 1), 40) }, 'auto takes cma-es: of 40 axes, a quadratic model'],
  ['numbers and choices', { x: real(0, 1), c: choice(['a', 'b', 'c']) }, '1 of 2 axes are numbers, the others have no'],
  ['no numbers', { c: choice(['a', 'b']), d: boolean() }, 'no parameter is a number'],
])('of %s it says whom it takes, and why', (_, parameters, sentence) => {
  const auto = new Auto(problemOf(parameters))
  expect(auto.announce()).toContain(sentence)
  expect(auto.usualGenerations).toBeGreaterThanOrEqual(50)
  auto.horizon = 777
  expect(auto.horizon).toBe(777)
})

test('who searches follows from the horizon', () => {
  const auto = new Auto(problemOf({ x: vector(real(0, 1), 5) }))
  auto.horizon = 5000
  expect(auto.announce()).not.toContain('l-shade')
  auto.horizon = 50_000
  expect(auto.announce()).toContain('l-shade')
})

test('where simulations are noisy, it takes who models them, and says so', () => {
  const problem = problemOf({ x: vector(real(0, 1), 5) })
  const sentence = 'auto takes cma-es: simulations are noisy'
  expect(new Auto(problem, { noise: true }).announce()).toContain(sentence)
  const replicated = { ...problem, replications: replicationsFrom(3) }
  expect(new Auto(replicated).announce()).toContain(sentence)
  expect(new Auto(replicated, { noise: false }).announce()).not.toContain(sentence)
})

test('at first it searches as the first of those that it takes', () => {
  const problem = problemOf({ x: vector(real(-5, 5), 3) })
  const cost = ({ x }: { x: number[] }) => [x.reduce((sum, value) => sum + (value - 1) ** 2, 0)]
  const played = [new Auto(problem, { seed: 4 }), new LqCmaEs(problem, { seed: 4, restarts: 'bipop' })].map(
    (optimizer) => drive(optimizer as Optimizer<State, { x: number[] }>, cost, { evaluations: 80 }),
  )
  expect(played[0]!.map(({ proposed }) => proposed)).toEqual(played[1]!.map(({ proposed }) => proposed))
  expect(toldIn(played[0]!).length).toBeGreaterThan(70)
})

test('many optima are no matter where the parameters do not depend on each other', () => {
  const problem = problemOf({ x: vector(real(-5, 5), 4) })
  const found = [1, 2, 3].map((seed) => {
    const search = steps(new Auto(problem, { seed }), ({ x }) => [rastrigin(x)], { evaluations: 2000 })
    return leastOf(toldUntil(search, isBelow(1e-6)))
  })
  expect(Math.max(...found)).toBeLessThan(1e-6)
})

test('no point of a discrete space is simulated twice by all members together, to the end of the space', () => {
  const parts = problemOf({ n: integer(0, 6), c: choice(['a', 'b', 'c']), d: boolean() })
  for (const order of orders) {
    const cost = ({ n, c, d }: { n: number; c: string; d: boolean }) => [(n - 4) ** 2 + (c === 'b' ? 0 : 1) + Number(d)]
    expect(proposedOnce(new Auto(parts, { seed: 1 }), cost, { evaluations: 500, order })).toBe(42)
  }
})

test('as many are simulated at once as are asked for', () => {
  const problem = problemOf({ x: real(0, 1), c: choice(['a', 'b', 'c']) })
  const played = drive(new Auto(problem, { populationSize: 12 }), ({ x }) => [x], { evaluations: 100 })
  expect(Math.min(...played.map(({ proposed }) => proposed.length))).toBeGreaterThanOrEqual(12)
})

test('a run that version 1 began goes on as the one optimizer that it had taken', () => {
  const problem = problemOf({ x: real(-5, 5), c: choice(['a', 'b', 'c']) })
  const cost = ({ x, c }: { x: number; c: string }) => [x ** 2 + (c === 'b' ? 0 : 1)]
  const alone = new CmaEs(problem, { seed: 3 })
  const auto = new Auto(problem, { seed: 3 })
  expect(auto.since).toBe(1)
  const begun = auto.upgrade(SearchState.begin(alone).state, 1)!
  let turns = 0
  const played = [
    drive(alone as Optimizer<State, { x: number; c: string }>, cost, { evaluations: 100 }),
    drive(auto as Optimizer<State, { x: number; c: string }>, cost, {
      evaluations: 100,
      pass: (checkpoint) => (turns++ === 0 ? { ...checkpoint, state: begun } : checkpoint),
    }),
  ]
  expect(played[1]!.map(({ proposed }) => proposed)).toEqual(played[0]!.map(({ proposed }) => proposed))
})

test('on BBOB in 5 dimensions it is as good as measured', () => {
  const runs = [1, 3, 8, 10, 13, 14].map((number) =>
    searchBbob(
      (problem, seed) => new Auto(problem, { seed, generations: 1e9 }),
      { number, instance: 4, dimension: 5 },
      1500,
    ),
  )
  expect(reachedWithin(runs, 1500)).toBeGreaterThan(0.95) // CMA-ES alone: f3 is never solved
})
