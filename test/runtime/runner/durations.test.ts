import { expect, test } from 'vitest'
import { Durations } from '../../../runtime/runner/durations.ts'

test('a worker that had to wait for a processor once does not make short individuals seem long', () => {
  const durations = new Durations()
  for (let i = 0; i < 100; i++) durations.add(0.01)
  durations.add(20)
  expect(durations.usual).toBeLessThan(0.02)
  expect(durations.most).toBeGreaterThan(1)
})

test('what takes ten times as long a quarter of the time counts in full, and what stays longer is soon usual', () => {
  const durations = new Durations()
  for (let i = 0; i < 400; i++) durations.add(i % 4 === 0 ? 10 : 1)
  expect(durations.usual).toBeGreaterThan(2)
  for (let i = 0; i < 200; i++) durations.add(5000)
  expect(durations.usual).toBeGreaterThan(4500)
})

test('one in ten that takes a thousand times as long counts in full: nothing short is to wait behind it', () => {
  const durations = new Durations()
  for (let i = 0; i < 400; i++) durations.add(i % 10 === 0 ? 1000 : 1)
  expect(durations.usual).toBeGreaterThan(20)
})

test('what is usual grows also where the first took no time that a clock could see', () => {
  const durations = new Durations()
  durations.add(0)
  for (let i = 0; i < 200; i++) durations.add(50)
  expect(durations.usual).toBeGreaterThan(45)
})
