import { expect, test } from 'vitest'
import { conditionsOn } from '../../../src/dashboard/page/dragged.ts'

const axis = { scale: 'linear', low: 0, high: 4, kept: null } as const
const levels = ['"euler"', '"rk4"', 'true', '3']
const solver = { ...axis, name: 'solver', column: 'solver', labels: ['euler', 'rk4', 'true', '3'], levels }

test.each([
  [0.1, 0.2, ['solver = "euler"']],
  [0.7, 0.3, ['(solver = "rk4" or solver = true)']],
  [0.8, 1, ['solver = 3']],
  [0, 1, []],
])('dragging over levels from %d to %d keeps those that it touches, in their order', (from, to, conditions) => {
  expect(conditionsOn(solver, { from, to })).toEqual(conditions)
})

test('dragging over numbers keeps those between, under a name that a filter understands', () => {
  const width = { ...axis, name: 'not', column: 'not', labels: null, levels: null }
  expect(conditionsOn(width, { from: 0.75, to: 0.25 })).toEqual(['"not" >= 1', '"not" <= 3'])
})
