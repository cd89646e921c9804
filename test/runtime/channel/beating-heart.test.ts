import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BeatingHeart } from '../../../runtime/channel/beating-heart.ts'
import { eventually } from '../../processes.ts'
import { temporaryDirectory } from '../../temporary.ts'

test('a heart beats on while its process computes', async () => {
  const own = join(temporaryDirectory(), 'heart')
  const heart = new BeatingHeart({ own, interval: 10 })
  heart.startThread()
  const cell = new Int32Array(new SharedArrayBuffer(4))
  const beats = new Set<string>()
  const begin = performance.now()
  while (beats.size < 4 && performance.now() - begin < 300_000) {
    Atomics.wait(cell, 0, 0, 5) // nothing else gets to run in this thread
    beats.add(readFileSync(own, 'utf8'))
  }
  await heart.stop()
  expect(beats.size).toBeGreaterThanOrEqual(4)
})

test('a heart beats on by itself while its process waits', async () => {
  const own = join(temporaryDirectory(), 'heart')
  const heart = new BeatingHeart({ own, interval: 10 })
  const beats = new Set<string>()
  await eventually(() => beats.add(readFileSync(own, 'utf8')).size >= 3, 'the heart beats')
  await heart.stop()
})

test('a heart beats while an optimizer computes on many evaluations, however late its next beat is due', async () => {
  const own = join(temporaryDirectory(), 'heart')
  const heart = new BeatingHeart({ own, interval: 600_000 })
  const first = readFileSync(own, 'utf8')
  heart.beforeComputing(1000)
  const cell = new Int32Array(new SharedArrayBuffer(4))
  const begin = performance.now()
  while (readFileSync(own, 'utf8') === first && performance.now() - begin < 300_000) Atomics.wait(cell, 0, 0, 5)
  await heart.stop()
  expect(readFileSync(own, 'utf8')).not.toBe(first)
})

test('a heart that was stopped beats no more', async () => {
  const own = join(temporaryDirectory(), 'heart')
  const heart = new BeatingHeart({ own, interval: 1 })
  heart.startThread()
  await heart.stop()
  const last = readFileSync(own, 'utf8')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(readFileSync(own, 'utf8')).toBe(last)
})
