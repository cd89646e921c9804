import { expect, test } from 'vitest'
import { isSame } from '../../src/core/plain-data.ts'
import { afterCut, show, textOfBytes } from '../../src/core/text.ts'

const itself: Record<string, unknown> = {}
itself.again = itself

test.each([
  ['a text', '"a text"'],
  [undefined, 'nothing'],
  [null, 'null'],
  [Number.NaN, 'NaN'],
  [12n, '12'],
  [() => 1, 'a function'],
  [{ a: [1, undefined, Number.POSITIVE_INFINITY, 2n] }, '{"a":[1,"nothing","Infinity","2"]}'],
  [itself, 'an object that JSON cannot write'],
  ['\u001b[31m\u202e', '"\\u001b[31m\\u202e"'],
  ['x'.repeat(1000), `"${'x'.repeat(119)}...`],
])('%o stands in an error as one short line', (value, text) => {
  expect(show(value)).toBe(text)
})

test('bytes that are not UTF-8 are shown, and characters are as they are', () => {
  const bytes = (...parts: readonly (string | readonly number[])[]) =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))
  const whole = 'é€𝄞\ufffd\n'
  expect(textOfBytes(bytes(whole))).toBe(whole)
  expect(textOfBytes(bytes('Z', [0xfc], 'rich ', [0xe2, 0x82], '€', [0xc0, 0x80, 0xed, 0xa0, 0x80, 0xff]))).toBe(
    'Z\\xfcrich \\xe2\\x82€\\xc0\\x80\\xed\\xa0\\x80\\xff',
  )
  expect(textOfBytes(afterCut(bytes('€').subarray(1)))).toBe('\\x82\\xac') // nothing else is there
  expect(textOfBytes(afterCut(bytes('€ 5').subarray(1)))).toBe(' 5')
})

test.each([
  [{ a: 1, b: [2, { c: 3 }] }, { b: [2, { c: 3 }], a: 1 }, true],
  [0, -0, true],
  [Number.NaN, Number.NaN, true],
  [1, '1', false],
  [[1], { 0: 1 }, false],
  [{ a: 1 }, { a: 1, b: undefined }, false],
  [{ a: null }, {}, false],
  [null, {}, false],
  [[1, 2], [2, 1], false],
])('%o and %o are the same data: %o', (a, b, same) => {
  expect(isSame(a, b)).toBe(same)
  expect(isSame(b, a)).toBe(same)
})
