import { expect, test } from 'vitest'
import { deal } from '../../../runtime/runner/dealing.ts'
import { HeldJobs, type Job } from '../../../runtime/runner/job.ts'
import { OpenJobs } from '../../../runtime/runner/open-jobs.ts'
import { runnerSettings } from '../../../src/core/runner-settings.ts'
import { Individual, real, space } from '../../../src/index.ts'

const settings = runnerSettings.parse({})

/** A worker that holds what it is given and never answers. */
function silentWorker() {
  const held = new HeldJobs()
  const send = (jobs: readonly Job[]) => {
    for (const job of jobs) held.add(job)
  }
  return { isReady: true, held, send, sayEnough: () => {} }
}

/** How many individuals each of so many idle workers holds after one dealing. */
function dealt(individuals: number, workers: number, meanMs: number): number[] {
  const jobs = new OpenJobs(settings, 1)
  for (let index = 0; index < individuals; index++) {
    jobs.queue(jobs.open(new Individual({ generation: 0, index, replicate: 0 }, { x: index }, index)))
  }
  const all = Array.from({ length: workers }, silentWorker)
  const record = { checkpointLeftBy: () => undefined }
  deal(jobs, all, { space: space({ x: real(0, 1000) }), settings, batch: 1, mode: 'events', meanMs, record })
  return all.map(({ held }) => held.size)
}

test('a generation of short individuals is dealt out at once, to all workers alike', () => {
  expect(dealt(32, 2, 0.001)).toEqual([16, 16])
  expect(dealt(33, 4, 0.001)).toEqual([9, 9, 9, 6])
})

test('of longer ones each worker has as many, and the rest waits for who is done first', () => {
  expect(dealt(32, 2, 1)).toEqual([8, 8])
  expect(dealt(32, 2, 1000)).toEqual([1, 1])
})
