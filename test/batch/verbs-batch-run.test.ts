import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import {
  type BatchRunSimulationsOptions,
  batchRunSimulations,
  ReadCache,
  readSamples,
} from '../../src/batch/verbs/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import simulate, { Ledger, type LedgerParameters } from '../fixtures/batch/ledger.ts'
import { temporaryDirectory } from '../temporary.ts'

interface Result {
  readonly before: number[]
  readonly after: number[]
  readonly seed: number
  readonly nSteps: number
  readonly parameters: LedgerParameters
  readonly read: unknown
}

type Options = Partial<BatchRunSimulationsOptions<Partial<LedgerParameters>>>

async function run(parametersSamples: readonly LedgerParameters[], options: Options = {}) {
  const given = { nSteps: 5, nSamples: 2, parametersSamples, nJobs: 1, verbose: 0, ...options }
  return batchRunSimulations(simulate, given) as Promise<
    {
      params: LedgerParameters
      samples: (Result | null)[]
      failures?: { seed: number; kind: string; message: string }[]
    }[]
  >
}

const state = {
  balances: new Float64Array([10, 20, 30]),
  names: ['alice', 'bob', 'carol'],
  blocks: [{ number: 7, hash: '0xabc' }],
}

// What is run.

test('one entry for each sample in the given order, duplicates separate, seeds 0 to n - 1 for each', async () => {
  const given = [{ amount: 2 }, { amount: 1, fee: 0.5 }, { amount: 2 }]
  const results = await run(given, { nSamples: 3, nJobs: 2 })
  expect(results.map(({ params }) => params)).toEqual(given)
  for (const { samples, failures } of results) {
    expect(samples.map((sample) => sample!.seed)).toEqual([0, 1, 2])
    expect(failures).toBeUndefined()
  }
  expect(Object.keys(results[0]!)).toEqual(['params', 'samples'])
})

test('the same parameters give equal samples, other parameters and other seeds do not', async () => {
  const [first, other, same] = await run([{ amount: 2 }, { amount: 3 }, { amount: 2 }], { snapshot: state })
  expect(same!.samples).toEqual(first!.samples)
  expect(other!.samples.map((sample) => sample!.after)).not.toEqual(first!.samples.map((sample) => sample!.after))
  expect(first!.samples[0]!.after).not.toEqual(first!.samples[1]!.after)
})

test('the simulation function gets its environment, seed, steps, parameters and what else the batch was given', async () => {
  const [only] = await run([{ amount: 2 }], { nSteps: 4, fee: 0.25 })
  const { samples } = only!
  expect(samples[1]).toMatchObject({ seed: 1, nSteps: 4, parameters: { amount: 2, fee: 0.25 } })
  expect(samples[1]!.after.reduce((sum, value) => sum + value)).toBe(4 * 1.75)
})

test('any number of jobs gives the same results, counted as joblib counts', async () => {
  const one = await run([{ amount: 2 }, { amount: 3 }], { nJobs: 1 })
  expect(await run([{ amount: 2 }, { amount: 3 }], { nJobs: -1 })).toEqual(one)
  const directory = join(temporaryDirectory(), 'batch')
  await run([{ amount: 2 }, { amount: 3 }], { nJobs: -2, directory })
  const record = RecordWriter.openForReading(directory)
  expect(record.workers()).toHaveLength(Math.max(1, availableParallelism() - 1))
  record.close()
})

test('samples without parameters, and with different ones, are run too', async () => {
  expect((await run([{}, {}])).map(({ params, samples }) => [params, samples.length])).toEqual([
    [{}, 2],
    [{}, 2],
  ])
  const mixed = await run([{ amount: 2 }, { fee: 1 }])
  expect(mixed.map(({ samples }) => samples[0]!.parameters)).toEqual([{ amount: 2 }, { fee: 1 }])
})

test('a run that fails is a null with its cause, and the others are done', async () => {
  const results = await run([{ amount: 1 }, { does: 'throw' }, { amount: 3 }], { nSamples: 3 })
  expect(results.map(({ samples }) => samples.map((sample) => sample?.seed ?? null))).toEqual([
    [0, 1, 2],
    [0, null, 2],
    [0, 1, 2],
  ])
  expect(results[1]!.failures).toMatchObject([{ seed: 1, kind: 'threw', message: 'RangeError: out of gas' }])
  const killed = await run([{ does: 'kill' }], { runner: { crashRetries: 0 } })
  expect(killed[0]).toMatchObject({ samples: [{ seed: 0 }, null], failures: [{ seed: 1, kind: 'worker-lost' }] })
  const overdue = await run([{ does: 'never-end' }], { nSamples: 1, timeout: '200ms' })
  expect(overdue[0]!.failures).toMatchObject([{ seed: 0, kind: 'timeout' }])
  const odd = await run([{ does: 'return-a-class' }], { nSamples: 1 })
  expect(odd[0]!.failures![0]!.message).toContain('got an instance of Ledger')
})

// Snapshots.

test('an environment that is made from a snapshot gives the same snapshot', () => {
  const restored = new Ledger(3, { snapshot: structuredClone(state) })
  expect(restored.toSnapshot()).toEqual(state)
  expect(new Ledger(4, { snapshot: restored.toSnapshot() }).toSnapshot()).toEqual(state)
})

test('a snapshot is made once, stored once under its content, and every run begins from it', async () => {
  const directory = join(temporaryDirectory(), 'batch')
  const snapshot = vi.fn(async () => ({ ...state, balances: new Float64Array([1, 2, 3]) }))
  const results = await run([{ amount: 2 }, { amount: 3 }], { nSamples: 4, nJobs: 2, snapshot, directory })
  expect(snapshot).toHaveBeenCalledTimes(1)
  for (const { samples } of results) for (const sample of samples) expect(sample!.before).toEqual([1, 2, 3])
  const stored = readdirSync(directory).filter((name) => name.startsWith('snapshot'))
  expect(stored).toEqual([expect.stringMatching(/^snapshot-[0-9a-f]{16}\.msgpack$/)])
})

test('a worker reads the snapshot once, and not once for each run', async () => {
  const directory = join(temporaryDirectory(), 'batch')
  const [only] = await run([{ amount: 2 }], { nSamples: 5, nJobs: 1, snapshot: state, directory, plundered: directory })
  expect(readdirSync(directory).filter((name) => name.startsWith('snapshot'))).toEqual([])
  expect(only!.samples.map((sample) => sample!.before)).toEqual(new Array(5).fill([10, 20, 30]))
})

test('no run can change what the next one begins from', async () => {
  const results = await run([{ amount: 5 }, { amount: 7 }], { nSamples: 3, snapshot: state })
  for (const { samples } of results) for (const sample of samples) expect(sample!.before).toEqual([10, 20, 30])
  const [frozen] = await run([{ does: 'change-the-snapshot' }], { snapshot: state })
  expect(frozen!.failures!.map(({ message }) => message)).toEqual([
    expect.stringContaining('object is not extensible'),
    expect.stringContaining('object is not extensible'),
  ])
})

test('a snapshot whose inputs have changed is refused, and made again if the batch is overwritten', async () => {
  const directory = join(temporaryDirectory(), 'batch')
  const snapshot = vi.fn(({ accounts }) => ({ ...state, balances: new Float64Array(accounts).fill(1) }))
  const begin = (accounts: number, options: Options = {}) =>
    run([{ amount: 1 }], { directory, snapshot, snapshotInputs: { accounts }, ...options })
  await begin(2)
  await begin(2)
  expect(snapshot).toHaveBeenCalledTimes(1) // it is there
  await expect(begin(3)).rejects.toThrow('its snapshot was made from {"accounts":2}, now wanted from {"accounts":3}')
  await expect(begin(2, { snapshot: () => state })).rejects.toThrow('the code that makes its snapshot has changed')
  const value = { snapshot: state, snapshotInputs: undefined as never }
  await expect(begin(2, value)).rejects.toThrow('holds runs from another beginning')
  await expect(run([{ amount: 1 }], { directory })).rejects.toThrow('a snapshot then, nothing now')
  await expect(run([{ amount: 1 }], { directory, cache: new ReadCache() })).rejects.toThrow('a cache now')
  const [only] = await begin(3, { overwrite: true })
  expect(only!.samples[0]!.before).toEqual([1, 1, 1])
})

test('a snapshot whose code has changed is refused', async () => {
  const folder = temporaryDirectory()
  const module = join(folder, 'sim.ts')
  const directory = join(folder, 'batch')
  const write = (balance: number) =>
    writeFileSync(
      module,
      `import simulate, { Ledger } from ${JSON.stringify(join(import.meta.dirname, '../fixtures/batch/ledger.ts'))}
       export const open = () => ({ balances: new Float64Array([${balance}]), names: [], blocks: [] })
       export default Object.assign((...given) => simulate(...given), { module: import.meta.url, environment: Ledger })`,
    )
  const sim = Object.assign((...given: Parameters<typeof simulate>) => simulate(...given), {
    module,
    environment: simulate.environment,
  })
  const options = {
    nSteps: 1,
    nSamples: 1,
    parametersSamples: [{}],
    snapshot: () => state,
    nJobs: 1,
    verbose: 0,
    directory,
  }
  write(1)
  await batchRunSimulations(sim, options)
  await batchRunSimulations(sim, options)
  write(2)
  await expect(batchRunSimulations(sim, options)).rejects.toThrow('the code that makes its snapshot has changed')
})

test('a value for a snapshot that has another content is refused', async () => {
  const directory = join(temporaryDirectory(), 'batch')
  await run([{ amount: 1 }], { directory, snapshot: state })
  await run([{ amount: 1 }], { directory, snapshot: structuredClone(state) })
  const other = { ...state, balances: new Float64Array([10, 20, 31]) }
  await expect(run([{ amount: 1 }], { directory, snapshot: other })).rejects.toThrow('the snapshot has another content')
})

// Caches.

test('a cache records slow reads, and replays them', async () => {
  const cache = new ReadCache()
  const node = vi.fn(async () => ({ balance: 12 }))
  expect(await cache.read('alice', node)).toEqual({ balance: 12 })
  expect(await cache.read('alice', node)).toEqual({ balance: 12 })
  expect(node).toHaveBeenCalledTimes(1)
  expect(cache.readSync('bob', () => 3)).toBe(3)
  expect([cache.size, cache.has('bob'), cache.has('carol')]).toEqual([2, true, false])
  const path = join(temporaryDirectory(), 'cache.json')
  cache.toFile(path)
  for (const replayed of [
    ReadCache.fromFile(path, { missing: 'error' }),
    ReadCache.fromJSON(cache.toJSON(), { missing: 'error' }),
  ]) {
    expect(await replayed.read('alice', () => Promise.reject(new Error('the node is far away')))).toEqual({
      balance: 12,
    })
    await expect(replayed.read('carol', node)).rejects.toThrow('The cache has no entry for "carol" among its 2')
    expect(() => replayed.readSync('carol', () => 1)).toThrow('is not to ask the source')
  }
})

test('a source that fails leaves no entry', async () => {
  const cache = new ReadCache()
  await expect(cache.read('alice', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  expect(await cache.read('alice', () => 5)).toBe(5)
  expect(() => cache.readSync('bob', () => new Map())).toThrow('the cache entry "bob" needs plain data')
})

test('what is no cache is refused', () => {
  expect(() => ReadCache.fromJSON({ entries: [1] })).toThrow('a cache needs entries, a list of [key, value]')
  expect(() => ReadCache.fromFile('/nowhere.json')).toThrow('/nowhere.json is no cache that can be read')
  expect(() => new ReadCache({ missing: 'perhaps' as never })).toThrow('missing needs "error" or "read", got "perhaps"')
})

test('runs replay the cache; a missing entry is an error, or is read by every run for itself', async () => {
  const journal = join(temporaryDirectory(), 'journal')
  const entries = [['alice', 12]] as const
  const strict = new ReadCache({ entries, missing: 'error' })
  const [known, unknown] = await run([{ account: 'alice' }, { account: 'bob' }], { cache: strict, journal })
  expect(known!.samples.map((sample) => sample!.read)).toEqual([12, 12])
  expect(unknown!.failures!.map(({ message }) => message)).toEqual([
    expect.stringContaining('MissingEntryError: The cache has no entry for "bob" among its 1'),
    expect.stringContaining('is not to ask the source'),
  ])
  expect(readFileSync(journal, 'utf8')).not.toContain('read')
  const lenient = new ReadCache({ entries, missing: 'read' })
  const [, read] = await run([{ account: 'alice' }, { account: 'bob' }], { cache: lenient, journal })
  expect(read!.samples.map((sample) => sample!.read)).toEqual([99, 99])
  expect(
    readFileSync(journal, 'utf8')
      .split('\n')
      .filter((line) => line === 'read'),
  ).toHaveLength(2)
})

// The record.

test('a stopped batch goes on where it was, and its samples are read one by one', async () => {
  const root = temporaryDirectory()
  const directory = join(root, 'batch')
  const journal = join(root, 'journal')
  const samples = Array.from({ length: 10 }, (_, amount) => ({ amount }))
  const options = { nSamples: 6, snapshot: state, journal, runner: { lookAhead: 1 } }
  const reference = await run(samples, options)
  const runs = () => (existsSync(journal) ? readFileSync(journal, 'utf8').trim().split('\n').length : 0)
  const before = runs()
  const controller = new AbortController()
  const timer = setInterval(() => runs() >= before + 8 && controller.abort(new Error('enough')), 1)
  const { signal } = controller
  await expect(run(samples, { ...options, directory, signal })).rejects.toThrow('The batch was stopped (enough)')
  clearInterval(timer)
  expect(await run(samples, { ...options, directory })).toEqual(reference)
  expect(runs() - before).toBe(60)
  const read = readSamples<Result>(directory)
  expect(read.next().value).toEqual(reference[0])
  expect([...read]).toEqual(reference.slice(1))
})

// What is refused.

test.each<[Options, string]>([
  [{ snapshot: state, cache: new ReadCache() }, 'takes a snapshot or a cache, got both'],
  [{ nSamples: 0 }, 'needs nSamples to be a whole number of at least 1, got 0'],
  [{ nSamples: -3 }, 'needs nSamples to be a whole number of at least 1, got -3'],
  [{ nSamples: 1.5 }, 'got 1.5'],
  [{ nSteps: -1 }, 'needs nSteps to be a whole number of at least 0, got -1'],
  [{ nSteps: 0.1 }, 'got 0.1'],
  [{ nJobs: 0 }, 'needs nJobs to be a whole number other than 0, got 0'],
  [{ nJobs: 1.5 }, 'got 1.5'],
  [{ parametersSamples: [] }, 'needs parametersSamples, a list of at least one, got []'],
  [{ parametersSamples: [null as never] }, 'needs every sample to be parameters by name, got null at 0'],
  [{ parametersSamples: [{ amount: Number.NaN }] }, 'sample 0: the parameter "amount" needs plain data'],
  [{ amount: 3 }, 'needs "amount" from the samples or for all of them, got both'],
  [{ journal: () => 1 }, 'journal needs plain data'],
  [{ snapshot: new Ledger(0, {}) }, 'the snapshot needs plain data'],
  [{ snapshot: () => ({ names: new Set() }) }, 'got an instance of Set at names'],
  [{ snapshot: state, snapshotInputs: { a: 1 } }, 'needs snapshot to be a function of snapshotInputs'],
  [{ cache: {} as never }, 'needs cache to be a ReadCache, got {}'],
])('refused before anything is run: %o', async (options, sentence) => {
  await expect(run([{ amount: 1 }], options)).rejects.toThrow(sentence)
})

test('a function that workers cannot find is refused with what to do', async () => {
  const options = { nSteps: 1, nSamples: 1, parametersSamples: [{}], verbose: 0 }
  const local = Object.assign(() => 1, { environment: Ledger })
  await expect(batchRunSimulations(local as never, options)).rejects.toThrow(
    'Workers must be able to load the simulation function: make it with defineSimFunc({ module: import.meta.url, ... })',
  )
  const module = join(import.meta.dirname, '../fixtures/batch/no-model.ts')
  await expect(batchRunSimulations(Object.assign(local, { module }) as never, options)).rejects.toThrow(
    /no-model\.ts needs a simulation function as its default export/,
  )
})
