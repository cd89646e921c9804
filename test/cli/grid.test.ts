import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseGridArguments } from '../../src/cli/grid-arguments.ts'
import { command } from '../command.ts'
import { UserFolder } from './folder.ts'

const examples = fileURLToPath(new URL('../examples/', import.meta.url))

let folder: UserFolder

beforeEach(() => {
  folder = new UserFolder()
})

afterEach(() => {
  folder[Symbol.dispose]()
})

const grid = (...words: string[]) => folder.twoloop(['grid', ...words])

/** A thunk that returns what it was given, and fails if it is told to. */
function writeThunk(name = 'train.mjs'): string {
  return folder.write(
    name,
    `export default ({ loggerKwargs, ...given }) => {
       if (given.fail) throw new Error('told to fail')
       return { given, by: ${JSON.stringify(name)} }
     }`,
  )
}

interface Experiment {
  readonly name: string
  readonly seed: number
  readonly directory: string
  readonly outcome: string
  readonly outputs?: { readonly given: object; readonly by: string }
}

function experimentsOf(stdout: string): Experiment[] {
  return (JSON.parse(stdout) as { experiments: Experiment[] }).experiments
}

test.each([
  [['--lr', '0.1', '1e-3'], [{ key: 'lr', values: [0.1, 1e-3] }]],
  [
    ['--lr[l]', '1', '--seed', '0', '10'],
    [
      { key: 'lr', values: [1], shorthand: 'l' },
      { key: 'seed', values: [0, 10] },
    ],
  ],
  [['--a:b:c', 'x'], [{ key: 'a:b:c', values: ['x'] }]],
  [['--a:b[short]', 'x'], [{ key: 'a:b', values: ['x'], shorthand: 'short' }]],
  [
    ['--flag', '--lr', '1'],
    [
      { key: 'flag', values: [true] },
      { key: 'lr', values: [1] },
    ],
  ],
  [['--x', '-1', '-0.5', '-'], [{ key: 'x', values: [-1, -0.5, '-'] }]],
  [
    ['--x', '[64,64]', '{"a":null}', 'true', 'null', '"1"'],
    [{ key: 'x', values: [[64, 64], { a: null }, true, null, '1'] }],
  ],
  [['--x', 'True', '01', '', 'a b'], [{ key: 'x', values: [true, '01', '', 'a b'] }]],
  [['--x', 'process.exit(7)', '__import__("os")'], [{ key: 'x', values: ['process.exit(7)', '__import__("os")'] }]],
  [
    ['--hid[h]', '[32]', '--act', 'relu', '--env', 'a'],
    [
      { key: 'acKwargs:hiddenSizes', values: [[32]], shorthand: 'h' },
      { key: 'acKwargs:activation', values: ['relu'] },
      { key: 'envName', values: ['a'] },
    ],
  ],
] as [string[], object[]][])('the words %j are keys with values', (words, keys) => {
  expect(parseGridArguments(words)).toEqual({ keys, options: {} })
})

test.each([
  [['--exp_name', 'a', '--num_cpu', '2', '--data_dir', 'd', '--datestamp']],
  [['--exp-name', 'a', '--cpu', '2', '--data-dir', 'd', '--dt']],
  [['--exp-name=a', '--cpu=2', '--data-dir=d', '--datestamp=True']],
  [['--expName', 'a', '--numCpu', '2', '--dataDir', 'd', '--datestamp', 'true']],
])('the words %j are options, and no keys', (words) => {
  expect(parseGridArguments(words)).toEqual({
    keys: [],
    options: { 'exp-name': ['a'], 'num-cpu': [2], 'data-dir': ['d'], datestamp: [true] },
  })
})

test.each([
  [['0.1', '--lr'], '0.1: wanted a key like --seed before the first value'],
  [['--lr', '1', '--lr', '2'], '--lr: lr comes twice'],
  [['--env', 'a', '--envName', 'b'], '--envName: envName comes twice'],
  [['--num_cpu', '1', '2'], '--num_cpu: needs one value, got 1 2'],
  [['--data_dir', 'a', '--data-dir', 'b'], '--data-dir: data-dir comes twice'],
  [['--datestamp[d]'], '--datestamp[d]: datestamp is an option and has no shorthand'],
  [['--lr[', '1'], '--lr[: wanted a key like --lr or --lr[shorthand]'],
  [['--', '1'], '--: wanted a key like --lr or --lr[shorthand]'],
])('the words %j are refused', (words, sentence) => {
  expect(() => parseGridArguments(words)).toThrow(sentence)
})

test('a module is run with all combinations of what stands on the command line', async () => {
  writeThunk()
  const { code, stdout, stderr } = await grid(
    'train.mjs',
    '--lr',
    '0.1',
    '0.2',
    '--net:hid[h]',
    '[32]',
    '[64,64]',
    '--gae',
    '--seed',
    '3',
  )
  expect(code).toBe(0)
  expect(stdout).toContain('ExperimentGrid [cmd_train] runs over parameters:')
  expect(stdout).toContain(
    '\ncmd_train_lr0-1_h32\ncmd_train_lr0-1_h64-64\ncmd_train_lr0-2_h32\ncmd_train_lr0-2_h64-64\n',
  )
  expect(stdout).toMatch(/\ncmd_train: finished, 4 of 4 experiments done, 0 failed\nrun {5}runs\/cmd_train$/)
  expect(stderr).toMatch(/4\/4 done/)
  expect(readdirSync(join(folder.path, 'data')).length).toBe(4)
  const again = await grid(
    'train.mjs',
    '--lr',
    '0.1',
    '0.2',
    '--net:hid[h]',
    '[32]',
    '[64,64]',
    '--gae',
    '--seed',
    '3',
    '--json',
  )
  const [first] = experimentsOf(again.stdout)
  expect(first).toMatchObject({
    name: 'cmd_train_lr0-1_h32',
    seed: 3,
    directory: join(folder.path, 'data/cmd_train_lr0-1_h32/cmd_train_lr0-1_h32_s3'),
    outcome: 'done',
    outputs: { given: { lr: 0.1, net: { hid: [32] }, gae: true, seed: 3 } },
  })
})

test('with options the runs and data lie elsewhere, under another name', async () => {
  writeThunk()
  const words = [
    'train.mjs',
    '--x',
    '1',
    '--exp_name',
    'other',
    '--data_dir',
    'd',
    '--root',
    'r',
    '--datestamp',
    '--json',
  ]
  const { code, stdout } = await grid(...words, '--workers', '1', '--timeout', '1m', '--retries', '1', '--num_cpu', '1')
  expect([code, JSON.parse(stdout)]).toMatchObject([
    0,
    { name: 'other', status: 'finished', directory: join(folder.path, 'r/other') },
  ])
  expect(readdirSync(join(folder.path, 'd'))).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d_other$/)])
})

test('a dry run makes nothing, and says what would be run and where', async () => {
  writeThunk()
  const words = ['grid', 'train.mjs', '--lr', '1', '2', '--dry-run']
  const { exitCode, stdout, stderr } = await command(words, { cwd: folder.path })
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).toContain('\npending  cmd_train_lr1 (seed 0)  data/cmd_train_lr1/cmd_train_lr1_s0\n')
  expect(stdout).toMatch(/\ncmd_train: 2 of 2 experiments are to be run$/)
  expect(readdirSync(folder.path)).toEqual(['train.mjs'])
})

test('an experiment that fails is said, does not stop the others, and makes the exit code 1', async () => {
  writeThunk()
  const { code, stdout } = await grid('train.mjs', '--fail', 'true', 'false', '--seed', '0', '1')
  expect(code).toBe(1)
  expect(stdout).toMatch(
    /\ncmd_train: finished, 2 of 4 experiments done, 2 failed\nfailed {2}cmd_train_fai \(seed 0\) {2}data\/\S+: Error: told to fail\n/,
  )
})

test('a YAML file names the thunk and the keys; the command line comes before it', async () => {
  writeThunk('code/train.mjs')
  folder.write(
    'code/ppo.yaml',
    `thunk: ./train.mjs
keys:
  lr: [0.1, 0.2]
  net:hid: { values: [[32]], shorthand: h, inName: true }
  gae:
  seed: 7
dataDir: ../output
runner: { workers: 1 }
`,
  )
  const { code, stdout } = await grid('code/ppo.yaml', '--lr', '0.5', '--momentum', '0.9', '--json')
  expect(code).toBe(0)
  const [experiment, ...others] = experimentsOf(stdout)
  expect(others).toEqual([])
  expect(experiment).toMatchObject({
    directory: join(folder.path, 'output/ppo_h32/ppo_h32_s7'),
    outputs: { given: { lr: 0.5, net: { hid: [32] }, gae: true, momentum: 0.9, seed: 7 } },
  })
})

test('a YAML file may name a key as thunk, whose values are modules beside it', async () => {
  for (const name of ['code/ppo.mjs', 'code/trpo.mjs']) writeThunk(name)
  folder.write('code/bench.yaml', 'thunk: algorithm\nkeys:\n  algorithm[alg]: []\n  lr: 1\n')
  expect((await grid('code/bench.yaml')).stderr).toMatch(
    /algorithm\[alg\] needs at least one value, got an empty list$/,
  )
  folder.write('code/bench.yaml', 'thunk: algorithm\nkeys:\n  algorithm: [./ppo.mjs, ./trpo.mjs]\n  lr: 1\n')
  const { stdout } = await grid('code/bench.yaml', '--json')
  expect(experimentsOf(stdout).map(({ name, outputs }) => [name, outputs?.by])).toEqual([
    ['bench_algppo', 'code/ppo.mjs'],
    ['bench_algtrpo', 'code/trpo.mjs'],
  ])
})

test('a file with alg_name has texts with commas or spaces for several values, and nothing for a flag', async () => {
  writeThunk()
  folder.write(
    'exp.yml',
    'alg_name: train.mjs\nlr[l]: 0.1, 0.2\nenv: a b\ngae:\nseed: 4\nexp_name: flat\ndata_dir: d\n',
  )
  const { code, stdout } = await grid('exp.yml', '--json')
  expect(code).toBe(0)
  expect(experimentsOf(stdout).map(({ name, outputs }) => [name, outputs?.given])).toEqual(
    [
      [0.1, 'a'],
      [0.1, 'b'],
      [0.2, 'a'],
      [0.2, 'b'],
    ].map(([lr, envName]) => [
      `flat_l${String(lr).replace('.', '-')}_env${envName}`,
      { lr, envName, gae: true, seed: 4 },
    ]),
  )
  expect(readdirSync(join(folder.path, 'd')).length).toBe(4)
})

test.each([
  [['train.mjs'], 'a grid needs at least one key, got none'],
  [['nowhere.mjs', '--lr', '1'], /nowhere\.mjs: there is no such module/],
  [['train.txt', '--lr', '1'], /^train\.txt: there is no such file as .*\/train\.txt$/],
  [['none.mjs', '--lr', '1'], /none\.mjs has no default export$/],
  [['broken.mjs', '--lr', '1'], /broken\.mjs, line 1, column \d+: /],
  [['train.mjs', '1'], '1: wanted a key like --seed before the first value'],
  [['train.mjs', '--lr', '1', '--lr', '2'], '--lr: lr comes twice'],
  [
    ['train.mjs', '--env', 'A', 'a'],
    /^two variants have the name cmd_train_enva and would write to .*\{"envName":"A"\} and \{"envName":"a"\}$/,
  ],
  [
    ['train.mjs', '--learning_rate', '1', '2', '--learner', 'a', 'b'],
    'train.mjs: the keys learning_rate and learner have the same shorthand lea; give one of them another',
  ],
  [['train.mjs', '--seed', '1.5'], 'train.mjs: seed needs a whole number of at least 0, got 1.5'],
  [['train.mjs', '--lr', '1', '--workers', '0'], 'runner: workers needs a number at least 1, got 0'],
  [['train.mjs', '--lr', '1', '--workers', 'many'], 'runner: workers needs a number, got "many"'],
  [['train.mjs', '--lr', '1', '--launcher', 'rocket'], /^runner: launcher needs one of .*, got "rocket"$/],
  [['train.mjs', '--lr', '1', '--num_cpu', '0'], 'numCpu needs a whole number of at least 1, or auto, got 0'],
  [['train.mjs', '--lr', '1', '--wait', 'long'], '--wait: wanted a number of seconds, got "long"'],
  [['train.mjs', '--lr', '1', '--json', '3'], '--json: wanted true, false or nothing, got 3'],
  [
    ['train.mjs', '--lr', '1', '--objective', 'Return'],
    '--objective: wanted name=minimize or name=maximize, got "Return"',
  ],
  [
    ['train.mjs', '--lr', '1', '--objective', 'Return=up'],
    'objective Return needs minimize, maximize or a weight other than 0, got "up"',
  ],
  [['train.mjs', '--lr', '1', '--exp_name', 'a/b'], 'an experiment needs a name that a directory can have, got "a/b"'],
  [['bad.yaml'], 'bad.yaml: kyes is not a setting, did you mean keys?'],
  [
    ['nested.yaml'],
    'nested.yaml: keys.net needs a list of values, one value, or { values, shorthand, inName }, got {"hid":[32]}',
  ],
  [['twice.yaml'], /^twice\.yaml, line 4, column \d+: lr comes twice$/],
  [['no-thunk.yaml'], /^no-thunk\.yaml: thunk is missing; wanted a string$/],
] as [string[], string | RegExp][])('%j is refused with one sentence and exit code 2', async (words, sentence) => {
  writeThunk()
  folder.write('none.mjs', 'export const a = 1')
  folder.write('broken.mjs', 'export default (')
  folder.write('bad.yaml', 'thunk: train.mjs\nkyes: { lr: 1 }\nkeys: { lr: 1 }\n')
  folder.write('nested.yaml', 'thunk: train.mjs\nkeys: { net: { hid: [32] } }\n')
  folder.write('twice.yaml', 'thunk: train.mjs\nkeys:\n  lr: 1\n  lr: 2\n')
  folder.write('no-thunk.yaml', 'keys: { lr: 1 }\n')
  const before = readdirSync(folder.path)
  const { exitCode, stdout, stderr } = await command(['grid', ...words], { cwd: folder.path })
  expect([exitCode, stdout, stderr.split('\n').length], stderr).toEqual([2, '', 1])
  const said = stderr.replace(/^twoloop: /, '')
  if (typeof sentence === 'string') expect(said).toBe(sentence)
  else expect(said).toMatch(sentence)
  expect(readdirSync(folder.path)).toEqual(before)
})

test('help says how keys and options are written', async () => {
  const { exitCode, stdout, stderr } = await command(['grid', '--help'])
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).toContain('Usage: twoloop grid <file> [--key value ...]')
  for (const option of ['--exp-name', '--num-cpu', '--data-dir', '--datestamp', '--dry-run'])
    expect(stdout).toContain(option)
})

test('the worked example finds what is known: some exploration beats none, and optimism helps the greedy', async () => {
  const { code, stdout } = await grid(join(examples, 'grid.yaml'), '--seed', '0', '--json')
  expect(code).toBe(0)
  const shareOf = (wanted: string) =>
    (JSON.parse(stdout) as { experiments: { name: string; outputs: { BestArm: number } }[] }).experiments.find(
      ({ name }) => name === wanted,
    )!.outputs.BestArm
  // Sutton and Barto, figure 2.2: after 1000 steps about 80 % for 0.1, half of that for the greedy one.
  expect(shareOf('bandit_eps0-1_init0')).toBeGreaterThan(0.7)
  expect(shareOf('bandit_eps0_init0')).toBeLessThan(0.5)
  expect(shareOf('bandit_eps0_init5') - shareOf('bandit_eps0_init0')).toBeGreaterThan(0.05)
  const table = readFileSync(join(folder.path, 'data/bandit_eps0-1_init0/bandit_eps0-1_init0_s0/progress.txt'), 'utf8')
  expect(table.split('\n')[0]).toBe('Epoch\tAverageReward\tStdReward\tMaxReward\tMinReward\tBestArm')
  expect(table.trimEnd().split('\n').length).toBe(11)
})

test('a key may have the name of an option of the command, which then stands before the file', async () => {
  const file = writeThunk()
  const { stdout, stderr, code } = await grid(
    '--debug',
    file,
    '--lr',
    '0.5',
    '--debug',
    'true',
    '--version',
    '2',
    '--json',
  )
  expect([code, stderr]).toEqual([0, expect.any(String)])
  expect(experimentsOf(stdout)[0]?.outputs?.given).toMatchObject({ lr: 0.5, debug: true, version: 2 })
})
