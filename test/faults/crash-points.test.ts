import { join } from 'node:path'
import { expect, test } from 'vitest'
import { processesNaming } from '../processes.ts'
import { canonicalExport, search } from '../search.ts'
import { startSearch } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

/**
 * The runner ends itself right before and right after each of its writes in turn, then goes on. Every point would take
 * minutes; each run of the suite takes every seventh, and `npm run chaos` the random ones.
 */
test('a runner that dies at any of its writes goes on to the same end', async () => {
  const one = { optimizee: 'recorded', populationSize: 4, generations: 2, runner: { workers: 1, grace: '2s' } }
  const { canonical } = await search({ ...one, root: temporaryDirectory() })
  let crashes = 0
  for (let at = 1; ; at += 7) {
    const root = temporaryDirectory()
    const options = { ...one, root }
    const first = await startSearch(options, { TWOLOOP_CRASH_AT: String(at) }).ended
    if (first === null) crashes++
    const second = startSearch(options)
    expect(await second.ended, `crash point ${at}: ${second.stderr()}`).toBe(0)
    expect(canonicalExport(join(root, 'run')), `crash point ${at}`).toBe(canonical)
    expect(processesNaming(root)).toEqual([])
    if (first === 0) break
  }
  expect(crashes).toBeGreaterThan(3)
})

test('a worker that dies at any of its writes is replaced, and nothing counts twice', async () => {
  const one = { optimizee: 'recorded', populationSize: 6, generations: 2 }
  const { canonical } = await search({ ...one, root: temporaryDirectory() })
  const script = join(import.meta.dirname, '../fixtures/programs/crash-in-worker.sh')
  for (const at of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const root = temporaryDirectory()
    const runner = { workers: 1, exec: ['sh', script, join(root, 'crashed'), String(at), process.execPath] }
    const end = await search({ ...one, root, runner })
    expect(end.canonical, `crash point ${at}`).toBe(canonical)
  }
})
