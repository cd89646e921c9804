import { expect, test } from 'vitest'
import { Auto, LqCmaEs } from '../../optimizers/index.ts'
import type { Optimizer } from '../../src/core/optimizer.ts'
import type { State } from '../../src/core/plain-data.ts'
import { boolean, choice, integer, type ParameterMap, real, vector } from '../../src/core/space.ts'
import { drive, toldIn } from '../../src/testing/index.ts'
import { problemOf } from './search.ts'

test.each<[string, ParameterMap<Record<string, unknown>>, string]>([
  ['numbers', { x: real(0, 1), n: integer(0, 9) }, 'auto takes lq-cma-es: all of its 2 axes are numbers'],
  ['many numbers', { x: vector(real(0, 1), 40) }, 'auto takes cma-es: of 40 axes, a quadratic model'],
  ['numbers and choices', { x: real(0, 1), c: choice(['a', 'b', 'c']) }, 'auto takes cma-es: 1 of 2 axes are numbers'],
  ['no numbers', { c: choice(['a', 'b']), d: boolean() }, 'auto takes genetic-algorithm: no parameter is a number'],
])('of %s it says what it takes, and why', (_, parameters, sentence) => {
  const auto = new Auto(problemOf(parameters))
  expect(auto.announce()).toContain(sentence)
  expect(auto.settings.generations).toBeGreaterThanOrEqual(50)
  auto.horizon = 777
  expect(auto.horizon).toBe(777)
})

test('it searches as the algorithm that it takes', () => {
  const problem = problemOf({ x: vector(real(-5, 5), 3) })
  const cost = ({ x }: { x: number[] }) => [x.reduce((sum, value) => sum + (value - 1) ** 2, 0)]
  const played = [new Auto(problem, { seed: 4 }), new LqCmaEs(problem, { seed: 4, restarts: 'bipop' })].map(
    (optimizer) => drive(optimizer as Optimizer<State, { x: number[] }>, cost, { evaluations: 120 }),
  )
  expect(played[0]!.map(({ proposed }) => proposed)).toEqual(played[1]!.map(({ proposed }) => proposed))
  expect(toldIn(played[0]!).length).toBeGreaterThan(100)
})
