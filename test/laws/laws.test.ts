import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { summarizeRun } from '../../src/record/summary.ts'
import { eventually, processesNaming } from '../processes.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

test('law 1: the same search has the same canonical export for any number of workers, any timing, any way of waking up', async () => {
  const root = temporaryDirectory()
  const one = { root, optimizee: 'recorded', options: { sleep: 3 }, populationSize: 12, generations: 4 }
  const reference = await search({ ...one, name: 'a', runner: { workers: 1 } })
  expect(reference.canonical.trim().split('\n')).toHaveLength(48)
  for (const runner of [
    { workers: 2 },
    { workers: 5 },
    { workers: 3, wakeUp: 'poll' as const },
    { workers: 2, lookAhead: 1 },
  ]) {
    const other = await search({ ...one, name: JSON.stringify(runner), runner })
    expect(other.canonical).toBe(reference.canonical)
  }
  const seed = await search({ ...one, name: 'seed', seed: 2 })
  expect(seed.canonical).not.toBe(reference.canonical)
})

test('a search that was stopped goes on as if it had never been, and simulates nothing again', async () => {
  const root = temporaryDirectory()
  const journal = join(root, 'journal')
  const one = { root, optimizee: 'recorded', populationSize: 10, generations: 5 }
  const reference = await search({ ...one, name: 'reference' })
  let stops = 0
  let end: Awaited<ReturnType<typeof search>> | undefined
  while (end?.status !== 'finished') {
    const controller = new AbortController()
    const stopAfter = 7 * (stops + 1)
    end = await search({
      ...one,
      name: 'stopped',
      options: { journal, sleep: 4 },
      runner: { workers: 2, drain: '10m' }, // what has begun ends, however slow the machine is
      signal: controller.signal,
      onProgress: ({ totalEvaluated }) => totalEvaluated >= stopAfter && controller.abort(new Error('enough')),
    })
    if (end.status === 'stopped') expect(end.reason).toBe('enough')
    expect(++stops).toBeLessThan(20)
  }
  expect(stops).toBeGreaterThan(3)
  expect(end.canonical).toBe(reference.canonical)
  const simulated = readFileSync(journal, 'utf8').trim().split('\n')
  expect(simulated).toHaveLength(50)
  expect(new Set(simulated).size).toBe(50)
})

test('law 5: when the runner has ended, no process of it is left', async () => {
  const root = temporaryDirectory()
  await search({ root, optimizee: 'recorded', runner: { workers: 3 } })
  expect(processesNaming(root)).toEqual([])
})

test('law 5: nor when it was stopped in the middle of simulations that would take an hour', async () => {
  const root = temporaryDirectory()
  const journal = join(root, 'journal')
  const controller = new AbortController()
  const { signal } = controller
  const options = { journal, takes: 3_600_000 }
  const stopped = search({ root, optimizee: 'slow', options, runner: { workers: 3, drain: '200ms' }, signal })
  const begun = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0)
  await eventually(() => begun() === 3, 'all workers are busy')
  controller.abort(new Error('enough'))
  expect((await stopped).status).toBe('stopped')
  expect(processesNaming(root)).toEqual([])
})

test('law 8: individuals cost no files', async () => {
  const root = temporaryDirectory()
  const few = await search({ root, name: 'few', optimizee: 'recorded', populationSize: 4, generations: 3 })
  const many = await search({ root, name: 'many', optimizee: 'recorded', populationSize: 400, generations: 3 })
  const files = (directory: string) =>
    readdirSync(directory, { recursive: true }).filter((name) => !String(name).endsWith('.heart')).length
  // SQLite's side files come and go with its readers.
  expect(files(many.directory)).toBeLessThanOrEqual(files(few.directory) + 4)
})

test('a run continues a finished one only to go beyond its last generation', async () => {
  const root = temporaryDirectory()
  const journal = join(root, 'journal')
  const one = { root, optimizee: 'recorded', options: { journal }, populationSize: 5 }
  await search({ ...one, generations: 2 })
  const again = await search({ ...one, generations: 2 })
  expect(again.status).toBe('finished')
  expect(readFileSync(journal, 'utf8').trim().split('\n')).toHaveLength(10)
  const { launched } = summarizeRun(again.directory).workers
  expect(launched).toBe(1) // by the first start: there was nothing to do for others
  const further = await search({ ...one, generations: 4 })
  const whole = await search({ ...one, name: 'whole', generations: 4 })
  expect(further.canonical).toBe(whole.canonical)
})
