import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PipeReader } from '../../../runtime/channel/pipe-reader.ts'
import { PipeWriter } from '../../../runtime/channel/pipe-writer.ts'
import type { AttemptKey } from '../../../runtime/channel/protocol.ts'
import { Answers } from '../../../runtime/worker/answers.ts'
import { canMountMemory, smallFileSystem } from '../../mounts.ts'
import { hasPart } from '../../parts.ts'
import { temporaryDirectory } from '../../temporary.ts'

const canMount = hasPart('the right to mount a file system in memory', canMountMemory, 'writes on a disk that is full')

test.runIf(canMount)(
  'the room that a result needs is said once, whatever is reported, and again to another runner',
  () => {
    const directory = join(temporaryDirectory(), 'disk')
    smallFileSystem(directory, 2 ** 18)
    const answers = new Answers(new PipeWriter(directory, 'from-worker', { hello: { type: 'hello' } }), () => 0)
    const reader = new PipeReader(directory, 'from-worker')
    const read = () => reader.read()
    read()
    const key: AttemptKey = [0, 0, 0, 1, 1]
    const needs = expect.objectContaining({ type: 'results', results: [], needs: expect.any(Number) })
    answers.addResult([key, 1, [1], null, { text: 'a'.repeat(2 ** 19) }, null])
    expect([answers.tryWrite(), read()]).toEqual([false, [needs]])
    expect([answers.tryWrite(), read()]).toEqual([false, []])
    answers.addReport([0, 1, 0, 1, 1], 1, 0.5)
    expect([answers.tryWrite(), read()]).toEqual([false, [expect.objectContaining({ type: 'report' })]])
    answers.forgetTold()
    expect([answers.tryWrite(), read()]).toEqual([false, [needs]])
  },
)

test.runIf(canMount)('a report that has waited for room is followed by a word that nothing waits any more', () => {
  const directory = join(temporaryDirectory(), 'disk')
  smallFileSystem(directory, 2 ** 20)
  const answers = new Answers(new PipeWriter(directory, 'from-worker', { hello: { type: 'hello' } }), () => 0)
  const reader = new PipeReader(directory, 'from-worker')
  reader.read()
  const filler = join(directory, 'filler')
  writeFileSync(filler, Buffer.alloc(3 * 2 ** 18))
  const key: AttemptKey = [0, 0, 0, 1, 1]
  for (let step = 0; step < 30_000; step++) answers.addReport(key, step, 0.1)
  expect(answers.tryWrite()).toBe(false)
  expect(reader.read()).toEqual([expect.objectContaining({ type: 'results', needs: expect.any(Number) })])
  rmSync(filler)
  expect(answers.tryWrite()).toBe(true)
  const word = { type: 'results', results: [], operations: 0 }
  expect(reader.read()).toEqual([expect.objectContaining({ type: 'report' }), word])
})
