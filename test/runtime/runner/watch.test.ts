import { expect, test } from 'vitest'
import { WatchTime } from '../../../runtime/channel/watch-time.ts'
import { verdictOn, type WatchLimits, watchLimits } from '../../../runtime/runner/watch.ts'

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

test('a runner that was frozen calls nobody silent for it: its own late look counts as one usual gap', () => {
  const time = new WatchTime(1000, 0)
  for (let now = 100; now <= 5000; now += 100) time.at(now)
  const before = time.at(5000)
  expect(before).toBe(5000)
  const hour = 3_600_000
  expect(time.at(5000 + hour) - before).toBe(1000)
  expect(time.at(5100 + hour) - before).toBe(1100)
})

test('a worker that is silent while it is watched is found out after the freeze as before', () => {
  const time = new WatchTime(1000, 0)
  const heardAt = time.at(3_600_000)
  let now = 3_600_000
  while (!verdictOn({ ...well, silentFor: time.at(now) - heardAt }, limits)) now += 100
  expect(now - 3_600_000).toBe(30_100)
})
