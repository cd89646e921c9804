import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually, processesNaming } from '../processes.ts'
import { canonicalExport } from '../search.ts'
import { startCommand } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

/**
 * An experiment of 12 individuals, which say in a journal that they have begun and ended. As many may end as is allowed;
 * the others wait.
 */
function experiment(root: string, runner = '{ workers: 2 }'): string {
  const file = join(root, 'experiment.yaml')
  writeFileSync(
    file,
    `name: signalled
optimizee:
  command: [sh, -c, 'echo begin >>journal; while [ "$(grep -c end journal)" -ge "$(cat allowed)" ]; do sleep 0.1; done; echo end >>journal; echo "$1"', sh, "{x}"]
  parameters: { x: { type: real, low: 0, high: 1 } }
  result: { from: stdout }
  objectives: { cost: minimize }
optimizer: { type: genetic-algorithm, populationSize: 6, generations: 2, seed: 3 }
runner: ${runner}
`,
  )
  return file
}

const allow = (root: string, count: number) => {
  writeFileSync(join(root, 'allowed.new'), String(count))
  renameSync(join(root, 'allowed.new'), join(root, 'allowed'))
}

/** Waits until some have ended, as many as are allowed, and both workers are busy with what may not end. */
const bothAreHeld = (root: string) =>
  eventually(() => {
    const { begun, ended } = journal(root)
    return ended >= Number(readFileSync(join(root, 'allowed'), 'utf8')) && begun === ended + 2
  }, 'both workers are busy with what may not end')

const journal = (root: string) => {
  const path = join(root, 'journal')
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  return {
    begun: lines.filter((line) => line === 'begin').length,
    ended: lines.filter((line) => line === 'end').length,
  }
}

/** How many there are. */
const all = 12
const unlimited = 1000

const runs = (root: string) => ['--root', join(root, 'runs')]

test.concurrent.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s once: what runs is waited for and stored, nothing more is handed out, exit code 75; run again it goes on',
  async (signal) => {
    const root = temporaryDirectory()
    const file = experiment(root, '{ workers: 2, drain: 5m }')
    allow(root, 2)
    const child = startCommand('run', file, ...runs(root))
    await bothAreHeld(root)
    child.process.kill(signal)
    await eventually(() => child.stderr().includes(`Stopping after ${signal}`), 'the signal is answered')
    allow(root, unlimited)
    expect(await child.ended, child.stderr()).toBe(75)
    const { begun, ended } = journal(root)
    expect(ended).toBe(begun)
    expect(begun).toBeLessThan(all)
    expect(processesNaming(root)).toEqual([])
    const again = startCommand('run', file, ...runs(root))
    expect(await again.ended, again.stderr()).toBe(0)
    undisturbed ??= runUndisturbed()
    const { canonical, total } = await undisturbed
    expect(canonicalExport(join(root, 'runs/signalled'))).toBe(canonical)
    expect(journal(root).begun).toBe(total)
  },
)

/** The run that got no signal, which is the same for all. */
let undisturbed: Promise<{ readonly canonical: string; readonly total: number }> | undefined

async function runUndisturbed() {
  const root = temporaryDirectory()
  allow(root, unlimited)
  expect(await startCommand('run', experiment(root), ...runs(root)).ended).toBe(0)
  return { canonical: canonicalExport(join(root, 'runs/signalled')), total: journal(root).begun }
}

test.concurrent('what takes longer than may be waited for is ended, exit code 75, and simulated again when the run goes on', async () => {
  const root = temporaryDirectory()
  const file = experiment(root, '{ workers: 2, drain: 500ms }')
  allow(root, 0)
  const child = startCommand('run', file, ...runs(root))
  await bothAreHeld(root)
  child.process.kill('SIGINT')
  expect(await child.ended, child.stderr()).toBe(75)
  expect(journal(root).ended).toBe(0)
  await eventually(() => processesNaming(root).length === 0, 'no process is left')
  allow(root, unlimited)
  const again = startCommand('run', file, ...runs(root))
  expect(await again.ended, again.stderr()).toBe(0)
  const { begun, ended } = journal(root)
  expect(begun).toBe(ended + 2)
})

test.concurrent('SIGINT twice ends at once, with what was stored intact and no process left', async () => {
  const root = temporaryDirectory()
  allow(root, 2)
  const child = startCommand('run', experiment(root, '{ workers: 2, drain: 1h }'), ...runs(root))
  await bothAreHeld(root)
  child.process.kill('SIGINT')
  await eventually(() => child.stderr().includes('Stopping'), 'the first is answered')
  child.process.kill('SIGINT')
  expect(await child.ended).toBe(75)
  await eventually(() => processesNaming(root).length === 0, 'no process is left')
  allow(root, unlimited)
  const again = startCommand('resume', join(root, 'runs/signalled'))
  expect(await again.ended, again.stderr()).toBe(0)
})

test.concurrent('SIGUSR1 reports how far the run is and changes nothing', async () => {
  const root = temporaryDirectory()
  allow(root, 2)
  const child = startCommand('run', experiment(root), ...runs(root))
  await bothAreHeld(root)
  child.process.kill('SIGUSR1')
  await eventually(() => /Everything up to here is stored: generation 1\/2/.test(child.stderr()), 'it reports')
  allow(root, unlimited)
  expect(await child.ended, child.stderr()).toBe(0)
})
