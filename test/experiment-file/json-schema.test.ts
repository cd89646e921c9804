import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { optimizers } from '../../optimizers/index.ts'
import { experimentJsonSchema } from '../../src/experiment-file/json-schema.ts'
import { loadExperiment } from '../../src/experiment-file/load.ts'
import { parseText } from '../../src/experiment-file/yaml.ts'
import { UserFolder } from '../cli/folder.ts'

const examples = fileURLToPath(new URL('../examples', import.meta.url))
const isValid = new Ajv({ strict: false, allErrors: true }).compile(experimentJsonSchema())

/** What the schema says of a file, and what a run says of it. */
async function verdicts(file: string): Promise<{ schema: boolean; run: boolean }> {
  const schema = isValid(parseText(readFileSync(file, 'utf8'), file))
  const run = await loadExperiment(file).then(
    () => true,
    () => false,
  )
  return { schema, run }
}

test.each([
  'spring/spring.yaml',
  'epidemic/epidemic.yaml',
  'programs/paraboloid.yaml',
  'optimizers/steady.yaml',
  'optimizers/separable.yaml',
  'schelling.yaml',
  'market.yaml',
])('the example %s is valid by the schema and to a run', async (name) => {
  expect(await verdicts(join(examples, name))).toEqual({ schema: true, run: true })
})

const sound = {
  optimizee: {
    command: ['node', 'simulate.js', '--x', '{x}', 5],
    parameters: {
      x: { type: 'real', low: 0, high: 1, scale: 'linear' },
      v: { type: 'vector', of: { type: 'choice', values: [1, 'a', true] }, length: 2 },
    },
    result: { error: '^error = (.*)', weight: 'weight (.*)', tip: { file: 'tip.csv', column: 'x', take: 'largest' } },
    objectives: { error: 'minimize', weight: -2 },
    timeout: '30s',
  },
  optimizer: { type: 'genetic-algorithm', populationSize: 8, generations: 3 },
  runner: { workers: 2, onFailure: 'replace' },
  limits: { evaluations: 100 },
}

const { optimizee, optimizer, limits: _, ...unlimited } = sound
const cases: readonly (readonly [string, object])[] = [
  ['nothing wrong', sound],
  ['no optimizer', { optimizee }],
  ['a limit of time', { ...sound, limits: { time: '1.5 h' } }],
  ['an optimizer that is chosen, with a seed', { ...unlimited, optimizee, optimizer: { seed: 3 } }],
  ['a built-in simulation', { ...sound, optimizee: { type: 'function', name: 'rastrigin2d', timeout: '1m' } }],
  [
    'a design',
    { ...unlimited, optimizee, optimizer: { type: 'design', design: { kind: 'sobol', points: 8 }, replications: 2 } },
  ],
  [
    'parameters that do not always apply',
    {
      ...sound,
      optimizee: {
        ...optimizee,
        parameters: {
          ...optimizee.parameters,
          solver: { type: 'choice', values: ['rk4', 'adaptive', 3] },
          step: { type: 'real', low: 0, high: 1, when: { solver: ['rk4', 3] } },
          dense: { type: 'boolean', when: { solver: 'adaptive' } },
        },
      },
    },
  ],
  [
    'what is at the edge of its form',
    {
      ...sound,
      name: '..a b',
      runner: { idle: ' 0.5 h ', slurmInterval: 1 },
      optimizee: {
        ...optimizee,
        timeout: '00.10',
        parameters: {
          x: { type: 'real', low: 0, high: 1, step: 0.25 },
          n: { type: 'integer', low: -3, high: 3.0, step: 2 },
          one: { type: 'choice', values: [null] },
          likeOne: { type: 'ordinal', values: [1, '1', true] },
          byName: { type: 'choice', values: { small: { size: 1 } } },
          m: { type: 'matrix', of: { type: 'integer', low: 1, high: 1 }, rows: 1, columns: 1 },
          dense: { type: 'boolean', when: { likeOne: ['1'] } },
        },
      },
    },
  ],
  ['an unknown key', { ...sound, optimiser: optimizer }],
  ['a design without its design', { ...sound, optimizer: { type: 'design' } }],
  ['an unknown optimizer', { ...sound, optimizer: { type: 'genetic' } }],
  ['a setting that is not there', { ...sound, optimizer: { ...optimizer, population: 8 } }],
  ['a setting out of its range', { ...sound, optimizer: { ...optimizer, crossoverProbability: 2 } }],
  ['a design that is none', { ...sound, optimizer: { type: 'design', design: { kind: 'sobel', points: 8 } } }],
  ['a design without points', { ...sound, optimizer: { type: 'design', design: { kind: 'sobol' } } }],
  ['a parameter of another type', { ...sound, optimizee: { ...optimizee, parameters: { x: { type: 'float' } } } }],
  [
    'a parameter without bounds',
    { ...sound, optimizee: { ...optimizee, parameters: { x: { type: 'real', low: 0 } } } },
  ],
  [
    'a vector of what is nothing',
    { ...sound, optimizee: { ...optimizee, parameters: { x: { type: 'vector', of: { type: 'reel' }, length: 2 } } } },
  ],
  [
    'a condition that is none',
    { ...sound, optimizee: { ...optimizee, parameters: { x: { type: 'boolean', when: 'rk4' } } } },
  ],
  [
    'an element with a condition',
    {
      ...sound,
      optimizee: {
        ...optimizee,
        parameters: {
          a: { type: 'boolean' },
          x: { type: 'vector', of: { type: 'boolean', when: { a: true } }, length: 2 },
        },
      },
    },
  ],
  ['no parameters', { ...sound, optimizee: { ...optimizee, parameters: {} } }],
  ['an objective that is nothing', { ...sound, optimizee: { ...optimizee, objectives: { error: 'least' } } }],
  ['a result from nowhere', { ...sound, optimizee: { ...optimizee, result: { from: 'stdin' } } }],
  ['an unknown runner setting', { ...sound, runner: { worker: 2 } }],
  ['a policy that is none', { ...sound, runner: { onFailure: 'ignore' } }],
  ['a window of nothing', { ...sound, order: 'ordered', window: 0 }],
  ['a name that is a number', { ...sound, name: 5 }],
  ['a limit of time that is none', { ...sound, limits: { time: 'abc' } }],
  ['a limit of no time', { ...sound, limits: { time: 0 } }],
  ['an empty constraint', { ...sound, optimizee: { ...optimizee, constraints: [''] } }],
  ...(
    [
      ['an integer between halves', { type: 'integer', low: 0.5, high: 3 }],
      ['an integer in half steps', { type: 'integer', low: 0, high: 3, step: 0.5 }],
      ['a step back', { type: 'real', low: 0, high: 1, step: -1 }],
      ['a prior of no width', { type: 'real', low: 0, high: 1, prior: { type: 'normal', mean: 0, sd: 0 } }],
      ['a choice of nothing', { type: 'choice', values: [] }],
      ['a choice of no name', { type: 'choice', values: {} }],
      ['a choice between equals', { type: 'choice', values: [1, 1] }],
      ['an order of lists', { type: 'ordinal', values: [[1], [2]] }],
      ['a vector of no element', { type: 'vector', of: { type: 'boolean' }, length: 0 }],
      ['a matrix of half a row', { type: 'matrix', of: { type: 'boolean' }, rows: 0.5, columns: 2 }],
      ['a condition of nothing', { type: 'boolean', when: {} }],
      ['a condition of no value', { type: 'boolean', when: { v: [] } }],
    ] as const
  ).map(
    ([name, x]) =>
      [name, { ...sound, optimizee: { ...optimizee, parameters: { ...optimizee.parameters, x } } }] as const,
  ),
  ['a name that is none', { ...sound, name: '' }],
  ['a name with a slash', { ...sound, name: 'a/b' }],
  ['a timeout of no time', { ...sound, optimizee: { ...optimizee, timeout: '0s' } }],
  ['a constraint in brackets', { ...sound, optimizee: { ...optimizee, constraints: [['x']] } }],
]

test.each(cases)('of %s the schema says what a run says', async (name, experiment) => {
  using folder = new UserFolder()
  const file = folder.write('experiment.json', experiment)
  const isSound = cases.findIndex(([other]) => other === name) < 8
  expect(await verdicts(file)).toEqual({ schema: isSound, run: isSound })
})

test('every optimizer is in the schema with its settings', () => {
  const { properties } = experimentJsonSchema() as {
    properties: { optimizer: { anyOf: { properties: { type?: { const: string } } }[] } }
  }
  const types = properties.optimizer.anyOf.flatMap(({ properties: { type } }) => (type ? [type.const] : []))
  expect(types).toEqual(Object.keys(optimizers))
})
