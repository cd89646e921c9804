import { expect, test } from 'vitest'
import { WatchTime } from '../../../runtime/channel/watch-time.ts'
import { workerHeartbeat } from '../../../runtime/runner/rounds.ts'
import { verdictOn, type WatchLimits, watchLimits } from '../../../runtime/runner/watch.ts'
import { parseRunnerSettings } from '../../../src/core/runner-settings.ts'

const limits: WatchLimits = { silentMs: 30_000, stuckMs: 10_000, timeoutMs: 1000, marginMs: 3000 }
const well = { silentFor: 0, stuckFor: 0, busyFor: 0 }

test('a worker is given up when its heart is silent, its pipe is stuck, or its simulation runs over its timeout', () => {
  expect(verdictOn(well, limits)).toBeUndefined()
  expect(verdictOn({ ...well, silentFor: 30_001 }, limits)).toMatchObject({
    kind: 'worker-lost',
    detail: 'silent',
    why: 'its heart has been silent for 30 s',
  })
  expect(verdictOn({ ...well, stuckFor: 10_001 }, limits)).toMatchObject({ kind: 'channel-damaged' })
  expect(verdictOn({ ...well, busyFor: 4001 }, limits)).toMatchObject({ kind: 'timeout', limitMs: 1000 })
})

test('a limit that is reached is not passed yet, and what was not looked at proves nothing', () => {
  expect(verdictOn({ silentFor: 30_000, stuckFor: 10_000, busyFor: 4000 }, limits)).toBeUndefined()
  expect(verdictOn({ ...well, silentFor: undefined }, limits)).toBeUndefined()
})

test('without a timeout a simulation may take as long as it likes', () => {
  expect(verdictOn({ ...well, busyFor: 1e9 }, { ...limits, timeoutMs: undefined })).toBeUndefined()
})

test('where pipes are polled, an answer may be seen later', () => {
  const settings = { heartbeatTimeout: 30_000, timeout: 1000, pollInterval: 25 }
  expect(watchLimits(settings, 'poll').marginMs).toBeGreaterThan(watchLimits(settings, 'events').marginMs)
})

test('a heart that beats is never too late, however short its timeout is', () => {
  const short = watchLimits({ heartbeatTimeout: 100, pollInterval: 25 }, 'events')
  const beat = workerHeartbeat(parseRunnerSettings({ heartbeatTimeout: '100ms' }))
  const [listening, frozen] = [1000, 1000]
  expect(verdictOn({ ...well, silentFor: beat + listening + frozen }, short)).toBeUndefined()
  expect(verdictOn({ ...well, silentFor: 10_000 }, short)).toMatchObject({ detail: 'silent' })
})

/** Time that is watched by a clock that the test sets. */
function watchTime() {
  const clock = { now: 0 }
  return { clock, time: new WatchTime(1000, () => clock.now) }
}

/** Looks ten times a second for so many milliseconds. */
function lookFor(milliseconds: number, { clock, time }: ReturnType<typeof watchTime>): number {
  for (const end = clock.now + milliseconds; clock.now < end; ) {
    clock.now += 100
    time.look()
  }
  return time.look()
}

test('a runner that was frozen calls nobody silent for it: its own late look counts as one usual gap', () => {
  const watched = watchTime()
  const before = lookFor(5000, watched)
  expect(before).toBe(5000)
  watched.clock.now += 3_600_000
  expect(watched.time.look() - before).toBe(1000)
  expect(lookFor(100, watched) - before).toBe(1100)
})

test('a worker that is silent while it is watched is found out after the freeze as before', () => {
  const watched = watchTime()
  watched.clock.now = 3_600_000
  const heardAt = watched.time.look()
  let silentFor = 0
  while (!verdictOn({ ...well, silentFor }, limits)) silentFor = lookFor(100, watched) - heardAt
  expect(silentFor).toBe(30_100)
})

test('the time for which nobody reads the pipes of workers counts as one usual gap, however often they are looked at', () => {
  const watched = watchTime()
  const before = lookFor(2000, watched)
  watched.time.pause()
  expect(lookFor(60_000, watched)).toBe(before)
  watched.time.resume()
  expect(lookFor(300, watched)).toBe(before + 1300)
})
