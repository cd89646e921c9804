import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EndExplanation } from '../../../runtime/runner/launcher.ts'
import {
  blame,
  causeOfLoss,
  departureOf,
  type EndedLife,
  isOrderlyEnd,
  type LifeEvent,
  orderlyEnds,
  step,
  type WorkerLife,
  wasAsked,
  wasReady,
} from '../../../runtime/runner/worker-life.ts'
import type { FailureDetail } from '../../../src/core/evaluation.ts'

const starting: WorkerLife = { state: 'starting' }
const exited = (exitCode: number): LifeEvent => ({ type: 'exited', exit: { exitCode } })
const killed: LifeEvent = { type: 'exited', exit: { signal: 'SIGKILL' } }
const silent: LifeEvent = { type: 'given up', kind: 'worker-lost', why: 'its heart is silent', detail: 'silent' }
const leaves = (reason: 'stop' | 'grace' | 'warned' | 'signal', brokeOff = false): LifeEvent => ({
  type: 'leaves',
  reason,
  brokeOff,
})
const refuses: LifeEvent = { type: 'refuses', reason: 'the optimizee does not load' }

const notices: readonly LifeEvent[] = [
  { type: 'asked' },
  { type: 'asked before' },
  leaves('stop'),
  leaves('grace'),
  leaves('signal', true),
  refuses,
]
const ends: readonly LifeEvent[] = [
  exited(0),
  exited(1),
  killed,
  { type: 'exited', exit: { error: 'no such file' } },
  { type: 'vanished' },
  { type: 'unseen' },
  silent,
  { type: 'given up', kind: 'timeout', why: 'it ran over its timeout', limitMs: 300 },
]

const events = fc.array(fc.constantFrom<LifeEvent>({ type: 'ready' }, ...notices, ...ends), { maxLength: 12 })

function lifeAfter(...happened: readonly LifeEvent[]): WorkerLife {
  return happened.reduce(step, starting)
}

function endAfter(...happened: readonly LifeEvent[]): EndedLife {
  const life = lifeAfter(...happened)
  if (life.state !== 'ended') throw new Error(`it has not ended but is ${life.state}`)
  return life
}

const typesOf = (list: readonly LifeEvent[]) => new Set(list.map(({ type }) => type))
const isEnd = ({ type }: LifeEvent) => typesOf(ends).has(type)
const isNotice = ({ type }: LifeEvent) => typesOf(notices).has(type)

test('once ended, a worker stays ended, by what ended it first', () => {
  fc.assert(
    fc.property(events, (happened) => {
      const life = lifeAfter(...happened)
      const first = happened.find(isEnd)
      expect(life.state === 'ended').toBe(first !== undefined)
      if (life.state === 'ended') expect(life.end).toBe(first)
    }),
  )
})

test('the first notice stands, whatever comes after; one that has ended is asked nothing', () => {
  fc.assert(
    fc.property(events, (happened) => {
      const life = lifeAfter(...happened)
      const endAt = happened.findIndex(isEnd)
      const heard = happened.filter(
        (event, at) => isNotice(event) && (event.type !== 'asked' || endAt < 0 || at < endAt),
      )
      const notice = life.state === 'leaving' || life.state === 'ended' ? life.notice : undefined
      expect(notice).toBe(heard[0])
    }),
  )
})

test('a worker is given nothing any more once it was told to leave, says that it leaves, or has ended', () => {
  fc.assert(
    fc.property(events, (happened) => {
      const isReady = lifeAfter(...happened).state === 'ready'
      expect(isReady).toBe(happened.length > 0 && happened.every(({ type }) => type === 'ready'))
    }),
  )
})

test('that a worker was ready is never forgotten', () => {
  fc.assert(
    fc.property(events, (happened) => {
      expect(wasReady(lifeAfter(...happened))).toBe(happened.some(({ type }) => type === 'ready'))
    }),
  )
})

test('an event that changes nothing gives the same life', () => {
  fc.assert(
    fc.property(events, fc.constantFrom(...ends, { type: 'ready' } as const), (happened, again) => {
      const life = lifeAfter(...happened, again)
      expect(step(life, again)).toBe(life)
    }),
  )
})

test('who is asked to leave and leaves is not to blame, however it is said and whoever ends it in the end', () => {
  const waysOut = [
    [exited(0)],
    [leaves('stop'), exited(0)],
    [leaves('signal', true), exited(0)],
    [silent],
    [{ type: 'vanished' } as const],
  ]
  for (const asked of [{ type: 'asked' }, { type: 'asked before' }] as const) {
    for (const way of waysOut) {
      const life = endAfter({ type: 'ready' }, asked, ...way)
      expect(blame(life, undefined, false)).toEqual({ begun: 'none', isFault: false })
    }
  }
})

test('who was asked to leave and crashes over what it finishes is to blame like any other', () => {
  for (const end of [exited(1), killed]) {
    expect(blame(endAfter({ type: 'asked' }, end), undefined, false)).toEqual({ begun: 'any', isFault: true })
  }
})

test('who was asked to be in time and was not has its simulation lost by the time limit, which is nobody’s fault', () => {
  const told: EndExplanation = { detail: 'time-limit', words: 'was there for longer than its walltime' }
  const life = endAfter({ type: 'ready' }, { type: 'asked' }, leaves('signal', true), exited(0))
  expect(blame(life, told, false)).toEqual({ begun: 'first', isFault: false })
  expect(causeOfLoss(life, told, { number: 3, folder: 'workers/3' })).toMatchObject({ detail: 'time-limit' })
})

test('what a worker that leaves by itself had not begun is nobody’s fault, and it has not failed', () => {
  for (const reason of ['stop', 'grace', 'warned'] as const) {
    for (const order of [
      [leaves(reason), exited(0)],
      [exited(0), leaves(reason)],
      [{ type: 'vanished' } as const, leaves(reason)],
    ]) {
      const life = endAfter({ type: 'ready' }, ...order)
      expect(blame(life, undefined, false)).toEqual({ begun: 'none', isFault: false })
      const departure = departureOf(life, undefined)
      expect(departure).toMatchObject({ type: 'left', why: expect.any(String) })
      expect(departure.type === 'left' && isOrderlyEnd(departure.why)).toBe(true)
    }
  }
})

test('a simulation that the warning of its worker has ended was ended by the time limit', () => {
  const life = endAfter({ type: 'ready' }, leaves('warned', true), exited(0))
  expect(blame(life, undefined, false)).toEqual({ begun: 'first', isFault: false })
  expect(causeOfLoss(life, undefined, { number: 3, folder: 'workers/3' })).toMatchObject({ detail: 'time-limit' })
})

test('the one simulation that SIGTERM broke off is to blame alone, unless the run itself is being stopped', () => {
  const life = endAfter({ type: 'ready' }, leaves('signal', true), exited(0))
  expect(blame(life, undefined, false)).toEqual({ begun: 'first', isFault: true })
  expect(blame(life, undefined, true)).toEqual({ begun: 'first', isFault: false })
  expect(departureOf(life, undefined)).toMatchObject({ type: 'failed', why: 'it was asked to end by SIGTERM' })
})

test('what no simulation brings about is no simulation’s fault, for whatever reason the worker died', () => {
  const details: readonly FailureDetail[] = ['node-failure', 'time-limit', 'preempted', 'requeued', 'cancelled']
  fc.assert(
    fc.property(fc.constantFrom(...details), fc.constantFrom(exited(1), exited(0), killed), (detail, end) => {
      const told: EndExplanation = { detail, words: 'was lost with its node' }
      expect(blame(endAfter({ type: 'ready' }, end), told, false)).toEqual({ begun: 'any', isFault: false })
    }),
  )
  const outOfMemory: EndExplanation = { detail: 'out-of-memory', words: 'was killed for its memory' }
  expect(blame(endAfter({ type: 'ready' }, killed), outOfMemory, false).isFault).toBe(true)
})

test('nobody knows what a worker died of that was dead when its runner came', () => {
  const life = endAfter({ type: 'ready' }, { type: 'unseen' })
  expect(blame(life, undefined, false)).toEqual({ begun: 'any', isFault: false })
  expect(departureOf(life, undefined)).toEqual({ type: 'unseen', why: 'it is gone' })
})

test('a fault lies only with a worker that crashed, was given up, or was broken off', () => {
  fc.assert(
    fc.property(events, fc.constantFrom(...ends), (happened, end) => {
      const life = endAfter(...happened, end)
      const { begun, isFault } = blame(life, undefined, false)
      if (begun === 'none') expect(isFault).toBe(false)
      if (life.end.type === 'unseen' || life.notice?.type === 'refuses') expect(isFault && !wasAsked(life)).toBe(false)
      if (begun === 'first') expect(['leaves', 'refuses']).toContain(life.notice?.type)
    }),
  )
})

test('the cause of a loss names the worker, the first reason for its end, and where it printed', () => {
  const at = { number: 3, folder: 'workers/3' }
  expect(causeOfLoss(endAfter({ type: 'ready' }, exited(7)), undefined, at)).toEqual({
    kind: 'worker-lost',
    message: 'Worker 3 is lost: it ended with exit code 7; what it printed is in workers/3.',
  })
  expect(causeOfLoss(endAfter({ type: 'ready' }, silent, exited(7)), undefined, at)).toEqual({
    kind: 'worker-lost',
    detail: 'silent',
    message: 'Worker 3 is lost: its heart is silent; what it printed is in workers/3.',
  })
  const overdue = endAfter({ type: 'ready' }, { type: 'given up', kind: 'timeout', why: '', limitMs: 300 })
  expect(causeOfLoss(overdue, undefined, at)).toMatchObject({ kind: 'timeout', message: /longer than 300 ms/ })
  const damaged = endAfter({ type: 'ready' }, { type: 'given up', kind: 'channel-damaged', why: 'its pipe is damaged' })
  expect(causeOfLoss(damaged, undefined, at)).toMatchObject({ kind: 'channel-damaged' })
})

test('a start that failed tells whether the program itself ended, and what the scheduler expects', () => {
  expect(departureOf(endAfter(exited(1)), undefined)).toMatchObject({
    type: 'failed',
    wasReady: false,
    wasKilled: false,
  })
  expect(departureOf(endAfter(killed), undefined)).toMatchObject({ type: 'failed', wasReady: false, wasKilled: true })
  expect(departureOf(endAfter(refuses, killed), undefined)).toMatchObject({
    wasKilled: false,
    why: 'the optimizee does not load',
  })
  const told: EndExplanation = { words: 'was refused', outlook: 'refuse' }
  expect(departureOf(endAfter(exited(1)), told)).toMatchObject({ why: 'it was refused', outlook: 'refuse' })
})

test('the record counts as orderly what was asked for, and nothing else', () => {
  for (const why of Object.values(orderlyEnds)) expect(isOrderlyEnd(why)).toBe(true)
  for (const why of ['it was killed by SIGKILL', 'it was asked to end by SIGTERM', 'it is gone']) {
    expect(isOrderlyEnd(why)).toBe(false)
  }
})
