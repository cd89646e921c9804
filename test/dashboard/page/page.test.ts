import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Individual } from '../../../src/core/individual.ts'
import { Dashboard } from '../../../src/dashboard/dashboard.ts'
import { reportOf } from '../../../src/dashboard/report/report.ts'
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

/** How long the page may take, on a machine that is busy with other tests. */
const patienceMs = 300_000

beforeAll(async () => {
  if (!hasBrowser) return
  writeRun(root, {
    ...{
      name: 'a-search',
      generations: 8,
      populationSize: 12,
      reports: 3,
      objectives: { cost: 'minimize', mass: 'minimize' },
    },
    evaluate: ([x, y]) => [(x! - 0.3) ** 2, y! - x!],
  })
  writeRun(root, {
    name: 'b-failing',
    generations: 1,
    populationSize: 3,
    evaluate: () => ({ kind: 'exit', message: 'It ended.' }),
  })
  writeRun(root, {
    name: markup.replaceAll('/', '|'),
    generations: 2,
    populationSize: 4,
    parameters: [markup, 'y'],
    objectives: { [markup]: 'minimize' },
    evaluate: (_, generation) => (generation === 0 ? [1] : { kind: 'threw', message: markup }),
  })
  dashboard = await Dashboard.open(root)
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'], timeout: patienceMs })
})

afterAll(async () => {
  await browser?.close()
  await dashboard?.[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

/** The address of a view of the run that was searched well. */
const viewOf = (name: string) =>
  `/run/${dashboard.runs.lines(0).find((run) => run.name === 'a-search')!.number}/${name}`

/** A tab of its own that was let in, and what it complained of. */
async function openPage(
  hash: string,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ colorScheme })
  page.setDefaultTimeout(patienceMs)
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

/** What axe finds that keeps people out. */
async function barriersIn(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { axe: injected } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    return (await injected.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)
  })
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
      const { page, complaints } = await openPage(viewOf('overview'), scheme)
      for (const hash of ['#/', '#/compare?runs=0,1', ...(await viewsIn(page))]) {
        await page.evaluate((to) => {
          location.hash = to
        }, hash)
        await page.locator('main h1').waitFor()
        await page.locator('main:not([aria-busy="true"])').last().waitFor()
        await page.waitForLoadState('networkidle')
        const found = await barriersIn(page)
        expect([hash, scheme, found]).toEqual([hash, scheme, []])
      }
      expect(complaints).toEqual([])
      await page.close()
    }
  },
)

test.runIf(hasBrowser)('what a simulation wrote is text, never markup', async () => {
  const { page, complaints } = await openPage('/run/0/overview')
  const { runs } = { runs: dashboard.runs.lines(0) }
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
    expect(await page.title()).not.toMatch(/^[12]$/) // what the next view would hide
  }
  expect(await page.title()).toMatch(/ · twoloop$/)
  expect(complaints).toEqual([])
  await page.close()
})

test.runIf(hasBrowser)(
  'counts move without a reload while a run goes on, and a chart waits while it is pointed at',
  async () => {
    const { page } = await openPage(viewOf('history'))
    await page.locator('nav [data-count="96"]').waitFor()
    await page.locator('.uplot').hover()
    const chart = (await page.locator('.uplot').elementHandle())!
    const isThere = () => chart.evaluate((element) => element.isConnected)
    const answered = page.waitForResponse((response) => response.url().includes('/history'))
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
      await (await answered).finished()
      await page.waitForTimeout(500) // time enough to draw it, which it is not to take
      expect(await isThere()).toBe(true)
      await page.getByRole('heading', { level: 1 }).hover()
      await page.waitForFunction((element) => !element.isConnected, chart)
    } finally {
      record.close()
    }
    await page.close()
  },
)

test.runIf(hasBrowser)('a logarithmic axis that begins a little below a power of ten is drawn', async () => {
  const { page, complaints } = await openPage(`${viewOf('history')}?scale=log&low=0.000958&high=0.52`)
  await page.locator('.uplot canvas').waitFor()
  expect(complaints).toEqual([])
  await page.close()
})

test.runIf(hasBrowser)('a drag along a parallel axis keeps that part of it, and writes it as a filter', async () => {
  const { page, complaints } = await openPage(viewOf('parallel'))
  const picture = page.locator('.brushed canvas')
  await picture.waitFor()
  const { x, y, height } = (await picture.boundingBox())!
  await page.mouse.move(x + 44, y + height * 0.3) // the first axis stands there
  await page.mouse.down()
  await page.mouse.move(x + 44, y + height * 0.6, { steps: 5 })
  await page.mouse.up()
  await page.waitForFunction(() => location.hash.includes('filter='))
  await page.getByText('The lines are those where').waitFor()
  expect(await page.locator('figcaption').textContent()).toMatch(
    /^The lines are those where \w+ >= [\d.]+ and \w+ <= [\d.]+: \d+ of 9[67] evaluations\.$/,
  )
  expect(await page.getByLabel('Only where').inputValue()).toMatch(/^\w+ >= [\d.]+ and \w+ <= [\d.]+$/)
  await page.getByRole('button', { name: 'Show as table' }).click()
  expect(await page.locator('figure table tbody tr').count()).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Keep all' }).click()
  await page.getByText(/^The lines are the best tenth/).waitFor()
  expect(complaints).toEqual([])
  await page.close()
})

test.runIf(hasBrowser)(
  'a part of a chart that is dragged over, or looked at by keys, is asked for anew and drawn',
  async () => {
    const { page } = await openPage(viewOf('history'))
    const chart = page.locator('.u-over')
    await chart.waitFor()
    const { x, y, width, height } = (await chart.boundingBox())!
    /** The part that is asked for when something is done; then the picture is another. */
    const askedBy = async (act: () => Promise<void>) => {
      const before = (await page.locator('.uplot').elementHandle())!
      const asked = page.waitForRequest((request) => /\/history\?/.test(request.url()))
      await act()
      const { searchParams } = new URL((await asked).url())
      await page.waitForFunction((element) => !element.isConnected, before)
      return ['from', 'to'].map((name) => (searchParams.has(name) ? Number(searchParams.get(name)) : undefined))
    }
    const [from, to] = await askedBy(async () => {
      await page.mouse.move(x + width * 0.4, y + height / 2)
      await page.mouse.down()
      await page.mouse.move(x + width * 0.7, y + height / 2, { steps: 5 })
      await page.mouse.up()
    })
    expect(from).toBeGreaterThan(30)
    expect(from).toBeLessThan(45)
    await page.getByRole('application').focus()
    const [next] = await askedBy(() => page.keyboard.press('ArrowRight'))
    expect(next).toBeCloseTo(from! + (to! - from!) / 4, 6)
    expect(await askedBy(() => page.keyboard.press('0'))).toEqual([undefined, undefined])
    expect(await page.getByRole('application').evaluate((element) => element === document.activeElement)).toBe(true)
    const close = await askedBy(() => page.keyboard.press('+'))
    expect(close).toEqual([from, to].map(() => expect.any(Number)))
    await page.getByText(/^Shown are evaluations from 24 to 72, cost from/).waitFor()
    await page.close()
  },
)

test.runIf(hasBrowser)(
  'a report is one request from a file, shows every view without a server, and is read without its script',
  async () => {
    const path = join(root, 'report.html')
    writeFileSync(path, await reportOf(join(root, 'a-search'), Date.UTC(2026, 1, 1)))
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ colorScheme })
      page.setDefaultTimeout(patienceMs)
      const [complaints, requests]: [string[], string[]] = [[], []]
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('request', (request) => requests.push(request.url()))
      await page.goto(`file://${path}`)
      for (const hash of await viewsIn(page)) {
        await page.evaluate((to) => {
          location.hash = to
        }, hash)
        await page.locator('#views .main > :not(h2):not(.waiting):visible').first().waitFor()
        expect(await page.locator('#views .problem').count()).toBe(0)
        expect([hash, await barriersIn(page)]).toEqual([hash, []])
      }
      expect([complaints, requests]).toEqual([[], [`file://${path}`]])
      await page.close()
    }
    const plain = await browser.newContext({ javaScriptEnabled: false })
    const page = await plain.newPage()
    page.setDefaultTimeout(patienceMs)
    await page.goto(`file://${path}`)
    expect(await page.locator('svg').count()).toBeGreaterThan(2)
    await page.getByRole('heading', { name: 'To reproduce it' }).waitFor()
    await plain.close()
  },
)
