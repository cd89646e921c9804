import { expect, test } from 'vitest'
import { hasTime, stopNow, TimeLeft } from '../../../runtime/runner/time-left.ts'
import { Deadline } from '../../../src/system/deadline.ts'

const endIn = (left: number, isSpent = false) => ({ left, isSpent, name: 'the end of its time' })
const situation = { refusal: undefined, isIdle: false, drain: 10, mostMs: 30 }

test('nothing is begun that would hardly end in time, and what was never measured gets its chance', () => {
  expect([31, 30, 29].map((left) => hasTime(endIn(left), 30))).toEqual([true, false, false])
  expect([1, 0].map((left) => hasTime(endIn(left), undefined))).toEqual([true, false])
})

test('a run stops when what runs could not be waited for, or nothing runs and nothing would end in time', () => {
  expect(stopNow(endIn(11), situation)).toBeUndefined() // something runs
  expect(stopNow(endIn(10), situation)).toEqual({ reason: 'the end of its time has come', isSpent: false })
  expect(stopNow(endIn(31), { ...situation, isIdle: true })).toBeUndefined()
  expect(stopNow(endIn(30), { ...situation, isIdle: true })).toEqual({
    reason: 'no simulation would end before the end of its time',
    isSpent: false,
  })
  expect(stopNow(endIn(1), { ...situation, isIdle: true, mostMs: undefined, drain: 0 })).toBeUndefined()
})

test('an end of the own making leaves the time that a stop takes', () => {
  expect(stopNow(endIn(1, true), situation)).toBeUndefined()
  expect(stopNow(endIn(0, true), situation)).toMatchObject({ isSpent: true })
  const refusal = 'its budget lets it begin nothing more'
  expect(stopNow(endIn(1000), { ...situation, refusal })).toEqual({ reason: refusal, isSpent: true })
})

test('of the ends of machines, deadline and budget the first counts', () => {
  const machines = new Deadline(() => 1000)
  const settings = { deadline: '2999-01-01T00:00:00Z', maxNodeHours: 2 }
  const left = new TimeLeft(settings, machines)
  expect(left.first(50)).toMatchObject({ left: 50, isSpent: true, name: expect.stringContaining('2 node-hours') })
  machines.setAt(1040)
  expect(left.first(50)).toEqual({ left: 40, isSpent: false, name: 'the end of its time' })
  machines.moveTo(Number.POSITIVE_INFINITY)
  expect(left.first(Number.POSITIVE_INFINITY).name).toBe('its deadline (2999-01-01T00:00:00Z)')
})
