import { describe, expect, test } from 'vitest'
import { ParallelTempering, SimulatedAnnealing } from '../../optimizers/index.ts'
import type { Chain, ChainState } from '../../optimizers/shared/chain-search.ts'
import { coolingSchedules, temperatureAt } from '../../optimizers/shared/cooling.ts'
import { boolean, choice, integer, real, vector } from '../../src/core/space.ts'
import { drive, leastOf, proposedIn, toldIn } from '../../src/testing/drive.ts'
import { landscapeProblem, leastFound, problemOf, rastrigin, sphere } from './search.ts'

const plane = problemOf({ x: vector(real(-5, 5), 2) })

describe('cooling', () => {
  test.each(coolingSchedules)('%s falls from the start and never rises', (schedule) => {
    const cooling = { schedule, start: 8, end: 0.5, decay: 0.9 }
    const temperatures = Array.from({ length: 101 }, (_, k) => temperatureAt(cooling, k, 100))
    expect(temperatures[0]).toBeCloseTo(8, 1)
    expect(temperatures).toEqual(temperatures.toSorted((a, b) => b - a))
    if (schedule.endsWith('additive')) {
      expect(temperatures[100]).toBeCloseTo(0.5, 1)
      expect(temperatureAt(cooling, 1000, 100)).toBe(temperatures[100])
      expect(temperatures[50]).toBeGreaterThan(1)
    } else expect(temperatures[100]).toBeLessThan(2)
  })

  test('multiplicative schedules are functions of the step as L2L has them', () => {
    const at = (schedule: (typeof coolingSchedules)[number], k: number) =>
      temperatureAt({ schedule, start: 1, end: 0, decay: 0.99 }, k, 100)
    expect(at('default', 10)).toBeCloseTo(0.99 ** 10, 12)
    expect(at('exponential', 3)).toBeCloseTo(0.85 ** 3, 12)
    expect(at('logarithmic', 5)).toBeCloseTo(1 / (1 + Math.log(6)), 12)
    expect(at('linear-multiplicative', 4)).toBeCloseTo(1 / 5, 12)
    expect(at('quadratic-multiplicative', 4)).toBeCloseTo(1 / 17, 12)
    expect(at('quadratic-additive', 50)).toBeCloseTo(0.25, 12)
    expect(at('trigonometric-additive', 50)).toBeCloseTo(0.5, 12)
  })
})

test.each(coolingSchedules)(
  'an annealing script of L2L is carried over setting by setting, by the schedule %s',
  (coolingSchedule) => {
    const ackley = landscapeProblem('ackley2d')
    const optimizer = new SimulatedAnnealing(ackley, {
      nParallelRuns: 50,
      noisyStep: 0.03,
      tempDecay: 0.99,
      generations: 100,
      stopAt: Number.MAX_VALUE,
      seed: 1,
      coolingSchedule,
      startTemperature: 1,
      adaptiveStep: false,
    })
    expect(optimizer.populationSize).toBe(50)
    expect(leastFound(optimizer, ackley.cost, 5000)).toBeLessThan(1)
  },
)

test('a tempering script of L2L is carried over setting by setting, and its chains swap', () => {
  const problem = landscapeProblem('rastrigin2d')
  const optimizer = new ParallelTempering(problem, {
    nParallelRuns: 5,
    noisyStep: 0.03,
    generations: 1000,
    stopAt: Number.MAX_VALUE,
    seed: 1,
    coolingSchedules: [
      'exponential-additive',
      'exponential-additive',
      'exponential-additive',
      'linear-additive',
      'linear-additive',
    ],
    temperatureBounds: [
      [0.8, 0],
      [0.7, 0],
      [0.6, 0],
      [0.7, 0.1],
      [0.7, 0.05],
    ],
    decayParameters: [0.9, 0.9, 0.9, 0.9, 0.9],
  })
  const all = drive(optimizer, ({ coords }) => [problem.cost({ coords })], { evaluations: 2000 })
  expect(leastOf(toldIn(all))).toBeLessThan(0.1)
  const rungs = all.map(({ state }) => (state as ChainState).chains.map(({ rung }) => rung))
  for (const one of rungs) expect(one.toSorted()).toEqual([0, 1, 2, 3, 4])
  expect(new Set(rungs.map(String)).size).toBeGreaterThan(10)
})

test('a worse point is accepted as often as its temperature says', () => {
  const optimizer = new SimulatedAnnealing(plane, { nParallelRuns: 400, startTemperature: 2, tempDecay: 1 })
  const all = drive(optimizer, (_, n) => [n < 400 ? 0 : 1], { evaluations: 800 })
  const { chains } = all.at(-1)!.state as ChainState
  expect(all).toHaveLength(2)
  const moved = drive(optimizer, (_, n) => [n < 400 ? 0 : 1], { evaluations: 1200 }).at(-1)!.state as ChainState
  const share = moved.chains.filter(({ at }) => at!.score === -1).length / chains.length
  expect(Math.abs(share - Math.exp(-1 / 2))).toBeLessThan(0.08)
})

test('of two temperatures the colder one comes to stand at the better point', () => {
  const optimizer = new ParallelTempering(plane, {
    nParallelRuns: 2,
    temperatureBounds: [
      [1e6, 1e6],
      [1e-9, 1e-9],
    ],
    coolingSchedules: ['linear-additive', 'linear-additive'],
  })
  const all = drive(optimizer, ({ x }) => [sphere(x)], { evaluations: 600 })
  const better = all.slice(4).filter(({ state }) => {
    const [hot, cold] = (state as ChainState).chains.toSorted((a: Chain, b: Chain) => a.rung - b.rung)
    return cold!.at!.score >= hot!.at!.score
  })
  expect(better.length / (all.length - 4)).toBeGreaterThan(0.7)
})

describe.each([
  ['simulated-annealing', SimulatedAnnealing],
  ['parallel-tempering', ParallelTempering],
] as const)('%s', (_, Chains) => {
  test('every chain has one move under way at most, in any order', () => {
    const optimizer = new Chains(plane, { nParallelRuns: 3 })
    for (const order of ['ordered', 'arrival'] as const) {
      for (const { state } of drive(optimizer, ({ x }) => [rastrigin(x)], { evaluations: 200, order, window: 8 })) {
        expect((state as ChainState).chains.filter(({ waitsFor }) => waitsFor !== null).length).toBeLessThanOrEqual(3)
      }
    }
  })

  test('no point of a discrete space is simulated twice, and a small one is searched to its end', () => {
    const problem = problemOf({ a: integer(0, 9), c: choice(['x', 'y', 'z']), b: boolean() })
    const optimizer = new Chains(problem, { seed: 2 })
    const cost = ({ a, c, b }: { a: number; c: string; b: boolean }) => [
      (a - 6) ** 2 + (c === 'y' ? 0 : 3) + (b ? 0 : 1),
    ]
    const all = drive(optimizer, cost, { evaluations: 500 })
    const proposed = proposedIn(all).map((parameters) => JSON.stringify(parameters))
    expect(new Set(proposed).size).toBe(proposed.length)
    expect(proposed).toHaveLength(60)
    expect(leastOf(toldIn(all))).toBe(0)
  })
})

test('lists that are not as long as there are chains are refused', () => {
  expect(() => new ParallelTempering(plane, { nParallelRuns: 3, decayParameters: [0.9] })).toThrow(
    'optimizer: decayParameters needs one for each of 3 chains, got 1',
  )
})
