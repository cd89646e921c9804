import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SharedSnapshot } from '../../src/batch/verbs/shared-snapshot.ts'

const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.float64Array({ maxLength: 3 }))
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
}))

test('every fork equals the snapshot, whatever was tried with the forks before it', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const before = structuredClone(value)
      const shared = new SharedSnapshot(value)
      for (let i = 0; i < 3; i++) {
        const fork = shared.fork()
        expect(fork).toEqual(before)
        spoil(fork)
      }
    }),
  )
})

test('what holds no typed array is the same object in every fork', () => {
  const shared = new SharedSnapshot({ accounts: [{ name: 'alice' }], balances: new Float64Array([1]) })
  const [one, other] = [shared.fork(), shared.fork()] as { accounts: unknown; balances: unknown }[]
  expect(one!.accounts).toBe(other!.accounts)
  expect(one!.balances).not.toBe(other!.balances)
})

/** Changes all that lets itself be changed. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (value instanceof Float64Array) {
    value.fill(-7)
    return
  }
  for (const [key, nested] of Object.entries(value)) {
    spoil(nested)
    Reflect.set(value, key, 'spoilt')
    Reflect.deleteProperty(value, key)
  }
  Reflect.set(value, 'new', 'spoilt')
}
