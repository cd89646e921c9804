import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigurationError } from '../../src/core/errors.ts'
import { SettingsError } from '../../src/core/settings.ts'
import { loadExperiment } from '../../src/experiment-file/load.ts'
import { Random } from '../../src/index.ts'
import { mutate, randomBytes } from './mutate.ts'

export interface DefinitionTally {
  inputs: number
  accepted: number
  refused: number
  slowestMs: number
  /** What must not be: inputs with another error, with more than one line for it, or too slow. */
  failures: string[]
}

/** Such a file is read in milliseconds; who needs this long has hung, on whatever machine. */
const slowMs = 30_000

/** Gives experiment files that are wrong in every way to their reader: it takes one, or refuses it with one sentence. */
export async function fuzzDefinitions(directory: string, inputs: number, seed: number): Promise<DefinitionTally> {
  const random = Random.of(seed, 'definitions')
  const tally: DefinitionTally = { inputs: 0, accepted: 0, refused: 0, slowestMs: 0, failures: [] }
  for (; tally.inputs < inputs && tally.failures.length < 10; tally.inputs++) {
    const file = join(directory, random.pick(['a.yaml', 'a.json', 'a.yml']))
    const content = definition(random)
    writeFileSync(file, content)
    const begin = performance.now()
    const fail = (what: string) =>
      tally.failures.push(`${what}: ${JSON.stringify(content.toString('latin1').slice(0, 300))}`)
    try {
      await loadExperiment(file)
      tally.accepted++
    } catch (error) {
      tally.refused++
      const isRefusal = error instanceof ConfigurationError || error instanceof SettingsError
      if (!isRefusal) fail(error instanceof Error ? (error.stack ?? error.message).slice(0, 400) : String(error))
      else if (/\n/.test(error.message)) fail(`${error.message} has lines`)
      else if (error.message.length > 2000) fail(`${error.message.length} characters are no sentence`)
      else if (!error.message.startsWith(directory)) fail(`${error.message} does not say where`)
    }
    const took = performance.now() - begin
    tally.slowestMs = Math.max(tally.slowestMs, took)
    if (took > slowMs) fail(`it took ${Math.round(took)} ms`)
  }
  return tally
}

function definition(random: Random): Buffer {
  const seed = Buffer.from(random.pick(seeds))
  switch (random.integer(10)) {
    case 0:
      return randomBytes(random, random.integer(300))
    case 1:
      return nested(random)
    case 2:
    case 3:
    case 4:
      return mutate(random, seed)
    default:
      return Buffer.from(replaceTokens(random, seed.toString()))
  }
}

/** Puts other words where words are, so that the text still parses and means something else. */
function replaceTokens(random: Random, text: string): string {
  const tokens = text.split(/(\s+|[{}[\],:]|"[^"]*")/)
  for (let times = 1 + random.integer(4); times > 0; times--) {
    tokens[random.integer(tokens.length)] = random.chance(0.5) ? random.pick(tokens) : random.pick(words)
  }
  return tokens.join('')
}

/** What people put into such files to see what happens. */
function nested(random: Random): Buffer {
  const depth = 2 ** random.integer(15)
  switch (random.integer(6)) {
    case 0:
      return Buffer.from(`optimizee: ${'['.repeat(depth)}`)
    case 1:
      return Buffer.from(`{"optimizee": ${'{"of": '.repeat(depth)}1${'}'.repeat(depth)}}`)
    case 2:
      return Buffer.from(`a: &a [${'x, '.repeat(9)}x]\n${bombs}optimizee: *i\n`)
    case 3: {
      const vector = '{ type: vector, length: 2, of: '.repeat(depth % 4096)
      const closed = `${vector}{ type: boolean }${' }'.repeat(depth % 4096)}`
      return Buffer.from(springWith(`x: ${closed}`))
    }
    case 4:
      return Buffer.from(springWith(`x: { type: choice, values: [${'1, '.repeat(depth)}2] }`))
    default:
      return Buffer.from(`${'- '.repeat(depth)}x\n`)
  }
}

/** Each name stands for ten of the one before it. */
const bombs = [...'bcdefghi']
  .map((name, i) => `${name}: &${name} [${`*${'abcdefgh'[i]}, `.repeat(9)}*${'abcdefgh'[i]}]\n`)
  .join('')

const springWith = (parameter: string) => `
name: spring
optimizee:
  command: [${process.execPath}, simulate.js, --x, "{parameters}"]
  parameters: { ${parameter} }
  objectives: { error: minimize }
optimizer: { type: genetic-algorithm }
`

const seeds = [
  `
name: spring
optimizee:
  command: [${process.execPath}, simulate.js, --stiffness, "{stiffness}", --solver, "{solver}"]
  parameters:
    stiffness: { type: real, low: 0.1, high: 100, scale: log }
    steps:     { type: integer, low: 1, high: 10 }
    solver:    { type: choice, values: [euler, rk4] }
    offsets:   { type: vector, of: { type: real, low: -1, high: 1 }, length: 3 }
    weights:   { type: matrix, of: { type: boolean }, rows: 2, columns: 2 }
  result: { from: stdout }
  objectives: { error: minimize, speed: 2 }
  environment: { OMP_NUM_THREADS: 1 }
  timeout: 30s
optimizer: { type: genetic-algorithm, populationSize: 32, generations: 50, seed: 1 }
runner: { workers: 4, launcher: local, retries: 2 }
`,
  `{"name": "flu", "optimizee": {"type": "epidemic"}, "optimizer": {"type": "cross-entropy", "seed": 3}, "runner": {"grace": "5m"}}`,
  springWith('x: { type: real, low: -5, high: 5 }'),
  `base: &base { type: real, low: 0, high: 1 }\n${springWith('x: *base').replace('\nname', 'name')}`,
]

const words = [
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', '~', 'true', 'NaN', '.nan', '.inf', '-.inf'],
  ...[
    '-1',
    '0',
    '1e400',
    '-0',
    '0x10',
    '9007199254740993',
    '1_000',
    '""',
    '" "',
    '"\\ud800"',
    '"\\u0000"',
    '🐟',
    '\t',
    '\r',
  ],
  ...[
    '{}',
    '[]',
    '[[]]',
    '{a: b}',
    '*base',
    '&base',
    '<<: *base',
    '!!js/function x',
    '!!binary aGk=',
    '!!set {a}',
    '? a',
    '- b',
  ],
  ...[
    '---',
    '...',
    '|',
    '>-',
    '#',
    '%YAML 1.1',
    '2001-01-01',
    'vector',
    'matrix',
    'command',
    'module',
    '../../etc/passwd',
    '{seed}',
    '{x',
    '}',
  ],
]
