import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Lease } from '../../runtime/runner/lease.ts'
import { takeRun } from '../../runtime/slurm/run-holder.ts'
import type {
  CompareAnswer,
  FrontAnswer,
  HealthAnswer,
  HistoryAnswer,
  ImportanceAnswer,
  IndividualAnswer,
  IndividualsAnswer,
  OverviewAnswer,
  PairsAnswer,
  ParallelAnswer,
  ParametersAnswer,
  ReportsAnswer,
  RunsAnswer,
  WorkersAnswer,
} from '../../src/dashboard/answers.ts'
import { Dashboard } from '../../src/dashboard/dashboard.ts'
import { views } from '../../src/dashboard/views/index.ts'
import { frontOfRun } from '../../src/record/summary.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { openDatabase } from '../../src/system/database.ts'
import { analyseRun } from '../../src/tables/analysis/analyse-run.ts'
import { digestOf } from '../digest.ts'
import { onTestFinished } from '../running-test.ts'
import { temporaryDirectory } from '../temporary.ts'
import { answerTo, ask, enter } from './asking.ts'
import { writeRun } from './written-run.ts'

const failure = { kind: 'exit', exitCode: 3, message: 'The command ended with code 3.' } as const

const root = mkdtempSync(join(tmpdir(), 'twoloop-dashboard-'))
beforeAll(() => {
  writeRun(root, { name: 'a-search', generations: 12, populationSize: 10 })
  writeRun(root, { name: 'b-failing', generations: 2, populationSize: 5, evaluate: () => failure })
  const parameters = Array.from({ length: 14 }, (_, i) => `parameter${i}`)
  tellAnother(writeRun(root, { name: 'c-large', generations: 100, populationSize: 500, parameters, reports: 2 }))
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Every view, asked about something that is there. */
const addresses = Object.keys(views).map((view) => (view === 'individual' ? 'individual?name=0.0' : view))

test('runs are listed by number with how far they are; one that cannot be read says why and hides no other', async () => {
  const root = temporaryDirectory()
  writeRun(root, { name: 'good', generations: 2, populationSize: 3 })
  const newer = writeRun(root, { name: 'newer', generations: 1, populationSize: 1 })
  openDatabase(join(newer, 'trajectory.sqlite')).exec('pragma user_version = 99').close()
  for (const [name, content] of [
    ['broken', 'this is no database, however long the text that stands here in its place is'],
    ['cut-off', ''],
    ['starting', ''],
  ] as const) {
    mkdirSync(join(root, name))
    writeFileSync(join(root, name, 'trajectory.sqlite'), content)
  }
  const lease = await takeRun(join(root, 'starting'))
  onTestFinished(async () => {
    if (lease instanceof Lease) await lease.release()
  })
  await using dashboard = await Dashboard.open(root)
  const { runs } = await answerTo<RunsAnswer>(dashboard, '/api/runs')
  expect(runs.map((run) => [run.name, 'problem' in run ? run.problem : run.summary.evaluations.done])).toEqual([
    ['broken', expect.stringContaining('is damaged')],
    ['cut-off', 'Its start was cut off before anything was recorded; the same command begins it anew.'],
    ['good', 6],
    ['newer', expect.stringContaining('was written by a newer twoloop')],
    ['starting', 'The run is just starting: nothing is in its record yet.'],
  ])
  const cookie = await enter(dashboard)
  for (const [number, sentence] of [
    [0, 'is damaged'],
    [1, 'was cut off'],
    [3, 'newer twoloop'],
    [4, 'just starting'],
  ] as const) {
    const { status, text } = await ask(dashboard, `/api/runs/${number}/overview`, { headers: { cookie } })
    expect([status, JSON.parse(text).problem]).toEqual([409, expect.stringContaining(sentence)])
  }
})

test('a run that begins while the page is open gets the next number, and one that is removed is in no list', async () => {
  const root = temporaryDirectory()
  writeRun(root, { name: 'm', generations: 1, populationSize: 1 })
  await using dashboard = await Dashboard.open(root)
  writeRun(root, { name: 'a', generations: 1, populationSize: 1 })
  const { runs } = await answerTo<RunsAnswer>(dashboard, '/api/runs')
  expect(runs.map(({ number, name }) => [number, name])).toEqual([
    [0, 'm'],
    [1, 'a'],
  ])
  rmSync(root, { recursive: true })
  expect((await answerTo<RunsAnswer>(dashboard, '/api/runs')).runs).toEqual([])
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

test('of a budget only individuals with as much of it are held against each other, and it is said of each', async () => {
  const root = temporaryDirectory()
  writeRun(root, {
    ...{ name: 'halving', generations: 3, populationSize: 9, epochs: (generation) => 3 ** generation },
    evaluate: ([x], generation) => [generation === 2 ? 5 + x! : x!], // what was simulated for a while only looks better
  })
  const youth = { name: 'young', generations: 1, populationSize: 9, epochs: () => 1 }
  writeRun(root, youth)
  await using dashboard = await Dashboard.open(root)
  const wholes = 'Only those with the whole, 9 epochs: 9 evaluations.'
  for (const view of ['parameters', 'pairs', 'parallel', 'importance']) {
    const { share } = await answerTo<PairsAnswer>(dashboard, `/api/runs/0/${view}`)
    expect([view, share?.sentence]).toEqual([view, wholes])
    expect(share!.others).toEqual([
      [9, 9],
      [3, 9],
      [1, 9],
    ])
  }
  const { lines, drawn } = await answerTo<ParallelAnswer>(dashboard, '/api/runs/0/parallel?budget=3')
  expect([lines[0]!.name.split('.')[0], drawn.count]).toEqual(['1', 9])
  const young = await answerTo<ParametersAnswer>(dashboard, '/api/runs/1/parameters')
  expect(young.share!.sentence).toBe('Only those with 1 of 9 epochs: 9 evaluations.')
  const { density, parts, best } = await answerTo<HistoryAnswer>(dashboard, '/api/runs/0/history')
  const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0)
  expect([sum(density.counts), sum(parts!.counts)]).toEqual([9, 18])
  expect(Math.min(...best.flatMap((value) => value ?? []))).toBeGreaterThan(5)
  const table = await answerTo<IndividualsAnswer>(dashboard, '/api/runs/0/individuals?filter=budget+%3E+3')
  expect(table.rows.map(({ budget, continues }) => [budget, continues])[4]).toEqual([9, '1.4'])
  const { document } = await answerTo<IndividualAnswer>(dashboard, '/api/runs/0/individual?name=2.4')
  expect(document).toMatchObject({ budget: 9, continues: '1.4' })
  expect(analyseRun(join(root, 'halving'))).toMatchObject({ points: 9, budget: { name: 'epochs', value: 9 } })
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

test('a history of points that are replicated counts each once along its axis, and draws all that was simulated', async () => {
  const root = temporaryDirectory()
  writeRun(root, { name: 'run', generations: 4, populationSize: 5, replicates: 3 })
  await using dashboard = await Dashboard.open(root)
  const { x, density } = await answerTo<HistoryAnswer>(dashboard, '/api/runs/0/history')
  expect(x).toMatchObject({ low: 0, high: 19 })
  expect(density.counts.reduce((a, b) => a + b)).toBe(60)
})

test.each([
  ['a search', { isDesign: false, told: 20 }],
  ['a design', { isDesign: true, told: 60 }],
])(
  'of points that %s repeats the best so far is the best of their means, not the luckiest sample',
  async (_, { isDesign, told }) => {
    const root = temporaryDirectory()
    // The luckiest sample of all is one of the worst point.
    const noise = (generation: number, row: number) =>
      generation === 1 && row < 3 ? [-9, 30, 30][row]! : 0.1 * ((row % 3) - 1) - generation
    const evaluate = ([x]: readonly number[], generation: number, row: number) => [x! + noise(generation, row)]
    writeRun(root, { name: 'run', generations: 4, populationSize: 5, replicates: 3, isDesign, evaluate })
    await using dashboard = await Dashboard.open(root)
    const { summary } = await answerTo<OverviewAnswer>(dashboard, '/api/runs/0/overview')
    const { x, best } = await answerTo<HistoryAnswer>(dashboard, '/api/runs/0/history')
    expect(x).toMatchObject({ low: 0, high: told - 1 })
    expect(best.at(-1)).toBeCloseTo(summary.best!.fitness[0]!, 9)
    const { groups } = await answerTo<CompareAnswer>(dashboard, '/api/compare?runs=0')
    expect(groups[0]!.median.at(-1)).toBeCloseTo(summary.best!.fitness[0]!, 4)
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

test('parameters are drawn in the order of their importance, every evaluation in each picture', async () => {
  const root = temporaryDirectory()
  const evaluate = ([, second, third]: readonly number[]) => [1000 * second! + third!]
  writeRun(root, { name: 'run', generations: 4, populationSize: 100, parameters: ['idle', 'strong', 'weak'], evaluate })
  await using dashboard = await Dashboard.open(root)
  const { parameters } = await answerTo<ParametersAnswer>(dashboard, '/api/runs/0/parameters')
  expect(parameters[0]).toMatchObject({
    x: { name: 'strong', low: 0, high: 1 },
    summary: expect.stringContaining('strong alone says 9'),
  })
  for (const { density } of parameters) expect(density.counts.reduce((a, b) => a + b)).toBe(400)
})

test('the table of individuals is ordered by any column, turned page by page, and filtered by conditions', async () => {
  await using dashboard = await Dashboard.open(root)
  const ask = (words: Record<string, string>) =>
    answerTo<IndividualsAnswer>(dashboard, `/api/runs/0/individuals?${new URLSearchParams(words)}`)
  const first = await ask({ count: '10' })
  expect([first.total, first.rows.map(({ name }) => name).slice(0, 3)]).toEqual([120, ['0.0', '0.1', '0.2']])
  const second = await ask({ count: '10', offset: '10', direction: 'down' })
  expect(second.rows[0]!.name).toBe('10.9')
  const costs = (await ask({ order: 'cost', count: '100' })).rows.map(({ fitness }) => fitness[0] as number)
  expect(costs).toEqual(costs.toSorted((a, b) => a - b))
  const kept = await ask({ filter: 'x < 0.3 and cost >= 0.02 and generation != 3', count: '100' })
  expect(kept.total).toBe(kept.rows.length)
  expect(kept.total).toBeGreaterThan(0)
  for (const { parameters, fitness, name } of kept.rows) {
    expect(parameters[0]).toBeLessThan(0.3)
    expect(fitness[0]).toBeGreaterThanOrEqual(0.02)
    expect(name).not.toMatch(/^3\./)
  }
  expect((await ask({ filter: 'outcome = failed' })).total).toBe(0)
})

test('a parameter of any name is ordered and filtered by, and never becomes SQL', async () => {
  const root = temporaryDirectory()
  const name = `x"'; drop table individuals; --`
  writeRun(root, { name: 'run', generations: 2, populationSize: 10, parameters: [name, 'cost'] })
  await using dashboard = await Dashboard.open(root)
  const filter = `${JSON.stringify(name)} > 0.2 and parameter.cost < 0.9`
  const words = new URLSearchParams({ order: name, filter })
  const { rows, parameters } = await answerTo<IndividualsAnswer>(dashboard, `/api/runs/0/individuals?${words}`)
  expect(parameters).toEqual([name, 'cost'])
  const values = rows.map((row) => row.parameters[0] as number)
  expect(values.length).toBeGreaterThan(0)
  expect(values).toEqual(values.toSorted((a, b) => a - b))
})

test('a level is kept as a drag writes it, and of those to which a parameter does not apply nothing holds', async () => {
  const root = temporaryDirectory()
  const database = openDatabase(
    join(writeRun(root, { name: 'run', generations: 2, populationSize: 9 }), 'trajectory.sqlite'),
  )
  for (const [index, level] of ['a\nb', 'c'].entries())
    database
      .prepare(`update individuals set parameters = json_set(parameters, '$.s', ?) where "index" % 3 = ?`)
      .run(level, index)
  database.close()
  await using dashboard = await Dashboard.open(root)
  const kept = async (filter: string) => {
    const words = new URLSearchParams({ filter })
    const table = await answerTo<IndividualsAnswer>(dashboard, `/api/runs/0/individuals?${words}`)
    const picture = await answerTo<ParallelAnswer>(dashboard, `/api/runs/0/parallel?${words}`)
    return [table.total, picture.kept]
  }
  const { axes } = await answerTo<ParallelAnswer>(dashboard, '/api/runs/0/parallel')
  const levels = axes.find(({ column }) => column === 's')?.levels ?? []
  expect(levels.length).toBe(3)
  for (const level of levels) expect([level, await kept(`s = ${level}`)]).toEqual([level, [6, 6]])
  expect(await kept('not (s < "b")')).toEqual([6, 6])
})

test('the longest filters become SQL in whatever way they are nested; what is longer is refused', async () => {
  await using dashboard = await Dashboard.open(root)
  const cookie = await enter(dashboard)
  const cameOf = (filter: string) =>
    ask(dashboard, `/api/runs/0/individuals?${new URLSearchParams({ filter })}`, { headers: { cookie } })
  for (const longest of [
    `${'('.repeat(248)}x < 1${')'.repeat(248)}`,
    `${'not '.repeat(497)}x < 1`,
    `${'-'.repeat(497)}x < 1`,
    `${'x + '.repeat(248)}x < 1`,
    `${'x < 1 or '.repeat(124)}x < 1`,
  ])
    expect([longest, (await cameOf(longest)).status]).toEqual([longest, 200])
  const { status, text } = await cameOf(`${'not '.repeat(498)}x < 1`)
  expect([status, JSON.parse(text)]).toEqual([400, { problem: 'a filter has at most 500 words and signs, got 501' }])
})

test.each([
  ['x <', 'the filter needs a name or a value at position 4, got the end'],
  ['x < 3 y < 2', 'the filter needs `and`, `or`, or the end at position 7, got "y < 2"'],
  ['(x < 3 or y < 2', 'the filter needs a closing bracket at position 16, got the end'],
  ['x + 1', 'the filter needs one of < <= > >= = != at position 6, got the end'],
  ['x < 3 and or y < 2', 'the filter needs a name or a value at position 11, got "or y < 2"'],
  ['x > "y"', String.raw`the filter needs 1 * "y" (quotes alone make a text here) at position 5, got "\"y\""`],
  ['x < $', 'the filter needs a name, a comparison or a value at position 5, got "$"'],
  [
    'z < 3',
    'there is no "z" among the individuals; there is individual, generation, outcome, score, milliseconds, worker, cost, x, y',
  ],
])('a filter that does not parse says where, and what was expected: %s', async (filter, problem) => {
  await using dashboard = await Dashboard.open(root)
  const path = `/api/runs/0/individuals?${new URLSearchParams({ filter })}`
  const { status, text } = await ask(dashboard, path, { headers: { cookie: await enter(dashboard) } })
  expect([status, JSON.parse(text)]).toEqual([400, { problem }])
})

test.each([
  ['x < 0.1 or y > 0.9', (x: number, y: number) => x < 0.1 || y > 0.9],
  ['x < 0.1 || y > 0.9 and x > 0.5', (x: number, y: number) => x < 0.1 || (y > 0.9 && x > 0.5)],
  ['not (x < 0.5 && y < 0.5)', (x: number, y: number) => !(x < 0.5 && y < 0.5)],
  ['(x < 0.2 or x > 0.4) and !(y <= 0.3)', (x: number, y: number) => (x < 0.2 || x > 0.4) && y > 0.3],
  ['x + 2 * y <= 1 - -0.1', (x: number, y: number) => x + 2 * y <= 1.1],
  ['(x - y) / 2 > 1 / 10', (x: number, y: number) => (x - y) / 2 > 0.1],
  ['y < x and outcome == done', (x: number, y: number) => y < x],
  ['x < "0.5" or x = null or x = "y"', () => false],
  [`x${' + x'.repeat(15)} < 4`, (x: number) => 16 * x < 4],
] as const)(
  'a filter is an expression, and keeps the same in the table and in a picture: %s',
  async (filter, wanted) => {
    await using dashboard = await Dashboard.open(root)
    const table = async (words: Record<string, string>) => {
      const asked = new URLSearchParams({ count: '100', ...words })
      return await answerTo<IndividualsAnswer>(dashboard, `/api/runs/0/individuals?${asked}`)
    }
    const all = [await table({}), await table({ offset: '100' })].flatMap(({ rows }) => rows)
    const kept = all.filter(({ parameters: [x, y] }) => wanted(x as number, y as number)).length
    expect((await table({ filter })).total).toBe(kept)
    const picture = await answerTo<ParallelAnswer>(dashboard, `/api/runs/0/parallel?${new URLSearchParams({ filter })}`)
    expect(picture.kept).toBe(kept)
  },
)

test('one individual has its attempts, its parents and children, and the commands that repeat it', async () => {
  await using dashboard = await Dashboard.open(root)
  const { document, made, parents, children, commands } = await answerTo<IndividualAnswer>(
    dashboard,
    '/api/runs/0/individual?name=3.0',
  )
  expect(document).toMatchObject({
    generation: 3,
    index: 0,
    outcome: 'done',
    attempts: [{ verdict: 'accepted', milliseconds: 40 }],
  })
  expect([made, parents, children.length, children[0]]).toEqual(['mutation', ['2.0'], 10, '4.0'])
  expect(commands[0]).toMatch(/^twoloop replay .*a-search 3\.0$/)
  const cookie = await enter(dashboard)
  for (const [name, status, problem] of [
    ['99.0', 404, 'has no individual 99.0; its generations are 0 to 11'],
    ['../x', 400, 'an individual is named generation.index'],
  ] as const) {
    const came = await ask(dashboard, `/api/runs/0/individual?name=${name}`, { headers: { cookie } })
    expect([came.status, JSON.parse(came.text).problem]).toEqual([status, expect.stringContaining(problem)])
  }
})

test('the time of workers is told by how busy each was and where attempts failed', async () => {
  await using dashboard = await Dashboard.open(root)
  const { rows, columns } = await answerTo<WorkersAnswer>(dashboard, '/api/runs/1/workers')
  expect(rows).toMatchObject([{ label: '1', isLost: false }])
  expect(rows[0]!.busy).toMatch(/^[1-9]\d+$/)
  expect([rows[0]!.busy.length, rows[0]!.failed.length]).toEqual([columns, columns])
  expect(rows[0]!.failed).toMatch(/[1-9]/)
})

test('of workers it is told which were lost, whose host was benched, and which took the place of such a one', async () => {
  const root = temporaryDirectory()
  const directory = writeRun(root, { name: 'run', generations: 1, populationSize: 4, workers: 4 })
  const record = openDatabase(join(directory, 'trajectory.sqlite'))
  for (const [worker, launched, ended, why] of [
    [1, 0, 2, 'it was killed by SIGKILL'],
    [2, 0, 4, 'its host was benched'],
    [3, 3, 9, 'the run ended'],
    [4, 5, 9, 'the run ended'],
  ] as const) {
    const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`
    record.exec(
      `update workers set launched = '${at(launched)}', ended = '${at(ended)}', why = '${why}' where worker = ${worker}`,
    )
  }
  record.close()
  await using dashboard = await Dashboard.open(root)
  const { rows, summary } = await answerTo<WorkersAnswer>(dashboard, '/api/runs/0/workers')
  expect(rows.map(({ isLost, isBenched, isRestart }) => [isLost, isBenched, isRestart])).toEqual([
    [true, false, false],
    [false, true, false],
    [false, false, true],
    [false, false, true],
  ])
  expect(summary).toMatch(
    /; 1 ended otherwise than asked, 1 since its host was benched, and 2 places were taken by another\.$/,
  )
})

test('health names a bound that the best crowd at, where failures concentrate, and what has no effect', async () => {
  const root = temporaryDirectory()
  const evaluate = ([bound, failing]: readonly number[], _: number, index: number) =>
    failing! > 0.8 && index % 2 === 0 ? failure : [-bound!]
  writeRun(root, {
    name: 'run',
    generations: 3,
    populationSize: 400,
    parameters: ['bound', 'failing', 'idle'],
    evaluate,
    moved: ([bound, ...others]) => [Math.min(1, 2 * bound!), ...others],
  })
  await using dashboard = await Dashboard.open(root)
  const { notes } = await answerTo<HealthAnswer>(dashboard, '/api/runs/0/health')
  const sentences = notes.map(({ sentence }) => sentence).join('\n')
  expect(sentences).toMatch(/bound is at its upper bound \(1\) in \d+ % of the best individuals/)
  expect(sentences).toMatch(/Failures concentrate where failing is between 0\.8 and 1: \d+ % fail there, 0 % elsewhere/)
  expect(sentences).toMatch(/idle.* hardly any effect/)
})

test('health tells a search that converged early, one that repeats itself, and one whose workers wait', async () => {
  const root = temporaryDirectory()
  const size = { generations: 20, populationSize: 20 }
  const near = ([x, y]: readonly number[], part: number) => [0.5 + part * (x! - 0.5), 0.5 + part * (y! - 0.5)]
  const idle = writeRun(root, { name: 'a-idle', ...size })
  writeRun(root, { name: 'b-early', ...size, moved: (x, generation) => near(x, generation < 9 ? 1 : 0.004) })
  writeRun(root, { name: 'c-repeats', ...size, moved: (x, generation) => (generation < 12 ? x : near(x, 0)) })
  const record = RecordWriter.openForWriting(idle)
  record.recordUsage({ fileOperations: 1, nodeSeconds: 1000, workerSeconds: 1000, busySeconds: 120 })
  record.close()
  await using dashboard = await Dashboard.open(root)
  const [idles, early, repeats] = await Promise.all(
    [0, 1, 2].map(async (run) => {
      const { notes } = await answerTo<HealthAnswer>(dashboard, `/api/runs/${run}/health`)
      return notes.map(({ sentence }) => sentence).join('\n')
    }),
  )
  expect(idles).toMatch(/Workers simulated only 12 % of their time/)
  expect(early).toMatch(
    /From half of the search on all individuals lie within 0\.\d+ % of each parameter's range: it has converged early/,
  )
  expect(repeats).toMatch(/the search simulates the same again and again/)
  for (const sentences of [idles, repeats]) expect(sentences).not.toMatch(/converged early/)
})

test('health says that a target has been reached', async () => {
  const root = temporaryDirectory()
  const reason = 'individual 1.0 has reached the target (limits.target: 0.02)'
  const record = RecordWriter.openForWriting(writeRun(root, { name: 'run', generations: 2, populationSize: 3 }))
  record.writeManifest({ reason })
  record.close()
  await using dashboard = await Dashboard.open(root)
  const { notes } = await answerTo<HealthAnswer>(dashboard, '/api/runs/0/health')
  expect(notes).toContainEqual({ kind: 'good', sentence: reason })
})

test.each(['parallel', 'pairs', 'importance', 'front'])(
  'of a run in which everything failed %s says so',
  async (view) => {
    await using dashboard = await Dashboard.open(root)
    const answer = await answerTo<{ readonly summary?: string; readonly note?: string }>(
      dashboard,
      `/api/runs/1/${view}`,
    )
    expect(answer.summary ?? answer.note).toBe('Nothing was evaluated well yet.')
  },
)

test('parallel axes have all evaluations between them and the best tenth as lines; a filter keeps others, and says what it keeps', async () => {
  await using dashboard = await Dashboard.open(root)
  const whole = await answerTo<ParallelAnswer>(dashboard, '/api/runs/0/parallel')
  expect(whole.axes.map(({ name }) => name).sort()).toEqual(['cost', 'x', 'y'])
  for (const { counts } of whole.gaps) expect(counts.reduce((a, b) => a + b)).toBe(120)
  expect(whole.kept).toBe(12)
  const ranks = whole.lines.map(({ rank }) => rank)
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
  expect(ranks[0]).toBe(0)
  const words = new URLSearchParams({ filter: 'x >= 0.2 and x <= 0.4 and generation != 3' })
  const part = await answerTo<ParallelAnswer>(dashboard, `/api/runs/0/parallel?${words}`)
  const table = await answerTo<IndividualsAnswer>(dashboard, `/api/runs/0/individuals?${words}`)
  expect(part.kept).toBe(table.total)
  expect(part.axes.find(({ name }) => name === 'x')!.kept).toEqual([0.2, 0.4])
  expect(part.terms).toEqual([
    { column: 'x', text: 'x >= 0.2' },
    { column: 'x', text: 'x <= 0.4' },
    { column: null, text: 'generation != 3' },
  ])
  const x = part.axes.findIndex(({ name }) => name === 'x')
  for (const { places } of part.lines) expect(Math.abs(places[x]! - 0.3)).toBeLessThanOrEqual(0.1001)
})

test('pairs of parameters rank places by who is there, and say where the best are', async () => {
  await using dashboard = await Dashboard.open(root)
  const { axes, pairs } = await answerTo<PairsAnswer>(dashboard, '/api/runs/0/pairs')
  expect([axes.length, pairs.length, pairs[0]!.count]).toEqual([2, 1, 120])
  expect(pairs[0]!.cells).toMatch(/^[\d.]{400}$/)
  const [, low, high] = /x from (\S+) to (\S+)/.exec(pairs[0]!.best!)!
  expect(Number(low)).toBeLessThanOrEqual(0.35)
  expect(Number(high)).toBeGreaterThanOrEqual(0.25)
})

test('importance is what `analyse` says of the same run', async () => {
  await using dashboard = await Dashboard.open(root)
  const { analyses } = await answerTo<ImportanceAnswer>(dashboard, '/api/runs/0/importance')
  const [first] = analyseRun(join(root, 'a-search')).analyses
  const factors = first?.method === 'importance' && 'factors' in first ? first.factors : []
  expect(factors.length).toBe(2)
  expect(analyses[0]!.bars.map(({ name, value }) => [name, value])).toEqual(
    factors.map(({ name, importance }) => [name, importance]),
  )
})

test('the front of two objectives holds what none dominates, and its volume never shrinks', async () => {
  const root = temporaryDirectory()
  const evaluate = ([x, y]: readonly number[]) => [x! + 0.3 * y!, (1 - x!) ** 2 + 0.3 * y!]
  const objectives = { cost: 'minimize', error: 'minimize' } as const
  writeRun(root, { name: 'run', generations: 8, populationSize: 40, objectives, evaluate })
  writeRun(root, { name: 'too-large', generations: 50, populationSize: 1000, objectives, evaluate })
  await using dashboard = await Dashboard.open(root)
  for (const [run, name] of ['run', 'too-large'].entries()) {
    const { members, volumes, density, count } = await answerTo<FrontAnswer>(dashboard, `/api/runs/${run}/front`)
    expect(count).toBe(frontOfRun(join(root, name))!.individuals)
    const { best } = await answerTo<HistoryAnswer>(dashboard, `/api/runs/${run}/history?objective=1`)
    expect(best.at(-1)).toBeCloseTo(members.at(-1)!.fitness[1]!, 4)
    const costs = members.map(({ fitness }) => fitness[0]!)
    const errors = members.map(({ fitness }) => fitness[1]!)
    expect(costs).toEqual(costs.toSorted((a, b) => a - b))
    expect(errors).toEqual(errors.toSorted((a, b) => b - a))
    expect(count).toBeGreaterThan(3)
    expect(density.counts.reduce((a, b) => a + b)).toBe(run === 0 ? 320 : 40_000)
    const sizes = volumes.map(([, volume]) => volume)
    expect(sizes.length).toBeGreaterThan(5)
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
  }
})

test('of a dozen objectives the front is shown without its volume, which nobody could wait for', async () => {
  const root = temporaryDirectory()
  const parameters = Array.from({ length: 12 }, (_, i) => `x${i}`)
  const objectives = Object.fromEntries(parameters.map((_, i) => [`objective ${i}`, 'minimize'] as const))
  writeRun(root, { name: 'run', generations: 2, populationSize: 200, parameters, objectives, evaluate: (x) => x })
  await using dashboard = await Dashboard.open(root)
  const { count, volumes, summary } = await answerTo<FrontAnswer>(dashboard, '/api/runs/0/front')
  expect([count > 100, volumes]).toEqual([true, []])
  expect(summary).toContain('Of so many objectives the volume that they dominate is not measured here.')
})

test('runs that differ in their seeds alone are one group, with their middle half and how soon they reach targets', async () => {
  const root = temporaryDirectory()
  for (const seed of [1, 2, 3, 4]) {
    const evaluate = ([x]: readonly number[], generation: number) => [seed + (x! - 0.3) ** 2 + 1 / (1 + generation)]
    writeRun(root, { name: `seed-${seed}`, generations: 10, populationSize: 10, evaluate })
  }
  writeRun(root, { name: 'unlike', generations: 2, populationSize: 3, objectives: { gain: 'maximize' } })
  await using dashboard = await Dashboard.open(root)
  const { groups, left, objectives } = await answerTo<CompareAnswer>(dashboard, '/api/compare?runs=0,1,2,3,4')
  expect(objectives).toEqual(['cost', 'gain'])
  expect(left).toEqual(['unlike has no objective cost with that direction'])
  expect(groups.map(({ runs }) => runs)).toEqual([['seed-1', 'seed-2', 'seed-3', 'seed-4']])
  const { low, median, high, reached } = groups[0]!
  for (const [i, middle] of median.entries()) {
    if (middle === null) continue
    expect(low[i]!).toBeLessThanOrEqual(middle)
    expect(high[i]!).toBeGreaterThanOrEqual(middle)
  }
  expect(median.at(-1)).toBeCloseTo(3 + 1 / 10, 1)
  expect(reached).toEqual(reached.toSorted((a, b) => a - b))
  expect(reached.at(-1)).toBeLessThan(1) // the worst seed reaches hardly any target
  const cookie = await enter(dashboard)
  for (const [words, problem] of [
    ['runs=9', 'there is no run 9'],
    ['runs=..%2Fetc', 'runs needs numbers with commas between them, got "../etc"'],
    ['runs=0&objective=moons', 'no run has an objective "moons"; there is cost'],
  ] as const) {
    const { status, text } = await ask(dashboard, `/api/compare?${words}`, { headers: { cookie } })
    expect([status, JSON.parse(text)]).toEqual([400, { problem }])
  }
})

test('the list has what Slurm says of the jobs of runs, and runs that have not begun', async () => {
  const root = temporaryDirectory()
  writeRun(root, { name: 'begun', generations: 1, populationSize: 1, status: 'stopped' })
  for (const [name, job] of [
    ['begun', 7],
    ['waits', 8],
    ['lost', 9],
  ] as const) {
    mkdirSync(join(root, `${name}.slurm`))
    writeFileSync(join(root, `${name}.slurm`, 'jobs'), `${job}\n`)
  }
  const bin = temporaryDirectory()
  const lines = '7|PENDING|Priority||0|2026-01-02T00:00:00|N/A|\n8|PENDING|Resources||0|N/A|N/A|\n'
  writeFileSync(join(bin, 'squeue'), `#!/bin/sh\nprintf '${lines}'\n`, { mode: 0o755 })
  const { PATH } = process.env
  process.env.PATH = `${bin}:${PATH}`
  try {
    await using dashboard = await Dashboard.open(root)
    const { runs, submitted } = await answerTo<RunsAnswer>(dashboard, '/api/runs')
    expect(runs).toMatchObject([
      { name: 'begun', slurm: 'job 7 is pending (Priority), expected to start at 2026-01-02T00:00:00' },
    ])
    expect(submitted).toEqual([
      { name: 'lost', words: 'job 9 has ended, or is not known to Slurm, and the run has not begun' },
      { name: 'waits', words: 'job 8 is pending (Resources)' },
    ])
  } finally {
    process.env.PATH = PATH
  }
})

test('reports are curves of the best and of some others; a run without says so', async () => {
  const root = temporaryDirectory()
  writeRun(root, { name: 'run', generations: 3, populationSize: 100, reports: 5 })
  await using dashboard = await Dashboard.open(root)
  const { curves } = await answerTo<ReportsAnswer>(dashboard, '/api/runs/0/reports')
  expect(curves.length).toBeGreaterThan(30)
  expect(curves.length).toBeLessThanOrEqual(60)
  expect(curves.filter(({ isBest }) => isBest).length).toBe(10)
  expect(curves[0]!.points.map(([step]) => step)).toEqual([0, 1, 2, 3, 4])
  const one = await answerTo<IndividualAnswer>(dashboard, '/api/runs/0/individual?name=1.3')
  expect([one.document.reports.length, one.left]).toEqual([5, null])
})

test('the overview stays small, however long a message, a last line or the list of parameters is', async () => {
  const root = temporaryDirectory()
  const parameters = Array.from({ length: 20_000 }, (_, i) => `parameter number ${i}`)
  const message = 'It ended. '.repeat(40_000)
  const evaluate = (_: readonly number[], __: number, index: number) =>
    index === 0 ? [1] : { ...failure, message: `${message}${'x'.repeat(index)}` }
  writeRun(root, { name: 'run', generations: 1, populationSize: 4, parameters, evaluate })
  await using dashboard = await Dashboard.open(root)
  const { size, summary, parametersLeft } = await answerTo<OverviewAnswer>(dashboard, '/api/runs/0/overview')
  expect(size).toBeLessThan(100_000)
  expect(Object.keys(summary.best!.parameters).length + parametersLeft).toBe(20_000)
})

test('no answer grows with the run: of a hundred times as many individuals it is as large as a screen', async () => {
  await using dashboard = await Dashboard.open(root)
  for (const view of addresses) {
    const { size } = await answerTo(dashboard, `/api/runs/2/${view}`)
    expect([view, size < 300_000]).toEqual([view, true])
  }
  const history = '/api/runs/2/history?columns=300&rows=120'
  expect((await answerTo(dashboard, history)).size).toBeLessThan(300_000)
})

test.each(['evaluations', 'generations', 'time'])(
  'of a search that is too large to be drawn whole a part is drawn, the best is that of all, and a closer look draws more, over %s',
  async (over) => {
    await using dashboard = await Dashboard.open(root)
    const ask = (words = '') => answerTo<HistoryAnswer>(dashboard, `/api/runs/2/history?over=${over}${words}`)
    const { summary } = await answerTo<OverviewAnswer>(dashboard, '/api/runs/2/overview')
    const whole = await ask()
    expect(whole.drawn).toEqual({ all: 50_000, count: 40_000 })
    expect(whole.density.counts.reduce((a, b) => a + b)).toBe(40_000)
    expect(whole.best.at(-1)).toBe(summary.best!.fitness[0])
    const { low, high } = whole.x
    const [from, to] = [low + 0.5 * (high - low), low + 0.6 * (high - low)]
    const part = await ask(`&from=${from}&to=${to}`)
    expect(part.drawn.count).toBe(part.drawn.all)
    expect(part.drawn.all).toBeLessThan(7000)
    const drawn = part.density.counts.reduce((a, b) => a + b)
    expect(drawn).toBeGreaterThanOrEqual(over === 'generations' ? 4500 : 4990)
    expect(drawn).toBeLessThanOrEqual(over === 'generations' ? 5500 : 5010)
  },
)

test('a closer look misses nothing that was told out of the order of individuals, as who stands in for another', async () => {
  await using dashboard = await Dashboard.open(root)
  const { density } = await answerTo<HistoryAnswer>(dashboard, '/api/runs/2/history?from=24999.5&to=25000.5')
  expect(density.counts.reduce((a, b) => a + b)).toBe(1)
})

test('a question that is not understood is answered with what was wanted', async () => {
  await using dashboard = await Dashboard.open(root)
  const cookie = await enter(dashboard)
  for (const [words, sentence] of [
    ['over=moons', 'over needs one of evaluations, generations, time, got "moons"'],
    ['columns=1e9', 'columns needs a number from 10 to 300, got "1e9"'],
    ['from=9&to=3', 'from and to need from < to, got 9 and 3'],
    ['from=0&to=Infinity', 'to needs a finite number, got "Infinity"'],
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
  for (const view of addresses) await answerTo(dashboard, `/api/runs/0/${view}`)
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
    for (const view of addresses) await answerTo(dashboard, `/api/runs/0/${view}`)
    const shared = { 'trajectory.sqlite-shm': expect.anything() }
    expect(contentOf(directory)).toEqual({ ...before, ...shared })
  } finally {
    writer.close()
  }
})

/** An individual of a generation is told in the place of its first, and the first in its place. */
function tellAnother(directory: string): void {
  const database = openDatabase(join(directory, 'trajectory.sqlite'))
  database.exec('update evaluations set told = 50499 - told where generation = 50 and ("index" = 0 or "index" = 499)')
  database.close()
}

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
        const digest = stats.isFile() ? digestOf(path) : 'a folder'
        return [name, `${digest} ${stats.mtimeMs}`]
      }),
  )
}
