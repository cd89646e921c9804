import { expect, test } from 'vitest'
import { findMissingAbility } from '../../src/core/abilities.ts'
import { type BudgetRange, budgetFrom, isWhole, refuseBudget } from '../../src/core/budget.ts'
import { Optimizer } from '../../src/core/optimizer.ts'
import { real } from '../../src/core/space.ts'
import { problemOf } from '../../src/testing/problems.ts'

const steps: BudgetRange = { name: 'steps', low: 1, high: 81 }

test('a budget needs a name and numbers in order, and knows nothing else', () => {
  expect(budgetFrom(steps)).toStrictEqual(steps)
  const refused = (given: object) => expect(() => budgetFrom(given as BudgetRange))
  refused({ low: 1, high: 2 }).toThrow('a budget needs a name, got nothing')
  refused({ ...steps, low: 81 }).toThrow('a budget needs numbers with 0 < low < high, got 81 and 81')
  refused({ ...steps, low: 0 }).toThrow('a budget needs numbers with 0 < low < high, got 0 and 81')
  refused({ ...steps, high: Number.POSITIVE_INFINITY }).toThrow('got 1 and Infinity')
  refused({ ...steps, eta: 3 }).toThrow('budget: "eta" is not an option')
})

test('what is proposed lies within the budget, and is whole from its end on', () => {
  expect(refuseBudget(steps, 1)).toBeUndefined()
  expect(refuseBudget(steps, 82)).toBe('needs a budget of 1 to 81 steps, got 82')
  expect(refuseBudget(undefined, 2)).toBe('has a budget of 2, and the problem has none')
  expect([81, 80, null, undefined].map((budget) => isWhole(steps, budget))).toEqual([true, false, true, true])
})

test('an optimizer that spends a budget needs a problem that has one', () => {
  const abilities = { ...Optimizer.abilities, budgets: true }
  const { budget: _, ...without } = problemOf({ x: real(0, 1) })
  expect(findMissingAbility(abilities, without)).toMatch(/^spends a budget, and the simulation has none/)
  expect(findMissingAbility(abilities, { ...without, budget: steps })).toBeUndefined()
  expect(findMissingAbility(Optimizer.abilities, { ...without, budget: steps })).toBeUndefined()
})
