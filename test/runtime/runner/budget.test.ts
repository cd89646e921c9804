import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { summarizeRun } from '../../../src/record/summary.ts'
import { filesCreated } from '../../../src/system/file-count.ts'
import { type SearchOptions, search } from '../../search.ts'
import { temporaryDirectory } from '../../temporary.ts'

const slow = { optimizee: 'slow', options: { journal: '/dev/null', takes: 20 }, populationSize: 6, generations: 6 }

/** A search that may not use what it needs, and how it goes on when it may. */
async function searchTwice(limits: SearchOptions['runner'], { optimizee, options, ...size } = slow) {
  const root = temporaryDirectory()
  const limited = await search({ root, optimizee, options, ...size, runner: { ...limits } })
  const summary = summarizeRun(limited.directory)
  const continued = await search({ root, optimizee, options, ...size })
  const undisturbed = await search({ root: temporaryDirectory(), optimizee, options, ...size })
  expect(continued.status).toBe('finished')
  expect(continued.canonical).toBe(undisturbed.canonical)
  return { ...limited, summary }
}

test('ten thousand individuals on eight workers cost eight launches and few files', async () => {
  const root = temporaryDirectory()
  const size = { populationSize: 2500, generations: 4 }
  const { directory, status } = await search({ root, optimizee: 'recorded', ...size, runner: { workers: 8 } })
  expect(status).toBe('finished')
  const { evaluations, usage } = summarizeRun(directory)
  expect(evaluations).toEqual({ done: 10_000, failed: 0 })
  expect(usage.steps).toBe(8)
  expect(usage.files).toBeLessThan(8 * 8 + 20)
  expect(usage.fileOperationsPerIndividual).toBeGreaterThan(0)
  expect(usage.fileOperationsPerIndividual).toBeLessThan(10)
  expect(usage.nodeHours).toBeGreaterThan(0)
  expect(usage.busyFraction).toBeGreaterThan(0)
  expect(usage.busyFraction).toBeLessThanOrEqual(1)
})

test('a run without room for the files of a worker stops before it launches one', async () => {
  const { status, reason, summary } = await searchTwice({ maxFiles: 12 })
  expect([status, reason]).toEqual(['stopped', 'its budget of 12 files (maxFiles) is used up'])
  expect(summary.usage.steps).toBe(0)
})

test('a run whose workers die goes on with fewer, and stops when the last one may not be replaced', async () => {
  const root = temporaryDirectory()
  const options = { does: 'kill' }
  const runner = { workers: 2, maxSteps: 3, crashRetries: 100 }
  const { status, reason, directory } = await search({ root, optimizee: 'misbehaving', options, runner })
  expect([status, reason]).toEqual(['stopped', 'its budget of 3 worker launches (maxSteps) is used up'])
  expect(summarizeRun(directory).usage.steps).toBe(3)
})

test('fewer worker launches than workers are enough to finish', async () => {
  const root = temporaryDirectory()
  const { status, directory } = await search({ root, optimizee: 'recorded', runner: { workers: 4, maxSteps: 1 } })
  expect(status).toBe('finished')
  expect(summarizeRun(directory).usage.steps).toBe(1)
})

test('node-hours are counted over all starts of the runner, and stop the run when they are used up', async () => {
  const root = temporaryDirectory()
  const [journal, hold] = [join(root, 'journal'), join(root, 'hold')]
  const one = { root, ...slow, options: { journal, takes: 20, hold } }
  // No simulation ends: no machine is so fast that the search ends before its budget does.
  writeFileSync(hold, '')
  const runner = { maxNodeHours: 0.5 / 3600, drain: '100ms' }
  const first = await search({ ...one, runner })
  const reason = /the end of its budget of 0\.00013\d+ node-hours \(maxNodeHours\)/
  expect([first.status, first.reason]).toEqual(['stopped', expect.stringMatching(reason)])
  expect(summarizeRun(first.directory).usage.nodeHours).toBeGreaterThan(0.2 / 3600)
  const begun = existsSync(journal) ? readFileSync(journal, 'utf8') : ''
  const { steps } = summarizeRun(first.directory).usage
  const second = await search({ ...one, runner })
  const refusal = /^its budget of 0\.00013\d+ node-hours \(maxNodeHours\) is used up$/
  expect([second.status, second.reason]).toEqual(['stopped', expect.stringMatching(refusal)])
  expect(summarizeRun(first.directory).usage.steps).toBe(steps) // no worker was launched to do nothing
  expect(existsSync(journal) ? readFileSync(journal, 'utf8') : '').toBe(begun)
  rmSync(hold)
  const continued = await search(one)
  expect(continued.status).toBe('finished')
  expect(continued.canonical).toBe((await search({ ...one, root: temporaryDirectory() })).canonical)
})

test('a deadline that has come stops the run, and more machines would be of no use to it', async () => {
  const { status, reason, isOutOfTime } = await searchTwice({ deadline: '2020-01-01T00:00:00Z' })
  expect([status, reason]).toEqual(['stopped', 'its deadline (2020-01-01T00:00:00Z) has come'])
  expect(isOutOfTime).toBe(false)
})

test('the files of a run are those that are there and the segments that were removed', async () => {
  const root = temporaryDirectory()
  const { directory } = await search({ root, optimizee: 'recorded', runner: { workers: 1 } })
  const before = filesCreated(directory)
  mkdirSync(`${directory}/individuals/0.1`, { recursive: true })
  writeFileSync(`${directory}/individuals/0.1/own`, '')
  expect(filesCreated(directory)).toBe(before + 3)
  for (const i of [2, 3]) writeFileSync(`${directory}/workers/000001/to-worker.00000${i}`, '')
  rmSync(`${directory}/workers/000001/to-worker.000001`)
  expect(filesCreated(directory)).toBe(before + 5)
})
