import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { collectedOf } from '../../src/batch/mesa/collected.ts'
import { type BatchRunOptions, batchRun, fullFactorialRuns } from '../../src/batch/mesa/index.ts'
import CountingModel, { type CountingParameters } from '../fixtures/batch/counting-model.ts'
import { temporaryDirectory } from '../temporary.ts'

type Options = Omit<BatchRunOptions<CountingParameters>, 'parameters'>

function run(parameters: BatchRunOptions<CountingParameters>['parameters'], options: Options = {}) {
  return batchRun(CountingModel, { parameters, maxSteps: 4, displayProgress: false, ...options })
}

const pointsOf = (parameters: BatchRunOptions<CountingParameters>['parameters'], options: Options = {}) =>
  fullFactorialRuns(CountingModel, { parameters, ...options }).map((one) => one.parameters)

// Which runs there are.

test('a text is one value, any other iterable is swept, and what is not iterable is one value', () => {
  expect(pointsOf({ label: 'relu' })).toEqual([{ label: 'relu' }])
  expect(pointsOf({ x: [1, 2] })).toEqual([{ x: 1 }, { x: 2 }])
  expect(pointsOf({ x: new Set([1, 2]) })).toEqual([{ x: 1 }, { x: 2 }])
  expect(pointsOf({ x: new Float64Array([0.5, 1]).values() })).toEqual([{ x: 0.5 }, { x: 1 }])
  expect(pointsOf({ x: 3 })).toEqual([{ x: 3 }])
  expect(pointsOf({ list: [[1, 2], [3]] })).toEqual([{ list: [1, 2] }, { list: [3] }])
})

test('an empty list of values is refused as Mesa refuses it', () => {
  expect(() => pointsOf({ x: [1], label: [] })).toThrow(
    'needs at least one value for the parameter "label", got an empty list',
  )
  expect(() => pointsOf({ x: new Set<number>() })).toThrow('got an empty list')
})

test('the last parameter changes fastest, as in itertools.product', () => {
  expect(pointsOf({ x: [1, 2], label: ['a', 'b'] })).toEqual([
    { x: 1, label: 'a' },
    { x: 1, label: 'b' },
    { x: 2, label: 'a' },
    { x: 2, label: 'b' },
  ])
})

test('for any lists of values there is one run for each combination and seed, numbered seed by seed', () => {
  const values = fc.array(fc.integer(), { minLength: 1, maxLength: 4 })
  const seeds = fc.array(fc.nat(), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(values, values, seeds, (x, stopAt, rng) => {
      const runs = fullFactorialRuns(CountingModel, { parameters: { x, stopAt }, rng })
      const expected = rng.flatMap((seed, iteration) =>
        x.flatMap((a) => stopAt.map((b) => ({ iteration, parameters: { x: a, stopAt: b, seed } }))),
      )
      expect(runs.map(({ iteration, parameters }) => ({ iteration, parameters }))).toEqual(expected)
      expect(runs.map(({ runId }) => runId)).toEqual(expected.map((_, i) => i))
    }),
  )
})

test('seeds are passed as they are, the same for every parameter set, and one seed needs no list', async () => {
  const rows = await run({ x: [1, 2] }, { rng: [42, 7] })
  expect(rows.map(({ RunId, iteration, x, seed }) => [RunId, iteration, x, seed])).toEqual([
    [0, 0, 1, 42],
    [1, 0, 2, 42],
    [2, 1, 1, 7],
    [3, 1, 2, 7],
  ])
  expect(rows[0]!.draw).toBe(rows[1]!.draw) // common random numbers
  expect(rows[0]!.draw).not.toBe(rows[2]!.draw)
  expect(pointsOf({ x: 1 }, { rng: 5 })).toEqual([{ x: 1, seed: 5 }])
})

test('iterations give every run a seed of its own, the same whenever they are run', async () => {
  const rows = await run({ x: [1, 2] }, { iterations: 3 })
  expect(rows.map(({ iteration }) => iteration)).toEqual([0, 0, 1, 1, 2, 2])
  expect(new Set(rows.map(({ draw }) => draw)).size).toBe(6)
  expect(await run({ x: [1, 2] }, { iterations: 3, numberProcesses: 2 })).toEqual(rows)
})

test('seeds may be swept like any parameter', () => {
  expect(pointsOf({ seed: [3, 4] })).toEqual([{ seed: 3 }, { seed: 4 }])
  expect(() => pointsOf({ seed: [3, 4] }, { rng: 1 })).toThrow('got both')
})

// The columns and rows.

test('a row has the columns of Mesa in their order', async () => {
  const [row, ...others] = await run({ x: 5, label: 'a' }, { rng: 1 })
  expect(Object.entries(row!)).toEqual([
    ['RunId', 0],
    ['iteration', 0],
    ['Step', 4],
    ['x', 5],
    ['label', 'a'],
    ['seed', 1],
    ['doubled', 13],
    ['total', 40],
  ])
  expect(others).toEqual([])
})

test('agent reporters give one row for each agent and step', async () => {
  const rows = await run({ sheep: 2, label: 'a' }, { maxSteps: 1, dataCollectionPeriod: 1, rng: 1 })
  expect(rows.map(({ Step, doubled, AgentID, wool, name }) => [Step, doubled, AgentID, wool, name])).toEqual([
    [0, 0, 0, 0, 'sheep 0'],
    [0, 0, 1, 0, 'sheep 1'],
    [1, 2, 0, 1, 'sheep 0'],
    [1, 2, 1, 2, 'sheep 1'],
  ])
  expect(Object.keys(rows[0]!).slice(-3)).toEqual(['AgentID', 'wool', 'name'])
})

test('reporters of agent types give rows for the agents of that class alone', async () => {
  const rows = await run({ sheep: 2, byType: true, label: 'a' }, { maxSteps: 1, rng: 1 })
  expect(rows.map(({ AgentID, wool, hunger }) => [AgentID, wool, hunger])).toEqual([
    [0, 1, undefined], // the other sheep is a lamb
    [2, undefined, 1],
  ])
})

test('what reporters give comes back as it was: numbers that JSON lacks, lists, and data too large for the record', async () => {
  const [special] = await run({ reports: 'NaN' as never, list: [[1, 2, 3]] }, { rng: 1 })
  expect(special!.special).toEqual([Number.NaN, Number.NEGATIVE_INFINITY, null, [0.5]])
  expect(special!.list).toEqual([1, 2, 3])
  const rows = await run({ reports: 'large' as never }, { maxSteps: 1, dataCollectionPeriod: 1 })
  expect(rows).toHaveLength(2)
  for (const { special } of rows) expect((special as number[]).slice(5, 9)).toEqual([5, 6, Number.NaN, 8])
})

test('rows are in the order of the run ids, whatever the number of processes', async () => {
  const parameters = { x: [1, 2, 3, 4, 5, 6], sheep: [0, 3] }
  const one = await run(parameters, { rng: [1, 2], numberProcesses: 1, dataCollectionPeriod: 1 })
  expect(await run(parameters, { rng: [1, 2], numberProcesses: 2, dataCollectionPeriod: 1 })).toEqual(one)
  expect(await run(parameters, { rng: [1, 2], numberProcesses: null, dataCollectionPeriod: 1 })).toEqual(one)
  const ids = one.map(({ RunId }) => RunId)
  expect(ids).toEqual(ids.toSorted((a, b) => a - b))
  expect(new Set(ids).size).toBe(24)
})

// How long a run is, and what is collected of it.

test('a model is stepped maxSteps times and not once more, or until it has stopped running', async () => {
  const [all] = await run({ label: 'a' }, { maxSteps: 10 })
  expect(all).toMatchObject({ Step: 10, total: 100 })
  const [none] = await run({ label: 'a' }, { maxSteps: 0 })
  expect(none).toMatchObject({ Step: 0, total: 0 })
  const [stopped] = await run({ stopAt: 3 }, { maxSteps: 10 })
  expect(stopped).toMatchObject({ Step: 3, total: 30 })
})

const stepsOf = async (options: Options, parameters = {}) =>
  (await run(parameters, { maxSteps: 5, ...options })).map(({ Step, total }) => [Step, total])

test('recorded: the last recording, all of them, or every k-th', async () => {
  expect(await stepsOf({ dataCollectionPeriod: -1 })).toEqual([[5, 50]])
  expect(await stepsOf({ dataCollectionPeriod: 1 })).toEqual([0, 1, 2, 3, 4, 5].map((step) => [step, step * 10]))
  expect(await stepsOf({ dataCollectionPeriod: 3 })).toEqual([
    [0, 0],
    [3, 30],
  ])
  expect(await stepsOf({ dataCollectionPeriod: 1 }, { collectEvery: 2 })).toEqual([
    [0, 0],
    [2, 20],
    [4, 40],
  ])
})

test('steps: 0, k, 2k ... and always the last, with the most recent recording', async () => {
  const collection = 'steps'
  expect(await stepsOf({ collection, dataCollectionPeriod: -1 })).toEqual([[5, 50]])
  expect(await stepsOf({ collection, dataCollectionPeriod: 1 })).toEqual([0, 1, 2, 3, 4, 5].map((s) => [s, s * 10]))
  expect(await stepsOf({ collection, dataCollectionPeriod: 3 })).toEqual([
    [0, 0],
    [3, 30],
    [5, 50],
  ])
  expect(await stepsOf({ collection, dataCollectionPeriod: 5 })).toEqual([
    [0, 0],
    [5, 50],
  ])
  expect(await stepsOf({ collection, dataCollectionPeriod: 1 }, { collectEvery: 2 })).toEqual([
    [0, 0],
    [1, 0],
    [2, 20],
    [3, 20],
    [4, 40],
    [5, 40],
  ])
})

test('steps: a model that records itself after its first step begins with that step', () => {
  const recordings = [1, 2, 3, 4].map((step) => ({ step, model: [step * 10], agents: [] }))
  const recorder = { modelReporters: ['total'], agentReporters: [], recordings }
  const of = (period: number) => {
    const { steps, model } = collectedOf(recorder, 'steps', period, 4)
    return steps.map((step, i) => [step, model[i]![0]])
  }
  expect(of(1)).toEqual([1, 2, 3, 4].map((step) => [step, step * 10]))
  expect(of(3)).toEqual([
    [1, 10],
    [3, 30],
    [4, 40],
  ])
  expect(of(-1)).toEqual([[4, 40]])
})

// What is refused.

test.each<[Options, string]>([
  [{ iterations: 2, rng: [1] }, 'takes iterations or rng, got both'],
  [{ iterations: 0 }, 'needs iterations to be a whole number of at least 1, got 0'],
  [{ iterations: 2.5 }, 'needs iterations to be a whole number of at least 1, got 2.5'],
  [{ rng: [] }, 'needs at least one seed in rng, got an empty list'],
  [{ rng: [1, -1] }, 'needs every seed in rng to be a whole number of at least 0, got -1'],
  [{ rng: 0.5 }, 'got 0.5'],
  [{ maxSteps: -1 }, 'needs maxSteps to be a whole number of at least 0, got -1'],
  [{ maxSteps: 1.5 }, 'got 1.5'],
  [{ dataCollectionPeriod: 0 }, 'needs dataCollectionPeriod to be -1 (the last), 1 (all) or a larger whole number'],
  [{ dataCollectionPeriod: 1.5 }, 'got 1.5'],
  [{ numberProcesses: 0 }, 'needs numberProcesses to be a whole number of at least 1, or null for all cores, got 0'],
  [{ numberProcesses: 1.5 }, 'got 1.5'],
  [{ collection: 'all' as never }, 'collection needs "recorded" or "steps", got "all"'],
])('refused before anything is run: %o', async (options, sentence) => {
  await expect(run({ x: 1 }, options)).rejects.toThrow(sentence)
  await expect(run({ x: 1 }, options)).rejects.toMatchObject({ name: 'ConfigurationError' })
})

test('values that are no plain data, and names of columns, are refused', async () => {
  await expect(run({ x: Number.NaN })).rejects.toThrow('the parameter "x" needs plain data')
  await expect(run({ x: (() => 1) as never })).rejects.toThrow('got a function')
  await expect(run({ RunId: 1 } as never)).rejects.toThrow('needs another name for the parameter "RunId"')
})

test('a batch without a directory leaves nothing behind', async () => {
  const directory = temporaryDirectory()
  vi.stubEnv('TMPDIR', directory)
  onTestFinished(() => void vi.unstubAllEnvs())
  await run({ x: [1, 2] })
  await expect(run({ x: 1 }, { signal: AbortSignal.abort(new Error('at once')) })).rejects.toThrow('was stopped')
  expect(readdirSync(directory)).toEqual([])
})

test('parameters are checked against the constructor when the program is compiled', () => {
  // @ts-expect-error the model has no parameter y
  void (() => fullFactorialRuns(CountingModel, { parameters: { y: 1 } }))
  // @ts-expect-error x is a number
  void (() => fullFactorialRuns(CountingModel, { parameters: { x: ['a'] } }))
  void (() => fullFactorialRuns(CountingModel, { parameters: { x: [1], label: ['a', 'b'] } }))
})
