import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCell } from '../../src/core/read-cell.ts'
import {
  boolean,
  type ChoiceValue,
  choice,
  integer,
  matrix,
  type Parameter,
  real,
  vector,
} from '../../src/core/space.ts'

const large = integer(0, Number.MAX_SAFE_INTEGER)

test.each<[unknown, Parameter, unknown]>([
  ['1.0', integer(0, 3), 1],
  [' 2 ', integer(0, 3), 2],
  [1, boolean(), true],
  ['0.0', boolean(), false],
  ['True', boolean(), true],
  ['FALSE', boolean(), false],
  ['9007199254740991', large, 9007199254740991],
  [9007199254740991n, large, 9007199254740991],
  ['.5', real(0, 1), 0.5],
  ['5.0', choice([null, 5, 10]), 5],
  ['', choice([null, 5, 10]), null],
  [undefined, choice([null, 5, 10]), null],
  [Number.NaN, choice([null, 5, 10]), null],
  ['None', choice([null, 'a']), null],
  ['True', choice([true, 'auto']), true],
  [5, choice(['5', 'x']), '5'],
  ['5', choice(['5', 'x']), '5'],
  ['007', choice(['007', 7]), '007'],
  ['7.0', choice(['007', 7]), 7],
  ['NaN', choice(['NaN', 'x']), 'NaN'],
  ['7', choice(['007', '008']), '007'],
  ['007', choice(['007', '7']), '007'],
  ['3.10', choice(['3.10', '3.1']), '3.10'],
  ['1e3', choice(['1e3', '1000']), '1e3'],
  ['True', choice(['true', 'x']), 'true'],
  [true, choice(['true', 'x']), 'true'],
  [12345678901234567890n, choice(['12345678901234567890', 'x']), '12345678901234567890'],
  ['[1, 2.0]', vector(integer(0, 3), 2), [1, 2]],
  [['True', '0'], vector(boolean(), 2), [true, false]],
  [[[1n], ['2']], matrix(integer(0, 3), 2, 1), [[1], [2]]],
])('the cell %o is read as its parameter means it', (cell, parameter, value) => {
  expect(readCell(cell, parameter)).toEqual({ value })
})

test.each<[unknown, Parameter, string]>([
  ['9007199254740993', large, 'needs an integer from 0 to 9007199254740991, got "9007199254740993"'],
  [2n ** 60n, large, 'needs an integer from 0 to 9007199254740991, got 1152921504606847000'],
  ['0x10', integer(0, 99), 'needs an integer from 0 to 99, got "0x10"'],
  ['', real(0, 1), 'needs a number from 0 to 1, got ""'],
  [2, boolean(), 'needs true or false, got 2'],
  ['1', choice([1, '1']), 'needs a value that can be told from others, got "1", which is 1 or "1"'],
  ['true', choice([true, 'true']), 'needs a value that can be told from others, got "true", which is true or "true"'],
  ['', choice([null, '']), 'needs a value that can be told from others, got "", which is null or ""'],
  ['7', choice(['007', '7']), 'needs a value that can be told from others, got "7", which is "007" or "7"'],
  ['1.0', choice(['1.0', '1']), 'needs a value that can be told from others, got "1.0", which is "1.0" or "1"'],
  [true, choice(['true', 'True']), 'needs a value that can be told from others, got true, which is "true" or "True"'],
  ['x', choice([1, 2]), 'needs one of 1, 2, got "x"'],
  ['[1]', vector(integer(0, 3), 2), 'needs 2 values, got [1]'],
  ['3', vector(integer(0, 3), 2), 'needs a list of 2 values, got 3'],
])('the cell %o is refused', (cell, parameter, refusal) => {
  expect(readCell(cell, parameter)).toEqual({ refusal })
})

test('a table that knows types tells values of different types apart', () => {
  for (const value of [1, '1', true, 'true', null, 'null', '']) {
    expect(readCell(value, choice([1, '1', true, 'true', null, 'null', '']), 'json')).toEqual({ value })
  }
  for (const value of [null, 'null', '']) {
    expect(readCell(value, choice([null, 'null', '']), 'columns')).toEqual({ value })
  }
  for (const value of ['1', '1.0', 'true', 'True']) {
    expect(readCell(value, choice(['1', '1.0', 'true', 'True']), 'columns')).toEqual({ value })
  }
})

test('a value of a choice comes back as itself from the text that stands for it, or is refused', () => {
  const value = fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true }).map((x) => x + 0),
    fc.boolean(),
    fc.constant(null),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.uniqueArray(value, { minLength: 1, maxLength: 6 }), (values: ChoiceValue[]) => {
      for (const one of values) {
        const reading = readCell(one === null ? '' : String(one), choice(values))
        if ('value' in reading) expect(reading.value).toBe(one)
        else expect(reading.refusal).toContain('can be told from others')
      }
    }),
    { examples: [[[1, '1', '1.0']], [[null, '', 'nan']]] },
  )
})
