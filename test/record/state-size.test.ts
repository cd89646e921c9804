import { expect, test } from 'vitest'
import { requireStorable } from '../../src/record/state-size.ts'

test('a state that is too large for the record is refused with what it takes', () => {
  expect(() => requireStorable(5e8, 1000)).not.toThrow()
  expect(() => requireStorable(2.2e9, 1000)).toThrow(
    "After 1000 evaluations the optimizer's state takes 2.2 GB, and a record keeps at most 0.5 GB of it;",
  )
})
