import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findNotPlain, type State } from '../../src/core/plain-data.ts'
import { decodeState, encodeState } from '../../src/core/state-codec.ts'

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, 5e-324, -5e-324, Number.MAX_VALUE, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, -1, 127, -33),
)

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', '\ud83d', '\ude00', '\u{1f600}', 'ü') }),
  fc.constantFrom('__proto__', 'constructor', 'toJSON', 'length', '0'),
)

const { state } = fc.letrec<{ state: State }>((tie) => ({
  state: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    number,
    text,
    fc.constantFrom(null, true, false),
    fc.array(number).map((values) => Float64Array.from(values)),
    fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })).map((values) => Int32Array.from(values)),
    fc.array(tie('state')),
    fc.array(fc.tuple(text, tie('state'))).map((entries) => Object.fromEntries(entries)),
  ),
}))

test('a state comes back from the record as it was, to the sign of a zero', () => {
  fc.assert(
    fc.property(state, (given) => {
      expect(findNotPlain(given)).toBeUndefined()
      expect(leavesOf(decodeState(encodeState(given)))).toEqual(leavesOf(given))
    }),
    { numRuns: 2000 },
  )
})

test('a state is packed as it is, and is left as it was', () => {
  const frozen = Object.freeze({ mean: Object.freeze([0, -0]), name: '\ud83d' })
  expect(encodeState(frozen)).toBeInstanceOf(Buffer)
  expect(Object.is(frozen.mean[1], -0)).toBe(true)
  // What any library for msgpack reads: an array of two, 0, and the double -0.
  expect(encodeState([0, -0]).toString('hex')).toBe('9200cb8000000000000000')
})

/** Everything in a value with its place and kind, in order, as texts that tell -0 from 0 and say every unit of a text. */
function leavesOf(value: unknown, place = ''): string[] {
  if (typeof value === 'number') return [`${place} ${Object.is(value, -0) ? '-0' : value}`]
  if (typeof value === 'string') return [`${place} text ${unitsOf(value)}`]
  if (typeof value !== 'object' || value === null) return [`${place} ${String(value)}`]
  const kind = Object.getPrototypeOf(value)?.constructor.name as string
  const entries = ArrayBuffer.isView(value)
    ? Array.from(value as Float64Array, (element, i) => [String(i), element] as const)
    : Object.entries(value)
  return [
    `${place} ${kind} of ${entries.length}`,
    ...entries.flatMap(([key, nested]) => leavesOf(nested, `${place}/${unitsOf(key)}`)),
  ]
}

function unitsOf(text: string): string {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16)).join(' ')
}
