import { describe, expect, test } from 'vitest'
import { Asha, Hyperband, SuccessiveHalving } from '../../optimizers/index.ts'
import type { BudgetRange } from '../../src/core/budget.ts'
import type { Optimizer } from '../../src/core/optimizer.ts'
import type { State } from '../../src/core/plain-data.ts'
import { Random } from '../../src/core/random.ts'
import { real } from '../../src/core/space.ts'
import { drive, type Simulate, type Step } from '../../src/testing/index.ts'
import { problemOf } from '../../src/testing/problems.ts'

const problem = (low: number, high: number, name = 'steps') => ({
  ...problemOf({ x: real(0, 1) }),
  budget: { name, low, high } satisfies BudgetRange,
})
const byX: Simulate = ({ x }) => [x as number]

/** How many individuals each step simulated, with how much of the budget: `27@1`. */
function rungsOf(steps: readonly Step[]): string[] {
  return steps.map(({ individuals }) => `${individuals.length}@${individuals[0]!.budget}`)
}

function play(optimizer: Optimizer<State>, generations: number): readonly Step[] {
  return drive(optimizer, byX, { evaluations: 1000 }).slice(0, generations)
}

describe('brackets', () => {
  test('successive halving keeps one of eta points on each rung, and begins anew', () => {
    const steps = play(new SuccessiveHalving(problem(1, 81)), 6)
    expect(rungsOf(steps)).toEqual(['81@1', '27@3', '9@9', '3@27', '1@81', '81@1'])
    const best = Math.min(...steps[0]!.proposed.map(({ x }) => x as number))
    expect(steps[4]!.proposed).toEqual([{ x: best }])
    const few = play(new SuccessiveHalving(problem(1, 81), { points: 10, eta: 9 }), 3)
    expect(rungsOf(few)).toEqual(['10@1', '1@9', '1@81'])
  })

  test.each([
    [1, 81, 3, '81@1 27@3 9@9 3@27 1@81 34@3 11@9 3@27 1@81 15@9 5@27 1@81 8@27 2@81 5@81'],
    [1, 27, 3, '27@1 9@3 3@9 1@27 12@3 4@9 1@27 6@9 2@27 4@27'],
    [1, 16, 2, '16@1 8@2 4@4 2@8 1@16 10@2 5@4 2@8 1@16 7@4 3@8 1@16 5@8 2@16 5@16'],
    [1, 1000, 10, '1000@1 100@10 10@100 1@1000'],
    [1, 125, 5, '125@1 25@5 5@25 1@125'],
  ])('Hyperband has the brackets of its paper for budgets from %i to %i and eta %i', (low, high, eta, expected) => {
    const wanted = expected.split(' ')
    const optimizer = new Hyperband(problem(low, high), { eta })
    const steps = drive(optimizer, byX, { evaluations: 3000 }).slice(0, wanted.length)
    expect(rungsOf(steps)).toEqual(wanted)
  })

  test('who has failed does not go on, and a rung of failures ends its bracket', () => {
    const half: Simulate = ({ x }) => ((x as number) < 0.9 ? undefined : [x as number])
    const some = drive(new SuccessiveHalving(problem(1, 9), { seed: 1 }), half, { evaluations: 40 })
    for (const { individuals } of some) {
      for (const { budget, parameters } of individuals)
        if (budget! > 1) expect(parameters.x).toBeGreaterThanOrEqual(0.9)
    }
    const none = drive(new SuccessiveHalving(problem(1, 9)), () => undefined, { evaluations: 40 })
    expect(new Set(rungsOf(none))).toEqual(new Set(['9@1']))
  })

  test('a search by halves needs a budget, and says so', () => {
    const { budget: _, ...without } = problem(1, 9)
    for (const Halving of [SuccessiveHalving, Hyperband, Asha]) {
      expect(() => new Halving(without)).toThrow(`${Halving.type} spends a budget, and the simulation has none`)
    }
  })
})

describe('ASHA', () => {
  test('promotes exactly one of three where all of the lowest rung is there before it is asked', () => {
    const optimizer = new Asha(problem(1, 9), { eta: 3 })
    const [first, second] = drive(optimizer, byX, { evaluations: 100, order: 'generations' }).map(
      ({ individuals }) => individuals,
    )
    const promoted = second!.filter(({ continues }) => continues)
    expect(promoted).toHaveLength(Math.floor(first!.length / 3))
    const sorted = first!.map(({ parameters }) => parameters.x as number).sort((a, b) => a - b)
    expect(promoted.map(({ parameters }) => parameters.x)).toEqual(sorted.slice(0, promoted.length))
  })

  test('promotes somewhat more, through early mistakes, where results come one by one', () => {
    // The mean of 200 random orders of 27 results is 10.5, with eta 3 (a lowest rung alone would promote 9).
    const promotions = Array.from({ length: 200 }, (_, seed) => {
      const optimizer = new Asha(problem(1, 3), { eta: 3, seed })
      const told = drive(optimizer, byX, { evaluations: 60, order: 'ordered', window: 1 }).flatMap(({ told }) => told)
      let lowest = 0
      let promoted = 0
      for (const { individual } of told) {
        if (lowest === 27 && individual.continues === undefined) break
        if (individual.continues) promoted++
        else lowest++
      }
      return promoted
    })
    const mean = promotions.reduce((sum, count) => sum + count, 0) / promotions.length
    expect(mean).toBeGreaterThan(9.8)
    expect(mean).toBeLessThan(11.2)
  })

  test('spends on good points what successive halving spends on all', () => {
    const noisy: Simulate = ({ x }, n, budget = 27) => [(x as number) + Random.of('n', n).uniform() / budget]
    const optimizer = new Asha(problem(1, 27), { eta: 3, seed: 2 })
    const steps = drive(optimizer, noisy, { evaluations: 400, order: 'arrival', window: 8 })
    const whole = steps.flatMap(({ individuals }) => individuals).filter(({ budget }) => budget === 27)
    expect(whole.length).toBeGreaterThan(4)
    for (const { parameters } of whole) expect(parameters.x).toBeLessThan(0.5)
    const [best] = optimizer.recommend(steps.at(-1)!.state as never)
    expect(best?.parameters.x).toBeLessThan(0.1)
  })
})
