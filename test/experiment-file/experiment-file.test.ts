import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigurationError } from '../../src/core/errors.ts'
import { SettingsError } from '../../src/core/settings.ts'
import { loadExperiment } from '../../src/experiment-file/load.ts'
import type { Overrides } from '../../src/experiment-file/overrides.ts'
import { Optimizee, Random } from '../../src/index.ts'
import { UserFolder } from '../cli/folder.ts'

let folder: UserFolder

beforeEach(() => {
  folder = new UserFolder()
})

afterEach(() => {
  folder[Symbol.dispose]()
})

const optimizer = { type: 'genetic-algorithm', populationSize: 8, generations: 3, seed: 1 }
const optimizee = {
  command: ['node', 'simulate.js', '--x', '{x}'],
  parameters: { x: { type: 'real', low: 0, high: 1 } },
  objectives: { error: 'minimize' },
}
const program = { ...optimizee, command: undefined, program: ['node', 'simulate.js'] }
const square = `
import { defineOptimizee, real } from 'twoloop'
export default defineOptimizee({
  parameters: { x: real(-5, 5) },
  objectives: { error: 'minimize' },
  simulate: ({ parameters }) => parameters.x ** 2,
})`

const spring = `
name: spring
optimizee:
  command: [node, simulate.js, --stiffness, "{stiffness}", --solver, "{solver}", --steps, 5]
  parameters:
    stiffness: { type: real, low: 0.1, high: 100, scale: log }
    steps:     { type: integer, low: 1, high: 10 }
    solver:    { type: choice, values: [euler, rk4] }
    offsets:   { type: vector, of: { type: real, low: -1, high: 1 }, length: 3 }
    weights:   { type: matrix, of: { type: boolean }, rows: 2, columns: 2 }
  result: { from: file, path: "{directory}/result.json" }
  objectives: { error: minimize, speed: 2 }
  environment: { OMP_NUM_THREADS: 1 }
  timeout: 30s
  retries: 1
optimizer: { type: genetic-algorithm, populationSize: 32, generations: 50, seed: 1 }
runner: { workers: 4, launcher: local, retries: 7, grace: 5m }
`

test('an experiment in YAML is read as it is documented', async () => {
  const file = folder.write('spring.yaml', spring)
  const loaded = await loadExperiment(file)
  expect(loaded.name).toBe('spring')
  expect(loaded.file).toBe(file)
  expect(loaded.optimizee.space.definitions).toEqual([
    ['stiffness', { type: 'real', low: 0.1, high: 100, scale: 'log' }],
    ['steps', { type: 'integer', low: 1, high: 10 }],
    ['solver', { type: 'choice', values: ['euler', 'rk4'] }],
    ['offsets', { type: 'vector', of: { type: 'real', low: -1, high: 1 }, length: 3 }],
    ['weights', { type: 'matrix', of: { type: 'boolean' }, rows: 2, columns: 2 }],
  ])
  expect(loaded.optimizee.objectives).toMatchObject({ names: ['error', 'speed'], weights: [-1, 2] })
  expect(loaded.source.options).toMatchObject({
    command: ['node', 'simulate.js', '--stiffness', '{stiffness}', '--solver', '{solver}', '--steps', '5'],
    result: { from: 'file', path: '{directory}/result.json' },
    environment: { OMP_NUM_THREADS: '1' },
    workingDirectory: folder.path,
  })
  expect(loaded.optimizer.settings).toMatchObject({ populationSize: 32, generations: 50, seed: 1 })
  expect(loaded.runner).toEqual({ workers: 4, launcher: 'local', retries: 1, grace: '5m', timeout: '30s' })
})

test('the same experiment in JSON or as a module is the same configuration', async () => {
  const definition = { optimizee, optimizer }
  const files = [
    folder.write('a.json', definition),
    folder.write('b.yml', definition),
    folder.write('c.mjs', `export default ${JSON.stringify(definition)}`),
    folder.write(
      'd.ts',
      `import { defineExperiment } from 'twoloop'\nexport default defineExperiment(${JSON.stringify(definition)})`,
    ),
  ]
  const configurations = await Promise.all(files.map(async (file) => (await loadExperiment(file)).configuration))
  for (const configuration of configurations) expect(configuration).toEqual(configurations[0])
  expect((await loadExperiment(files[2]!)).name).toBe('c')
})

test('parameters and objectives may have any name', async () => {
  const names = ['__proto__', 'a.b', 'constructor', 'größe 🎈', '1', '{x}']
  for (const ending of ['json', 'yaml']) {
    const parameters = names.map((name) => `${JSON.stringify(name)}: { "type": "real", "low": 0, "high": 1 }`)
    const file = folder.write(
      `names.${ending}`,
      `{ "optimizee": { "command": ["node", "{parameters}"], "parameters": { ${parameters.join(', ')} },
         "objectives": { "__proto__": "minimize", "b": 2 } }, "optimizer": ${JSON.stringify(optimizer)} }`,
    )
    const { optimizee: loaded, source } = await loadExperiment(file)
    expect([...loaded.space.names].sort()).toEqual([...names].sort())
    expect(loaded.objectives).toMatchObject({ names: ['__proto__', 'b'], weights: [-1, 2] })
    expect((source.options as { parameters: [string, unknown][] }).parameters.map(([name]) => name)).toContain(
      '__proto__',
    )
  }
})

test('what lines of setup may put on PATH is left to them, and a file that is named with its folder is not', async () => {
  const command = ['no-such-program', '{x}']
  const prepared = [
    { optimizee: { ...optimizee, command, setup: ['module load it'] }, optimizer },
    { optimizee: { ...program, program: ['no-such-program'], setup: ['module load it'] }, optimizer },
    { optimizee: { ...optimizee, command }, optimizer, runner: { setup: ['module load it'] } },
  ]
  for (const experiment of prepared) {
    expect((await loadExperiment(folder.write('prepared.json', experiment))).name).toBe('prepared')
  }
  const missing = { ...optimizee, command: ['./no-such-program', '{x}'], setup: ['module load it'] }
  await expect(loadExperiment(folder.write('missing.json', { optimizee: missing, optimizer }))).rejects.toThrow(
    /optimizee\.command\.0 needs a program, and there is no file .*no-such-program$/,
  )
})

test('the values of a choice may be a map of names to what they stand for', async () => {
  const net = '{ type: choice, values: { small: { layers: 2 }, large: { layers: 8 } } }'
  const text = `optimizee: { command: [node, "{net}"], objectives: { y: minimize }, parameters: { net: ${net} } }`
  const { optimizee } = await loadExperiment(folder.write('named.yaml', text))
  const means = { small: { layers: 2 }, large: { layers: 8 } }
  expect(optimizee.space.definitions).toEqual([['net', { type: 'choice', values: ['small', 'large'], means }]])
})

test('parameters keep the order of the file, also where their names are whole numbers', async () => {
  const text =
    'optimizee: { command: [node], objectives: { y: minimize }, parameters: { b: &unit { type: boolean }, 10: *unit, 9: *unit } }'
  const file = folder.write('a.yaml', `${text}\noptimizer: { type: genetic-algorithm }\n`)
  const { optimizee } = await loadExperiment(file, { set: ['optimizee.parameters.9.type=boolean'] })
  expect(optimizee.space.names).toEqual(['b', '10', '9'])
})

test('a merge key brings what stands at its anchor, under what is said beside it', async () => {
  const file = folder.write(
    'a.yaml',
    `
optimizee:
  command: [node]
  parameters:
    x: &unit { type: real, low: 0, high: 1 }
    z: { <<: *unit, high: 2 }
  objectives: { error: minimize }
optimizer: { type: genetic-algorithm }
`,
  )
  const { optimizee } = await loadExperiment(file)
  expect(optimizee.space.definitions[1]).toEqual(['z', { type: 'real', low: 0, high: 2 }])
})

test('what the command line says takes the place of what the file says', async () => {
  const file = folder.write('e.json', { optimizee, optimizer })
  const overrides = {
    ...{ name: 'other', seed: 5, generations: 9, workers: 3, launcher: 'srun' },
    set: ['optimizer.populationSize=16', 'optimizee.parameters.x.high=2'],
  }
  const loaded = await loadExperiment(file, overrides)
  expect(loaded.name).toBe('other')
  expect(loaded.optimizer.settings).toMatchObject({ seed: 5, generations: 9, populationSize: 16 })
  expect(loaded.runner).toEqual({ workers: 3, launcher: 'srun' })
  expect(loaded.optimizee.space.definitions).toEqual([['x', { type: 'real', low: 0, high: 2 }]])
})

test('the configuration tells searches apart, but not how long or on what they run', async () => {
  const file = folder.write('e.json', { optimizee, optimizer })
  const configurationWith = async (overrides: Overrides & { name?: string }) =>
    JSON.stringify((await loadExperiment(file, overrides)).configuration)
  const same = await configurationWith({})
  for (const overrides of [{ generations: 99 }, { workers: 2 }, { launcher: 'srun' }, { name: 'n' }]) {
    expect(await configurationWith(overrides)).toBe(same)
  }
  const others = [
    { seed: 2 },
    { set: ['optimizer.populationSize=9'] },
    { set: ['optimizer.type=cross-entropy', 'optimizer.populationSize=8'] },
    { set: ['optimizee.parameters.x.high=2'] },
    { set: ['optimizee.objectives.error=maximize'] },
    { set: ['optimizee.command.1=other.js'] },
    { set: ['optimizee.timeout=1s'] },
    { set: ['runner.onFailure=replace'] },
    { set: ['optimizee.environment.A=1'] },
  ]
  const configurations = await Promise.all(others.map(configurationWith))
  expect(new Set([same, ...configurations]).size).toBe(others.length + 1)
})

test('the configuration does not depend on where the experiment lies', async () => {
  using elsewhere = new UserFolder()
  const definition = { optimizee: { module: './sir.ts' }, optimizer }
  const configurations = [folder, elsewhere].map(async (place) => {
    place.write('sir.ts', square)
    return (await loadExperiment(place.write('e.json', definition))).configuration
  })
  expect(await configurations[0]).toEqual(await configurations[1])
})

test('a simulation that is made in the experiment is found again by workers in the experiment', async () => {
  const file = folder.write(
    'e.ts',
    `import { defineExperiment } from 'twoloop'
     import * as square from './square.ts'
     export default defineExperiment({
       name: 'square', optimizee: square, optimizer: ${JSON.stringify(optimizer)},
       report: ({ best }) => 'x is ' + best.individual.parameters.x,
     })`,
  )
  folder.write('square.ts', square)
  const loaded = await loadExperiment(file)
  expect(loaded.optimizee).toBeInstanceOf(Optimizee)
  expect(loaded.source).toEqual({ module: file })
  expect(loaded.report).toBeTypeOf('function')
  const individual = { parameters: loaded.optimizer.createIndividual(Random.of(1)) }
  expect(individual.parameters).toHaveProperty('x')
})

test('a module gives its optimizee, or makes it from options', async () => {
  folder.write('square.ts', square)
  folder.write(
    'made.ts',
    `${square.replace('export default', 'export default ({ high }) =>').replace('real(-5, 5)', 'real(0, high)')}`,
  )
  const plain = await loadExperiment(
    folder.write('a.yaml', JSON.stringify({ optimizee: { module: './square.ts' }, optimizer })),
  )
  expect(plain.source).toEqual({ module: join(folder.path, 'square.ts') })
  const made = await loadExperiment(
    folder.write(
      'b.yaml',
      JSON.stringify({ optimizee: { module: 'made.ts', options: { high: 3 }, retries: 0 }, optimizer }),
    ),
  )
  expect(made.source).toEqual({ module: join(folder.path, 'made.ts'), options: { high: 3 } })
  expect(made.optimizee.space.definitions).toEqual([['x', { type: 'real', low: 0, high: 3 }]])
  expect(made.runner).toEqual({ retries: 0 })
})

test('what is built in is named by its type', async () => {
  const loaded = await loadExperiment(
    folder.write('e.json', { optimizee: { type: 'epidemic', timeout: 5 }, optimizer }),
  )
  expect(loaded.optimizee.space.names).toEqual(['transmission', 'recovery'])
  expect(loaded.source.module).toContain('epidemic')
  expect(loaded.runner).toEqual({ timeout: 5 })
})

test('a program beside the experiment is found there, and runs in its folder or where it is told', async () => {
  folder.write('bin/sim.sh', '#!/bin/sh\necho 1', 0o755)
  const command = { ...optimizee, command: ['./bin/sim.sh', '{x}'], workingDirectory: 'bin' }
  const { source } = await loadExperiment(folder.write('e.json', { optimizee: command, optimizer }))
  expect(source.options).toMatchObject({
    command: [join(folder.path, 'bin/sim.sh'), '{x}'],
    workingDirectory: join(folder.path, 'bin'),
  })
})

test('an optimizer that the experiment made by itself is taken, with another seed if one is asked for', async () => {
  const file = folder.write(
    'e.ts',
    `import { Optimizer } from 'twoloop'
     import square from './square.ts'
     class Center extends Optimizer {
       get type() { return 'center' }
       start() { return null }
       ask() { return [{ parameters: this.space.decode([0.5]) }] }
       tell(state) { return state }
     }
     export default { optimizee: square, optimizer: new Center(square, { seed: 1, generations: 2 }) }`,
  )
  folder.write('square.ts', square)
  const { optimizer: center, configuration } = await loadExperiment(file, { seed: 8, generations: 4 })
  expect(center.settings).toEqual({ seed: 8, generations: 4 })
  expect(configuration).toMatchObject({ optimizer: { type: 'center', settings: { seed: 8 } } })
})

/** [what is wrong, the file's name, its text or definition, the sentence after the file's name, command line] */
const wrong: [string, string, string | object, string | RegExp, object?][] = [
  [
    'YAML that does not parse',
    'a.yaml',
    'name: x\noptimizee: [1, 2\n',
    /^, line 3, column 1: Flow sequence in block collection must be/,
  ],
  [
    'an optimizer for a budget that there is not: the place is said once',
    'a.json',
    { optimizee: { ...optimizee, command: ['node'] }, optimizer: { type: 'hyperband' } },
    ': optimizer: hyperband spends a budget, and the simulation has none; say budget: { name: steps, low: 1, high: 81 } there',
  ],
  [
    'an input that is neither of two',
    'a.json',
    { optimizee: { ...optimizee, command: ['node'], input: 'sdtin' }, optimizer },
    ': optimizee.input needs "stdin" or an object, got "sdtin"',
  ],
  [
    'an input file that would be the same for all individuals',
    'a.json',
    { optimizee: { ...optimizee, command: ['node'], input: { file: '../p.json' } }, optimizer },
    ": optimizee.input: the input file ../p.json needs to be in the individual's directory, which each has for itself",
  ],
  [
    'a variable that is another',
    'a.json',
    { optimizee: { ...optimizee, command: ['node'], environment: { 'A=B': 1 } }, optimizer },
    ': optimizee.environment.A=B needs the names of variables, got "A=B"',
  ],
  [
    'a variable that is told anew to each individual',
    'a.json',
    { optimizee: { ...optimizee, command: ['node'], environment: { TWOLOOP_SEED: 1 } }, optimizer },
    ': optimizee.environment.TWOLOOP_SEED is said anew to each individual, as is all that begins with TWOLOOP_; choose another name',
  ],
  [
    'a variable with a placeholder for nothing',
    'a.json',
    { optimizee: { ...optimizee, command: ['node'], environment: { DEPTH: '{z}' } }, optimizer },
    ': optimizee.environment.DEPTH: "{z}" has the placeholder {z} without a parameter; did you mean {x}?',
  ],
  [
    'a variable of a program with a placeholder',
    'a.json',
    { optimizee: { ...optimizee, command: undefined, program: ['node'], environment: { SEED: '{seed}' } }, optimizer },
    ': optimizee.environment.SEED has the placeholder {seed}, but a program is started once for all individuals, each of which is a line on its standard input',
  ],
  ['YAML with a key twice', 'a.yaml', 'name: x\nname: y\n', ', line 2, column 1: name comes twice'],
  ['JSON with a key twice', 'a.json', '{"name": "x", "name": "y"}', ', line 1, column 15: "name" comes twice'],
  ['JSON that does not parse', 'a.json', '{ "name": "x",\n  "optimizee" }}', /^, line 2, column \d+: /],
  [
    'a second document',
    'a.yaml',
    'name: x\n---\nname: y\n',
    ', line 2, column 1: a second document begins; wanted one experiment in a file',
  ],
  [
    'a placeholder without quotes',
    'a.yaml',
    'name: x\noptimizee:\n  command: [echo, {x}]\n',
    ', line 3, column 19: {x} without quotes is a map in YAML; wanted "{x}"',
  ],
  [
    'a colon without a space behind it',
    'a.yaml',
    'name: x\noptimizee:\n  parameters:\n    x: {type:real, low:0, high:1}\n',
    ', line 4, column 9: type:real is one word in YAML; wanted "type: real"',
  ],
  [
    'a colon without a space behind it, after others',
    'a.yaml',
    'name: x\noptimizer: { type: cma-es, seed:1 }\n',
    ', line 2, column 28: seed:1 is one word in YAML; wanted "seed: 1"',
  ],
  [
    'an alias of nothing',
    'a.yaml',
    'name: *x\n',
    /^, line 1, column 7: \*x without quotes is an alias in YAML, and nothing above it is marked &x$/,
  ],
  ['a list for a name', 'a.yaml', '? [a, b]\n: 3\n', ': a name needs to be a text, got ["a","b"]'],
  ['a nesting without end', 'a.yaml', 'name: &x { y: *x }\n', ': is nested more than 100 deep'],
  ['a very deep nesting', 'a.yaml', `name: ${'['.repeat(9000)}${']'.repeat(9000)}\n`, ': is nested more than 100 deep'],
  ['a deep nesting', 'a.json', `{"name": ${'['.repeat(101)}${']'.repeat(101)}}`, ': is nested more than 100 deep'],
  [
    'an infinite bound',
    'a.yaml',
    'optimizee: { command: [node], objectives: { y: minimize }, parameters: { x: { type: real, low: -.inf, high: 1 } } }\noptimizer: {}\n',
    ': optimizee.parameters.x.low needs a finite number, got -.inf',
  ],
  [
    'an infinite value of a choice',
    'a.yaml',
    'optimizee: { command: [node], objectives: { y: minimize }, parameters: { x: { type: choice, values: [a, .inf] } } }\noptimizer: {}\n',
    ': optimizee.parameters.x.values.1 needs a text, a finite number, true, false or null, got .inf',
  ],
  [
    'an infinite number of workers',
    'a.yaml',
    'optimizee: { type: active-wait }\nrunner: { workers: -.inf }\n',
    ': runner.workers needs a finite number, got -.inf',
  ],
  [
    'a first guess that is no number',
    'a.yaml',
    'optimizee: { command: [node, "{x}"], objectives: { y: minimize }, parameters: { x: { type: real, low: 0, high: 1 } } }\nstart: [{ x: .nan }]\n',
    /^: start\[0\] x needs a number from 0 to 1, got \.nan/,
  ],
  [
    'a whole number with too many digits',
    'a.yaml',
    'optimizee: { command: [node], objectives: { y: minimize }, parameters: { x: { type: choice, values: [12345678901234567890, 2] } } }\n',
    ', line 1, column 102: 12345678901234567890 has more digits than a number keeps; wanted a smaller one, or a text in quotes',
  ],
  [
    'a placeholder in a word without quotes',
    'a.yaml',
    'name: x\noptimizee:\n  command: [echo, -x={x}]\n',
    ', line 3, column 22: a word with {x} in it is a map in YAML; wanted the word in quotes',
  ],
  [
    "another tool's bounds",
    'a.yaml',
    'optimizee: { command: [node], objectives: { y: minimize }, parameters: { x: { type: real, bounds: [0, 1] } } }\n',
    ': optimizee.parameters.x.bounds is not a setting, did you mean low and high?',
  ],
  [
    'objectives that results have in another order',
    'a.yaml',
    'optimizee: { command: [node], objectives: { 2: minimize, 1: minimize }, parameters: { x: { type: boolean } } }\noptimizer: {}\n',
    ': optimizee.objectives needs names that are whole numbers first and in ascending order, as results have them: 1, 2',
  ],
  [
    'a name that takes more bytes than it has letters',
    'a.json',
    { name: '日'.repeat(80), optimizee, optimizer },
    ': name needs a name of at most 200 bytes, got 240 of them',
  ],
  ['nothing in the file', 'a.yaml', '', ': needs the keys of an experiment, got null'],
  ['a list', 'a.json', '[1]', ': needs the keys of an experiment, got [1]'],
  [
    'an ending that means nothing',
    'a.toml',
    'x',
    ': an experiment is a file that ends in one of .ts, .mts, .js, .mjs, .yaml, .yml, .json',
  ],
  [
    'an unknown key',
    'a.json',
    { optimizee, optimiser: optimizer },
    ': optimiser is not a setting, did you mean optimizer?',
  ],
  [
    'an unknown key beside all others',
    'a.json',
    { optimizee, optimizer, runer: {} },
    ': runer is not a setting, did you mean runner?',
  ],
  ['a report in a text', 'a.json', { optimizee, optimizer, report: 'x' }, /^: report is not a setting/],
  ['no optimizee', 'a.json', { optimizer }, ': optimizee is missing; wanted an object'],
  [
    'a name that no directory can have',
    'a.json',
    { name: 'a/b', optimizee, optimizer },
    ': name needs a name that a directory can have, got "a/b"',
  ],
  [
    'a name above',
    'a.json',
    { optimizee, optimizer },
    '--name ..: the whole needs a name that a directory can have, got ".."',
    { name: '..' },
  ],
  [
    'an optimizee of no kind',
    'a.json',
    { optimizee: { comand: [] }, optimizer },
    ': optimizee.comand is not a setting, did you mean command?',
  ],
  [
    'an optimizee without anything',
    'a.json',
    { optimizee: {}, optimizer },
    ': optimizee needs one of command, program, module, type, got none of them',
  ],
  [
    'an optimizee in two ways',
    'a.json',
    { optimizee: { ...optimizee, module: './sphere.ts' }, optimizer },
    ': optimizee needs one of command, program, module, type, got command and module',
  ],
  [
    'an unknown key of a command',
    'a.json',
    { optimizee: { ...optimizee, objective: {} }, optimizer },
    ': optimizee.objective is not a setting, did you mean objectives?',
  ],
  [
    'no objectives',
    'a.json',
    { optimizee: { ...optimizee, objectives: {} }, optimizer },
    ': optimizee.objectives needs at least one name with what it stands for, got {}',
  ],
  [
    'a reference of what is no objective',
    'a.json',
    { optimizee: { ...optimizee, objectives: { error: 'minimize', effort: 'minimize' }, reference: { eror: 1 } } },
    ': optimizee.reference: a reference has values of error, effort, and "eror" is no objective',
  ],
  [
    'a reference that lacks an objective',
    'a.json',
    { optimizee: { ...optimizee, objectives: { error: 'minimize', effort: 'minimize' }, reference: { error: 1 } } },
    ': optimizee.reference: a reference needs a finite number for each of error, effort, got nothing for effort',
  ],
  [
    'a reference where no front is searched',
    'a.json',
    { optimizee: { ...optimizee, objectives: { error: 'minimize', effort: -2 }, reference: { error: 1, effort: 1 } } },
    ': optimizee.reference: a reference is for the front of several objectives without weights, and the objectives are error, effort with weights',
  ],
  [
    'an optimizer that follows one number, where there are several',
    'a.json',
    {
      optimizee: { ...optimizee, objectives: { error: 'minimize', effort: 'minimize' } },
      optimizer: { type: 'face' },
    },
    /^: The optimizer face follows one number, and error, effort have directions without weights .*; those that can are .*nsga-ii/,
  ],
  [
    'a limit of evaluations below the replications of one individual',
    'a.json',
    { limits: { evaluations: 32 }, optimizee: { ...optimizee, replications: 40 }, optimizer },
    ': limits.evaluations counts individuals, each of which is simulated 40 times (replications), and 32 are fewer than the simulations of a single one; say `simulations: 1280` if so many individuals are meant, raise it, or lower replications.',
  ],
  [
    'a population that no memory holds',
    'a.json',
    { optimizee, optimizer: { type: 'cma-es', populationSize: 1_000_000_000 } },
    ': 1000000000 individuals at once are more than the 3000000 that are waited for together; lower the population.',
  ],
  [
    'a limit of evaluations that no generation of a design fits into',
    'a.json',
    {
      limits: { evaluations: 2 },
      optimizee: { ...optimizee, parameters: { x: { type: 'real', low: 0, high: 1 } } },
      optimizer: { type: 'design', design: { kind: 'full-factorial', levels: 3 } },
    },
    ': limits.evaluations needs at least one generation of 3, got 2.',
  ],
  [
    'stagnation of a front without a reference',
    'a.json',
    { limits: { stagnation: 9 }, optimizee: { ...optimizee, objectives: { error: 'minimize', effort: 'minimize' } } },
    ': limits.stagnation goes by the hypervolume of the front of error, effort, which is measured from a reference; give one as optimizee.reference: { error: ..., effort: ... }.',
  ],
  [
    'an objective without a direction',
    'a.json',
    { optimizee: { ...optimizee, objectives: { error: 'least' } }, optimizer },
    ': optimizee.objectives: objective error needs minimize, maximize or a weight other than 0, got "least"',
  ],
  [
    'no command',
    'a.json',
    { optimizee: { ...optimizee, command: [] }, optimizer },
    ': optimizee.command needs a length of at least 1, got []',
  ],
  [
    'a command that is no text',
    'a.json',
    { optimizee: { ...optimizee, command: ['node', null] }, optimizer },
    ': optimizee.command.1 needs a text, got null',
  ],
  [
    'a file without a path',
    'a.json',
    { optimizee: { ...optimizee, result: { from: 'file' } }, optimizer },
    ': optimizee.result.path is missing; wanted the file that the command writes',
  ],
  [
    'a result file that all individuals would share',
    'a.json',
    { optimizee: { ...optimizee, result: { from: 'file', path: '/r.json' } }, optimizer },
    /^: optimizee\.result: the result file "\/r\.json" would be the same for all individuals/,
  ],
  [
    'a parameter with the name of a placeholder',
    'a.json',
    { optimizee: { ...optimizee, parameters: { ...optimizee.parameters, seed: { type: 'boolean' } } }, optimizer },
    /^: optimizee\.command: a parameter cannot be called seed/,
  ],
  [
    'a time span that is none',
    'a.json',
    { optimizee: { ...optimizee, timeout: 'soon' }, optimizer },
    ': optimizee.timeout needs a time span like 250ms, 30s or 12h, got "soon"',
  ],
  [
    'a batch for a command',
    'a.json',
    { optimizee: { ...optimizee, batch: { size: 8 } }, optimizer },
    ': optimizee.batch needs a simulation that takes several individuals at once: a program, or a module with simulateMany',
  ],
  [
    'a batch for the same in the settings of the runner',
    'a.json',
    { optimizee, optimizer, runner: { batch: { size: 8 } } },
    ': runner.batch needs a simulation that takes several individuals at once: a program, or a module with simulateMany',
  ],
  [
    'a batch of nobody',
    'a.json',
    { optimizee: { ...program, batch: { size: 0 } }, optimizer },
    ': optimizee.batch.size needs a number at least 1, got 0',
  ],
  [
    'a batch without braces',
    'a.json',
    { optimizee: { ...program, batch: 8 }, optimizer },
    /^: optimizee\.batch needs .*, got 8$/,
  ],
  [
    'an unknown runner setting',
    'a.json',
    { optimizee, optimizer, runner: { worker: 1 } },
    ': runner.worker is not a setting, did you mean workers?',
  ],
  [
    'too few workers',
    'a.json',
    { optimizee, optimizer, runner: { workers: 0 } },
    ': runner.workers needs a number at least 1, got 0',
  ],
  [
    'an unknown optimizer',
    'a.json',
    { optimizee, optimizer: { type: 'genetic-algoritm' } },
    /^: optimizer\.type needs one of .*, got "genetic-algoritm", did you mean genetic-algorithm\?$/,
  ],
  [
    'an unknown optimizer setting',
    'a.json',
    { optimizee, optimizer: { ...optimizer, populationsize: 3 } },
    ': optimizer.populationsize is not a setting, did you mean populationSize?',
  ],
  [
    'a wrong optimizer setting',
    'a.json',
    { optimizee, optimizer: { ...optimizer, populationSize: 'many' } },
    ': optimizer.populationSize needs a number, got "many"',
  ],
  [
    'a wrong setting on the command line',
    'a.json',
    { optimizee, optimizer },
    ': optimizer.populationSize needs a number, got "x"',
    { set: ['optimizer.populationSize=x'] },
  ],
  [
    'an unknown optimizee',
    'a.json',
    { optimizee: { type: 'epidemi' }, optimizer },
    /^: optimizee\.type needs one of .*, got "epidemi", did you mean epidemic\?$/,
  ],
  [
    'an unknown setting of a built-in optimizee',
    'a.json',
    { optimizee: { type: 'active-wait', timout: 3 }, optimizer },
    ': optimizee.timout is not a setting, did you mean timeout?',
  ],
  [
    'a placeholder without a parameter',
    'a.json',
    { optimizee: { ...optimizee, command: ['node', '{xx}'] }, optimizer },
    ': optimizee.command: "{xx}" has the placeholder {xx} without a parameter; did you mean {x}?',
  ],
  [
    'a command that is not there',
    'a.json',
    { optimizee: { ...optimizee, command: ['no-such-program'] }, optimizer },
    ': optimizee.command.0 needs a program, and no-such-program is not found on PATH',
  ],
  [
    'a folder that is not there',
    'a.json',
    { optimizee: { ...optimizee, workingDirectory: 'no' }, optimizer },
    /^: optimizee\.workingDirectory needs a directory, and there is none at .*\/no$/,
  ],
  [
    'a module that is not there',
    'a.json',
    { optimizee: { module: './no.ts' }, optimizer },
    /^: optimizee\.module needs a module, and there is no file .*\/no\.ts$/,
  ],
  [
    'a condition on a parameter that is not there',
    'a.json',
    {
      optimizee: {
        ...optimizee,
        parameters: { ...optimizee.parameters, on: { type: 'boolean', when: { solver: 1 } } },
      },
      optimizer,
    },
    ': optimizee.parameters: the condition of "on" names "solver", which is no parameter',
  ],
  [
    'a condition that is none',
    'a.json',
    {
      optimizee: { ...optimizee, parameters: { ...optimizee.parameters, on: { type: 'boolean', when: 'x' } } },
      optimizer,
    },
    ': optimizee.parameters.on.when needs values by name, got "x"',
  ],
  [
    'a condition on a range',
    'a.json',
    {
      optimizee: {
        ...optimizee,
        parameters: { ...optimizee.parameters, on: { type: 'boolean', when: { x: { low: 1 } } } },
      },
      optimizer,
    },
    ': optimizee.parameters.on.when.x needs a value or a list of values (of a range, all that are in it), got {"low":1}',
  ],
  [
    'a first guess alone',
    'a.json',
    { optimizee, optimizer, start: { x: 1 } },
    ': start needs a list of first guesses or { file: guesses.csv }, got {"x":1}; a single guess is a list of one, as [{ x: 1 }]',
  ],
  [
    'a condition under another name',
    'a.json',
    {
      optimizee: { ...optimizee, parameters: { ...optimizee.parameters, on: { type: 'boolean', if: { x: 1 } } } },
      optimizer,
    },
    ': optimizee.parameters.on.if is not a setting, did you mean when?',
  ],
  ['a module of another language', 'a.py', '', /^: an experiment is a file that ends in/],
  [
    'an experiment without a default export',
    'a.ts',
    'export const x = 1',
    ': has no default export; wanted export default defineExperiment({ ... })',
  ],
  ['an experiment that throws', 'a.ts', 'throw new Error("no licence")', ': threw while it was imported: no licence'],
  ['an experiment that does not parse', 'a.ts', 'export default {\n  a: :\n}', ', line 2, column 6: Unexpected ":"'],
]

test.each(wrong)('%s is refused with one sentence', async (_, name, content, sentence, overrides = {}) => {
  const file = folder.write(name, content)
  const error = await loadExperiment(file, overrides).catch((reason: unknown) => reason)
  expect(error instanceof ConfigurationError || error instanceof SettingsError).toBe(true)
  const { message } = error as Error
  expect(message).not.toContain('\n')
  const rest = message.startsWith(file) ? message.slice(file.length) : message
  if (typeof sentence === 'string') expect(rest).toBe(sentence)
  else expect(rest).toMatch(sentence)
})

test.each([
  ['low not below high', { type: 'real', low: 5, high: 1 }, ': optimizee.parameters.x: needs low <= high, got 5 and 1'],
  [
    'a log scale from 0',
    { type: 'real', low: 0, high: 1, scale: 'log' },
    ': optimizee.parameters.x: on a log scale needs low > 0, got 0',
  ],
  [
    'a bound that is no number',
    { type: 'real', low: '0', high: 1 },
    ': optimizee.parameters.x.low needs a number, got "0"',
  ],
  ['a bound that is missing', { type: 'real', low: 0 }, ': optimizee.parameters.x.high is missing; wanted a number'],
  [
    'a misspelt key',
    { type: 'real', low: 0, hihg: 1, high: 2 },
    ': optimizee.parameters.x.hihg is not a setting, did you mean high?',
  ],
  [
    'an unknown type',
    { type: 'float', low: 0, high: 1 },
    ': optimizee.parameters.x.type needs one of real, integer, choice, ordinal, boolean, vector, matrix, got "float", did you mean real?',
  ],
  ['no type', { low: 0, high: 1 }, /^: optimizee\.parameters\.x\.type is missing; wanted one of real, /],
  [
    'the keys of another tool',
    { type: 'real', min: 0, max: 1 },
    ': optimizee.parameters.x.min is not a setting, did you mean low?',
  ],
  ['a step of another tool', { type: 'integer', low: 0, high: 9, q: 3 }, /x\.q is not a setting, did you mean step\?$/],
  ['steps of another tool', { type: 'quniform', low: 0, high: 9 }, /got "quniform", did you mean real with a step\?$/],
  ['a normal distribution', { type: 'normal', mean: 0, sd: 9 }, /got "normal", did you mean real with a prior\?$/],
  [
    'two numbers',
    [0, 2.5],
    ': optimizee.parameters.x needs settings by name, as in { type: real, low: 0, high: 2.5 }, got [0,2.5]',
  ],
  [
    'a list of words',
    ['euler', 'rk4'],
    ': optimizee.parameters.x needs settings by name, as in { type: choice, values: [...] }, got ["euler","rk4"]',
  ],
  [
    'a logarithm in the words of another tool',
    { type: 'real', low: 1, high: 2, log: true },
    ': optimizee.parameters.x.log is not a setting, did you mean scale: log?',
  ],
  [
    'a value that stands twice',
    { type: 'choice', values: ['euler', 'rk4', 'euler'] },
    ': optimizee.parameters.x.values needs values that differ, got "euler" twice',
  ],
  [
    'a list to choose',
    { type: 'choice', values: ['one', [64, 64]] },
    ': optimizee.parameters.x.values.1 needs a text, a finite number, true, false or null, got [64,64]; give it a name, as in values: { large: ... }',
  ],
  [
    'a map to choose in a vector',
    { type: 'vector', length: 2, of: { type: 'choice', values: [{ layers: 1 }] } },
    /^: optimizee\.parameters\.x\.of\.values\.0 needs a text, .*, got \{"layers":1\}; give it a name/,
  ],
  [
    'choices with weights',
    { type: 'choice', values: ['a', 'b'], weights: [3, 1] },
    ': optimizee.parameters.x.weights is not a setting: all values are equally likely at first, and there are no weights for them',
  ],
  [
    'an integer with a prior',
    { type: 'integer', low: 0, high: 9, prior: { type: 'normal', mean: 4, sd: 1 } },
    ': optimizee.parameters.x.prior is not a setting: all values are equally likely at first; only a real has a prior',
  ],
  [
    'a step that is too wide',
    { type: 'real', low: 0, high: 1, step: 2 },
    ': optimizee.parameters.x: needs a step above 0 and at most 1, got 2',
  ],
  ['no definition', 3, ': optimizee.parameters.x needs an object, got 3'],
  [
    'nothing to choose from',
    { type: 'choice', values: [] },
    ': optimizee.parameters.x.values needs at least one value, got none',
  ],
  ['a vector of nothing', { type: 'vector', length: 2 }, ': optimizee.parameters.x.of is missing; wanted an object'],
  [
    'a fault deep inside',
    { type: 'vector', length: 2, of: { type: 'vector', length: 1, of: { type: 'real', low: 0, hi: 1, high: 2 } } },
    /^: optimizee\.parameters\.x\.of\.of\.hi is not a setting/,
  ],
  [
    'a length that is none',
    { type: 'vector', length: 0, of: { type: 'boolean' } },
    ': optimizee.parameters.x: needs a whole length of at least 1, got 0',
  ],
] as [string, unknown, string | RegExp][])(
  'a parameter with %s is refused with one sentence',
  async (_, x, sentence) => {
    for (const name of ['x', '__proto__']) {
      const text = JSON.stringify({
        optimizee: { ...optimizee, command: ['node'], parameters: { NAME: x } },
        optimizer,
      })
      const file = folder.write('a.yaml', text.replace('"NAME"', JSON.stringify(name)))
      const error = (await loadExperiment(file).catch((reason: unknown) => reason)) as Error
      const rest = error.message.slice(file.length).replace(`parameters.${name}`, 'parameters.x')
      if (typeof sentence === 'string') expect(rest).toBe(sentence)
      else expect(rest).toMatch(sentence)
    }
  },
)

test.each([
  [
    'has no default export',
    'export const x = 1',
    'it has no default export; wanted an optimizee made with defineOptimizee',
  ],
  [
    'exports something else',
    'export default 3',
    'its default export is no optimizee; wanted one made with defineOptimizee',
  ],
  [
    'is an experiment',
    'export default { optimizee: { type: "sphere" }, limits: { evaluations: 100 } }',
    'it is an experiment; run it, or name the module of its optimizee',
  ],
  ['throws on import', 'throw new Error("no licence")', 'threw while it was imported: no licence'],
  [
    'throws as it makes the optimizee',
    'export default () => { throw new Error("no data") }',
    'threw while it made the optimizee: no data',
  ],
])('a module that %s is refused with one sentence', async (_, text, sentence) => {
  folder.write('sir.ts', text)
  const file = folder.write('a.json', { optimizee: { module: './sir.ts' }, optimizer })
  await expect(loadExperiment(file)).rejects.toThrow(
    new ConfigurationError(`${file}: optimizee.module ./sir.ts: ${sentence}`),
  )
})

test('options for a module that takes none are refused', async () => {
  folder.write('square.ts', square)
  const file = folder.write('a.json', { optimizee: { module: './square.ts', options: { x: 1 } }, optimizer })
  await expect(loadExperiment(file)).rejects.toThrow(
    `${file}: optimizee.options mean nothing to ./square.ts, whose default export is not a function of them`,
  )
})

test('a module that does not parse is refused with its own line and column', async () => {
  const module = folder.write('sir.ts', 'const x = 1\nexport default =>')
  const file = folder.write('a.json', { optimizee: { module: './sir.ts' }, optimizer })
  await expect(loadExperiment(file)).rejects.toThrow(`${module}, line 2, column 16: Unexpected "=>"`)
})

test('a file that is not there, or is a directory, is refused with one sentence', async () => {
  const missing = join(folder.path, 'no.yaml')
  await expect(loadExperiment(missing)).rejects.toThrow(new ConfigurationError(`${missing}: there is no such file`))
  await expect(loadExperiment(folder.path)).rejects.toThrow(
    new ConfigurationError(`${folder.path} is not a file; wanted an experiment's file`),
  )
})

test('a program that is there but cannot be started is refused with one sentence', async () => {
  folder.write('sim.sh', '#!/bin/sh', 0o644)
  const load = (program: string) =>
    loadExperiment(folder.write('a.json', { optimizee: { ...optimizee, command: [program] }, optimizer }))
  await expect(load('./sim.sh')).rejects.toThrow(
    /: optimizee\.command\.0 needs a program, and .*\/sim\.sh is not executable$/,
  )
  await expect(load('./no.sh')).rejects.toThrow(
    /: optimizee\.command\.0 needs a program, and there is no file .*\/no\.sh$/,
  )
  await expect(load('sim.sh')).rejects.toThrow(/ got "sim\.sh"; did you mean \.\/sim\.sh\?$/)
})

test('an optimizer for another simulation is refused', async () => {
  folder.write('square.ts', square)
  const file = folder.write(
    'e.ts',
    `import { Optimizer, defineOptimizee, real } from 'twoloop'
     import square from './square.ts'
     class Nothing extends Optimizer { get type() { return 'nothing' } start() { return null } ask() { return [] } tell(s) { return s } }
     const other = defineOptimizee({ parameters: { y: real(0, 1) }, objectives: { error: 'minimize' }, simulate: () => 1 })
     export default { optimizee: square, optimizer: new Nothing(other, { seed: 1, generations: 2 }) }`,
  )
  await expect(loadExperiment(file)).rejects.toThrow(`${file}: optimizer searches y, but the optimizee has x`)
})
