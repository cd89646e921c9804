import { expect, test } from 'vitest'
import { type FunctionName, type Landscape, landscapes } from '../../optimizees/functions/landscapes.ts'
import benchmarkFunction from '../../optimizees/functions.ts'
import { Random } from '../../src/core/random.ts'
import { contextOf, individual } from './context.ts'

const all = Object.entries(landscapes) as [FunctionName, Landscape][]

function costOf(name: FunctionName, coords: number[], { noise = 0, seed = 5 } = {}) {
  const one = individual({ coords }, { seed })
  return benchmarkFunction({ name, noise }).simulate(one, contextOf(one)) as number
}

test('there are the 15 functions of L2L in their order', () => {
  expect(all.map(([, { id }]) => id)).toEqual(Array.from({ length: 15 }, (_, i) => i))
  for (const [name, { dims }] of all) {
    const said = /(\d+)d$/.exec(name)
    if (said) expect(dims).toBe(Number(said[1]))
  }
})

test.each(all)('%s has its optimum where it says, and nowhere a lower cost', (name, landscape) => {
  const { box, dims, optimum } = landscape
  expect(optimum.coords).toHaveLength(dims)
  expect(costOf(name, [...optimum.coords])).toBeCloseTo(optimum.cost, 8)
  const [low, high] = box
  const random = Random.of('functions', name)
  const samples = Array.from({ length: 300 }, () =>
    Array.from({ length: dims }, () => low + random.uniform() * (high - low)),
  )
  const starts = samples.sort((a, b) => landscape.cost(a) - landscape.cost(b)).slice(0, 20)
  const lowest = Math.min(...[...starts, [...optimum.coords]].map((start) => descend(landscape, start)))
  expect(lowest).toBeGreaterThan(optimum.cost - 1e-8)
  // Of the small ones, the whole box.
  if (dims > 2) return
  const n = 400
  const at = (i: number) => low + ((high - low) * i) / n
  let best: number[] = [low, low]
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= n; j++) {
      const point = [at(i), at(j)]
      if (landscape.cost(point) < landscape.cost(best)) best = point
    }
  }
  expect(descend(landscape, best)).toBeCloseTo(optimum.cost, 8)
})

/** The lowest cost that a pattern search in the box reaches from there. */
function descend({ cost, box: [low, high] }: Landscape, start: readonly number[]): number {
  let point = [...start]
  for (let step = (high - low) / 100, moves = 0; step > 1e-10 && moves < 300; moves++) {
    const around = point.flatMap((_, i) => [step, -step].map((move) => moved(point, i, move)))
    const best = around.reduce((a, b) => (cost(b) < cost(a) ? b : a))
    if (cost(best) < cost(point)) point = best
    else step /= 2
  }
  return cost(point)

  function moved(from: readonly number[], i: number, move: number): number[] {
    return from.map((x, j) => (i === j ? Math.min(high, Math.max(low, x + move)) : x))
  }
}

test.each<[FunctionName, number[], number]>([
  ['rastrigin2d', [1, 1], 2],
  ['rastrigin2d', [0.5, 0], 20.25],
  ['rosenbrock2d', [-1, 1], 4],
  ['rosenbrock10d', new Array(10).fill(0), 9],
  ['ackley2d', [1, 1], 20 - 20 * Math.exp(-0.2)],
  ['chasm', [0.001, 1], 0.51],
  ['gauss2d', [-1, -1 + Math.sqrt(0.3 - 0.01 / 1.5)], -0.23993510443917407 * Math.exp(-0.5)],
  ['shekel2d', [4, 4], -(10 + 1 / 18.2 + 1 / 32.2 + 1 / 8.4 + 1 / 10.4 + 1 / 29.6 + 1 / 2.3)],
  ['langermann2d', [2, 1], 5 - Math.exp(-17 / Math.PI) + 4 * Math.exp(-10 / Math.PI) - 3 * Math.exp(-89 / Math.PI)],
  ['michalewicz2d', [Math.PI / 2, Math.PI / 2], -(Math.SQRT1_2 ** 20) - 1],
  ['permutation2d', [0, 0], (1.005 + 2.005) ** 2 + (1.005 + 4.005) ** 2],
  ['easom2d', [Math.PI, 0], Math.exp(-(Math.PI ** 2))],
])('%s at %j is what its formula says by hand', (name, coords, cost) => {
  expect(costOf(name, coords)).toBeCloseTo(cost, 10)
})

test('the holes of Shekel are seven', () => {
  const { cost } = landscapes.shekel2d
  const at = (i: number, j: number) => cost([i / 20, j / 20])
  let holes = 0
  for (let i = 1; i < 200; i++) {
    for (let j = 1; j < 200; j++) {
      const around = [-1, 0, 1].flatMap((a) =>
        [-1, 0, 1].filter((b) => a !== 0 || b !== 0).map((b) => at(i + a, j + b)),
      )
      if (around.every((other) => other > at(i, j))) holes++
    }
  }
  expect(holes).toBe(7)
})

test('noise is a new draw for each individual, and the same for every attempt at it', () => {
  const draws = Array.from({ length: 2000 }, (_, seed) => costOf('ackley2d', [0, 0], { noise: 0.5, seed }))
  expect(new Set(draws).size).toBe(draws.length)
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length
  const deviation = Math.sqrt(draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length)
  expect(Math.abs(mean)).toBeLessThan(0.05) // 4 standard errors
  expect(Math.abs(deviation - 0.5)).toBeLessThan(0.035)
  expect(costOf('ackley2d', [0, 0], { noise: 0.5, seed: 7 })).toBe(draws[7])
})

test('a function that does not exist is refused with the nearest one', () => {
  expect(() => benchmarkFunction({ name: 'rastrign2d' as FunctionName })).toThrow('did you mean rastrigin2d?')
  expect(() => benchmarkFunction({ name: 'constructor' as FunctionName })).toThrow('there is no benchmark function')
  expect(() => benchmarkFunction({ name: 'chasm', noise: -1 })).toThrow('noise needs a standard deviation')
})

test('the coordinates that are searched are those of the box', () => {
  for (const [name, { box, dims }] of all) {
    const { space } = benchmarkFunction({ name })
    expect(space.definitions).toEqual([
      ['coords', { type: 'vector', of: { type: 'real', low: box[0], high: box[1] }, length: dims }],
    ])
  }
})
