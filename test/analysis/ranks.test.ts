import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ranksOf } from '../../src/analysis/ranks.ts'

/** One more than how many numbers are less, and half of how many others are equal. */
function countedRanks(values: readonly number[]): number[] {
  return values.map((value) => {
    const less = values.filter((other) => other < value).length
    const equal = values.filter((other) => other === value).length
    return less + (equal + 1) / 2
  })
}

test('ranks are those that counting gives, however the numbers are spread', () => {
  const apart = fc.integer({ min: -300, max: 300 })
  const spread = fc.constantFrom<(exponent: number) => number>(
    (exponent) => exponent,
    (exponent) => 10 ** exponent,
    (exponent) => Math.sign(exponent) * 2 ** Math.abs(exponent),
    (exponent) => (exponent > 290 ? Number.POSITIVE_INFINITY : exponent < -290 ? Number.NEGATIVE_INFINITY : exponent),
    (exponent) => exponent * 1e305,
  )
  fc.assert(
    fc.property(fc.array(apart, { minLength: 1, maxLength: 200 }), spread, (exponents, spreadOf) => {
      const values = exponents.map(spreadOf)
      expect([...ranksOf(values)]).toEqual(countedRanks(values))
    }),
  )
})
