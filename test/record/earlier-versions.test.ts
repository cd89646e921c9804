import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { ConfigurationError } from '../../src/core/errors.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { recover } from '../../src/record/recovery/recover.ts'
import { schemaVersion } from '../../src/record/schema.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { openDatabase } from '../../src/system/database.ts'
import { command } from '../command.ts'
import { digestOf } from '../digest.ts'
import { canonicalExport } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const fixtures = join(import.meta.dirname, '../fixtures/records')
const program = join(dirname(createRequire(import.meta.url).resolve('twoloop')), '../command/main.js')

const versions = [1, 2] as const
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
  const reader = RecordReader.openForReading(directory)
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
