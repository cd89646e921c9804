import { expect, test } from 'vitest'
import { override } from '../../src/experiment-file/overrides.ts'

test('settings of the command line take the place of those in the file', () => {
  const definition = { optimizer: { type: 'x', seed: 1 }, runner: { workers: 1 } }
  expect(override(definition, { seed: 7, generations: 3, workers: 4, launcher: 'srun' })).toEqual({
    optimizer: { type: 'x', seed: 7, generations: 3 },
    runner: { workers: 4, launcher: 'srun' },
  })
  expect(definition).toEqual({ optimizer: { type: 'x', seed: 1 }, runner: { workers: 1 } })
})

test('any setting can be set by its path, with a value as in YAML', () => {
  const definition = { optimizee: { command: ['a', 'b'], parameters: { x: { low: 0 } } } }
  const set = [
    'optimizee.parameters.x.low=-1e3',
    'optimizee.command.1=[1, two]',
    'runner.srun=["-n", 1]',
    'name=a=b',
    'empty=',
  ]
  expect(override(definition, { set })).toEqual({
    optimizee: { command: ['a', [1, 'two']], parameters: { x: { low: -1000 } } },
    runner: { srun: ['-n', 1] },
    name: 'a=b',
    empty: null,
  })
})

test('names with dots and names like __proto__ are names and nothing more', () => {
  const definition = JSON.parse('{ "q": {}, "p": { "a.b": { "low": 0 }, "__proto__": { "low": 0 } } }')
  const result = override(definition, {
    set: ['p.a.b.low=1', 'p.__proto__.low=2', 'p.constructor.low=3', 'q.__proto__=4'],
  })
  expect(JSON.stringify(result)).toBe(
    '{"q":{"__proto__":4},"p":{"a.b":{"low":1},"__proto__":{"low":2},"constructor":{"low":3}}}',
  )
  expect(Object.hasOwn(Object.prototype, 'low')).toBe(false)
})

test('what is said as an option of its own wins over --set', () => {
  expect(override({}, { set: ['optimizer.seed=1'], seed: 2 })).toEqual({ optimizer: { seed: 2 } })
})

test.each([
  ['populationSize', '--set populationSize: wanted path=value, like optimizer.populationSize=64'],
  ['=3', '--set =3: wanted path=value, like optimizer.populationSize=64'],
  ['a.b=[1', /^--set a\.b=\[1: Flow sequence/],
])('--set %s is refused with one sentence', (setting, sentence) => {
  expect(() => override({}, { set: [setting] })).toThrow(sentence)
})

test('an optimizer that the file made by itself takes a seed and generations, and nothing else', () => {
  class Made {
    settings = { seed: 1, generations: 2, size: 3 }
  }
  const made = { optimizer: new Made() }
  const result = override(made, { seed: 5, generations: 9 }) as typeof made
  expect(result.optimizer).toBeInstanceOf(Made)
  expect(result.optimizer.settings).toEqual({ seed: 5, generations: 9, size: 3 })
  expect(() => override(made, { set: ['optimizer.size=4'] })).toThrow(
    "--set optimizer.size=4: nothing can be set there, since the experiment's file makes it by itself",
  )
  expect(() => override(made, { set: ['optimizer.seed=x'] })).toThrow('--set optimizer.seed=x')
})

test('a whole number that would lose digits is refused', () => {
  expect(() => override({}, { set: ['start=[{ x: 12345678901234567890 }]'] })).toThrow(
    '--set start=[{ x: 12345678901234567890 }]: 12345678901234567890 has more digits than a number keeps',
  )
  expect(override({}, { set: ['x=100000000000000000000'] })).toEqual({ x: 1e20 }) // it is the number
  expect(() => override({}, { set: [`x=${'9'.repeat(400)}`] })).toThrow(/9 has more digits than a number keeps/)
})
