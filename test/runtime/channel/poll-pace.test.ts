import fc from 'fast-check'
import { expect, test } from 'vitest'
import { longestPause, PollPace } from '../../../runtime/channel/poll-pace.ts'

const interval = 25

/** When looks happen that are asked for at every interval, as a timer does, until the first at or after `until`. */
function looks(until: number, expectedMs = 0): number[] {
  const pace = new PollPace(interval, 0)
  const at: number[] = []
  for (let now = interval; (at.at(-1) ?? 0) < until; now += interval) if (pace.isDue(now, expectedMs)) at.push(now)
  return at
}

test('whatever comes is seen late by no more than a small share of the time that was waited for it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (until) => {
      const late = looks(until).at(-1)! - until
      expect(late).toBeLessThanOrEqual(2 * interval + until / 50)
      expect(late).toBeLessThanOrEqual(longestPause(interval) + interval)
    }),
  )
})

test('an answer of an hour costs hundreds of looks and not a hundred thousand', () => {
  expect(looks(3_600_000).length).toBeLessThan(2000)
})

test('what is known to take long is looked at rarely from the beginning', () => {
  expect(looks(60_000, 50_000).length).toBeLessThan(100)
  expect(looks(60_000).length).toBeGreaterThan(200)
})

test('after a sign of life the pipe is looked at often again', () => {
  const pace = new PollPace(interval, 0)
  expect(pace.isDue(100_000)).toBe(true)
  expect(pace.isDue(100_000 + interval)).toBe(false)
  pace.restart(100_000 + interval)
  expect(pace.isDue(100_000 + 2 * interval)).toBe(true)
})
