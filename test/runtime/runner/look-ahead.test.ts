import { expect, test } from 'vitest'
import { HeldJobs, type Job, JobQueue } from '../../../runtime/runner/job.ts'
import { type LookAhead, lookAhead } from '../../../runtime/runner/look-ahead.ts'
import { Individual } from '../../../src/core/individual.ts'

const situation: LookAhead = { meanMs: 1000, waiting: 600, share: 300, idle: 2, batch: 1, limit: 1024, wayMs: 0 }

test('long individuals are held one by one, and short ones as many as last for some milliseconds', () => {
  expect(lookAhead(situation)).toBe(1)
  expect(lookAhead({ ...situation, meanMs: undefined })).toBe(1)
  expect(lookAhead({ ...situation, meanMs: 1 })).toBe(20)
  expect(lookAhead({ ...situation, meanMs: 0.001, waiting: 100_000, share: 50_000 })).toBe(1024)
})

test('a worker that simulates many at once holds a batch, however long it takes, and whole batches if they are short', () => {
  const batches = { ...situation, batch: 64 }
  expect(lookAhead(batches)).toBe(64)
  expect(lookAhead({ ...batches, meanMs: undefined })).toBe(64)
  expect(lookAhead({ ...batches, meanMs: 0.1, waiting: 4000, share: 2000 })).toBe(192)
})

test('fewer than there could be are shared by the workers that have nothing to do', () => {
  const few = { ...situation, batch: 64, waiting: 50, share: 25 }
  expect(lookAhead(few)).toBe(25)
  expect(lookAhead({ ...few, idle: 1 })).toBe(50)
  expect(lookAhead({ ...few, idle: 0 })).toBe(50)
})

function jobs(count: number, mostTogether: number): Job[] {
  return Array.from({ length: count }, (_, index) => ({
    individual: new Individual({ generation: 0, index, replicate: 0 }, {}, index),
    attempt: 1,
    epoch: 1,
    failures: 0,
    deaths: 0,
    lastFailure: null,
    mostTogether,
    isOpen: true,
  }))
}

test('a worker gets no more than the most suspect of what it holds and gets may be together with', () => {
  const queue = new JobQueue()
  for (const job of [...jobs(3, Number.POSITIVE_INFINITY), ...jobs(6, 4), ...jobs(1, 1)]) queue.add(job)
  const held = new HeldJobs()
  const take = (count: number) => {
    const taken = queue.take(count, held)
    for (const job of taken) held.add(job)
    return taken.length
  }
  expect(take(2)).toBe(2)
  expect(take(10)).toBe(2) // with the two that it holds, four
  expect(take(10)).toBe(0)
  expect(queue.take(10, new HeldJobs())).toHaveLength(4)
  expect(queue.take(10, new HeldJobs())).toHaveLength(1)
  expect(queue.take(10, held)).toHaveLength(0)
  expect(queue.take(10, new HeldJobs())).toHaveLength(1)
})
