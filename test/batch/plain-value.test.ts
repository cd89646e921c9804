import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromRecord, toRecord } from '../../src/batch/plain-value.ts'
import { toJson } from '../../src/record/rows.ts'

const throughRecord = (value: unknown) => fromRecord(JSON.parse(toJson(toRecord(value))))

test('texts that look like numbers, bigints of any size and numbers that JSON lacks come back from the record as they were', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('NaN', 'Infinity', '-Infinity', '~', '~NaN', '~5n', '5n', '~~1n'))
  const number = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity)).map((x) => x + 0)
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      text,
      number,
      fc.bigInt(),
      fc.constantFrom(true, false, null),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        tie('tree'),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  }))
  fc.assert(
    fc.property(tree, (value) => {
      expect(throughRecord(value)).toStrictEqual(value)
    }),
    { examples: [['NaN'], ['~NaN'], [5n], [2n ** 80n], [[Number.NaN, 'NaN', '~5n']]] },
  )
})
