import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Design } from '../../optimizers/designs/index.ts'
import { showRun } from '../../src/cli/show-run.ts'
import type { Optimizee } from '../../src/core/optimizee.ts'
import { individualDocument } from '../../src/record/individual-document.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { simulationKey } from '../../src/search/evaluation-cache.ts'
import { openDatabase } from '../../src/system/database.ts'
import { tableOf } from '../../src/tables/run-table.ts'
import { type SearchOptions, search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

/** Searches whose simulations are those that a journal tells of. */
function setUp() {
  const root = join(temporaryDirectory(), 'runs')
  const journal = join(root, '..', 'journal.txt')
  const simulated = () => (existsSync(journal) ? readFileSync(journal, 'utf8').trimEnd().split('\n') : [])
  process.env.REPORTING_JOURNAL = journal // for the workers
  onTestFinished(() => void delete process.env.REPORTING_JOURNAL)
  const run = async (name: string, options: Partial<SearchOptions> = {}) => {
    const before = simulated().length
    const end = await search({ root, name, optimizee: 'reporting', runner: { retries: 0 }, ...options })
    return { ...end, simulated: simulated().slice(before) }
  }
  return { root, run }
}

function read<T>(directory: string, look: (record: RecordReader) => T): T {
  const record = RecordReader.openForReading(directory)
  try {
    return look(record)
  } finally {
    record.close()
  }
}

async function rowsOf(directory: string) {
  const rows: unknown[] = []
  for await (const row of tableOf(directory, { shape: 'long', reports: true })) rows.push(row)
  return rows
}

function linesOf(canonical: string) {
  return canonical
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { generation: number; index: number; outcome: string })
}

test('what another run has simulated is not simulated again: results, outputs and reports are the same', async () => {
  const { run } = setUp()
  const first = await run('first')
  const warnings: string[] = []
  const second = await run('second', { cache: true, onWarning: (sentence) => warnings.push(sentence) })
  const failed = linesOf(first.canonical).filter(({ outcome }) => outcome === 'failed')
  expect(failed.length).toBeGreaterThan(0)
  expect(failed.length).toBeLessThan(10)
  expect(second.canonical).toBe(first.canonical)
  expect(await rowsOf(second.directory)).toEqual(await rowsOf(first.directory))
  // What failed is tried again.
  expect(second.simulated.toSorted()).toEqual(
    failed.map(({ generation, index }) => `${generation}.${index}`).toSorted(),
  )
  expect(warnings).toEqual([
    `${32 - failed.length} evaluations were not simulated again: they are those of ${first.directory}.`,
  ])
})

test('the record and the commands say whose evaluation it was', async () => {
  const { run } = setUp()
  const first = await run('first', { generations: 2 })
  const second = await run('second', { cache: true, generations: 3 })
  const done = linesOf(first.canonical).find(({ outcome }) => outcome === 'done')!
  const id = { generation: done.generation, index: done.index, replicate: 0 }
  const { attempts } = read(second.directory, (record) => individualDocument(record, record.row(id)!))
  expect(attempts).toMatchObject([
    {
      attempt: 0,
      worker: 0,
      verdict: 'accepted',
      milliseconds: null,
      reused: { run: first.directory, individual: `${id.generation}.${id.index}` },
    },
  ])
  expect(await showRun(second.directory, { individual: `${id.generation}.${id.index}` })).toContain(
    `not simulated: taken from ${first.directory}, individual ${id.generation}.${id.index}`,
  )
  const last = read(second.directory, (record) => record.attemptsOf({ generation: 2, index: 0, replicate: 0 }))
  expect(last[0]).toMatchObject({ attempt: 1, reusedRun: null })
  const counts = read(second.directory, (record) => record.counts())
  expect(counts).toMatchObject({ individuals: 24, attempts: 24 })
  expect(counts.done + counts.failed).toBe(24)
})

test('a run that goes further than another one simulates only what is new', async () => {
  const { run } = setUp()
  const short = await run('short', { generations: 2 })
  const long = await run('long', { generations: 4, cache: true })
  const plain = await run('plain', { generations: 4 })
  expect(long.canonical).toBe(plain.canonical)
  const failed = linesOf(short.canonical).filter(({ outcome }) => outcome === 'failed').length
  expect(long.simulated).toHaveLength(16 + failed)
})

test('without `cache` everything is simulated', async () => {
  const { run } = setUp()
  await run('first', { generations: 1 })
  expect((await run('second', { generations: 1 })).simulated).toHaveLength(8)
})

test('a cached search that is stopped, and continued, is the same search, and takes nothing twice', async () => {
  const { run } = setUp()
  const first = await run('first', { generations: 3 })
  const straight = await run('straight', { generations: 5 })
  for (const last of [0, 1, 3]) {
    const stop = new AbortController()
    const name = `stopped-${last}`
    const stopped = await run(name, {
      generations: 5,
      cache: true,
      signal: stop.signal,
      onProgress: ({ generation }) => generation === last && stop.abort(new Error('enough')),
    })
    expect(stopped.status).toBe('stopped')
    const resumed = await run(name, { generations: 5, cache: true })
    expect(resumed.status).toBe('finished')
    expect(resumed.canonical).toBe(straight.canonical)
    const database = openDatabase(join(resumed.directory, 'trajectory.sqlite'), { readonly: true })
    const twice = database
      .prepare(
        `select count(*) from attempts where verdict = 'accepted' group by generation, "index", replicate having count(*) > 1`,
      )
      .all()
    const reused = read(resumed.directory, (record) => record.reuses())
    database.close()
    expect(twice).toEqual([])
    const done = linesOf(first.canonical).filter(({ outcome }) => outcome === 'done').length
    const total = reused.reduce((sum, { evaluations }) => sum + evaluations, 0)
    expect(total).toBeGreaterThanOrEqual(done)
  }
})

test('other code, other options and other roots give nothing, and other seeds neither', async () => {
  const { root, run } = setUp()
  await run('first', { generations: 1 })
  expect((await run('shifted', { generations: 1, cache: true, options: { shift: 1 } })).simulated).toHaveLength(8)
  expect((await run('seeded', { generations: 1, cache: true, seed: 2 })).simulated).toHaveLength(8)
  const elsewhere = join(root, '..', 'elsewhere')
  expect((await run('first', { root: elsewhere, generations: 1, cache: true })).simulated).toHaveLength(8)
  const other = join(root, 'other')
  cpSync(join(root, 'first'), other, { recursive: true })
  for (const name of ['first', 'other']) {
    const record = RecordWriter.openForWriting(join(root, name))
    record.writeManifest({ simulation: 'that of other code' })
    record.close()
  }
  expect((await run('again', { generations: 1, cache: true })).simulated).toHaveLength(8)
})

test('a file that the options name counts by what stands in it', async () => {
  const { root, run } = setUp()
  const input = join(root, '..', 'input.txt')
  writeFileSync(input, 'one')
  const options = { input }
  const first = await run('first', { generations: 1, options })
  writeFileSync(input, 'two')
  const second = await run('second', { generations: 1, options, cache: true })
  expect(second.simulated).toHaveLength(8)
  writeFileSync(input, 'one')
  const third = await run('third', { generations: 1, options, cache: true })
  expect(third.simulated.length).toBeLessThan(8)
  expect(third.canonical).toBe(first.canonical)
})

test('what several versions of a simulation have simulated is reused by nobody', async () => {
  const { root, run } = setUp()
  const input = join(root, '..', 'input.txt')
  writeFileSync(input, 'one')
  const stop = new AbortController()
  const settings = { generations: 3, options: { input } }
  const onProgress = ({ generation }: { generation: number }) => generation === 1 && stop.abort(new Error('enough'))
  await run('mixed', { ...settings, signal: stop.signal, onProgress })
  writeFileSync(input, 'two')
  await run('mixed', settings)
  for (const content of ['one', 'two']) {
    writeFileSync(input, content)
    const alone = { generations: 1, options: { input }, cache: true }
    expect((await run(`after-${content}`, alone)).simulated).toHaveLength(8)
  }
})

test('a run that cannot be read is left aside with a sentence', async () => {
  const { root, run } = setUp()
  const first = await run('first', { generations: 1 })
  const broken = join(root, 'broken')
  mkdirSync(broken)
  writeFileSync(join(broken, 'trajectory.sqlite'), 'no database')
  mkdirSync(join(root, 'no run'))
  const warnings: string[] = []
  const second = await run('second', { generations: 1, cache: true, onWarning: (sentence) => warnings.push(sentence) })
  expect(second.canonical).toBe(first.canonical)
  expect(second.simulated.length).toBeLessThan(8)
  expect(warnings[0]).toMatch(new RegExp(`^Nothing is reused from ${broken}, which cannot be read: `))
})

test('the points of a design are found in a larger one with the same seeds, replicate by replicate', async () => {
  const { run } = setUp()
  const design = (points: number) => (optimizee: Optimizee) =>
    new Design(optimizee, { design: { kind: 'sobol', points }, replications: 2, seeds: 'common', seed: 5, chunk: 10 })
  const small = await run('small', { makeOptimizer: design(16) })
  const large = await run('large', { makeOptimizer: design(32), cache: true })
  const again = await run('again', { makeOptimizer: design(32) })
  expect(large.canonical).toBe(again.canonical)
  const done = linesOf(small.canonical).filter(({ outcome }) => outcome === 'done').length
  expect(large.simulated).toHaveLength(64 - done)
})

test('the key of a simulation depends on code, package, options, snapshot and files, and on nothing else', () => {
  const folder = temporaryDirectory()
  writeFileSync(join(folder, 'simulate.py'), 'print(1)')
  const options = { command: ['python3', 'simulate.py', '--x', '{x}'], workingDirectory: folder, empty: '', zero: '\0' }
  const given = { code: 'abc', twoloop: '0.1.0', options, snapshot: undefined }
  const key = simulationKey(given)
  expect(simulationKey({ ...given, options: { ...options } })).toBe(key)
  expect(simulationKey({ ...given, code: 'abd' })).not.toBe(key)
  expect(simulationKey({ ...given, twoloop: '0.2.0' })).not.toBe(key)
  expect(simulationKey({ ...given, snapshot: 'snapshot-1.msgpack' })).not.toBe(key)
  expect(simulationKey({ ...given, options: { ...options, more: 'x'.repeat(5000) } })).not.toBe(key)
  writeFileSync(join(folder, 'simulate.py'), 'print(2)')
  expect(simulationKey(given)).not.toBe(key)
  expect(simulationKey({ code: 'abc', twoloop: '0.1.0', options: undefined, snapshot: undefined })).toMatch(
    /^[0-9a-f]{64}$/,
  )
})
