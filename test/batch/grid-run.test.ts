import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ExperimentGrid, type GridRunOptions, moduleFunction } from '../../src/batch/grid/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { isRunning, until } from '../optimizees/processes.ts'
import { canonicalExport } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const folder = fileURLToPath(new URL('../fixtures/grid/', import.meta.url))
const thunk = (name: string) => join(folder, `${name}.ts`)

/** A user's directory, and what a grid is run with in it. */
function surroundings() {
  const directory = temporaryDirectory()
  const shown: string[] = []
  const warnings: string[] = []
  const options: GridRunOptions = {
    root: join(directory, 'runs'),
    dataDir: join(directory, 'data'),
    print: (text) => void shown.push(text),
    onWarning: (sentence) => void warnings.push(sentence),
    runner: { workers: 2 },
  }
  const file = join(directory, 'calls')
  const calls = () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').sort() : [])
  return { directory, options, shown, warnings, file, calls }
}

test('every variant is run with its arguments, in a directory by its name and seed, as an individual of one run', async () => {
  const { directory, options, shown } = surroundings()
  const grid = new ExperimentGrid('tell')
    .add('lr', [0.1, [0.2]])
    .add('net:hid', { a: 1 })
    .add('seed', [0, 10])
  const { status, experiments, directory: run } = await grid.run(thunk('tell'), options)
  expect([status, run]).toEqual(['finished', join(directory, 'runs', 'tell')])
  expect(experiments.map(({ name, seed, outcome, variant }) => [name, seed, outcome, variant])).toEqual([
    ['tell_lr0-1', 0, 'done', { lr: 0.1, net: { hid: { a: 1 } }, seed: 0 }],
    ['tell_lr0-1', 10, 'done', { lr: 0.1, net: { hid: { a: 1 } }, seed: 10 }],
    ['tell_lr0-2', 0, 'done', { lr: [0.2], net: { hid: { a: 1 } }, seed: 0 }],
    ['tell_lr0-2', 10, 'done', { lr: [0.2], net: { hid: { a: 1 } }, seed: 10 }],
  ])
  for (const { name, seed, variant, directory: place, outputs } of experiments) {
    expect(place).toBe(join(directory, 'data', name, `${name}_s${seed}`))
    expect(outputs?.given).toEqual({ ...variant, loggerKwargs: { outputDir: place, expName: name } })
    expect(JSON.parse(readFileSync(join(place!, 'config.json'), 'utf8'))).toMatchObject({ exp_name: name, seed })
  }
  expect(new Set(experiments.map(({ outputs }) => outputs?.pid)).size).toBe(4)
  const text = shown.join('')
  expect(text).toContain('ExperimentGrid [tell] runs over parameters:')
  expect(text).toMatch(/Preparing to run the following experiments\.\.\.\n\ntell_lr0-1\ntell_lr0-2\n/)
  const lines = canonicalExport(run).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    [
      [0.1, 0],
      [0.1, 10],
      [[0.2], 0],
      [[0.2], 10],
    ].map(([lr, seed], index) => ({
      generation: 0,
      index,
      replicate: 0,
      seed,
      parameters: { lr, 'net:hid': { a: 1 }, seed },
      outcome: 'done',
      fitness: [1],
    })),
  )
})

test('no state leaks from one variant to another, though one worker runs them all', async () => {
  const { options } = surroundings()
  const grid = new ExperimentGrid('traces').add('seed', [0, 1, 2])
  const { experiments } = await grid.run(thunk('leave-traces'), { ...options, runner: { workers: 1 } })
  for (const { outputs } of experiments) {
    expect(outputs).toMatchObject({ calls: 1, callsOfModule: 1, left: 'nothing' })
  }
  expect(new Set(experiments.map(({ outputs }) => outputs?.pid)).size).toBe(3)
})

test('variants run at the same time', async () => {
  const { options, file } = surroundings()
  // Each waits for the other: one after the other they would never end.
  const grid = new ExperimentGrid('company').add('file', file).add('company', 2).add('seed', [0, 1])
  const { experiments } = await grid.run(thunk('count-calls'), options)
  expect(experiments.map(({ outcome }) => outcome)).toEqual(['done', 'done'])
})

test('a variant that fails does not stop the others, is tried once, and has its cause', async () => {
  const { options, file, calls } = surroundings()
  const ends = ['throw', 'well', 'kill', 'exit', 'quietly']
  const grid = new ExperimentGrid('ends').add('file', file).add('end', ends)
  const { status, experiments } = await grid.run(thunk('count-calls'), options)
  expect(status).toBe('finished')
  expect(experiments.map(({ outcome, cause }) => [outcome, cause?.kind])).toEqual([
    ['failed', 'threw'],
    ['done', undefined],
    ['failed', 'exit'],
    ['failed', 'exit'],
    ['done', undefined],
  ])
  expect(experiments[0]?.cause?.message).toBe('RangeError: the experiment broke')
  expect(calls()).toEqual(ends.map((end) => `0 ${end}`).sort())
})

test('a variant that fails is tried again, but not a third time when it has failed the same way twice', async () => {
  const { options, file, calls } = surroundings()
  const grid = new ExperimentGrid('ends').add('file', file).add('end', ['throw'])
  await grid.run(thunk('count-calls'), { ...options, runner: { workers: 1, retries: 2 } })
  expect(calls()).toEqual(['0 throw', '0 throw'])
})

test('a variant that takes too long is ended with all that it has started', async () => {
  const { directory, options } = surroundings()
  const file = join(directory, 'pids')
  const grid = new ExperimentGrid('busy').add('file', file)
  const { experiments } = await grid.run(thunk('busy'), { ...options, runner: { workers: 1, timeout: '10s' } })
  expect(experiments[0]).toMatchObject({ outcome: 'failed', cause: { kind: 'timeout' } })
  for (const pid of readFileSync(file, 'utf8').split(' ')) await until(() => !isRunning(Number(pid)))
})

test('a variant whose worker is killed ends, and is run again', async () => {
  const { options, file, calls } = surroundings()
  const grid = new ExperimentGrid('killed').add('file', file)
  const { experiments } = await grid.run(thunk('kill-worker'), { ...options, runner: { workers: 1 } })
  const [first, second] = calls()
  expect(experiments[0]).toMatchObject({ outcome: 'done', outputs: { result: 'second' } })
  expect([first, second]).toEqual([expect.stringMatching(/^first/), 'second'])
  await until(() => !isRunning(Number(first!.split(' ')[1])))
})

test('a grid that was stopped goes on where it was: finished variants are not run again', async () => {
  const { options, file, calls } = surroundings()
  const grid = new ExperimentGrid('stopped').add('file', file).add('seed', [0, 1, 2, 3, 4, 5])
  const controller = new AbortController()
  const first = await grid.run(thunk('count-calls'), {
    ...options,
    runner: { workers: 1, lookAhead: 1, drain: '10m' },
    signal: controller.signal,
    onProgress: ({ evaluated }) => {
      if (evaluated >= 2) controller.abort(new Error('stopped by a test'))
    },
  })
  expect(first).toMatchObject({ status: 'stopped', reason: 'stopped by a test' })
  const done = first.experiments.filter(({ outcome }) => outcome === 'done').length
  expect(done).toBeGreaterThanOrEqual(2)
  expect(done).toBeLessThan(6)
  expect(first.experiments.filter(({ outcome }) => outcome === 'pending').length).toBe(6 - done)
  const second = await grid.run(thunk('count-calls'), { ...options, runner: { workers: 2 } })
  expect(second.status).toBe('finished')
  expect(second.experiments.every(({ outcome }) => outcome === 'done')).toBe(true)
  expect(calls()).toEqual([0, 1, 2, 3, 4, 5].map((seed) => `${seed} well`))
  const third = await grid.run(thunk('count-calls'), options)
  expect(third).toEqual(second)
  expect(calls().length).toBe(6)
})

test('a grid whose code has changed goes on with the code that it was begun with, and says so', async () => {
  const { directory, options, warnings } = surroundings()
  const module = join(directory, 'thunk.mjs')
  const grid = new ExperimentGrid('changed').add('seed', 0)
  writeFileSync(module, 'export default () => 1')
  const signal = AbortSignal.abort(new Error('not now'))
  await grid.run(module, { ...options, signal })
  writeFileSync(module, 'export default () => 2')
  const { experiments } = await grid.run(module, options)
  expect(experiments.map(({ outputs }) => outputs?.result)).toEqual([1])
  expect(warnings).toEqual([
    `The code of the experiments has changed since ${directory}/runs/changed was begun; the rest is run with the code of then.`,
  ])
  const anew = await grid.run(module, { ...options, overwrite: true })
  expect(anew.experiments.map(({ outputs }) => outputs?.result)).toEqual([2])
})

test('the directories of a grid that goes on say when it was begun', async () => {
  const { options, file } = surroundings()
  const grid = new ExperimentGrid('dated').add('file', file).add('seed', [0, 1])
  const stamped = { ...options, datestamp: true }
  const signal = AbortSignal.abort(new Error('not now'))
  const first = await grid.run(thunk('count-calls'), { ...stamped, signal, now: new Date(2026, 0, 2, 3, 4, 5) })
  expect(first.status).toBe('stopped')
  const { experiments } = await grid.run(thunk('count-calls'), { ...stamped, now: new Date(2026, 5, 1) })
  expect(experiments.map(({ directory }) => directory!.slice(options.dataDir!.length))).toEqual([
    '/2026-01-02_dated/2026-01-02_03-04-05-dated_s0',
    '/2026-01-02_dated/2026-01-02_03-04-05-dated_s1',
  ])
  for (const { directory } of experiments) expect(existsSync(join(directory!, 'config.json'))).toBe(true)
})

test('a grid of another configuration is refused where there is a run already', async () => {
  const { options } = surroundings()
  await new ExperimentGrid('tell').add('lr', 1).run(thunk('tell'), options)
  const other = new ExperimentGrid('tell').add('lr', 3)
  await expect(other.run(thunk('tell'), options)).rejects.toThrow(
    /holds a run of another configuration \(optimizee\.parameters was /,
  )
  await expect(new ExperimentGrid('tell').add('lr', 1).run(thunk('train'), options)).rejects.toThrow(
    /holds a run of another configuration \(optimizee\.options\.thunk\.module was .*tell\.ts" and is now .*train\.ts"\)/,
  )
})

test('a dry run says what would be run and where, what is done already, and makes nothing', async () => {
  const { directory, options, shown, warnings, calls, file } = surroundings()
  const grid = new ExperimentGrid('dry').add('file', file).add('end', ['well', 'throw']).add('seed', [1, 2])
  const planned = await grid.run(thunk('count-calls'), { ...options, dryRun: true })
  expect(planned.status).toBe('planned')
  expect(planned.experiments.map(({ outcome }) => outcome)).toEqual(['pending', 'pending', 'pending', 'pending'])
  expect(planned.experiments[3]?.directory).toBe(join(directory, 'data/dry_endthrow/dry_endthrow_s2'))
  expect(shown.join('')).toContain('\ndry_endthrow\ndry_endwell\n')
  expect([readdirSync(directory), calls()]).toEqual([[], []])
  const run = await grid.run(thunk('count-calls'), options)
  const again = await grid.run(thunk('count-calls'), { ...options, dryRun: true })
  expect(again.experiments).toEqual(run.experiments)
  const other = new ExperimentGrid('dry').add('file', file).add('seed', 1)
  expect((await other.run(thunk('count-calls'), { ...options, dryRun: true })).experiments[0]?.outcome).toBe('pending')
  expect(warnings).toEqual([expect.stringMatching(/holds a run of another configuration, which would be refused\.$/)])
})

test('there is time to think again before the launch, if it is asked for', async () => {
  const { options, shown } = surroundings()
  const grid = new ExperimentGrid('tell').add('lr', 1)
  await grid.run(thunk('tell'), { ...options, waitBeforeLaunch: 0.05 })
  expect(shown.at(-1)).toBe('Launching in 0.05 s...\n')
})

test('a thunk may be a key, whose values are the modules; the thunks are not given it', async () => {
  const { options } = surroundings()
  const modules = [moduleFunction(thunk('algorithm-a')), moduleFunction(thunk('algorithm-b'))]
  const grid = new ExperimentGrid('bench').add('algorithm', modules).add('lr', 1)
  const { experiments } = await grid.run('algorithm', options)
  expect(experiments.map(({ name, outputs }) => [name, outputs?.algorithm, outputs?.lr])).toEqual([
    ['bench_algalgorithm-a', 'a', 1],
    ['bench_algalgorithm-b', 'b', 1],
  ])
  const paths = new ExperimentGrid('paths').add('algorithm', [thunk('tell')]).add('lr', 1)
  const [told] = (await paths.run('algorithm', options)).experiments
  expect(told?.outputs?.kwargs).toEqual(['loggerKwargs', 'lr', 'seed'])
})

test('objectives are read from what a thunk returns, or else from the last row of its table', async () => {
  const { options, file } = surroundings()
  const grid = new ExperimentGrid('train').add('lr', [1, 3])
  const objectives = { AverageReturn: 'maximize' } as const
  const { directory, experiments } = await grid.run(thunk('train'), { ...options, objectives })
  expect(experiments.map(({ outputs }) => [outputs?.Epoch, outputs?.AverageReturn])).toEqual([
    [2, 3],
    [2, 9],
  ])
  const record = RecordWriter.openForReading(directory)
  expect(record.best(1)[0]).toMatchObject({ individual: { parameters: { lr: 3 } }, fitness: [9] })
  record.close()
  const returning = new ExperimentGrid('returning').add('file', file).add('seed', [4, 2])
  const worth = { cost: 'minimize' } as const
  const returned = await returning.run(thunk('count-calls'), { ...options, objectives: worth })
  expect(returned.experiments.map(({ outputs }) => outputs?.cost)).toEqual([4, 2])
})

test('a thunk that gives no value for an objective has failed', async () => {
  const { options } = surroundings()
  const grid = new ExperimentGrid('train').add('lr', [1])
  const { experiments } = await grid.run(thunk('train'), { ...options, objectives: { Cost: 'minimize' } })
  expect(experiments[0]).toMatchObject({
    outcome: 'failed',
    cause: {
      kind: 'bad-result',
      message:
        'The simulation must return a finite number for Cost; its result has no Cost, but Epoch, AverageReturn, StdReturn, directory.',
    },
  })
})

test('large values reach every variant', async () => {
  const { options } = surroundings()
  const text = 'y'.repeat(300_000)
  const grid = new ExperimentGrid('large').add('text', text).add('seed', [0, 1])
  const { experiments } = await grid.run(thunk('tell'), options)
  for (const { outputs } of experiments) expect(outputs?.given).toMatchObject({ text })
})

test('several processes for each experiment', async () => {
  const { options } = surroundings()
  const { experiments } = await new ExperimentGrid('ranks')
    .add('seed', [0, 1])
    .run(thunk('ranks'), { ...options, numCpu: 2 })
  for (const { outputs } of experiments) expect(outputs).toMatchObject({ ranks: [0, 1], size: 2, AverageValue: 8.25 })
})

test.each([
  [
    'two values that differ in case',
    new ExperimentGrid('test').add('env', ['A', 'a']),
    /^two variants have the name test_enva and would write to .*\/data\/test_enva\/test_enva_s0: \{"env":"A"\} and \{"env":"a"\}$/,
  ],
  [
    'a list and a text',
    new ExperimentGrid('test').add('hid', [[1, 2], '1-2']),
    /: \{"hid":\[1,2\]\} and \{"hid":"1-2"\}$/,
  ],
  [
    'lists in lists',
    new ExperimentGrid('test').add('hid', [
      [1, [2]],
      [1, 2],
    ]),
    /: \{"hid":\[1,\[2\]\]\} and \{"hid":\[1,2\]\}$/,
  ],
  ['a number and a text', new ExperimentGrid('test').add('lr', [0.1, '0 1']), /: \{"lr":0\.1\} and \{"lr":"0 1"\}$/],
  ['the same value twice', new ExperimentGrid('test').add('lr', [1, 1]), /: \{"lr":1\} and \{"lr":1\}$/],
  ['the same seed twice', new ExperimentGrid('test').add('seed', [1, 1]), /: \{"seed":1\} and \{"seed":1\}$/],
])('names that collide are refused with both variants: %s', async (_, grid, sentence) => {
  const { directory, options } = surroundings()
  await expect(grid.run(thunk('tell'), options)).rejects.toThrow(sentence)
  expect(readdirSync(directory)).toEqual([])
})

test.each([
  ['no keys', new ExperimentGrid('test'), thunk('tell'), {}, 'a grid needs at least one key, got none'],
  [
    'no name',
    new ExperimentGrid().add('lr', 1),
    thunk('tell'),
    {},
    'an experiment needs a name that a directory can have, got ""',
  ],
  [
    'a thunk that is not there',
    new ExperimentGrid('test').add('lr', 1),
    thunk('nowhere'),
    {},
    /there is no such module/,
  ],
  [
    'a thunk that is no function',
    new ExperimentGrid('test').add('lr', 1),
    thunk('no-function'),
    {},
    'needs to be a function, got object',
  ],
  ['a thunk that breaks', new ExperimentGrid('test').add('lr', 1), thunk('breaks-on-import'), {}, 'it broke on import'],
  [
    'a function that is not there',
    new ExperimentGrid('test').add('act', moduleFunction(thunk('functions'), 'tanh')),
    thunk('tell'),
    {},
    /functions\.ts has no export tanh$/,
  ],
  [
    'a thunk among the values that is none',
    new ExperimentGrid('test').add('alg', [thunk('tell'), 3]),
    'alg',
    {},
    /^a thunk needs .*, got 3$/,
  ],
  [
    'a wrong count',
    new ExperimentGrid('test').add('lr', 1),
    thunk('tell'),
    { numCpu: 0.5 },
    'numCpu needs a whole number of at least 1, or auto, got 0.5',
  ],
  [
    'a wrong setting',
    new ExperimentGrid('test').add('lr', 1),
    thunk('tell'),
    { runner: { workers: 0 } },
    /^runner: workers needs a number at least 1, got 0$/,
  ],
  [
    'a wrong direction',
    new ExperimentGrid('test').add('lr', 1),
    thunk('tell'),
    { objectives: { a: 'up' as 'maximize' } },
    'objective a needs minimize, maximize or a weight other than 0, got "up"',
  ],
] as [string, ExperimentGrid, string, GridRunOptions, string | RegExp][])(
  '%s is refused before anything is made',
  async (_, grid, named, more, sentence) => {
    const { directory, options } = surroundings()
    await expect(grid.run(named, { ...options, ...more })).rejects.toThrow(sentence)
    expect(readdirSync(directory)).toEqual([])
  },
)
