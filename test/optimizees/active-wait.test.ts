import { expect, test } from 'vitest'
import activeWait from '../../optimizees/active-wait.ts'
import { contextOf, individual } from './context.ts'

function simulate(difficulty: number, options = {}) {
  const one = individual({ difficulty })
  return activeWait(options).simulate(one, contextOf(one))
}

test('the primes below the difficulty of the individual are counted', () => {
  expect([2, 3, 4, 10, 100, 1000, 20_000].map((difficulty) => simulate(difficulty))).toEqual([
    0, 1, 2, 4, 25, 168, 2262,
  ])
})

test('it is busy for as long as wanted, with the same result', () => {
  const begin = performance.now()
  expect(simulate(100, { milliseconds: 60 })).toBe(25)
  expect(performance.now() - begin).toBeGreaterThanOrEqual(60)
})

test('the largest difficulty is a setting', () => {
  const { space } = activeWait({ difficulty: 50 })
  expect(space.definitions).toEqual([['difficulty', { type: 'integer', low: 2, high: 50 }]])
})
