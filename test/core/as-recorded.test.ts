import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asRecorded } from '../../src/core/as-recorded.ts'
import { toJson } from '../../src/record/rows.ts'

test('what is told first is what is read back from the record', () => {
  const leaf = fc.oneof(
    fc.double(),
    fc.bigInt(),
    fc.date(),
    fc.string(),
    fc.constantFrom(undefined, null, true, Number.NaN, Number.NEGATIVE_INFINITY, -0, Symbol('s'), () => 1),
    fc.float64Array(),
    fc.uint8Array(),
    fc.array(fc.double()).map((values) => new Set(values)),
    fc.dictionary(fc.string(), fc.double()).map((values) => new Map(Object.entries(values))),
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
  }))
  fc.assert(
    fc.property(value, (returned) => {
      const told = asRecorded(returned)
      expect(JSON.parse(toJson(returned))).toStrictEqual(told)
      expect(asRecorded(told)).toStrictEqual(told)
    }),
  )
})

test('numbers that JSON lacks are texts, lists of all kinds are lists, and nothing is left that is undefined', () => {
  const returned = {
    worst: Number.POSITIVE_INFINITY,
    zero: -0,
    series: new Float64Array([1, Number.NaN]),
    bytes: Buffer.from([1, 2]),
    when: new Date(0),
    table: new Map([['a', new Set([1n])]]),
    nested: [undefined, { gone: undefined }],
    ['__proto__']: 1,
  }
  const told = asRecorded(returned)
  expect(Object.entries(told)).toStrictEqual([
    ['worst', 'Infinity'],
    ['zero', 0],
    ['series', [1, 'NaN']],
    ['bytes', [1, 2]],
    ['when', '1970-01-01T00:00:00.000Z'],
    ['table', { a: ['1'] }],
    ['nested', [null, {}]],
    ['__proto__', 1],
  ])
})
