import { appendFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { frame } from '../../../runtime/channel/frame.ts'
import { PipeReader } from '../../../runtime/channel/pipe-reader.ts'
import { segmentPath } from '../../../runtime/channel/segment.ts'
import { StuckWatch } from '../../../runtime/channel/stuck-watch.ts'
import { temporaryDirectory } from '../../temporary.ts'

test('a large message that comes in pieces is not stuck while it grows, and is once it stays', () => {
  const directory = temporaryDirectory()
  const path = segmentPath(directory, 'pipe', 1)
  const large = frame({ text: 'x'.repeat(1000) })
  writeFileSync(path, large.subarray(0, 10))
  const reader = new PipeReader(directory, 'pipe')
  const watch = new StuckWatch()
  const lookAt = (now: number) => {
    const messages = reader.read()
    watch.onLook(reader, now)
    return { messages: messages.length, stuckFor: watch.stuckFor(now) }
  }
  expect(lookAt(0)).toEqual({ messages: 0, stuckFor: 0 })
  expect(lookAt(5000)).toEqual({ messages: 0, stuckFor: 5000 })
  appendFileSync(path, large.subarray(10, 500))
  expect(lookAt(9000)).toEqual({ messages: 0, stuckFor: 0 })
  expect(lookAt(15_000)).toEqual({ messages: 0, stuckFor: 6000 })
  appendFileSync(path, large.subarray(500))
  expect(lookAt(20_000)).toEqual({ messages: 1, stuckFor: 0 })
  expect(lookAt(60_000)).toEqual({ messages: 0, stuckFor: 0 })
})
