import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HistoryAnswer, OverviewAnswer, RunsAnswer } from '../../src/dashboard/answers.ts'
import { Dashboard } from '../../src/dashboard/dashboard.ts'
import { views } from '../../src/dashboard/views/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { openDatabase } from '../../src/system/database.ts'
import { temporaryDirectory } from '../temporary.ts'
import { answerTo, ask, enter } from './asking.ts'
import { writeRun } from './written-run.ts'

const failure = { kind: 'exit', exitCode: 3, message: 'The command ended with code 3.' } as const

const root = mkdtempSync(join(tmpdir(), 'twoloop-dashboard-'))
beforeAll(() => {
  writeRun(root, { name: 'a-search', generations: 12, populationSize: 10 })
  writeRun(root, { name: 'b-failing', generations: 2, populationSize: 5, evaluate: () => failure })
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

test('runs are listed by number with how far they are; one that cannot be read says why and hides no other', async () => {
  const root = temporaryDirectory()
  writeRun(root, { name: 'good', generations: 2, populationSize: 3 })
  const newer = writeRun(root, { name: 'newer', generations: 1, populationSize: 1 })
  openDatabase(join(newer, 'trajectory.sqlite')).exec('pragma user_version = 99').close()
  for (const [name, content] of [
    ['broken', 'this is no database, however long the text that stands here in its place is'],
    ['starting', ''],
  ] as const) {
    mkdirSync(join(root, name))
    writeFileSync(join(root, name, 'trajectory.sqlite'), content)
  }
  await using dashboard = await Dashboard.open(root)
  const { runs } = await answerTo<RunsAnswer>(dashboard, '/api/runs')
  expect(runs.map((run) => [run.name, 'problem' in run ? run.problem : run.summary.evaluations.done])).toEqual([
    ['broken', expect.stringContaining('is damaged')],
    ['good', 6],
    ['newer', expect.stringContaining('was written by a newer twoloop')],
    ['starting', 'The run is just starting: nothing is in its record yet.'],
  ])
  const cookie = await enter(dashboard)
  for (const [number, sentence] of [
    [0, 'is damaged'],
    [2, 'newer twoloop'],
    [3, 'just starting'],
  ] as const) {
    const { status, text } = await ask(dashboard, `/api/runs/${number}/overview`, { headers: { cookie } })
    expect([status, JSON.parse(text).problem]).toEqual([409, expect.stringContaining(sentence)])
  }
})

test('a run that begins while the page is open gets the next number', async () => {
  const root = temporaryDirectory()
  writeRun(root, { name: 'm', generations: 1, populationSize: 1 })
  await using dashboard = await Dashboard.open(root)
  writeRun(root, { name: 'a', generations: 1, populationSize: 1 })
  const { runs } = await answerTo<RunsAnswer>(dashboard, '/api/runs')
  expect(runs.map(({ number, name }) => [number, name])).toEqual([
    [0, 'm'],
    [1, 'a'],
  ])
})

test('an overview groups failures by cause, each with the commands that show more', async () => {
  await using dashboard = await Dashboard.open(root)
  const { summary, failures } = await answerTo<OverviewAnswer>(dashboard, '/api/runs/1/overview')
  expect(summary.evaluations).toEqual({ done: 0, failed: 10 })
  expect(failures).toMatchObject([{ count: 10, cause: failure, example: '0.0' }])
  expect(failures[0]!.commands).toEqual([
    expect.stringMatching(/^twoloop replay .*b-failing 0\.0$/),
    expect.stringMatching(/^twoloop logs .*b-failing 0\.0$/),
  ])
})

test.each(['evaluations', 'generations', 'time'])(
  'a history over %s counts every evaluation and ends at the best',
  async (over) => {
    await using dashboard = await Dashboard.open(root)
    const history = await answerTo<HistoryAnswer>(dashboard, `/api/runs/0/history?over=${over}`)
    const { summary } = await answerTo<OverviewAnswer>(dashboard, '/api/runs/0/overview')
    const { counts, columns, rows } = history.density
    expect(counts.length).toBe(columns * rows)
    expect(counts.reduce((a, b) => a + b)).toBe(120)
    const best = history.best.filter((value) => value !== null)
    expect(best).toEqual(best.toSorted((a, b) => b - a))
    expect(best.at(-1)).toBe(summary.best!.fitness[0])
    expect(history.summary).toMatch(/^The best cost \(smaller is better\) went from .* in 120 evaluations\.$/)
  },
)

test('a part of a history that is looked at closer is asked anew, and begins with the best until then', async () => {
  await using dashboard = await Dashboard.open(root)
  const whole = await answerTo<HistoryAnswer>(dashboard, '/api/runs/0/history')
  const part = await answerTo<HistoryAnswer>(dashboard, '/api/runs/0/history?from=60&to=119')
  expect(part.density.counts.reduce((a, b) => a + b)).toBe(60)
  expect(part.best.at(-1)).toBe(whole.best.at(-1))
  expect(part.best[0]).toBeLessThanOrEqual(whole.best[Math.floor(whole.best.length / 2)]!)
})

test('a run in which everything failed has a history that says so', async () => {
  await using dashboard = await Dashboard.open(root)
  const { summary, best } = await answerTo<HistoryAnswer>(dashboard, '/api/runs/1/history')
  expect(summary).toBe('Nothing was evaluated well: 10 evaluations failed.')
  expect(best.every((value) => value === null)).toBe(true)
})

test('a question that is not understood is answered with what was wanted', async () => {
  await using dashboard = await Dashboard.open(root)
  const cookie = await enter(dashboard)
  for (const [words, sentence] of [
    ['over=moons', 'over needs one of evaluations, generations, time, got "moons"'],
    ['columns=1e9', 'columns needs a number from 10 to 400, got "1e9"'],
    ['from=9&to=3', 'from and to need from < to, got 9 and 3'],
    ['colour=red', 'there is no "colour" to ask for here'],
  ] as const) {
    const { status, text } = await ask(dashboard, `/api/runs/0/history?${words}`, { headers: { cookie } })
    expect([status, JSON.parse(text)]).toEqual([400, { problem: sentence }])
  }
})

test.each([
  ['that has ended', () => {}],
  ['whose record was copied with a write-ahead log in its header alone', openLog],
])('looking changes nothing in the directory of a run %s', async (_, prepare) => {
  const root = temporaryDirectory()
  const directory = writeRun(root, { name: 'run', generations: 3, populationSize: 5 })
  prepare(directory)
  const before = contentOf(directory)
  await using dashboard = await Dashboard.open(root)
  await answerTo(dashboard, '/api/runs')
  for (const view of Object.keys(views)) await answerTo(dashboard, `/api/runs/0/${view}`)
  expect(contentOf(directory)).toEqual(before)
})

test('looking changes nothing in the directory of a run that goes on, but what SQLite shares with its writer', async () => {
  const root = temporaryDirectory()
  const directory = writeRun(root, { name: 'run', generations: 3, populationSize: 5 })
  const writer = RecordWriter.openForWriting(directory)
  try {
    writer.writeManifest({ note: 'it stands in the log' })
    const before = contentOf(directory)
    await using dashboard = await Dashboard.open(root)
    for (const view of Object.keys(views)) await answerTo(dashboard, `/api/runs/0/${view}`)
    const shared = { 'trajectory.sqlite-shm': expect.anything() }
    expect(contentOf(directory)).toEqual({ ...before, ...shared })
  } finally {
    writer.close()
  }
})

/** As it is after a copy of a run that goes on, of which nothing but the file itself was taken along. */
function openLog(directory: string): void {
  const database = openDatabase(join(directory, 'trajectory.sqlite'))
  database.pragma('journal_mode = wal')
  database.close()
}

/** Of every file its digest and when it was changed. */
function contentOf(directory: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => {
        const path = join(directory, name)
        const stats = statSync(path)
        const digest = stats.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'a folder'
        return [name, `${digest} ${stats.mtimeMs}`]
      }),
  )
}
