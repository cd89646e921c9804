import { expect, test } from 'vitest'
import { readValue } from '../../src/cli/grid-arguments.ts'

test.each([
  ['True', true],
  ['False', false],
  ['None', null],
  ['.97', 0.97],
  ['1.', 1],
  ['-.5', -0.5],
  ['+3', 3],
  ['1_000', 1000],
  ['0x10', 16],
  ['1e-3', 0.001],
  ['(64,64)', [64, 64]],
  ['(64,)', [64]],
  ['(64)', 64],
  ['()', []],
  ['[\'relu\', "tanh"]', ['relu', 'tanh']],
  ["{'hid': (32, None), 'on': True}", { hid: [32, null], on: true }],
  ['[1, 2]', [1, 2]],
  ['"True"', 'True'],
  ["'.97'", '.97'],
  ['true', true],
  ['CartPole-v0', 'CartPole-v0'],
  ['torch.nn.ReLU', 'torch.nn.ReLU'],
  ['2024-01-31', '2024-01-31'],
  ['007', '007'],
  ['nan', 'nan'],
  ['', ''],
])('the word %s is the value %o', (word, value) => {
  expect(readValue(word)).toEqual(value)
})

test.each(['(64,64', '[1, x]', "{'a' 1}", "'open", '2**5', '1/3', '12345678901234567890'])(
  'the word %s looks like a value, is none, and is refused',
  (word) => {
    expect(() => readValue(word)).toThrow(/ needs to be a (whole number|value)/)
  },
)
