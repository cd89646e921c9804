import { expect, test } from 'vitest'
import { endsOf } from '../../../src/dashboard/page/words.ts'

test('an axis of whole numbers begins and ends with the first and the last of them', () => {
  const axis = { name: 'depth', scale: 'linear', low: 0.5, high: 9.5 } as const
  expect(endsOf({ ...axis, isWhole: true })).toEqual(['1', '9'])
  expect(endsOf(axis)).toEqual(['0.5', '9.5'])
})
