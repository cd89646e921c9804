import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  countDue,
  type Launching,
  launchMissing,
  launchWanted,
  noLaunches,
  onDeparture,
  onLaunch,
  onReady,
  onSuccess,
  wantedWorkers,
} from '../../../runtime/runner/launching.ts'
import type { Departure } from '../../../runtime/runner/worker-life.ts'

const atOnce = { pace: 0, isScouting: false, now: 1000 }
const crash: Departure & { type: 'failed' } = {
  type: 'failed',
  why: 'it ended with exit code 1',
  wasReady: true,
  wasKilled: false,
  outlook: undefined,
}
const failedStart = { ...crash, wasReady: false }
const situation = { isBenched: false, now: 1000, living: 0 }
const ready = onReady(noLaunches, 0)

function after(launching: Launching, departure: Departure, more: Partial<typeof situation> = {}): Launching {
  const succession = onDeparture(launching, departure, { ...situation, ...more })
  if (succession.type !== 'launching') throw new Error(`it leads to ${succession.type}`)
  return succession.launching
}

test('as many as are missing are launched, spaced by the pace, and none if none is', () => {
  expect(launchMissing(noLaunches, 3, atOnce).due).toEqual([1000, 1000, 1000])
  expect(launchMissing(noLaunches, 3, { ...atOnce, pace: 50 }).due).toEqual([1000, 1050, 1100])
  expect(launchMissing(noLaunches, -2, atOnce)).toEqual(noLaunches)
})

test('where the first is to show that others can start, these wait until it is ready', () => {
  const scouting = launchMissing(noLaunches, 4, { ...atOnce, isScouting: true })
  expect(scouting.due).toEqual([1000])
  expect(onReady(onLaunch(scouting), 2000).due).toEqual([2000, 2000, 2000])
  expect(onReady(onReady(onLaunch(scouting), 2000), 3000).due).toHaveLength(3)
})

test('no more are due at once than the pace allows, and at least one', () => {
  const launching = launchMissing(noLaunches, 100, atOnce)
  const at = (pace: number, now = 1000) => countDue(launching, { now, pace, tick: 100 })
  expect(at(0)).toBe(100)
  expect(at(10)).toBe(10)
  expect(at(500)).toBe(1)
  expect(at(0, 999)).toBe(0)
})

test('one failure is made good at once; a row of them waits twice as long each time, up to ten seconds', () => {
  const waits: number[] = []
  let launching = ready
  for (let i = 0; i < 10; i++) {
    launching = after(launching, crash)
    waits.push(launching.due[0]! - situation.now)
    launching = onLaunch(launching)
  }
  expect(waits).toEqual([0, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000])
  expect(after(onSuccess(launching), crash).due).toEqual([situation.now])
})

test('where nothing is left to start workers on, it ends the run, also for one that had been asked to leave', () => {
  for (const departure of [
    { ...crash, outlook: 'stop' },
    { type: 'asked', outlook: 'stop' },
  ] as const) {
    expect(onDeparture(ready, departure, situation)).toEqual({ type: 'bereft' })
  }
})

test('a worker that left in order is replaced at once and makes no row; one that was asked to is not replaced', () => {
  const left: Departure = { type: 'left', why: 'it left' }
  const twice = after(after(ready, left), left)
  expect(twice).toEqual({ ...ready, due: [1000, 1000] })
  expect(after(ready, { type: 'asked' })).toBe(ready)
  expect(after(ready, { type: 'unseen', why: 'it is gone' })).toBe(ready)
  expect(after(ready, { type: 'asked' }, { isBenched: true }).due).toEqual([1100])
})

test('a first worker that ends by itself before it is ready shows that none can start', () => {
  expect(onDeparture(noLaunches, failedStart, situation).type).toBe('hopeless')
  expect(onDeparture(noLaunches, { ...failedStart, wasKilled: true }, situation).type).toBe('launching')
})

test('five failed starts in a row end the run, and one that gets ready begins a new row', () => {
  let launching = ready
  for (let i = 0; i < 4; i++) launching = after(launching, failedStart)
  expect(onDeparture(launching, failedStart, situation).type).toBe('hopeless')
  expect(onDeparture(onReady(launching, 0), failedStart, situation).type).toBe('launching')
})

test('what a scheduler expects decides: waiting never counts, a refusal only where nobody is left to do the work', () => {
  let launching = ready
  for (let i = 0; i < 20; i++) launching = after(launching, { ...failedStart, outlook: 'wait' })
  for (let i = 0; i < 20; i++) launching = after(launching, { ...failedStart, outlook: 'refuse' }, { living: 1 })
  expect(launching.failedStarts).toBe(0)
  expect(onDeparture(noLaunches, { ...failedStart, outlook: 'refuse' }, { ...situation, living: 1 }).type).toBe(
    'hopeless',
  )
  expect(onDeparture(ready, { ...crash, outlook: 'stop' }, situation).type).toBe('bereft')
})

test('workers come with the work, and no more than one before one has shown that it can start', () => {
  const wanted = (launching: Launching, demand: number) => wantedWorkers(launching, { demand, least: 2, most: 8 })
  expect([0, 1, 5].map((demand) => wanted(noLaunches, demand))).toEqual([0, 1, 1])
  expect([0, 1, 5, 50].map((demand) => wanted(ready, demand))).toEqual([2, 2, 5, 8])
  expect(launchWanted(ready, 5, 2, 7).due).toEqual([7, 7, 7])
  expect(launchWanted(launchWanted(ready, 5, 2, 7), 5, 2, 8).due).toHaveLength(3)
  expect(launchWanted(ready, 2, 5, 7)).toBe(ready)
})

test('launches are due in the order of their times, whatever happened', () => {
  const departures = fc.constantFrom<Departure>(crash, { type: 'left', why: '' }, { type: 'asked' })
  fc.assert(
    fc.property(fc.array(fc.tuple(departures, fc.nat(5000), fc.boolean())), (happened) => {
      let launching = ready
      for (const [departure, now, isBenched] of happened) launching = after(launching, departure, { now, isBenched })
      expect(launching.due).toEqual([...launching.due].sort((a, b) => a - b))
    }),
  )
})
