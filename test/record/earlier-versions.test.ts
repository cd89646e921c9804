import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { ConfigurationError } from '../../src/core/errors.ts'
import { schemaOfVersion3 } from '../../src/record/earlier/version-3.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { recover } from '../../src/record/recovery/recover.ts'
import { schemaVersion } from '../../src/record/schema.ts'
import { ScreenReader } from '../../src/record/screen-reader.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { openDatabase } from '../../src/system/database.ts'
import { command } from '../command.ts'
import { digestOf } from '../digest.ts'
import { canonicalExport } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const fixtures = join(import.meta.dirname, '../fixtures/records')
const program = join(dirname(createRequire(import.meta.url).resolve('twoloop')), '../command/main.js')

const versions = [1, 2, 3] as const
const names = ['search', 'design'] as const
const records = versions.flatMap((version) => names.map((name) => [version, name] as const))

/** A run directory of an earlier version: a search that was stopped in a generation, or a design with failures, reports and outputs. */
function runOf(version: number, name: (typeof names)[number]): string {
  const directory = join(temporaryDirectory(), name)
  mkdirSync(directory)
  copyFileSync(join(fixtures, `version-${version}-${name}.sqlite`), join(directory, 'trajectory.sqlite'))
  return directory
}

const twoloop = (...words: string[]) => execa(process.execPath, [program, ...words], { reject: false })

/** Everything that readers ask of a record. */
function readAll(directory: string) {
  const reader = ScreenReader.openForReading(directory)
  try {
    return {
      rows: [...reader.rows()].map(({ after: _, told: __, ...row }) => row),
      attempts: [...reader.rows()].flatMap((row) => reader.attemptsOf(row)),
      evaluations: Array.from({ length: reader.generations }, (_, generation) => reader.evaluations(generation)),
      counts: reader.counts(),
      best: reader.best(5),
      tried: reader.triedBefore(reader.generations - 1),
      series: [...reader.series()],
      summaries: reader.summaries(),
      failures: reader.failureKinds(),
      improvements: reader.improvements().map(([generation, index, replicate]) => ({ generation, index, replicate })),
      front: reader.newestFront(),
      accepted: reader.acceptedIn(1),
      canonical: [...reader.canonicalLines()].join(''),
    }
  } finally {
    reader.close()
  }
}

test.each(records)('of version %i a %s is read as it is, and the file stays as it was', async (version, name) => {
  const directory = runOf(version, name)
  const path = join(directory, 'trajectory.sqlite')
  const before = digestOf(path)
  const read = readAll(directory)
  expect(read.rows.length).toBe(read.counts.individuals)
  expect(read.attempts.length).toBe(read.counts.attempts)
  const shown = await command(['show', directory, '--json'])
  expect(JSON.parse(shown.stdout)).toMatchObject({
    individuals: read.counts.individuals,
    attempts: read.counts.attempts,
    best: { generation: read.best[0]!.individual.generation, index: read.best[0]!.individual.index },
  })
  const exported = await command(['export', directory, '--canonical'])
  expect([exported.exitCode, `${exported.stdout}\n`]).toEqual([0, read.canonical])
  expect(await recover(directory)).toMatchObject({ state: 'sound' })
  expect(digestOf(path)).toBe(before)
})

test.each(records)('of version %i a %s that is opened for writing says the same as before', (version, name) => {
  const directory = runOf(version, name)
  const before = readAll(directory)
  RecordWriter.openForWriting(directory).close()
  expect(readAll(directory)).toEqual(before)
  const database = openDatabase(join(directory, 'trajectory.sqlite'), { readonly: true })
  try {
    expect(database.pragma('user_version', { simple: true })).toBe(schemaVersion)
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(database.prepare('select count(*) from search').pluck().get()).toBe(before.rows.length)
  } finally {
    database.close()
  }
})

test.each(
  records
    .filter(([version]) => version === 3)
    .flatMap(([, name]) => [['as it is', name] as const, ['brought up to date', name] as const]),
)('of version 3, %s, a %s whose first page is destroyed loses no row', async (state, name) => {
  const directory = runOf(3, name)
  if (state === 'brought up to date') RecordWriter.openForWriting(directory).close()
  const { individuals, done, failed } = countsOf(directory)
  const descriptor = openSync(join(directory, 'trajectory.sqlite'), 'r+')
  writeSync(descriptor, Buffer.alloc(100), 0, 100, 0)
  closeSync(descriptor)
  expect(await recover(directory)).toMatchObject({
    state: 'recovered',
    saved: { individuals, evaluations: done + failed },
  })
})

function countsOf(directory: string) {
  const reader = RecordReader.openForReading(directory)
  try {
    return reader.counts()
  } finally {
    reader.close()
  }
}

test('a search of version 1 has an order of telling from its migration on, and a checkpoint that says where it comes from', () => {
  const directory = runOf(1, 'search')
  const record = RecordWriter.openForWriting(directory)
  try {
    const told = [...record.told()].map(({ individual }) => individual.name)
    const inOrder = [...record.rows()].filter(({ outcome }) => outcome !== 'pending')
    expect(told).toEqual(inOrder.map(({ generation, index }) => `${generation}.${index}`))
    const newest = record.individuals(record.generations - 1)
    const { individuals } = record.counts()
    expect(record.checkpoint()).toMatchObject({
      told: individuals - newest.length,
      asked: individuals,
      value: { version: 1, state: expect.anything() },
    })
    expect([...record.rows()].at(-1)).toMatchObject({ after: individuals - newest.length })
  } finally {
    record.close()
  }
})

/** Goes on with the stopped search to its end. */
async function goOn(directory: string): Promise<string> {
  const file = join(fixtures, 'search.yaml')
  const { exitCode, stderr } = await twoloop('run', file, '--root', dirname(directory))
  expect([exitCode, stderr]).toEqual([0, expect.anything()])
  const reader = RecordReader.openForReading(directory)
  try {
    return reader.hash()
  } finally {
    reader.close()
  }
}

/** What a stopped search becomes: the same every time, and with all that the earlier version had finished. */
async function goneOn(version: number): Promise<string> {
  const directory = runOf(version, 'search')
  const before = canonicalExport(directory)
    .split('\n')
    .filter((line) => line.includes('"outcome":"done"'))
  const hash = await goOn(directory)
  const after = canonicalExport(directory)
  expect(after).not.toContain('pending')
  for (const line of before) expect(after).toContain(line)
  return hash
}

test('a search that version 1 has stopped goes on to its end with what it had', async () => {
  expect(canonicalExport(runOf(1, 'search'))).toContain('"outcome":"pending"')
  expect(await goneOn(1)).toBe(await goneOn(1))
})

test('a search that version 2 has stopped ends as it had ended there when nothing stopped it', async () => {
  expect(canonicalExport(runOf(2, 'search'))).toContain('"outcome":"pending"')
  expect(await goneOn(2)).toBe('7b98497d8152c3b1905f62196dab952458ab1c22a412baeb853c2e907bbabedd')
})

test('a search that version 3 has stopped ends as it had ended there when nothing stopped it', async () => {
  expect(canonicalExport(runOf(3, 'search'))).toContain('"outcome":"pending"')
  expect(await goneOn(3)).toBe('a014e8a65f58a418beace13666ce048634ed2a05b8b40cc8874e2e6fdb11e5f0')
})

test('of version 3 all that a generation had in its row is said of it from the migration on', () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'trajectory.sqlite')
  const database = openDatabase(path)
  database.exec(schemaOfVersion3)
  database.pragma('user_version = 3')
  database.exec(generationsOfVersion3)
  const columns = `generation, individuals, done, failed, stopped, attempts, best_score, best_index, best_replicate, packed,
                   summary, front, hypervolume`
  const generations = `select ${columns} from generations order by generation`
  const before = database.prepare(generations).all()
  database.close()
  RecordWriter.openForWriting(directory).close()
  const migrated = openDatabase(path, { readonly: true })
  onTestFinished(() => void migrated.close())
  expect(migrated.prepare(generations).all()).toEqual(before)
  expect(before).toHaveLength(8)
  expect(migrated.pragma('foreign_key_check')).toEqual([])
  // What has nothing to say beyond its counts has no row more.
  expect(migrated.prepare('select generation from generation_notes order by generation').pluck().all()).toEqual([
    2, 3, 4, 5, 6,
  ])
})

/** One of each kind: usual, failed, replicated, of a front, packed, with a summary, with all, and without an evaluation. */
const generationsOfVersion3 = `
insert into generations (generation, individuals, done, failed, attempts, best_score, best_index, best_replicate, packed, summary,
                         stopped, last_told, front, hypervolume) values
  (0, 2, 2, 0, 2, -1.0, 1, 0, 0, '{}', 0, 1, null, null),
  (1, 2, 0, 2, 5, null, null, null, 0, '{}', 0, 3, null, null),
  (2, 2, 2, 0, 2, -2.5, 0, 0, 0, '{}', 0, 5, null, null),
  (3, 1, 1, 0, 1, null, null, null, 0, '{}', 0, 6, 4, 0.25),
  (4, 1, 1, 0, 1, -3.0, 0, 0, 1, '{}', 0, 7, null, null),
  (5, 1, 1, 0, 1, -3.0, 0, 0, 0, '{"best":3}', 0, 8, null, null),
  (6, 2, 1, 0, 3, -3.0, 1, 0, 1, '{"best":3}', 1, 10, 0, null),
  (7, 2, 0, 0, 1, null, null, null, 0, '{}', 0, null, null, null);
insert into individuals (generation, "index", replicate, seed, parameters)
  select generation, value, 0, 1, '{}' from generations join json_each('[0, 1]') on value < individuals;
insert into evaluations (generation, "index", replicate, outcome, fitness, score)
  select generation, "index", replicate, case when generation = 1 then 'failed' when generation = 6 and "index" = 0 then 'stopped' else 'done' end,
         '[1]', case generation when 0 then -"index" when 3 then null else -3 end
  from individuals where generation < 7;
insert into other_attempts (generation, "index", replicate, epoch, attempt, worker, verdict) values
  (1, 0, 0, 1, 1, 1, 'retried'), (1, 0, 0, 1, 2, 1, 'lost'), (1, 1, 0, 1, 1, 1, 'retried'),
  (6, 1, 0, 1, 1, 1, 'retried'), (7, 1, 0, 1, 1, 1, 'retried');
`

test.each(records)(
  'of version %i, a page of zeros in a %s is said or makes no difference to what is read',
  (version, name) => {
    const directory = runOf(version, name)
    const path = join(directory, 'trajectory.sqlite')
    const [bytes, whole] = [readFileSync(path), readAll(directory)]
    const isRefused = Array.from({ length: bytes.length / pageBytes }, (_, page) => {
      writeFileSync(path, Buffer.from(bytes).fill(0, page * pageBytes, (page + 1) * pageBytes))
      try {
        expect(readAll(directory), `page ${page}`).toEqual(whole)
        return false
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error
        return true
      }
    })
    expect(isRefused.filter(Boolean).length).toBeGreaterThan(5)
  },
)

const damages = [
  ['first page', (path: string) => destroy(path, 1)],
  ['table of individuals', (path: string) => destroy(path, rootOf(path, 'individuals'))],
  ['table of evaluations', (path: string) => destroy(path, rootOf(path, 'evaluations'))],
] as const

test.each(versions.flatMap((version) => damages.map(([what, damage]) => [version, what, damage] as const)))(
  'of version %i a search whose %s is destroyed is recovered and goes on to its end',
  async (version, _, damage) => {
    const directory = runOf(version, 'search')
    damage(join(directory, 'trajectory.sqlite'))
    expect(await recover(directory)).toMatchObject({ state: 'recovered' })
    await goOn(directory)
    expect(canonicalExport(directory)).not.toContain('pending')
  },
)

const pageBytes = 4096

function destroy(path: string, page: number): void {
  const descriptor = openSync(path, 'r+')
  writeSync(descriptor, Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, (page - 1) * pageBytes)
  closeSync(descriptor)
}

/** The page on which a table begins. */
function rootOf(path: string, table: string): number {
  const database = openDatabase(path, { readonly: true })
  try {
    return database.prepare('select rootpage from sqlite_master where name = ?').pluck().get(table) as number
  } finally {
    database.close()
  }
}
