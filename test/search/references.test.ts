import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeState } from '../../src/core/state-codec.ts'
import { Random } from '../../src/index.ts'
import { dereference, refer } from '../../src/search/references.ts'

const number = fc.oneof(fc.double(), fc.constantFrom(0, -0, 0.5, 1, -1, Number.NaN, Number.MAX_VALUE))

test('bytes come back from what refers to numbers beside them, whatever they are', () => {
  const piece = (numbers: readonly number[]) =>
    fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.array(fc.constantFrom(...numbers, 0.25)).map((list) => Float64Array.from(list)),
      fc.array(fc.constantFrom(...numbers, 0.25)).map(encodeState),
    )
  const given = fc
    .array(number, { minLength: 1, maxLength: 30 })
    .chain((numbers) => fc.tuple(fc.constant(Float64Array.from(numbers)), fc.array(piece(numbers), { maxLength: 8 })))
  fc.assert(
    fc.property(given, ([numbers, pieces]) => {
      const bytes = Buffer.concat(pieces.map((one) => new Uint8Array(one.buffer, one.byteOffset, one.byteLength)))
      expect(dereference(refer(bytes, numbers), numbers).equals(bytes)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('an archive of what was told is one reference, and so is a list of it', () => {
  const random = Random.of('told')
  const numbers = Float64Array.from({ length: 3000 }, () => random.uniform())
  const archive = numbers.slice(1000, 2000)
  for (const state of [{ archive }, { archive: [...archive] }]) {
    const { rest, counts } = refer(encodeState(state), numbers)
    expect(counts.length / 4).toBe(1)
    expect(rest.length).toBeLessThan(20)
  }
})

test('what refers to more than there is is refused', () => {
  const numbers = Float64Array.of(0.1, 0.2)
  const referring = refer(encodeState([0.1, 0.2]), numbers)
  expect(() => dereference(referring, numbers.slice(0, 1))).toThrow('There is no number 1 to refer to')
})
