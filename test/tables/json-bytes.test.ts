import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/system/database.ts'
import { endOfValue, numberIn, valueIn } from '../../src/tables/json-bytes.ts'

function read(text: string): number {
  const bytes = Buffer.from(`,${text},`)
  return numberIn(bytes, 1, bytes.length - 1)
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })

test('a number that is read is the one that was written, to the last bit', () => {
  const numbers = fc.oneof(finite, fc.double({ min: -1, max: 1, noNaN: true }), fc.maxSafeInteger())
  fc.assert(
    fc.property(numbers, (number) => {
      expect(read(String(number))).toBe(Number(String(number)))
    }),
    { numRuns: 20_000 },
  )
})

test('a number of any digits is the nearest one, also next to the middle between two', () => {
  const digits = (maxLength: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${maxLength}}$`))
  const exponent = fc.option(fc.integer({ min: -340, max: 340 }))
  fc.assert(
    fc.property(digits(25), fc.option(digits(25)), exponent, (whole, fraction, power) => {
      const text = `${whole}${fraction === null ? '' : `.${fraction}`}${power === null ? '' : `e${power}`}`
      expect(read(text)).toBe(Number(text))
      expect(read(`-${text}`)).toBe(-Number(text))
    }),
    { numRuns: 20_000 },
  )
  for (const middle of ['9007199254740993', '0.50000000000000005551', '0.5000000000000000832', '4503599627370496.5']) {
    expect(read(middle)).toBe(Number(middle))
  }
})

test('a number that SQLite has written as JSON is the one that was stored', () => {
  const database = openDatabase(':memory:')
  const quote = database.prepare<string>('select json_quote(?)').pluck()
  fc.assert(
    fc.property(finite, (number) => {
      expect(read(quote.get(number)!)).toBe(number + 0)
    }),
    { numRuns: 5000 },
  )
  database.close()
})

test('any value ends where it ends, and is read as JSON says', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(',', ']', '}', '\n'), (json, behind) => {
      const bytes = Buffer.from(` ${json}${behind}1`)
      const end = 1 + Buffer.byteLength(json)
      expect(endOfValue(bytes, 1)).toBe(end)
      expect(valueIn(bytes, 1, end)).toEqual(JSON.parse(json))
    }),
    { numRuns: 2000 },
  )
})
