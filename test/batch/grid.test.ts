import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExperimentGrid } from '../../src/batch/grid/index.ts'

test('variants are all combinations; the first key that was added is the slowest', () => {
  const grid = new ExperimentGrid('test').add('a', [1, 2]).add('b', ['x', 'y', 'z']).add('c', true)
  expect(grid.variants()).toEqual([
    { a: 1, b: 'x', c: true },
    { a: 1, b: 'y', c: true },
    { a: 1, b: 'z', c: true },
    { a: 2, b: 'x', c: true },
    { a: 2, b: 'y', c: true },
    { a: 2, b: 'z', c: true },
  ])
})

test('what is no list is the only value; a list in a list is a value', () => {
  const grid = new ExperimentGrid('test')
    .add('a', 'text')
    .add('b', [[1, 2]])
    .add('c', { d: null })
  expect(grid.variants()).toEqual([{ a: 'text', b: [1, 2], c: { d: null } }])
})

test('keys with colons are parts of one argument, at any depth', () => {
  const grid = new ExperimentGrid('test').add('a:b:c', [1, 2]).add('x', 0).add('a:b:d', 3).add('a:e', 4)
  expect(grid.variants()).toEqual([
    { a: { b: { c: 1, d: 3 }, e: 4 }, x: 0 },
    { a: { b: { c: 2, d: 3 }, e: 4 }, x: 0 },
  ])
  expect(grid.variantName(grid.variants()[1]!)).toBe('test_a-b-c2')
})

test('a grid has as many variants as the product of its values, each combination once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }), (counts) => {
      const grid = new ExperimentGrid('test')
      counts.forEach((count, i) => {
        grid.add(
          `k${i}`,
          Array.from({ length: count }, (_, value) => value),
        )
      })
      const variants = grid.variants().map((variant) => JSON.stringify(variant))
      expect(variants.length).toBe(counts.reduce((product, count) => product * count, 1))
      expect(new Set(variants).size).toBe(variants.length)
      expect([...variants].sort()).toEqual(variants)
    }),
  )
})

test('print shows keys, shorthands, values, and the numbers of variants with and without seeds', () => {
  const grid = new ExperimentGrid('ppo')
    .add('lr', [0.1, 1e-5])
    .add('seed', [0, 10, 20])
    .add('net:hid', [[32, 32]])
  let text = ''
  grid.print((part) => {
    text += part
  })
  expect(text).toContain('ExperimentGrid [ppo] runs over parameters:')
  expect(text).toMatch(/^ lr +\[lr\]\n\n\t0\.1\n\t1e-05\n/m)
  expect(text).toMatch(/^ net:hid +\[net-hid\]\n\n\t\[ 32, 32 \]\n/m)
  expect(text).toMatch(/^ Variants, counting seeds: +6$/m)
  expect(text).toMatch(/^ Variants, not counting seeds: +2$/m)
})

test('values are copies: what is done to a list afterwards changes nothing', () => {
  const hidden = [[32], [64]]
  const grid = new ExperimentGrid('test').add('hid', hidden)
  hidden[0]!.push(7)
  hidden.push([1])
  expect(grid.variants()).toEqual([{ hid: [32] }, { hid: [64] }])
})

test.each([
  ['an empty list of values', (grid) => grid.add('lr', []), 'lr needs at least one value, got an empty list'],
  [
    'a key twice',
    (grid) => grid.add('lr', [1, 2]).add('lr', 3),
    'the key lr was added twice, with the values [1,2] and then [3]',
  ],
  [
    'two keys in names with the same shorthand',
    (grid) => grid.add('learning_rate', [1, 2]).add('learner', ['sgd', 'adam']),
    'the keys learning_rate and learner have the same shorthand lea; give one of them another',
  ],
  [
    'a given shorthand that is taken',
    (grid) => grid.add('lr', [1, 2]).add('momentum', [1, 2], 'lr'),
    'the keys lr and momentum have the same shorthand lr; give one of them another',
  ],
  [
    'a value and parts of one key',
    (grid) => grid.add('net', 1).add('net:hid', 2),
    'the keys net and net:hid exclude each other: net is either a value or has parts',
  ],
  [
    'parts and a value of one key',
    (grid) => grid.add('net:hid:size', 1).add('net:hid', 2),
    'the keys net:hid and net:hid:size exclude each other: net:hid is either a value or has parts',
  ],
  ['a part without a name', (grid) => grid.add('a::b', 1), /needs a key with a name in each of its parts, got "a::b"/],
  ['no key', (grid) => grid.add('', 1), /needs a key with a name in each of its parts, got ""/],
  ['a key that is no name', (grid) => grid.add('a:__proto__:b', 1), /needs a key with a name in each of its parts/],
  ['an option of run as a key', (grid) => grid.add('dataDir', 1), /got dataDir, which is the option dataDir of run/],
  [
    'a function as a value',
    (grid) => grid.add('act', [Math.tanh]),
    `act needs data that a fresh process can be given, got a function; name it by its module: moduleFunction('./file.ts', 'name')`,
  ],
  ['nothing as a value', (grid) => grid.add('a', undefined), /^a needs data .*, got nothing$/],
  ['a hole in a value', (grid) => grid.add('a', [1, [2, undefined]]), /^a, value 2,\[1\] needs data .*, got nothing$/],
  ['a number that is none', (grid) => grid.add('a', [1, Number.NaN]), 'a, value 2, needs a finite number, got NaN'],
  ['an object of a class', (grid) => grid.add('a', new Date(0)), /got an object of the class Date$/],
  ['a name that means something', (grid) => grid.add('a', JSON.parse('{"__proto__": 1}')), /got __proto__$/],
  ['a seed that is no whole number', (grid) => grid.add('seed', [1, 1.5]), /^seed needs a whole number .*, got 1\.5$/],
  ['a seed below zero', (grid) => grid.add('seed', -1), /^seed needs a whole number of at least 0, got -1$/],
  [
    'a shorthand that is no text',
    (grid) => grid.add('lr', 1, 3 as never),
    'the shorthand of lr needs to be a text, got 3',
  ],
] as [string, (grid: ExperimentGrid) => unknown, string | RegExp][])(
  '%s is refused with one sentence',
  (_, make, sentence) => {
    expect(() => make(new ExperimentGrid('test'))).toThrow(
      typeof sentence === 'string' ? new RegExp(`^${literally(sentence)}$`) : sentence,
    )
  },
)

test('keys that stand in no name may share a shorthand', () => {
  const grid = new ExperimentGrid('test').add('steps_per_epoch', 10).add('step_size', [1, 2]).add('stellar', 3)
  expect(grid.variants().map((variant) => grid.variantName(variant))).toEqual(['test_ste1', 'test_ste2'])
})

test('a variant that lacks a key has no name', () => {
  const grid = new ExperimentGrid('test').add('a:b', [1, 2])
  expect(() => grid.variantName({ a: 1 })).toThrow('the variant needs a value for a:b, got {"a":1}')
})

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
