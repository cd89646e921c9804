import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { reportOf } from '../../src/dashboard/report/report.ts'
import { canonicalExport } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'
import { writeRun } from './written-run.ts'

const now = Date.UTC(2026, 1, 1)
const parameters = Array.from({ length: 14 }, (_, i) => `parameter${i}`)

test('a report is one page that asks for nothing, has no script, and whose style has the hash of its policy', async () => {
  const page = await reportOf(writeRun(temporaryDirectory(), { name: 'run', generations: 20, populationSize: 30 }), now)
  const [, style] = /<style>([\s\S]*)<\/style>/.exec(page)!
  const hash = createHash('sha256').update(style!).digest('base64')
  const policy = `default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;`
  expect(page).toContain(`<meta http-equiv="Content-Security-Policy" content="${policy}">`)
  expect(page).not.toMatch(/<script|<link|<img|<iframe| (src|href|on\w+|style)=|url\(|@import/)
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
})

test('a chart has at most 2,000 vertices and the page less than a megabyte, however many individuals there are', async () => {
  const run = { name: 'run', generations: 100, populationSize: 300, parameters }
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
  expect(page).not.toContain('<script')
  expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62;&#39;&#34;&#38;')
  expect(page).toContain('No individual was simulated well.')
})
