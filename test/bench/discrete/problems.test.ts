import { expect, test } from 'vitest'
import { Auto } from '../../../optimizers/index.ts'
import { searchDiscrete } from './discrete-search.ts'
import { discreteProblems } from './problems.ts'

/** Where the least cost is, which is 0 there. */
const optima: Readonly<Record<string, Record<string, unknown>>> = {
  'mixed with dependence': { x: [3.7, -4.2, -0.8], mode: 'c' },
  conditional: { kernel: 'radial', width: 0.05, degree: 7 },
  'mixed Rastrigin': { x: [1.3, -2.1, 3.7], n: [2, -3, 1] },
  'optimum at the bounds': { x: [0, 1, 0, 1], n: [0, 20], on: [true, true] },
  'logarithmic rates': { rates: [3e-4, 0.02, 5e-6], size: 96, rule: 'adam' },
  'half failing': { x: [0.5, -0.5, 2, -3], n: [11, 4] },
}

test('the least cost of a problem is 0, where it is said to be', () => {
  for (const [name, parameters] of Object.entries(optima)) {
    const problem = discreteProblems.find((one) => one.name === name)!
    expect(problem.space.refuse(parameters), name).toBeUndefined()
    expect(problem.cost(parameters), name).toBeCloseTo(0, 12)
  }
})

test('auto solves every problem with choices and integers within its budget', () => {
  const figures = searchDiscrete((problem, seed) => new Auto(problem, { seed, generations: 1e9 }), 1)
  expect(figures.filter(({ solved }) => solved === 0).map(({ problem }) => problem)).toEqual([])
})
