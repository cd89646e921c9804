import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { configText } from '../../src/batch/grid/convert-json.ts'
import { ExperimentGrid, moduleFunction } from '../../src/batch/grid/index.ts'
import { defaultShorthand, validText } from '../../src/batch/grid/variant-name.ts'
import type { PlainData } from '../../src/core/plain-data.ts'
import { hasPart, hasProgram } from '../parts.ts'

test.each([
  ['lr', 'lr'],
  ['learning_rate', 'lea'],
  ['ac_kwargs:activation', 'ac-act'],
  ['a:b:c', 'a-b-c'],
  ['x_y:_z:épo', 'xy-z-po'],
])(
  'the default shorthand of %s is %s: three characters of every part, without what is not alphanumeric',
  (key, short) => {
    expect(defaultShorthand(key)).toBe(short)
  },
)

test('without default shorthands the whole key stands in names', () => {
  const grid = new ExperimentGrid('test', { defaultShorthand: false }).add('learning_rate', [1, 2])
  expect(grid.variants().map((variant) => grid.variantName(variant))).toEqual([
    'test_learning_rate1',
    'test_learning_rate2',
  ])
})

test.each([
  [0.1, '0-1'],
  [1e-5, '1e-05'],
  [0.0001, '0-0001'],
  [2.5e21, '2-5e-21'],
  [64, '64'],
  [-3, '-3'],
  ['Half Cheetah/v2', 'half-cheetah-v2'],
  ['A_b-c', 'a_b-c'],
  [true, 'true'],
  [null, 'none'],
  [[32, 64], '32-64'],
  [['A', [0.5, true]], 'a-0-5-true'],
  [[], ''],
  [{ a: 1, b: ['x'] }, '--a---1---b-----x---'],
  ['ü🙂', '--'],
  [moduleFunction('./functions.ts', 'ReLU'), 'relu'],
  [[moduleFunction('./algorithms/Ppo.ts')], 'ppo'],
] as [PlainData, string][])('the value %j stands in a name as %s', (value, text) => {
  expect(validText(value)).toBe(text)
})

const hasPython = hasPart('python3', () => hasProgram('python3'), 'the texts that Python writes')

/** The values as Python tells them apart from what we send, one line each. */
function askPython(program: string, values: readonly PlainData[]): string[] {
  const answer = execFileSync(
    'python3',
    ['-c', `import json, sys\n${program}\nfor v in json.load(sys.stdin): print(json.dumps(f(v)))`],
    {
      input: JSON.stringify(values),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    },
  )
  return answer
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as string)
}

/** Old characters: of new ones, JavaScript and Python may not know the same. */
const oldCharacter = fc.integer({ min: 0, max: 0x24f }).map((code) => String.fromCodePoint(code))
const specialCharacter = fc.constantFrom(...'aZ9 _-\'"\\\n\t\r\u007f\u00a0\u200b\u2028\ud800\ue000ΣΩ🙂\u{e0001}')
const anyText = fc.string({ unit: fc.oneof(oldCharacter, specialCharacter) })
const anyValue = fc.letrec<{ value: PlainData }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
      fc.double({ min: -100, max: 100, noNaN: true }).map((x) => Number(x.toPrecision(3)) + 0),
      anyText,
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      anyText.filter((key) => key !== '__proto__' && !/^\d+$/.test(key)),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value

test.runIf(hasPython)('a value stands in a name byte for byte as where Python makes the name', () => {
  const program = `
import string
def f(v):
    if isinstance(v, list): return '-'.join(f(x) for x in v)
    return ''.join(c if c in '-_' + string.ascii_letters + string.digits else '-' for c in str(v).lower())`
  const values = fc.sample(anyValue, { numRuns: 2000, seed: 1 })
  expect(values.map(validText)).toEqual(askPython(program, values))
})

test.runIf(hasPython)(
  'a config.json is byte for byte what Python writes with sorted keys, four spaces and tabs',
  () => {
    const program = `f = lambda v: json.dumps(v, separators=(',', ':\\t'), indent=4, sort_keys=True)`
    const values = fc.sample(anyValue, { numRuns: 2000, seed: 2 })
    expect(values.map((value) => configText(value))).toEqual(askPython(program, values))
  },
)

test('the name of a variant is the name of the grid, then the shorthand and value of every key with several values', () => {
  const grid = new ExperimentGrid('ppo-bench')
    .add('env_name', 'CartPole-v0')
    .add('seed', [0, 10, 20])
    .add('epochs', 10)
    .add('ac_kwargs:hidden_sizes', [[32], [64, 64]], 'hid')
    .add('ac_kwargs:activation', ['tanh', 'ReLU'])
    .add('gamma', 0.99, 'g', true)
  const names = grid.variants().map((variant) => grid.variantName(variant))
  expect(new Set(names)).toEqual(
    new Set([
      'ppo-bench_hid32_ac-acttanh_g0-99',
      'ppo-bench_hid32_ac-actrelu_g0-99',
      'ppo-bench_hid64-64_ac-acttanh_g0-99',
      'ppo-bench_hid64-64_ac-actrelu_g0-99',
    ]),
  )
})

test('an empty shorthand leaves its key out of the name, and its value stays', () => {
  const grid = new ExperimentGrid('ppo-pyt-bench')
    .add('env_name', 'CartPole-v0', '', true)
    .add('seed', [0, 10])
    .add('ac_kwargs:hidden_sizes', [[32], [64, 64]], 'hid')
    .add('ac_kwargs:activation', ['tanh', 'relu'], '')
  expect(grid.variantName(grid.variants()[0]!)).toBe('ppo-pyt-bench_cartpole-v0_hid32_tanh')
})

test('keys and shorthands are made safe for the names of files', () => {
  const grid = new ExperimentGrid('', { defaultShorthand: false })
    .add('acKwargs:hidden sizes', [1, 2])
    .add('b', [1, 2], 'B/..')
  expect(grid.variantName(grid.variants()[0]!)).toBe('ackwargs-hidden-sizes1_b---1')
})

test('a key with booleans only stands in a name by its shorthand alone, and only if it is true', () => {
  const grid = new ExperimentGrid('test').add('use_gae', [true, false]).add('norm', [true], 'n', true)
  expect(grid.variants().map((variant) => grid.variantName(variant))).toEqual(['test_use_n', 'test_n'])
  const mixed = new ExperimentGrid('test').add('use_gae', [true, 1])
  expect(mixed.variants().map((variant) => mixed.variantName(variant))).toEqual(['test_usetrue', 'test_use1'])
})

test('the seed is no part of a name, and a name does not begin with an underscore', () => {
  const grid = new ExperimentGrid().add('seed', [1, 2], 's', true).add('lr', [0.1, 0.2])
  expect(grid.variants().map((variant) => grid.variantName(variant))).toEqual(['lr0-1', 'lr0-2', 'lr0-1', 'lr0-2'])
})

test('a grid is named by its constructor or by name()', () => {
  const grid = new ExperimentGrid('first').add('lr', 1)
  expect(grid.variantName({ lr: 1 })).toBe('first')
  expect(grid.name('second').variantName({ lr: 1 })).toBe('second')
})
