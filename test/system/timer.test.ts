import { expect, test } from 'vitest'
import { longestDelayMs, Timer } from '../../src/system/timer.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

test('a delay that is longer than a timer of Node.js knows is no short one', async () => {
  let calls = 0
  const timers = [longestDelayMs + 1, 30 * 24 * 3_600_000, Number.POSITIVE_INFINITY].map(
    (delay) => new Timer(delay, () => calls++),
  )
  await new Promise((resolve) => setTimeout(resolve, 20)) // one that overflows is due before this one
  for (const timer of timers) timer.cancel()
  expect(calls).toBe(0)
})

test('a timer calls once, and not if it was cancelled', async () => {
  const calls: string[] = []
  new Timer(1, () => calls.push('cancelled')).cancel()
  await new Promise<void>((resolve) => new Timer(2, () => resolve(void calls.push('called'))))
  expect(calls).toEqual(['called'])
})

test('limits of months are no limits of a millisecond', async () => {
  const months = { timeout: '60d', grace: '60d', heartbeatTimeout: '60d', drain: '60d', pollInterval: '60d' }
  const { trajectory } = await search({
    root: temporaryDirectory(),
    optimizee: 'recorded',
    options: { sleep: 5 },
    runner: { ...months, retries: 0 },
    generations: 2,
  })
  expect(trajectory.evaluations(1).map(({ outcome }) => outcome)).toEqual(Array(8).fill('done'))
})
