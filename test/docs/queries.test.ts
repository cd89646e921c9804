import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RecordWriter } from '../../src/record/writer.ts'
import { type Database, openDatabase } from '../../src/system/database.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { search } from '../search.ts'

const page = readFileSync(new URL('../../docs/record.md', import.meta.url), 'utf8')
const queries = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql]) => sql!)
const folder = mkdtempSync(join(tmpdir(), 'twoloop-docs-'))
let directory: string
let database: Database

beforeAll(async () => {
  // One at a time, so that only the individual that kills its worker is lost with it.
  const options = { optimizee: 'spring', generations: 5, populationSize: 8, runner: { lookAhead: 1 } }
  const { status, directory: made } = await search({ root: join(folder, 'runs'), name: 'spring', ...options })
  expect(status).toBe('finished')
  directory = made
  database = openDatabase(join(directory, 'trajectory.sqlite'), { readonly: true })
})

afterAll(() => {
  database?.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

type Row = Readonly<Record<string, number | string | null>>

function answer(question: number): Row[] {
  return database.prepare(queries[question - 1]!).all() as Row[]
}

function column(rows: readonly Row[], name: string): (number | string | null)[] {
  for (const row of rows) expect(Object.keys(row)).toContain(name)
  return rows.map((row) => row[name]!)
}

const sum = (values: readonly (number | string | null)[]) =>
  values.reduce<number>((total, value) => total + Number(value), 0)

test('the page has five queries, each under a question', () => {
  expect(queries).toHaveLength(5)
  expect(page.match(/^\*\*\d\. .*\?\*\*/gm)).toHaveLength(5)
})

test('query 1 gives the best individuals with their parameters, as the record ranks them', () => {
  const rows = answer(1)
  const record = RecordWriter.openForReading(directory)
  const best = record.best(10)
  record.close()
  expect(rows).toHaveLength(10)
  expect(rows.map(({ generation, index }) => `${generation}.${index}`)).toEqual(
    best.map(({ individual }) => individual.name),
  )
  for (const [i, row] of rows.entries()) {
    expect(row).toMatchObject({ ...best[i]!.individual.parameters, outcome: 'done' })
    expect(row.score).toBe(-Number(row.error))
  }
})

test('query 2 gives one row a generation, and a best that never gets worse', () => {
  const rows = answer(2)
  expect(column(rows, 'generation')).toEqual([0, 1, 2, 3, 4])
  expect(column(rows, 'evaluated')).toEqual([8, 8, 8, 8, 8])
  expect(column(rows, 'failed')).toEqual([1, 1, 1, 1, 1])
  const bestSoFar = column(rows, 'best_so_far') as number[]
  let best = Number.NEGATIVE_INFINITY
  for (const [i, row] of rows.entries()) {
    best = Math.max(best, row.best as number)
    expect(bestSoFar[i]).toBe(best)
    expect(row.mean as number).toBeLessThan(row.best as number)
  }
})

test('query 3 counts the failures by cause and host, those of lost workers too', () => {
  const rows = answer(3)
  expect(column(rows, 'cause')).toEqual(['threw', 'worker-lost'])
  // Index 2 fails twice in each generation; index 4 takes its worker with it once.
  expect(column(rows, 'attempts')).toEqual([10, 5])
  expect(column(rows, 'individuals')).toEqual([5, 5])
  expect(rows[0]!.for_example).toBe('RangeError: the spring broke')
  for (const host of column(rows, 'host')) expect(host).not.toBe('')
})

test('query 4 puts every individual in one of ten slices of the parameter', () => {
  const rows = answer(4)
  expect(sum(column(rows, 'individuals'))).toBe(35)
  const values = database.prepare(`select stiffness from search where outcome = 'done'`).pluck().all() as number[]
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const slices = values.map((value) => Math.min(9, Math.floor((10 * (value - low)) / (high - low))))
  expect(column(rows, 'slice')).toEqual([...new Set(slices)].sort((a, b) => a - b))
  for (const [i, row] of rows.entries()) {
    expect(row.individuals).toBe(slices.filter((slice) => slice === row.slice).length)
    expect(row.from_stiffness as number).toBeLessThanOrEqual(row.to_stiffness as number)
    expect(row.least_error as number).toBeLessThanOrEqual(row.mean_error as number)
    if (i > 0) expect(row.from_stiffness as number).toBeGreaterThan(rows[i - 1]!.to_stiffness as number)
  }
})

test('query 5 accounts for all time that workers measured, and names the slowest individual', () => {
  const rows = answer(5)
  const [measured] = database
    .prepare('select count(*) as attempts, sum(milliseconds) as total from attempts where milliseconds is not null')
    .all() as [{ attempts: number; total: number }]
  expect(sum(column(rows, 'attempts'))).toBe(measured.attempts)
  expect(sum(column(rows, 'busy_seconds'))).toBeCloseTo(measured.total / 1000, 1)
  for (const { worker, slowest_individual, slowest_ms } of rows) {
    const [generation, index] = String(slowest_individual).split('.').map(Number)
    const [{ milliseconds }] = database
      .prepare(
        'select max(milliseconds) as milliseconds from attempts where worker = ? and generation = ? and "index" = ?',
      )
      .all(worker, generation, index) as [{ milliseconds: number }]
    expect(milliseconds).toBeCloseTo(slowest_ms as number, 2)
    const ofWorker = database.prepare('select max(milliseconds) from attempts where worker = ?').pluck().get(worker)
    expect(ofWorker).toBe(milliseconds)
  }
})

test('the page describes every table, view and column that there is', () => {
  const objects = database
    .prepare(`select name from sqlite_master where type in ('table', 'view')`)
    .pluck()
    .all() as string[]
  for (const name of objects) expect(page).toContain(`\`${name}\``)
  for (const name of objects.filter((object) => object !== 'search')) {
    for (const column of database.prepare(`select name from pragma_table_info(?)`).pluck().all(name) as string[]) {
      expect(new RegExp(`\`"?${column}"?\``).test(page), `${name}.${column} is described`).toBe(true)
    }
  }
  const keys = database.prepare('select key from manifest').pluck().all() as string[]
  for (const key of keys.filter((key) => key !== 'snapshot'))
    expect(page.includes(`\`${key}\``), `${key} is described`).toBe(true)
})

test('the page describes every file of a run directory', () => {
  const described = [...page.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name!.replace(/\/.*$/, ''))
  const patterns = described.map(
    (name) => new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '.*')}(-wal|-shm)?$`),
  )
  for (const name of readdirSync(directory)) {
    expect(
      patterns.some((pattern) => pattern.test(name)),
      name,
    ).toBe(true)
  }
})

const [withSqlite, withPython] = [...page.matchAll(/```sh\n(.*)\n```/g)].map(([, line]) => line!)

const programs = [
  ['sqlite3', withSqlite, /^0\|0\|0\|\d+\|done\|/],
  ['python3', withPython, /^\(0, 0, 0, \d+, 'done', /],
] as const

for (const [program, line, expected] of programs) {
  const isThere = hasPart(program, () => hasProgram(program, '--version'), 'the line of docs/record.md that uses it')
  test.skipIf(!isThere)(`the line that opens the record with ${program} does so`, () => {
    const printed = execFileSync('sh', ['-c', line!], { cwd: folder, encoding: 'utf8' })
    expect(printed.trimEnd().split('\n')).toHaveLength(5)
    expect(printed).toMatch(expected)
  })
}
