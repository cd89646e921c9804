import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Individual } from '../../../src/core/individual.ts'
import { Dashboard } from '../../../src/dashboard/dashboard.ts'
import { RecordWriter } from '../../../src/record/writer.ts'
import { hasPart, hasProgram } from '../../parts.ts'
import { writeRun } from '../written-run.ts'

const hasBrowser = hasPart(
  'Chromium',
  () => hasProgram('chromium'),
  'the dashboard in a browser (Debian: chromium, fonts-dejavu-core)',
)
const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>'

const root = mkdtempSync(join(tmpdir(), 'twoloop-page-'))
let browser: Browser
let dashboard: Dashboard

beforeAll(async () => {
  if (!hasBrowser) return
  writeRun(root, { name: 'a-search', generations: 8, populationSize: 12, reports: 3 })
  writeRun(root, {
    name: markup.replaceAll('/', '|'),
    generations: 2,
    populationSize: 4,
    parameters: [markup, 'y'],
    objectives: { [markup]: 'minimize' },
    evaluate: (_, generation) => (generation === 0 ? [1] : { kind: 'threw', message: markup }),
  })
  dashboard = await Dashboard.open(root)
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
})

afterAll(async () => {
  await browser?.close()
  await dashboard?.[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

/** A tab of its own that was let in, and what it complained of. */
async function openPage(
  hash: string,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ colorScheme })
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  const { place, token } = dashboard
  await page.goto(`http://127.0.0.1:${place.type === 'port' ? place.port : 0}/?token=${token}`)
  await page.evaluate((to) => {
    location.hash = to
  }, hash)
  return { page, complaints }
}

/** The views of a run as its page links to them. */
async function viewsIn(page: Page): Promise<string[]> {
  await page.locator('nav a').first().waitFor()
  return page.locator('nav a').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).hash))
}

test.runIf(hasBrowser)(
  'every view is shown without a complaint of the browser, and without a barrier that axe knows',
  async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const { page, complaints } = await openPage('/run/0/overview', scheme)
      for (const hash of ['#/', ...(await viewsIn(page))]) {
        await page.evaluate((to) => {
          location.hash = to
        }, hash)
        await page.locator('main h1').waitFor()
        await page.locator('main:not([aria-busy="true"])').last().waitFor()
        await page.waitForLoadState('networkidle')
        await page.evaluate(axe.source)
        const found = await page.evaluate(async () => {
          const { axe: injected } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
          }
          return (await injected.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)
        })
        expect([hash, scheme, found]).toEqual([hash, scheme, []])
      }
      expect(complaints).toEqual([])
      await page.close()
    }
  },
)

test.runIf(hasBrowser)('what a simulation wrote is text, never markup', async () => {
  const { page, complaints } = await openPage('/run/0/overview')
  const { runs } = { runs: dashboard.runs.lines() }
  const hostile = runs.find(({ name }) => name.startsWith('<img'))!.number
  await page.evaluate((to) => {
    location.hash = to
  }, `/run/${hostile}/overview`)
  await page.getByText(markup, { exact: false }).first().waitFor()
  for (const hash of await viewsIn(page)) {
    await page.evaluate((to) => {
      location.hash = to
    }, hash)
    await page.waitForLoadState('networkidle')
    expect(await page.locator('main img, main script').count()).toBe(0)
  }
  expect(await page.title()).toBe('twoloop')
  expect(complaints).toEqual([])
  await page.close()
})

test.runIf(hasBrowser)('counts move without a reload while a run goes on', async () => {
  const run = dashboard.runs.lines().find(({ name }) => name === 'a-search')!
  const { page } = await openPage(`/run/${run.number}/overview`)
  await page.locator('nav [data-count="96"]').waitFor()
  const directory = join(root, 'a-search')
  const record = RecordWriter.openForWriting(directory)
  try {
    const individual = record.individuals(0)[0]!
    record.addGeneration(8, [
      { individual: new Individual({ generation: 8, index: 0, replicate: 0 }, individual.parameters, 1), after: 96 },
    ])
    const id = { generation: 8, index: 0, replicate: 0 }
    record.commit({
      attempts: [{ individual: id, epoch: 1, attempt: 1, worker: 1, verdict: 'accepted', fitness: [0.5] }],
      reports: [],
      positions: [],
    })
    await page.locator('nav [data-count="97"]').waitFor()
  } finally {
    record.close()
  }
  await page.close()
})
