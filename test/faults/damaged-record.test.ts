import { createHash } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, expect, test } from 'vitest'
import { Asha, Hyperband } from '../../optimizers/index.ts'
import { messagesIn } from '../../runtime/channel/frame.ts'
import { segmentPath } from '../../runtime/channel/segment.ts'
import { type Optimizee, Random, RunHeldError } from '../../src/index.ts'
import { recover } from '../../src/record/recovery/recover.ts'
import type { Recovery } from '../../src/record/recovery/recovery.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { openDatabase } from '../../src/system/database.ts'
import { command } from '../command.ts'
import { digestOf } from '../digest.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const generations = 4
const populationSize = 40
const one = { optimizee: 'recorded', populationSize, generations }
const record = 'trajectory.sqlite'
const pageBytes = 4096

/** The canonical export of the search that nothing happened to. */
let undisturbed: string
/** A run as it lies on the disk when its runner is killed in its third generation: with a write-ahead log, not checkpointed. */
let killed: string
/** The same run, stopped in order: one file. */
let stopped: string
let ownRoot: string

beforeAll(async () => {
  ownRoot = mkdtempSync(join(tmpdir(), 'twoloop-test-'))
  killed = join(ownRoot, 'killed')
  stopped = join(ownRoot, 'stopped')
  undisturbed = (await search({ ...one, root: ownRoot, name: 'whole' })).canonical
  const stop = new AbortController()
  // The second half of the third generation is held back until the copy has been made.
  const file = join(ownRoot, 'hold')
  writeFileSync(file, '')
  await search({
    ...one,
    root: ownRoot,
    name: 'stopped',
    options: { hold: { from: [2, populationSize / 2], file } },
    runner: { lookAhead: 1, drain: '5m' },
    signal: stop.signal,
    onProgress({ totalEvaluated }) {
      if (totalEvaluated < 2.5 * populationSize || existsSync(killed)) return
      cpSync(stopped, killed, { recursive: true })
      rmSync(join(killed, 'lease'), { recursive: true })
      stop.abort(new Error('enough'))
      rmSync(file)
    },
  })
  expect(statSync(join(killed, `${record}-wal`)).size).toBeGreaterThan(100_000)
  return () => rmSync(ownRoot, { recursive: true, force: true })
})

/** A copy of a run, to be damaged. */
function copyOf(run: string): string {
  const root = temporaryDirectory()
  cpSync(run, join(root, 'run'), { recursive: true })
  return join(root, 'run')
}

/** Goes on with a run to its end, and says what was simulated for that. */
async function goOn(directory: string): Promise<{ canonical: string; simulated: string[] }> {
  const root = dirname(directory)
  const journal = join(root, 'journal')
  const { status, canonical } = await search({ ...one, root, options: { journal }, runner: { workers: 1 } })
  expect(status).toBe('finished')
  const simulated = existsSync(journal) ? readFileSync(journal, 'utf8').trim().split('\n') : []
  return { canonical, simulated }
}

const ends = new Map<string, string>()

/**
 * Where a run ends that goes on from its record. A copy of the same run whose record holds the same goes on the same way: that
 * is simulated once.
 */
async function endOf(directory: string, run: string): Promise<string> {
  const contents = `${run} ${contentsOf(directory)}`
  const known = ends.get(contents)
  if (known !== undefined) return known
  const { canonical } = await goOn(directory)
  checkRecord(directory)
  ends.set(contents, canonical)
  return canonical
}

/** A digest of all rows of a record, but for what its recovery says of itself, and when anything was. */
function contentsOf(directory: string): string {
  const database = openDatabase(join(directory, record), { readonly: true })
  try {
    const tables = database.prepare(`select name from sqlite_master where type = 'table'`).pluck().all() as string[]
    const rows = tables.map((table) => {
      const own = table === 'manifest' ? ` where key not in ('recovered', 'reason')` : ''
      return database.prepare(`select * from "${table}"${own}`).all()
    })
    return createHash('sha256')
      .update(JSON.stringify([tables, rows]).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, ''))
      .digest('hex')
  } finally {
    database.close()
  }
}

function overwrite(path: string, bytes: Uint8Array, at: number): void {
  const descriptor = openSync(path, 'r+')
  writeSync(descriptor, bytes, 0, bytes.length, at)
  closeSync(descriptor)
}

function randomBytes(length: number, seed: number): Buffer {
  const random = Random.of(seed, 'garbage')
  return Buffer.from(Array.from({ length }, () => Math.floor(random.uniform() * 256)))
}

function recovered(recovery: Recovery): Extract<Recovery, { state: 'recovered' }> {
  if (recovery.state !== 'recovered') throw new Error('the record is sound')
  return recovery
}

/** What must hold of any record that is a run's: SQLite has nothing to say against it, and nothing counts twice. */
function checkRecord(directory: string): void {
  const database = openDatabase(join(directory, record), { readonly: true })
  try {
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
    const twice = database.prepare(
      `select generation, "index" from attempts where verdict = 'accepted' group by 1, 2 having count(*) > 1`,
    )
    expect(twice.all()).toEqual([])
    const counted = database.prepare('select sum(done + failed) as counted from generations').pluck().get() ?? 0
    expect(counted).toBe(database.prepare('select count(*) from evaluations').pluck().get())
  } finally {
    database.close()
  }
}

test.each([
  ['generations', (optimizee: Optimizee) => new Hyperband(optimizee, { seed: 3, generations: 4 })],
  ['ordered', (optimizee: Optimizee) => new Asha(optimizee, { seed: 3, populationSize: 8, generations: 5 })],
] as const)(
  'of individuals in the order %s that had a part of the budget, none counts as whole after a recovery, and what was left is known',
  async (order, make) => {
    const root = temporaryDirectory()
    const plan = { root, order, optimizee: 'iterative', makeOptimizer: make as never } as const
    const { directory, canonical } = await search(plan)
    const path = join(directory, record)
    const found = () => {
      const database = openDatabase(path, { readonly: true })
      const whole = database.prepare('select count(score) from evaluations').pluck().get()
      const rootOf = database.prepare(`select rootpage from sqlite_master where name = ?`).pluck()
      const pages = ['usage', 'individuals'].map((table) => rootOf.get(table))
      const left = database
        .prepare('select generation, "index", hash from left_checkpoints order by generation, "index"')
        .all()
      database.close()
      return { whole, left, pages: pages as number[] }
    }
    const { whole, left, pages } = found()
    // First what nothing is to be got back from, then what the search goes by.
    for (const page of pages) {
      overwrite(path, randomBytes(pageBytes, 4), (page - 1) * pageBytes)
      expect((await recover(directory)).state).toBe('recovered')
      if (page === pages[0]) expect(found()).toMatchObject({ whole, left })
    }
    expect((await search(plan)).canonical).toBe(canonical)
    expect(found()).toMatchObject({ whole, left })
  },
)

test('a sound record is left as it is, with its log or without', async () => {
  for (const run of [stopped, killed]) {
    const directory = copyOf(run)
    const before = digestOf(join(directory, record))
    expect(await recover(directory)).toEqual({ state: 'sound', directory })
    expect(digestOf(join(directory, record))).toBe(before)
    expect(readdirSync(directory).filter((name) => name.includes('damaged'))).toEqual([])
    expect((await goOn(directory)).canonical).toBe(undisturbed)
  }
})

const pages = () => statSync(join(stopped, record)).size / pageBytes

test('any page of the record destroyed: the run goes on after its recovery as if nothing had been', async () => {
  const kinds = [randomBytes(pageBytes, 1), Buffer.alloc(pageBytes), randomBytes(pageBytes / 2, 2)]
  const said = new Set<string>()
  expect(pages()).toBeGreaterThan(10)
  for (let page = 0; page < pages(); page++) {
    const directory = copyOf(stopped)
    overwrite(
      join(directory, record),
      kinds[page % kinds.length]!,
      page * pageBytes + (page % 3 === 2 ? pageBytes / 2 : 0),
    )
    const recovery = await recover(directory)
    said.add(recovery.state)
    if (recovery.state === 'recovered') expect(existsSync(join(directory, recovery.kept!))).toBe(true)
    checkRecord(directory)
    expect(await endOf(directory, stopped), `page ${page}: ${JSON.stringify(recovery)}`).toBe(undisturbed)
  }
  expect(said).toContain('recovered')
})

test('a record cut at any length goes on after its recovery as if nothing had been', async () => {
  const { size } = statSync(join(stopped, record))
  const lengths = [
    0,
    1,
    99,
    100,
    4095,
    4096,
    5000,
    ...[0.2, 0.4, 0.6, 0.8].map((part) => Math.floor(size * part)),
    size - 1,
  ]
  for (const length of lengths) {
    const directory = copyOf(stopped)
    truncateSync(join(directory, record), length)
    expect((await recover(directory)).state, `cut at ${length}`).toBe('recovered')
    checkRecord(directory)
    expect(await endOf(directory, stopped), `cut at ${length}`).toBe(undisturbed)
  }
})

const disasters: readonly (readonly [string, (path: string) => void])[] = [
  ['is not there', (path) => rmSync(path)],
  ['is not there, but its log is', (path) => ['', '-shm'].map((ending) => rmSync(path + ending))],
  ['is not there, nor its log', (path) => ['', '-wal', '-shm'].map((ending) => rmSync(path + ending))],
  ['is empty', (path) => truncateSync(path, 0)],
  ['is empty and has no log', (path) => [truncateSync(path, 0), rmSync(`${path}-wal`)]],
  ['is a text', (path) => [writeFileSync(path, 'Dear diary,\n'.repeat(500)), rmSync(`${path}-wal`)]],
  ['is another database', (path) => [rmSync(path), rmSync(`${path}-wal`), copyFileSync(emptyDatabase(), path)]],
  [
    'is a directory',
    (path) => {
      rmSync(path)
      mkdirSync(path)
    },
  ],
]

test.each(disasters)('a run whose record %s is recovered from what there is', async (_, destroy) => {
  const directory = copyOf(killed)
  destroy(join(directory, record))
  expect(() => RecordWriter.openForReading(directory)).toThrow(/damaged .*`twoloop recover /)
  const { kept } = recovered(await recover(directory))
  if (kept !== null) expect(readdirSync(directory).some((name) => name.startsWith(kept))).toBe(true)
  expect((await recover(directory)).state).toBe('sound')
  checkRecord(directory)
  expect(await endOf(directory, killed)).toBe(undisturbed)
})

test.each([
  ['is gone', (log: string) => rmSync(log)],
  ['is cut', (log: string) => truncateSync(log, 40_001)],
  ['has a byte that is another', (log: string) => overwrite(log, Buffer.from([0x5a]), 60_000)],
  ['is empty', (log: string) => truncateSync(log, 0)],
  ['is followed by garbage', (log: string) => appendFileSync(log, randomBytes(9999, 3))],
])('a run whose write-ahead log %s goes on, after its recovery if there must be one', async (_, destroy) => {
  const directory = copyOf(killed)
  destroy(join(directory, `${record}-wal`))
  rmSync(join(directory, `${record}-shm`))
  await recover(directory)
  checkRecord(directory)
  expect(await endOf(directory, killed)).toBe(undisturbed)
})

test('what pipes still hold is not simulated again: evaluations, individuals, and the first generation that was lost', async () => {
  const whole = copyOf(killed)
  const inPipes = resultsInPipes(whole)
  expect(inPipes.size).toBeGreaterThan(2.4 * populationSize)

  const noEvaluations = copyOf(killed)
  damageTables(noEvaluations, 'evaluations', 'other_attempts')
  const first = recovered(await recover(noEvaluations))
  expect(first.saved).toMatchObject({ generations: 3, individuals: 3 * populationSize, evaluations: inPipes.size })
  expect(first.fromPipes).toEqual({ individuals: 0, evaluations: inPipes.size })
  expect(first.lost.generationsFrom).toBe(null)
  expect((await goOn(noEvaluations)).simulated.filter((name) => inPipes.has(name))).toEqual([])

  const noIndividuals = copyOf(killed)
  damageTables(noIndividuals, 'individuals')
  const second = recovered(await recover(noIndividuals))
  // Not all of the third had been handed out.
  expect(second.saved.generations).toBe(2)
  expect(second.fromPipes.individuals).toBe(2 * populationSize)
  const { canonical, simulated } = await goOn(noIndividuals)
  expect(canonical).toBe(undisturbed)
  expect(simulated.filter((name) => inPipes.has(name))).toEqual([])

  const noGenerations = copyOf(killed)
  damageTables(noGenerations, 'generation_counts', 'generation_notes')
  expect(recovered(await recover(noGenerations)).lost).toMatchObject({ generationsFrom: null, generations: 0 })
  expect((await goOn(noGenerations)).canonical).toBe(undisturbed)

  const noStates = copyOf(killed)
  damageTables(noStates, 'checkpoints')
  const third = recovered(await recover(noStates))
  expect(third.lost).toMatchObject({ generationsFrom: null, generations: 0 })
  // Where the optimizer stood is found by telling it everything again.
  expect((await goOn(noStates)).canonical).toBe(undisturbed)
  checkRecord(noStates)
})

test('of workers that had ended, too, results that were lost in the record are taken up again', async () => {
  const directory = copyOf(stopped)
  const inPipes = resultsInPipes(directory)
  damageTables(directory, 'evaluations', 'checkpoints')
  expect(recovered(await recover(directory)).saved.generations).toBeGreaterThan(0)
  const { canonical, simulated } = await goOn(directory)
  expect(canonical).toBe(undisturbed)
  expect(simulated.filter((name) => inPipes.has(name))).toEqual([])
  checkRecord(directory)
})

test('a record whose first page is destroyed loses nothing', async () => {
  const directory = copyOf(stopped)
  const whole = RecordWriter.openForReading(directory)
  const { generations, individuals, done } = whole.counts()
  whole.close()
  overwrite(join(directory, record), randomBytes(pageBytes, 5), 0)
  const { saved, lost } = recovered(await recover(directory))
  expect(saved).toEqual({ generations, individuals, evaluations: done })
  expect(lost).toEqual({ generationsFrom: null, generations: 0, manifest: false, tables: [] })
})

test('a checkpoint that is damaged is not missed', async () => {
  for (const lost of ['min', 'max']) {
    const directory = copyOf(stopped)
    const database = openDatabase(join(directory, record))
    expect(database.prepare('select count(*) from checkpoints').pluck().get()).toBeGreaterThan(0)
    // A message that ends before it is whole.
    database.exec(`update checkpoints set state = substr(state, 1, length(state) - 9)
                   where told = (select ${lost}(told) from checkpoints)`)
    database.pragma('wal_checkpoint(truncate)')
    database.close()
    overwrite(join(directory, record), Buffer.alloc(16), 0)
    const { saved } = recovered(await recover(directory))
    expect(saved.generations).toBe(3)
    expect((await goOn(directory)).canonical).toBe(undisturbed)
  }
})

test('a recovery that finds no list of operators leaves none to be taken for another', async () => {
  for (const [operators, left] of [
    ['["mutation"]', '[0,"0.1"]'],
    [null, null],
  ] as const) {
    const directory = copyOf(stopped)
    const database = openDatabase(join(directory, record))
    database.exec(`update individuals set origin = '[0,"0.1"]'`)
    if (operators) database.prepare(`insert or replace into manifest values ('operators', ?)`).run(operators)
    database.pragma('wal_checkpoint(truncate)')
    database.close()
    overwrite(join(directory, record), Buffer.alloc(16), 0)
    recovered(await recover(directory))
    const reader = RecordWriter.openForWriting(directory)
    expect(new Set([...reader.rows()].map(({ origin }) => origin))).toEqual(new Set([left]))
    reader.close()
  }
})

test('where evaluations are lost in the record and in the pipes, the search goes on from their generation', async () => {
  const directory = copyOf(stopped)
  damageTables(directory, 'evaluations')
  for (const worker of readdirSync(join(directory, 'workers'))) {
    // One that was stopped while it started has written none.
    rmSync(segmentPath(join(directory, 'workers', worker), 'from-worker', 1), { force: true })
  }
  const { saved, lost, pending } = recovered(await recover(directory))
  // The first generation is known, with nothing that came of it.
  expect(saved).toEqual({ generations: 1, individuals: populationSize, evaluations: 0 })
  expect([lost.generationsFrom, lost.generations, pending]).toEqual([1, 2, populationSize])
  const { canonical, simulated } = await goOn(directory)
  expect(canonical).toBe(undisturbed)
  expect(simulated).toHaveLength(generations * populationSize)
  checkRecord(directory)
})

/** The individuals whose results stand in the pipes of a run. */
function resultsInPipes(directory: string): Set<string> {
  const workers = readdirSync(join(directory, 'workers')).map((name) => join(directory, 'workers', name))
  const messages = workers.flatMap((channel) => messagesIn(segmentPath(channel, 'from-worker', 1)))
  const results = messages.flatMap(({ message }) => (message as { results?: [number[]][] }).results ?? [])
  return new Set(results.map(([[generation, index]]) => `${generation}.${index}`))
}

/** Destroys the pages on which tables begin. */
function damageTables(directory: string, ...tables: readonly string[]): void {
  const path = join(directory, record)
  const database = openDatabase(path)
  database.pragma('wal_checkpoint(truncate)')
  const roots = tables.map((table) =>
    database.prepare('select rootpage from sqlite_master where name = ?').pluck().get(table),
  ) as number[]
  database.close()
  for (const root of roots) overwrite(path, randomBytes(pageBytes, 4), (root - 1) * pageBytes)
}

test('a byte changed anywhere ends in a run that goes on or in a sentence, never in another error', async () => {
  const { size } = statSync(join(stopped, record))
  for (let at = 0; at < size; at += Math.floor(size / 75)) {
    const directory = copyOf(stopped)
    const path = join(directory, record)
    overwrite(path, Buffer.from([readFileSync(path)[at]! ^ 0xff]), at)
    try {
      const record = RecordWriter.openForReading(directory)
      try {
        for (const _ of record.canonicalLines());
        for (const row of record.rows()) record.attemptsOf(row)
        record.manifest()
      } finally {
        record.close()
      }
    } catch (error) {
      if (!(error instanceof SyntaxError))
        expect(String(error), `byte ${at}`).toMatch(/twoloop recover|no record|newer/)
    }
    await recover(directory).catch((error) => expect(String(error)).toMatch(/newer twoloop/))
  }
})

const program = join(dirname(createRequire(import.meta.url).resolve('twoloop')), '../command/main.js')

test('every command says in one sentence that a record is damaged and what helps, and recover says what it did', async () => {
  const directory = copyOf(stopped)
  const twoloop = (...words: string[]) => execa(process.execPath, [program, ...words], { reject: false })
  const untouched = await command(['recover', directory])
  expect([untouched.exitCode, untouched.stdout]).toEqual([
    0,
    `The record of ${directory} is sound; nothing was changed.`,
  ])
  damageTables(directory, 'evaluations', 'checkpoints')
  for (const words of [
    ['show', directory],
    ['status', directory],
    ['export', directory, '--canonical'],
    ['logs', directory, '0.0'],
  ]) {
    const { exitCode, stderr } = await command(words)
    expect([words[0], exitCode]).toEqual([words[0], 2])
    expect(stderr).toMatch(
      /^twoloop: \S+ is damaged \([^\n]*\); `twoloop recover [^\n]*` saves what can still be read\.$/,
    )
  }
  overwrite(join(directory, record), Buffer.alloc(100), 0)
  const resumed = await twoloop('resume', directory)
  expect([resumed.exitCode, resumed.stderr]).toEqual([2, expect.stringMatching(/twoloop recover/)])
  const { exitCode, stdout, stderr } = await twoloop('recover', directory)
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^damage +file is not a database\nkept +trajectory\.sqlite\.damaged-1, in the run directory\n/)
  expect(stdout).toMatch(/saved +\d+ generations, \d+ individuals, \d+ evaluations\n/)
  expect((await command(['show', directory])).exitCode).toBe(0)
  const nowhere = await command(['recover', dirname(directory), '--json'])
  expect([nowhere.exitCode, nowhere.stdout]).toEqual([2, ''])
  expect(nowhere.stderr).toMatch(/^twoloop: [^\n]* is not a run directory: it has no trajectory\.sqlite\.$/)
})

test('a run that a live runner holds is not recovered', async () => {
  const root = temporaryDirectory()
  const stop = new AbortController()
  let refusal: unknown
  await search({
    ...one,
    root,
    options: { sleep: 5 },
    signal: stop.signal,
    async onProgress({ totalEvaluated }) {
      if (totalEvaluated < 10 || refusal) return
      refusal = 'asked'
      refusal = await recover(join(root, 'run')).catch((error) => error)
      stop.abort(new Error('enough'))
    },
  })
  expect(refusal).toBeInstanceOf(RunHeldError)
  expect(String(refusal)).toMatch(new RegExp(`is held by a runner: process ${process.pid} on `))
})

test('a recovery that was interrupted is brought to its end by the next', async () => {
  const directory = copyOf(killed)
  const path = join(directory, record)
  damageTables(directory, 'evaluations')
  const first = recovered(await recover(directory))
  // As if it had been killed right before, or right after, it moved the damaged record away.
  for (const kept of [first.kept, null]) {
    renameSync(path, `${path}.recovered`)
    if (kept) renameSync(join(directory, kept), path)
    expect(await recover(directory)).toEqual({ ...first, kept })
  }
  expect((await goOn(directory)).canonical).toBe(undisturbed)
})

test('a record that lost its end in a power cut goes on without a recovery, beside folders that it does not know', async () => {
  const directory = copyOf(stopped)
  const database = openDatabase(join(directory, record))
  database.exec('delete from workers')
  database.close()
  expect((await goOn(directory)).canonical).toBe(undisturbed)
})

function emptyDatabase(): string {
  const path = join(temporaryDirectory(), 'other.sqlite')
  const database = openDatabase(path)
  database.exec('create table recipes (name text)')
  database.close()
  return path
}
