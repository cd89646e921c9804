import { expect, test } from 'vitest'
import type { CmaEsState } from '../../optimizers/cma-es.ts'
import { CmaEs } from '../../optimizers/index.ts'
import { axesOf } from '../../optimizers/shared/cma/axes.ts'
import { factorise } from '../../optimizers/shared/cma/packed.ts'
import { beginRun } from '../../optimizers/shared/cma/run.ts'
import { type Shape, sphere, stretch, turn } from '../../optimizers/shared/cma/shape.ts'
import { stopReason } from '../../optimizers/shared/cma/stop.ts'
import { defaultLambda, strategyOf } from '../../optimizers/shared/cma/strategy.ts'
import type { Recommendation } from '../../src/core/algorithm.ts'
import { Random } from '../../src/core/random.ts'
import { replicationsFrom } from '../../src/core/replications.ts'
import { boolean, choice, integer, real, vector } from '../../src/core/space.ts'
import { drive, leastOf, toldIn } from '../../src/testing/index.ts'
import { areaWithin, reachedWithin } from '../bench/bbob/attainment.ts'
import { searchBbob } from '../bench/bbob/bbob-search.ts'
import { problemOf } from './search.ts'

const endless = { generations: Number.MAX_SAFE_INTEGER }

/** How many evaluations it takes to a cost. */
function evaluationsTo<P>(optimizer: CmaEs<P>, cost: (parameters: P) => number, target: number, most: number): number {
  const told = toldIn(drive(optimizer, (parameters) => [cost(parameters)], { evaluations: most }))
  const at = told.findIndex((evaluation) => evaluation.outcome === 'done' && evaluation.fitness[0]! <= target)
  return at < 0 ? Number.POSITIVE_INFINITY : at + 1
}

test('the constants are those of the tutorial, with the weights of both signs', () => {
  const { weights, muEff, cc, c1, cMu } = strategyOf(10, defaultLambda(10), 'full')
  expect(weights.length).toBe(10)
  expect(weights.slice(0, 5).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
  expect(weights.slice(5).every((weight) => weight < 0)).toBe(true)
  expect(muEff).toBeCloseTo(3.167, 3)
  expect(cc).toBeCloseTo(0.29499, 5)
  expect(c1).toBeCloseTo(0.01528, 5)
  expect(cMu).toBeCloseTo(0.02355, 5)
})

test('a path keeps its direction when the triangular factor of the covariance turns', () => {
  const round: Shape = sphere('full', 2)
  // The symmetric root [[1.02, 0.05], [0.05, 0.97]] stretches without turning; this is its square.
  const covariance = Float64Array.of(1.02 ** 2 + 0.05 ** 2, 0.05 * (1.02 + 0.97), 0.97 ** 2 + 0.05 ** 2)
  const long: Shape = { type: 'full', ...factorise(covariance, 2), age: 0 }
  const path = Float64Array.of(0.6, -0.8)
  const turned = turn(path, round, long)
  expect(Math.hypot(...turned)).toBeCloseTo(1, 12)
  const [x, y] = stretch(long, turned)
  expect(x).toBeCloseTo(1.02 * 0.6 - 0.05 * 0.8, 3)
  expect(y).toBeCloseTo(0.05 * 0.6 - 0.97 * 0.8, 3)
})

test('it needs no more evaluations than the reference on a badly scaled valley', () => {
  const n = 10
  const problem = problemOf({ x: vector(real(-5, 5), n) })
  const ellipsoid = ({ x }: { x: number[] }) => x.reduce((sum, v, i) => sum + 1e6 ** (i / (n - 1)) * (v - 1) ** 2, 0)
  const spent = [1, 2, 3].map((seed) =>
    evaluationsTo(new CmaEs(problem, { seed, ...endless }), ellipsoid, 1e-9, 20_000),
  )
  expect(Math.min(...spent)).toBeLessThan(6000) // pycma: 4,110 from a nearer start
})

test('half of the optimum on the bounds is no obstacle', () => {
  const problem = problemOf({ x: vector(real(0, 1), 6) })
  const slope = ({ x }: { x: number[] }) => x.reduce((sum, v, i) => sum + (i % 2 === 0 ? v : (v - 0.3) ** 2), 0)
  expect(evaluationsTo(new CmaEs(problem, { seed: 1, ...endless }), slope, 1e-9, 5000)).toBeLessThan(5000)
})

test('integers that are settled do not stop real parameters, and neighbours stay within reach', () => {
  const problem = problemOf({ x: vector(real(-5, 5), 5), n: vector(integer(-5, 5), 5) })
  const cost = ({ x, n }: { x: number[]; n: number[] }) =>
    [...x, ...n].reduce((sum, v, i) => sum + 1e6 ** (i / 9) * (v - 1) ** 2, 0)
  const spent = [1, 2, 3].map((seed) => evaluationsTo(new CmaEs(problem, { seed, ...endless }), cost, 1e-6, 20_000))
  expect(Math.max(...spent)).toBeLessThan(20_000)
})

test('categories are found together with the numbers that go with them', () => {
  const problem = problemOf({ x: vector(real(0, 1), 4), solver: choice(['a', 'b', 'c', 'd']), fast: boolean() })
  const cost = ({ x, solver, fast }: { x: number[]; solver: string; fast: boolean }) =>
    x.reduce((sum, v) => sum + (v - (fast ? 0.7 : 0.2)) ** 2, 0) + (solver === 'c' ? 0 : 0.2) + (fast ? 0 : 0.1)
  expect(evaluationsTo(new CmaEs(problem, { seed: 2, ...endless }), cost, 1e-8, 10_000)).toBeLessThan(10_000)
})

test('no point of a discrete space is simulated twice, and a space that is known ends the search', () => {
  const problem = problemOf({ n: integer(1, 5), m: integer(1, 5), c: choice(['a', 'b']) })
  const told = toldIn(
    drive(new CmaEs(problem, { seed: 1, ...endless }), ({ n }) => [n as number], { evaluations: 500 }),
  )
  expect(told.length).toBe(50)
  expect(new Set(told.map(({ individual }) => JSON.stringify(individual.parameters))).size).toBe(50)
})

test('without restarts the search ends where the run comes to rest', () => {
  const problem = problemOf({ x: vector(real(-5, 5), 3) })
  const cost = ({ x }: { x: number[] }) => [x.reduce((sum, v) => sum + (v - 1) ** 2, 0)]
  const told = toldIn(drive(new CmaEs(problem, { restarts: 'none', ...endless }), cost, { evaluations: 50_000 }))
  expect(told.length).toBeLessThan(5000)
  expect(leastOf(told)).toBeLessThan(1e-9)
})

test('a run that comes to rest in a lesser optimum stops before it knows that to the last digit', () => {
  const axes = axesOf(problemOf({ x: vector(real(-5, 5), 3) }).space)
  const start = {
    mean: new Float64Array(3).fill(0.5),
    sigma: 0.01,
    lambda: 10,
    shape: sphere('full', 3),
    categories: [],
  }
  const bests = Float64Array.from({ length: 20 }, (_, i) => 5 - i / 10_000)
  const run = { ...beginRun(start), generation: 20, bests, range: 0.001 }
  expect(stopReason(run, axes, 1)).toBe('outdone')
  expect(stopReason(run, axes, bests.at(-1)!)).toBeUndefined()
  expect(stopReason(run, axes)).toBeUndefined()
})

test('local restarts begin anew with the same population, as often as there is room for', () => {
  const problem = problemOf({ x: vector(real(-5, 5), 3) })
  const cost = ({ x }: { x: number[] }) => [x.reduce((sum, v) => sum + (v - 1) ** 2, 0)]
  const optimizer = new CmaEs(problem, { restarts: 'local', ...endless })
  const [last] = drive(optimizer, cost, { evaluations: 5000 }).slice(-1)
  const { restarts, populationSize } = optimizer.summarize(last!.state as CmaEsState)
  expect(restarts).toBeGreaterThan(2)
  expect(populationSize).toBe(optimizer.populationSize)
})

test.each(['separable', 'limited-memory'] as const)('the %s form searches hundreds of parameters', (covariance) => {
  const problem = problemOf({ x: vector(real(-5, 5), 210) })
  const cost = ({ x }: { x: number[] }) => [x.reduce((sum, v) => sum + (v - 1) ** 2, 0)]
  const told = toldIn(drive(new CmaEs(problem, { covariance, ...endless }), cost, { evaluations: 8000 }))
  expect(leastOf(told)).toBeLessThan(20) // of some 2,000 at random
})

test('above 200 axes it says that it learns less', () => {
  const make = (n: number) => new CmaEs(problemOf({ x: vector(real(0, 1), n) }))
  expect(make(200).announce()).toBeUndefined()
  expect(make(201).announce()).toBe(
    'The space has 201 real and integer axes: above 200, cma-es learns a few directions in place of a covariance.',
  )
})

test('a full covariance of thousands of axes is refused, and the forms that take them are named', () => {
  const problem = problemOf({ x: vector(real(-1, 1), 2001) })
  expect(() => new CmaEs(problem, { covariance: 'full' })).toThrow(
    'optimizer: covariance full needs at most 2000 real and integer axes, got 2001 (automatic, separable and limited-memory take any number)',
  )
})

test('on BBOB in 5 dimensions it is as good as measured', () => {
  const runs = [1, 6, 8, 10, 12, 15, 20, 22].map((number) =>
    searchBbob(
      (problem, seed) => new CmaEs(problem, { seed, ...endless }),
      { number, instance: 1, dimension: 5 },
      5000,
    ),
  )
  expect(reachedWithin(runs, 5000)).toBeGreaterThan(0.6)
  expect(areaWithin(runs, 5000, 5)).toBeGreaterThan(0.18)
})

test('a run comes to rest on the steps of a staircase, and others find its foot soon', () => {
  const runs = [2, 3].map((instance) =>
    searchBbob(
      (problem, seed) => new CmaEs(problem, { seed, ...endless }),
      { number: 7, instance, dimension: 10 },
      6000,
    ),
  )
  expect(reachedWithin(runs, 6000)).toBe(1) // 31,000 where a third of a generation alike is enough for larger steps
})

test('an optimum on the bounds of many axes is found as fast as one on those of few', () => {
  const runs = [1, 2, 3].map((instance) =>
    searchBbob(
      (problem, seed) => new CmaEs(problem, { seed, ...endless }),
      { number: 5, instance, dimension: 20 },
      2000,
    ),
  )
  expect(reachedWithin(runs, 2000)).toBe(1) // 5,000 with the free distance of few axes
})

test('under noise it recommends what its model says, which is nearer than the luckiest of all', () => {
  const problem = problemOf({ x: vector(real(-5, 5), 3) })
  const cost = (x: readonly number[]) => x.reduce((sum, v, i) => sum + (v - i) ** 2, 0)
  const recommended = (noise: boolean, seed: number) => {
    const optimizer = new CmaEs(problem, { seed, noise, ...endless })
    const simulate = ({ x }: { x: number[] }, n: number) => [cost(x) + Random.of('noise', seed, n).normal()]
    const { state } = drive(optimizer, simulate, { evaluations: 1500 }).at(-1)!
    const [{ parameters, by }] = optimizer.recommend(state as CmaEsState) as [Recommendation<{ x: number[] }>]
    expect(by).toBe(noise ? 'model' : 'seen')
    return cost(parameters.x)
  }
  const seeds = [1, 2, 3]
  const worst = Math.max(...seeds.map((seed) => recommended(true, seed)))
  expect(worst).toBeLessThan(0.1)
  expect(worst).toBeLessThan(Math.min(...seeds.map((seed) => recommended(false, seed))))
})

test('noise is expected where individuals are replicated, unless the settings say otherwise', () => {
  const problem = { ...problemOf({ x: real(0, 1) }), replications: replicationsFrom(4) }
  const start = (settings: object) => new CmaEs(problem, settings).start()
  expect(start({})).toHaveProperty('noise')
  expect(start({ noise: false })).not.toHaveProperty('noise')
})

test('with noise a generation is larger, unless replications have averaged part of it', () => {
  const problem = problemOf({ x: vector(real(0, 1), 5) })
  const size = (replications: number) =>
    new CmaEs({ ...problem, replications: replicationsFrom(replications) }, { noise: true }).populationSize
  expect(size(1)).toBe(20)
  expect(size(3)).toBe(8)
})
