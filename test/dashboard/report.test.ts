import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { optimizers } from '../../optimizers/index.ts'
import { Objectives } from '../../src/core/objectives.ts'
import type { OverviewAnswer } from '../../src/dashboard/answers.ts'
import { citations } from '../../src/dashboard/report/citations.ts'
import { reportOf } from '../../src/dashboard/report/report.ts'
import { views } from '../../src/dashboard/views/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { command } from '../command.ts'
import { canonicalExport } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'
import { type WrittenRun, writeRun } from './written-run.ts'

const now = Date.UTC(2026, 1, 1)
const parameters = Array.from({ length: 14 }, (_, i) => `parameter${i}`)

/** What is markup of a report, without its sheet, its script and the data of that. */
const markupOf = (page: string) => page.replace(/<(style|script)[\s\S]*?<\/\1>/g, '')

const overviewIn = (page: string): OverviewAnswer =>
  JSON.parse(/id="answers">([\s\S]*?)<\/script>/.exec(page)![1]!)['/api/runs/0/overview']

test('a report is one page that asks for nothing, whose sheet and script have the hashes of its policy', async () => {
  const page = await reportOf(writeRun(temporaryDirectory(), { name: 'run', generations: 20, populationSize: 30 }), now)
  const [, style] = /<style>([\s\S]*?)<\/style>/.exec(page)!
  const [, script] = /<script type="module">([\s\S]*?)<\/script>/.exec(page)!
  const hash = (text: string) => `&#39;sha256-${createHash('sha256').update(text).digest('base64')}&#39;`
  const policy = `default-src &#39;none&#39;; script-src ${hash(script!)}; style-src ${hash(style!)}`
  expect(page).toContain(`<meta http-equiv="Content-Security-Policy" content="${policy}">`)
  expect(markupOf(page)).not.toMatch(/<script|<link|<img|<iframe| (src|href|on\w+|style)=/)
  expect(style).not.toMatch(/url\(|@import/)
})

test('a report holds the answer to every view, and those to the best individuals', async () => {
  const directory = writeRun(temporaryDirectory(), { name: 'run', generations: 5, populationSize: 8, reports: 2 })
  const page = await reportOf(directory, now)
  const [, json] = /<script type="application\/json" id="answers">([\s\S]*?)<\/script>/.exec(page)!
  const answers = JSON.parse(json!) as Record<string, object>
  for (const view of Object.keys(views)) {
    expect(answers).toHaveProperty([`/api/runs/0/${view}${view === 'individual' ? '?name=0.0' : ''}`])
  }
  const record = RecordReader.openForReading(directory)
  for (const { individual } of record.best(10)) {
    expect(answers).toHaveProperty([`/api/runs/0/individual?name=${individual.generation}.${individual.index}`])
  }
  record.close()
})

test('it says what was searched, what came of it, how to reproduce it, and by which hash to know it', async () => {
  const directory = writeRun(temporaryDirectory(), { name: 'run', generations: 5, populationSize: 8 })
  const page = await reportOf(directory, now)
  const hash = createHash('sha256').update(canonicalExport(directory)).digest('hex')
  expect(page).toContain(hash)
  expect(page).toContain('We searched x, y to minimize cost with the optimizer genetic-algorithm')
  expect(page).toContain('40 of 40 individuals in 5 generations were simulated well, 0 failed; the search is finished.')
  expect(page).toMatch(/twoloop export \S+ --canonical \| sha256sum/)
  expect(page).toMatch(/twoloop replay \S+ \d+\.\d+/)
  expect(page).toContain('Eshelman and Schaffer 1993')
  expect(page).toMatch(
    /Within 5 % of every range around the best lie|No other individual that was looked at lies within/,
  )
  expect(page).not.toContain('--root again') // it was started by no command
  for (const part of ['Result', 'Convergence', 'Parameters', 'Health', 'Failures', 'Cost', 'To reproduce it']) {
    expect(page).toContain(`<h2>${part}</h2>`)
  }
})

test('its commands begin the search anew beside the run, whatever it was started with, and never in its place', async () => {
  const directory = writeRun(temporaryDirectory(), { name: 'run', generations: 1, populationSize: 2 })
  const started = [
    '/usr/bin/twoloop',
    'run',
    'my file.yaml',
    '--root',
    'kr',
    '--overwrite',
    '--name=run',
    '--seed',
    '3',
  ]
  const record = RecordWriter.openForWriting(directory)
  record.writeManifest({ command: started })
  record.close()
  const page = await reportOf(directory, now)
  const [, commands = ''] = /<pre>([\s\S]*?)<\/pre>/.exec(page)!
  expect(commands.replaceAll('&#39;', "'").split('\n').slice(0, 5)).toEqual([
    '# as it was started',
    "twoloop run 'my file.yaml' --root kr --name=run --seed 3",
    '',
    '# once more from the beginning, beside it: the same table has the same SHA-256',
    "twoloop run 'my file.yaml' --seed 3 --root again --name run",
  ])
  expect(markupOf(page)).not.toContain('`')
})

test('a report and the overview say all that was asked for, and of a front no best', async () => {
  const run = {
    name: 'run',
    generations: 4,
    populationSize: 8,
    replicates: 3,
    objectives: { f: 'minimize', g: 'minimize' },
  }
  const evaluate = ([x, y]: readonly number[]) => [x! + y! ** 2, 1 - x! + y! ** 2]
  const directory = writeRun(temporaryDirectory(), { ...run, evaluate } as WrittenRun)
  const record = RecordWriter.openForWriting(directory)
  record.writeManifest({
    constraints: ['x <= 2 * y', 'f < 9'],
    limits: { evaluations: 32, target: { f: 0.1 }, time: '2h' },
  })
  record.close()
  const page = await reportOf(directory, now)
  const text = markupOf(page)
  const replicated = 'mean of 3, with seeds of its own at every point'
  expect(text).toContain('to minimize f and minimize g, subject to x &#60;= 2 * y and f &#60; 9, with')
  expect(text).toContain(`The fitness of an individual is the ${replicated}.`)
  expect(text).toContain('The limits of the search were 32 evaluations, a target of f 0.1, a time of 2h.')
  expect(text).toMatch(
    /\d+ individuals are the front, which no other dominates in f, g\. Their hypervolume is \S+, measured from the reference f = \S+, g = /,
  )
  expect(text).not.toMatch(/best individual/i)
  expect(text).not.toContain('Around the best')
  expect(text.match(/<path class="front" d="(M[\d.]+ [\d.]+h0)+"/)).not.toBeNull()
  for (const name of ['f', 'g']) expect(text).toContain(`The best ${name} (smaller is better`)
  const { problem, found, isFront } = overviewIn(page)
  expect(problem).toEqual([
    ['objectives', 'minimize f, minimize g'],
    ['constraints', 'x <= 2 * y, f < 9'],
    ['replications', replicated],
    ['limits', '32 evaluations, a target of f 0.1, a time of 2h'],
  ])
  expect(text).toContain(found)
  expect(isFront).toBe(true)
})

test.each([
  [1, 'None has had the whole budget of 9 epochs; the most that one has had is 1. The best individual, '],
  [9, 'The best individual with the whole budget of 9 epochs, '],
])(
  'of a search with a budget, of which the most was %d, a report and the overview say who had it all',
  async (epochs, sentence) => {
    const run = { name: 'run', generations: 1, populationSize: 4, epochs: () => epochs }
    const page = await reportOf(writeRun(temporaryDirectory(), run), now)
    expect(markupOf(page)).toContain(
      `An individual was given 1 to 9 epochs. The limits of the search were 1 generation.`,
    )
    expect(markupOf(page).split(sentence)).toHaveLength(3) // in the paragraph, and in the result
    expect(overviewIn(page).found).toContain(sentence)
    expect(overviewIn(page).problem).toContainEqual(['budget', '1 to 9 epochs'])
  },
)

test('a chart has at most 2,000 vertices and the page less than a megabyte, however many individuals there are', async () => {
  const run = { name: 'run', generations: 100, populationSize: 100, parameters }
  const page = await reportOf(writeRun(temporaryDirectory(), run), now)
  const charts = page.match(/<svg[\s\S]*?<\/svg>/g)!
  expect(charts.length).toBe(13)
  for (const chart of charts) expect(chart.match(/[MLHV]/g)!.length).toBeLessThanOrEqual(2000)
  expect(page.length).toBeLessThan(1_000_000)
})

test('what a simulation wrote is text in it, and a run of which nothing came well says so', async () => {
  const markup = '<script>alert(1)</script>'
  const evaluate = () => ({ kind: 'threw', message: `${markup}'"&` }) as const
  const failing = { name: 'run', generations: 1, populationSize: 3, parameters: [markup, 'y'], evaluate }
  const page = await reportOf(writeRun(temporaryDirectory(), failing), now)
  expect(page).not.toContain(markup)
  expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62;&#39;&#34;&#38;')
  expect(page).toContain('No individual was simulated well.')
})

test('a run that has no individual yet has a report', async () => {
  const directory = temporaryDirectory()
  const record = RecordWriter.openForWriting(directory)
  record.writeProblem(['x'], new Objectives({ cost: -1 }))
  record.close()
  const page = await reportOf(directory, now)
  expect(overviewIn(page)).toBeDefined()
  expect(page).not.toContain('individual?name=')
})

test('a citation is that of an optimizer which there is', () => {
  for (const name of Object.keys(citations)) expect(optimizers).toHaveProperty([name])
})

test('a report takes the place of an earlier one, and of nothing else', async () => {
  const root = temporaryDirectory()
  writeRun(root, { name: 'run', generations: 1, populationSize: 2 })
  writeFileSync(join(root, 'experiment.yaml'), 'name: mine')
  const refused = await command(['report', 'run', '--output', 'experiment.yaml'], { cwd: root })
  const sentence = 'twoloop: experiment.yaml is there already, and is no page; give another --output'
  expect([refused.exitCode, refused.stderr.trim()]).toEqual([2, sentence])
  expect(readFileSync(join(root, 'experiment.yaml'), 'utf8')).toBe('name: mine')
  const named = await command(['report', 'run', '--output', 'report.pdf'], { cwd: root })
  expect(named).toMatchObject({
    exitCode: 2,
    stderr: 'twoloop: report.pdf ends in .pdf, and a report is a page: wanted .html',
  })
  expect(existsSync(join(root, 'report.pdf'))).toBe(false)
  for (let time = 0; time < 2; time++)
    expect(await command(['report', 'run', '--output', 'report.html'], { cwd: root })).toMatchObject({ exitCode: 0 })
})
