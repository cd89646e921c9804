import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  BatchRunner,
  batchRun,
  DataCollector,
  fullFactorialRuns,
  type Model,
  manualRuns,
  modelOptimizee,
  readRows,
} from '../../src/batch/mesa/index.ts'
import { Experiment, GeneticAlgorithm } from '../../src/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import CountingModel, { Sheep, type Trouble } from '../fixtures/batch/counting-model.ts'
import declared, { DeclaredModel } from '../fixtures/batch/declared-model.ts'
import { HiddenModel } from '../fixtures/batch/no-model.ts'
import { temporaryDirectory } from '../temporary.ts'

const quiet = { displayProgress: false } as const

// One failing run is a row with its cause and stage, not the end.

const troubles: readonly (readonly [Trouble, stage: string, message: string])[] = [
  ['constructor', 'instantiating', 'the grid has no cells'],
  ['step', 'running', 'the herd is gone'],
  ['no-count', 'running', "step() needs to count in the model's steps, which were 0 and are 0"],
  ['no-collector', 'extracting', 'CountingModel needs a data collector in its attribute dataCollector'],
  ['agent-as-value', 'instantiating', 'the model reporter "someone" needs to give numbers'],
]

test('a run that is in trouble is a row that failed, with its stage and cause', async () => {
  const points = [{ x: 1 }, ...troubles.map(([trouble]) => ({ x: 2, trouble })), { x: 3 }]
  const configurations = manualRuns(CountingModel, { points, rng: 9, maxSteps: 4 })
  const rows = await new BatchRunner({ configurations, ...quiet }).runAll()
  const [first, last] = [rows[0], rows.at(-1)]
  expect([first, last]).toMatchObject([
    { RunId: 0, Step: 4, x: 1 },
    { RunId: 6, Step: 4, x: 3 },
  ])
  expect(first!.failure).toBeUndefined()
  for (const [i, [trouble, stage, message]] of troubles.entries()) {
    const row = rows[i + 1]!
    expect(row).toMatchObject({ RunId: i + 1, iteration: 0, Step: null, x: 2, trouble, seed: 9 })
    expect(row.failure).toMatchObject({ stage, kind: 'threw', message: expect.stringContaining(message) })
    expect(row.failure!.stack).toMatch(/counting-model|model-optimizee|data-collector/)
  }
})

test('a run whose data can be written nowhere is a row that failed while writing', async () => {
  const directory = join(temporaryDirectory(), 'batch')
  const place = join(directory, 'individuals/0.0/collected.msgpack')
  const points = [{ reports: 'large', trouble: 'in-the-way', place }, { x: 1 }] as const
  const configurations = manualRuns(CountingModel, { points, maxSteps: 2, dataCollectionPeriod: 1 })
  const rows = await new BatchRunner({ configurations, directory, ...quiet }).runAll()
  expect(rows[0]!.failure).toMatchObject({
    stage: 'writing',
    kind: 'threw',
    message: expect.stringContaining('EISDIR'),
  })
  expect(rows.slice(1).map(({ RunId, Step }) => [RunId, Step])).toEqual([0, 1, 2].map((Step) => [1, Step]))
})

test('a run that takes its process with it is a row that was aborted, and the others are done', async () => {
  const configurations = manualRuns(CountingModel, { points: [{ x: 1 }, { trouble: 'kill' }, { x: 3 }], maxSteps: 2 })
  const runner = { crashRetries: 0 }
  const rows = await new BatchRunner({ configurations, runner, ...quiet }).runAll()
  expect(rows.map(({ Step }) => Step)).toEqual([2, null, 2])
  expect(rows[1]!.failure).toMatchObject({ stage: 'aborted', kind: 'worker-lost' })
})

test('a run that takes longer than its timeout failed while running, whether its steps are many or one', async () => {
  const points = [{ trouble: 'endless-steps' }, { trouble: 'endless-step' }, { x: 1 }] as const
  const configurations = manualRuns(CountingModel, { points, maxSteps: 1_000_000_000 })
  const stopped = configurations.map((one, i) => (i === 2 ? { ...one, maxSteps: 3 } : one))
  const rows = await new BatchRunner({ configurations: stopped, timeout: '3s', ...quiet }).runAll()
  expect(rows[0]!.failure).toMatchObject({ stage: 'running', kind: 'timeout' })
  expect(rows[1]!.failure).toMatchObject({ stage: 'aborted', kind: 'timeout' }) // its process had to be ended
  expect(rows[2]).toMatchObject({ Step: 3 })
})

test('a run is tried again as often as it is allowed', async () => {
  const directory = temporaryDirectory()
  const journal = join(directory, 'journal')
  const points = [{ trouble: 'once', journal }] as const
  const again = manualRuns(CountingModel, { points, maxSteps: 2 })
  const [row] = await new BatchRunner({ configurations: again, retries: 1, ...quiet }).runAll()
  expect(row).toMatchObject({ Step: 2 })
  const other = join(directory, 'other')
  const once = manualRuns(CountingModel, { points: [{ trouble: 'once', journal: other }], maxSteps: 2 })
  const [failed] = await new BatchRunner({ configurations: once, ...quiet }).runAll()
  expect(failed!.failure!.message).toContain('only once')
})

// The list of run configurations.

test('every run has its own steps, period, id and iteration, and rows are in the order of the ids', async () => {
  const base = { model: CountingModel, iteration: 0, dataCollectionPeriod: -1 }
  const configurations = [
    { ...base, runId: 30, parameters: { label: 'c', seed: 1 }, maxSteps: 7 },
    { ...base, runId: 10, parameters: { label: 'a', x: 1, seed: 2 }, maxSteps: 2, iteration: 4 },
    { ...base, runId: 20, parameters: { label: 'b', seed: 3 }, maxSteps: 4, dataCollectionPeriod: 2 },
  ]
  const rows = await new BatchRunner({ configurations, numberProcesses: 2, ...quiet }).runAll()
  expect(rows.map(({ RunId, iteration, Step, label, x, seed }) => [RunId, iteration, Step, label, x, seed])).toEqual([
    [10, 4, 2, 'a', 1, 2],
    [20, 0, 0, 'b', undefined, 3],
    [20, 0, 2, 'b', undefined, 3],
    [20, 0, 4, 'b', undefined, 3],
    [30, 0, 7, 'c', undefined, 1],
  ])
  expect(Object.keys(rows[0]!)).not.toContain('RunConfiguration')
})

test('runs of different models ride in one batch', async () => {
  const counting = fullFactorialRuns(CountingModel, { parameters: { x: [1, 2] }, maxSteps: 3 })
  const declared = fullFactorialRuns(DeclaredModel, { parameters: { slope: [0, 2] }, maxSteps: 3 })
  const configurations = [...counting, ...declared].map((one, runId) => ({ ...one, runId }))
  const rows = await new BatchRunner({ configurations, ...quiet }).runAll()
  expect(rows.map(({ RunId, x, slope, total, height }) => [RunId, x, slope, total, height])).toEqual([
    [0, 1, undefined, 30, undefined],
    [1, 2, undefined, 30, undefined],
    [2, undefined, 0, undefined, -12],
    [3, undefined, 2, undefined, 0],
  ])
})

test('a model without parameters is run too', async () => {
  const rows = await batchRun(CountingModel, { parameters: {}, rng: [1, 2], maxSteps: 1, ...quiet })
  expect(rows.map((row) => Object.keys(row).slice(0, 4))).toEqual([
    ['RunId', 'iteration', 'Step', 'seed'],
    ['RunId', 'iteration', 'Step', 'seed'],
  ])
})

test.each<[string, object, string]>([
  ['an id twice', { runId: 0 }, 'needs run ids that differ, got 0 twice'],
  ['a negative id', { runId: -1 }, 'needs runId to be a whole number of at least 0, got -1'],
  ['half an iteration', { iteration: 0.5 }, 'needs iteration to be a whole number of at least 0, got 0.5'],
  ['a negative number of steps', { maxSteps: -5 }, 'needs maxSteps to be a whole number of at least 0, got -5'],
  ['a period of -2', { dataCollectionPeriod: -2 }, 'needs dataCollectionPeriod to be -1'],
  [
    'a seed that is no seed',
    { parameters: { seed: -3 } },
    'needs every seed to be a whole number of at least 0, got -3',
  ],
])('refused: %s', (_, change, sentence) => {
  const [first, second] = manualRuns(CountingModel, { points: [{ x: 1 }, { x: 2 }] })
  expect(() => new BatchRunner({ configurations: [first!, { ...second!, ...change }] })).toThrow(sentence)
})

test('a list without runs is refused', () => {
  expect(() => new BatchRunner({ configurations: [] })).toThrow('BatchRunner needs at least one run, got none')
})

// What the model takes.

test('a parameter that the model does not take is refused, with the nearest that it does', async () => {
  const run = (parameters: object) => batchRun(DeclaredModel, { parameters, ...quiet })
  await expect(run({ slop: [1, 2] })).rejects.toThrow(
    'DeclaredModel does not take the parameter "slop", did you mean "slope"?',
  )
  await expect(run({ colour: 'red' })).rejects.toThrow(
    'DeclaredModel does not take the parameter "colour"; it takes "slope", "rounds", "kind"',
  )
  await expect(run({ slope: [1, 7] })).rejects.toThrow('the parameter "slope" needs a number from -5 to 5, got 7')
  await expect(run({ kind: 'medium' })).rejects.toThrow(
    'the parameter "kind" needs one of "fast", "slow", got "medium"',
  )
})

test('a step may be asynchronous, and what is not given has its default', async () => {
  const rows = await batchRun(DeclaredModel, { parameters: { slope: [1, 2] }, ...quiet })
  expect(rows.map(({ Step, height }) => [Step, height])).toEqual([
    [3, -3],
    [3, 0],
  ])
})

test('a model that workers cannot find is refused with what to do', async () => {
  class Homeless implements Model {
    readonly running = false
    readonly steps = 0
    readonly dataCollector = new DataCollector<Homeless>()
    step(): void {}
  }
  const run = (model: typeof Homeless, options = {}) => batchRun(model, { parameters: {}, ...quiet, ...options })
  await expect(run(Homeless)).rejects.toThrow(
    'Workers must be able to load Homeless: give it `static readonly module = import.meta.url`',
  )
  await expect(run(Homeless, { module: '/nowhere/model.ts' })).rejects.toThrow('there is no file /nowhere/model.ts')
  await expect(run(HiddenModel)).rejects.toThrow(/no-model\.ts needs a model as its default export/)
  const elsewhere = new URL('../fixtures/batch/counting-model.ts', import.meta.url).href
  expect(await run(Homeless, { module: elsewhere, maxSteps: 1 })).toMatchObject([{ Step: 1, total: 10 }])
})

test('a module that starts a batch whenever it is loaded does not have its workers start batches without end', async () => {
  await expect(import('../fixtures/batch/script-with-model.ts')).rejects.toThrow(
    'A worker that loads a simulation must not start a batch; put the simulation in a file of its own',
  )
})

// The record on disk.

test('a stopped batch goes on where it was, and makes no run twice', async () => {
  const root = temporaryDirectory()
  const journal = join(root, 'journal')
  const parameters = { x: Array.from({ length: 30 }, (_, i) => i), journal }
  const configurations = fullFactorialRuns(CountingModel, { parameters, rng: [1, 2], maxSteps: 3 })
  const options = { configurations, directory: join(root, 'batch'), runner: { lookAhead: 1 }, ...quiet }
  const reference = await new BatchRunner({ configurations, ...quiet }).runAll()
  const simulated = () => (existsSync(journal) ? readFileSync(journal, 'utf8').trim().split('\n').length : 0)
  const before = simulated()
  const controller = new AbortController()
  writeFileSync(`${journal}-hold`, '')
  const timer = setInterval(() => {
    if (simulated() < before + 8) return
    controller.abort(new Error('enough'))
    rmSync(`${journal}-hold`, { force: true })
  }, 1)
  const stopped = new BatchRunner({ ...options, signal: controller.signal })
  await expect(stopped.runAll()).rejects.toMatchObject({ name: 'BatchStoppedError' })
  clearInterval(timer)
  const half = [...stopped.rows()]
  expect(half.length).toBeGreaterThan(5)
  expect(half.length).toBeLessThan(60)
  expect(reference).toEqual(expect.arrayContaining(half))
  expect(await new BatchRunner(options).runAll()).toEqual(reference)
  expect(simulated() - before).toBe(60)
  // It is finished: nothing is run again, and anybody can read it.
  expect(await new BatchRunner(options).runAll()).toEqual(reference)
  expect(simulated() - before).toBe(60)
  expect([...readRows(options.directory)]).toEqual(reference)
})

test('a directory with another batch is refused, and overwritten if that is wanted', async () => {
  const directory = join(temporaryDirectory(), 'batch')
  const run = (x: number, options = {}) =>
    batchRun(CountingModel, { parameters: { x }, rng: 1, maxSteps: 2, directory, ...quiet, ...options })
  await run(1)
  await expect(run(2)).rejects.toThrow('holds a run of another configuration')
  await expect(run(1, { maxSteps: 3 })).rejects.toThrow('maxSteps was 2 and is now 3')
  await expect(run(1, { collection: 'steps' })).rejects.toThrow('collection was "recorded" and is now "steps"')
  expect(await run(2, { overwrite: true })).toMatchObject([{ x: 2 }])
})

test('rows are read one by one while more are to come', async () => {
  const runner = new BatchRunner({
    configurations: fullFactorialRuns(CountingModel, { parameters: { x: [1, 2, 3] }, maxSteps: 2 }),
    ...quiet,
  })
  expect(() => runner.rows().next()).toThrow('call run() first')
  await runner.run()
  const rows = runner.rows()
  expect(rows.next().value).toMatchObject({ RunId: 0, x: 1 })
  expect([...rows].map(({ RunId }) => RunId)).toEqual([1, 2])
  runner[Symbol.dispose]()
})

test('the record is one of the platform: parameters, seeds, last values and replicates', async () => {
  const directory = join(temporaryDirectory(), 'batch')
  await batchRun(CountingModel, { parameters: { x: [1, 2] }, rng: [5, 6], maxSteps: 2, directory, ...quiet })
  const record = RecordWriter.openForReading(directory)
  const rows = [...record.rows()]
  record.close()
  expect(rows.map(({ replicate, seed, parameters }) => [replicate, seed, parameters])).toEqual([
    [0, 5, '{"x":1}'],
    [0, 5, '{"x":2}'],
    [1, 6, '{"x":1}'],
    [1, 6, '{"x":2}'],
  ])
  expect(JSON.parse(rows[0]!.outputs!)).toMatchObject({ doubled: 5, total: 20 })
  expect(rows[0]!.fitness).toBe('[2]') // how many steps it took
})

// The data collector.

test('what was collected does not change when the model does', () => {
  const model = { steps: 0, list: [1], agents: [{ uniqueId: 1, bag: { gold: 1 } }] }
  const collector = new DataCollector<typeof model, (typeof model.agents)[0]>({
    modelReporters: { list: 'list' },
    agentReporters: { bag: 'bag' },
  })
  collector.collect(model)
  model.list.push(2)
  model.agents[0]!.bag.gold = 7
  expect(collector.recordings).toEqual([{ step: 0, model: [[1]], agents: [[[1, { gold: 1 }]]] }])
})

test('a reporter that reports nothing that is there is refused by name', () => {
  const collect = (options: object) => new DataCollector(options).collect({ steps: 0, agents: [new Sheep(1)] })
  expect(() => collect({ modelReporters: { a: 'b' } })).toThrow(
    'the model reporter "a" needs the attribute "b", which the model does not have',
  )
  expect(() => collect({ agentReporters: { a: 'b' } })).toThrow('which the agent does not have')
  expect(() => collect({ modelReporters: { a: [1, 2] } })).toThrow('[function, [arguments]]')
  expect(() => new DataCollector({ agentReporters: { a: 'b' as never } }).collect({ steps: 0 })).toThrow(
    'agent reporters need a model with `agents`',
  )
})

// A model for any optimizer.

test('an optimizer searches the parameters of a model by the last value of a reporter', async () => {
  await using experiment = new Experiment({ root: temporaryDirectory() })
  await experiment.prepareExperiment({ name: 'slope', runner: { workers: 1 } })
  const optimizer = new GeneticAlgorithm(declared, { populationSize: 20, generations: 15, seed: 1 })
  await experiment.runExperiment(optimizer, declared)
  const { trajectory } = await experiment.endExperiment(optimizer)
  expect(trajectory.best(1)[0]!.individual.parameters.slope).toBeCloseTo(2, 0)
})

test('a model that does not say what it takes cannot be searched', () => {
  expect(() => modelOptimizee(CountingModel)).toThrow('CountingModel needs static `parameters`')
})
