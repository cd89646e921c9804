import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually, processesNaming } from '../processes.ts'
import { canonicalExport } from '../search.ts'
import { startCommand } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

/** An experiment of 12 individuals that take 0.4 s each, or an hour while there is a file `stuck`, and say so in a journal. */
function experiment(root: string, runner = '{ workers: 2 }'): string {
  const file = join(root, 'experiment.yaml')
  writeFileSync(
    file,
    `name: signalled
optimizee:
  command: [sh, -c, 'echo begin >>journal; [ ! -e stuck ] || sleep 3600; sleep 0.4; echo end >>journal; echo "$1"', sh, "{x}"]
  parameters: { x: { type: real, low: 0, high: 1 } }
  result: { from: stdout }
  objectives: { cost: minimize }
optimizer: { type: genetic-algorithm, populationSize: 6, generations: 2, seed: 3 }
runner: ${runner}
`,
  )
  return file
}

const journal = (root: string) => {
  const path = join(root, 'journal')
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  return {
    begun: lines.filter((line) => line === 'begin').length,
    ended: lines.filter((line) => line === 'end').length,
  }
}

const runs = (root: string) => ['--root', join(root, 'runs')]

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s once: what runs is waited for and stored, nothing more is handed out, exit code 75; run again it goes on',
  async (signal) => {
    const root = temporaryDirectory()
    const file = experiment(root)
    const child = startCommand('run', file, ...runs(root))
    await eventually(() => journal(root).begun >= 3, 'the search is under way')
    child.process.kill(signal)
    expect(await child.ended, child.stderr()).toBe(75)
    expect(child.stderr()).toContain(`Stopping after ${signal}`)
    const { begun, ended } = journal(root)
    expect(ended).toBe(begun)
    expect(begun).toBeLessThan(12)
    expect(processesNaming(root)).toEqual([])
    const again = startCommand('run', file, ...runs(root))
    expect(await again.ended, again.stderr()).toBe(0)
    const total = journal(root).begun
    const fresh = temporaryDirectory()
    expect(await startCommand('run', experiment(fresh), ...runs(fresh)).ended).toBe(0)
    expect(canonicalExport(join(root, 'runs/signalled'))).toBe(canonicalExport(join(fresh, 'runs/signalled')))
    expect(total).toBe(journal(fresh).begun)
  },
)

test('what takes longer than may be waited for is ended, exit code 75, and simulated again when the run goes on', async () => {
  const root = temporaryDirectory()
  const file = experiment(root, '{ workers: 2, drain: 500ms }')
  const stuck = join(root, 'stuck')
  writeFileSync(stuck, '')
  const child = startCommand('run', file, ...runs(root))
  await eventually(() => journal(root).begun >= 2, 'both workers are busy')
  child.process.kill('SIGINT')
  expect(await child.ended, child.stderr()).toBe(75)
  expect(journal(root).ended).toBe(0)
  await eventually(() => processesNaming(root).length === 0, 'no process is left')
  rmSync(stuck)
  const again = startCommand('run', file, ...runs(root))
  expect(await again.ended, again.stderr()).toBe(0)
  const { begun, ended } = journal(root)
  expect(begun).toBe(ended + 2)
})

test('SIGINT twice ends at once, with what was stored intact and no process left', async () => {
  const root = temporaryDirectory()
  const child = startCommand('run', experiment(root, '{ workers: 2, drain: 1h }'), ...runs(root))
  await eventually(() => journal(root).ended >= 2, 'something is stored')
  const stuck = join(root, 'stuck')
  writeFileSync(stuck, '')
  const before = journal(root).begun
  await eventually(() => journal(root).begun > before, 'something would take an hour')
  child.process.kill('SIGINT')
  await eventually(() => child.stderr().includes('Stopping'), 'the first is answered')
  child.process.kill('SIGINT')
  expect(await child.ended).toBe(75)
  await eventually(() => processesNaming(root).length === 0, 'no process is left')
  rmSync(stuck)
  const again = startCommand('resume', join(root, 'runs/signalled'))
  expect(await again.ended, again.stderr()).toBe(0)
})

test('SIGUSR1 reports how far the run is and changes nothing', async () => {
  const root = temporaryDirectory()
  const child = startCommand('run', experiment(root), ...runs(root))
  await eventually(() => journal(root).ended >= 2, 'something is stored')
  child.process.kill('SIGUSR1')
  await eventually(() => /Everything up to here is stored: generation 1\/2/.test(child.stderr()), 'it reports')
  expect(await child.ended, child.stderr()).toBe(0)
})
