import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frame } from '../../../runtime/channel/frame.ts'
import { PipeDamaged, PipeReader } from '../../../runtime/channel/pipe-reader.ts'
import { PipeWriter } from '../../../runtime/channel/pipe-writer.ts'
import { segmentPath } from '../../../runtime/channel/segment.ts'
import { canMountMemory, smallFileSystem } from '../../mounts.ts'
import { hasPart } from '../../parts.ts'
import { temporaryDirectory } from '../../temporary.ts'

const canMount = hasPart('the right to mount a file system in memory', canMountMemory, 'pipes where files are few')

const hello = { type: 'hello' }
/** Without -0, which msgpack writes as the integer 0. */
const number = fc.double({ noNaN: true }).map((double) => double + 0)
const message = fc.oneof(
  fc.record({ type: fc.constant('a'), text: fc.string(), numbers: fc.array(number) }),
  fc.record({ type: fc.constant('b'), bytes: fc.uint8Array({ maxLength: 200 }) }),
)

test('what is written comes back whole and in order, across segments, in every mode of reading', () => {
  const directory = temporaryDirectory()
  let round = 0
  fc.assert(
    fc.property(fc.array(message, { maxLength: 30 }), fc.boolean(), fc.boolean(), (messages, reopen, removeRead) => {
      const name = `pipe${round++}`
      const writer = new PipeWriter(directory, name, { hello, segmentBytes: 300 })
      const reader = new PipeReader(directory, name, { reopen, removeRead })
      const read: unknown[] = []
      for (const [i, written] of messages.entries()) {
        writer.write(written)
        if (i % 3 === 0) read.push(...reader.read())
      }
      read.push(...reader.read())
      expect(read.filter((got) => (got as { type: string }).type !== 'hello')).toEqual(messages)
      writer.close()
      reader.close()
    }),
    { numRuns: 50 },
  )
})

test('messages of any size come whole, whether or not the first read takes all of one', () => {
  const directory = temporaryDirectory()
  const reader = new PipeReader(directory, 'pipe')
  const writer = new PipeWriter(directory, 'pipe', { hello, segmentBytes: 2 ** 30 })
  expect(reader.read()).toEqual([hello])
  const kilobytes64 = 2 ** 16
  for (const size of [1, kilobytes64 - 100, kilobytes64 - 20, kilobytes64, kilobytes64 + 1, 3 * kilobytes64]) {
    for (const length of size > 1000 ? Array.from({ length: 40 }, (_, i) => size - 20 + i) : [size]) {
      const sent = { type: 'a', bytes: new Uint8Array(length).fill(length % 251) }
      writer.write(sent)
      const [got] = reader.read() as [typeof sent]
      writer.write({ type: 'b', bytes: new Uint8Array(length) })
      reader.read()
      expect(Buffer.from(got.bytes).equals(sent.bytes), `a message of ${length} bytes`).toBe(true)
    }
  }
})

test('a look that finds something asks the system once', () => {
  const directory = temporaryDirectory()
  const writer = new PipeWriter(directory, 'pipe', { hello })
  const reader = new PipeReader(directory, 'pipe')
  reader.read()
  const before = reader.operations
  for (let i = 0; i < 100; i++) {
    writer.write({ i })
    expect(reader.read()).toEqual([{ i }])
  }
  expect(reader.operations - before).toBe(100)
})

test('a reader that goes on from a saved position gives what followed, nothing twice', () => {
  const directory = temporaryDirectory()
  const writer = new PipeWriter(directory, 'pipe', { hello, segmentBytes: 200 })
  for (let i = 0; i < 40; i++) writer.write({ i })
  const everything = new PipeReader(directory, 'pipe').read()
  const first = new PipeReader(directory, 'pipe')
  const some = first.read()
  writer.write({ i: 40 })
  const rest = new PipeReader(directory, 'pipe', { position: first.position }).read()
  expect([...some, ...rest]).toEqual([...everything, { i: 40 }])
})

test('a file that is cut at any byte gives the frames before the cut, and the rest when it comes', () => {
  const directory = temporaryDirectory()
  const writer = new PipeWriter(directory, 'pipe', { hello })
  for (let i = 0; i < 5; i++) writer.write({ i, text: 'x'.repeat(i * 7) })
  writer.close()
  const path = segmentPath(directory, 'pipe', 1)
  const whole = readFileSync(path)
  const all = new PipeReader(directory, 'pipe').read()
  for (let cut = 0; cut <= whole.length; cut++) {
    writeFileSync(path, whole.subarray(0, cut))
    const reader = new PipeReader(directory, 'pipe')
    const before = reader.read()
    expect(all.slice(0, before.length)).toEqual(before)
    appendFileSync(path, whole.subarray(cut))
    expect([...before, ...reader.read()]).toEqual(all)
    reader.close()
  }
})

test('a byte that is changed anywhere never gives a message that was not written', () => {
  const directory = temporaryDirectory()
  const writer = new PipeWriter(directory, 'pipe', { hello })
  for (let i = 0; i < 4; i++) writer.write({ i, text: 'abc' })
  const path = segmentPath(directory, 'pipe', 1)
  const whole = readFileSync(path)
  const all = new PipeReader(directory, 'pipe').read()
  for (let at = 0; at < whole.length; at++) {
    for (const flip of [0x01, 0x80, 0xff]) {
      const damaged = Buffer.from(whole)
      damaged[at] = damaged[at]! ^ flip
      writeFileSync(path, damaged)
      const reader = new PipeReader(directory, 'pipe')
      let read: unknown[] = []
      try {
        read = reader.read()
        expect(read.length < all.length && reader.isStuck, `byte ${at} of ${whole.length}`).toBe(true)
      } catch (error) {
        expect(error).toBeInstanceOf(PipeDamaged)
      }
      expect(all.slice(0, read.length)).toEqual(read)
      reader.close()
    }
  }
})

test('arbitrary bytes after good frames are damage or waited for, never a message', () => {
  const directory = temporaryDirectory()
  const path = segmentPath(directory, 'pipe', 1)
  const good = frame({ good: true })
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (garbage) => {
      writeFileSync(path, Buffer.concat([good, garbage]))
      const reader = new PipeReader(directory, 'pipe')
      try {
        expect(reader.read()).toEqual([{ good: true }])
      } catch (error) {
        expect(error).toBeInstanceOf(PipeDamaged)
      } finally {
        reader.close()
      }
    }),
    { numRuns: 2000 },
  )
})

test('a hole of zeros at the end is waited for, and filled later', () => {
  const directory = temporaryDirectory()
  const path = segmentPath(directory, 'pipe', 1)
  const second = frame({ i: 2 })
  writeFileSync(path, Buffer.concat([frame({ i: 1 }), Buffer.alloc(second.length)]))
  const reader = new PipeReader(directory, 'pipe')
  expect(reader.read()).toEqual([{ i: 1 }])
  expect(reader.isStuck).toBe(true)
  writeFileSync(path, Buffer.concat([frame({ i: 1 }), second]))
  // The zeros that were read must not be kept.
  expect(new PipeReader(directory, 'pipe', { position: reader.position }).read()).toEqual([{ i: 2 }])
  expect(reader.read()).toEqual([{ i: 2 }])
})

test('a length of four gigabytes is damage at once', () => {
  const directory = temporaryDirectory()
  const bytes = Buffer.alloc(16, 1)
  bytes.writeUInt32LE(0xffffffff, 0)
  writeFileSync(segmentPath(directory, 'pipe', 1), bytes)
  expect(() => new PipeReader(directory, 'pipe').read()).toThrow(PipeDamaged)
})

test('a file that vanishes or shrinks is not the end: the reader says that it is stuck', () => {
  const directory = temporaryDirectory()
  const writer = new PipeWriter(directory, 'pipe', { hello })
  writer.write({ i: 1 })
  const reader = new PipeReader(directory, 'pipe', { reopen: true })
  expect(reader.read()).toHaveLength(2)
  truncateSync(segmentPath(directory, 'pipe', 1), 3)
  expect(reader.read()).toEqual([])
  expect(reader.isStuck).toBe(true)
  unlinkSync(segmentPath(directory, 'pipe', 1))
  expect(reader.read()).toEqual([])
  expect(reader.isStuck).toBe(true)
})

test('a segment made by another writer is gone over to when its predecessor has been read, torn end or not', () => {
  const directory = temporaryDirectory()
  const first = new PipeWriter(directory, 'pipe', { hello: { type: 'hello', epoch: 1 } })
  first.write({ i: 1 })
  const reader = new PipeReader(directory, 'pipe', { followsTakeover: true })
  expect(reader.read()).toHaveLength(2)
  first.write({ i: 2 })
  appendFileSync(segmentPath(directory, 'pipe', 1), Buffer.from([9, 0, 0, 0, 1]))
  const second = new PipeWriter(directory, 'pipe', { hello: { type: 'hello', epoch: 2 }, segment: 2 })
  second.write({ i: 3 })
  expect([...reader.read(), ...reader.read()]).toEqual([{ i: 2 }, { type: 'hello', epoch: 2 }, { i: 3 }])
  first.write({ i: 4 }) // of a runner that has been taken over: nobody listens any more
  expect(reader.read()).toEqual([])
})

test('an idle reader that opens its file anew makes three operations a look, and goes over to another writer within a second', () => {
  const directory = temporaryDirectory()
  new PipeWriter(directory, 'pipe', { hello: { type: 'hello', epoch: 1 } })
  let now = 0
  const reader = new PipeReader(directory, 'pipe', { followsTakeover: true, reopen: true, now: () => now })
  reader.read()
  const before = reader.operations
  for (; now < 5000; now += 50) expect(reader.read()).toEqual([])
  expect(reader.operations - before).toBe(3 * 100 + 5)
  new PipeWriter(directory, 'pipe', { hello: { type: 'hello', epoch: 2 }, segment: 2 })
  now = 5950
  expect(reader.read()).toEqual([{ type: 'hello', epoch: 2 }])
})

test('segments that have been read are removed, but for the last', () => {
  const directory = temporaryDirectory()
  const writer = new PipeWriter(directory, 'pipe', { hello, segmentBytes: 100 })
  for (let i = 0; i < 50; i++) writer.write({ i })
  const reader = new PipeReader(directory, 'pipe', { removeRead: true })
  reader.read()
  const { segment } = reader.position
  expect(segment).toBeGreaterThan(3)
  expect(existsSync(segmentPath(directory, 'pipe', segment - 2))).toBe(false)
  expect(existsSync(segmentPath(directory, 'pipe', segment - 1))).toBe(true)
})

/** A file system on which no further file can be made until one of the fillers is removed. */
function fullOfFiles(directory: string): string[] {
  const fillers: string[] = []
  for (;;) {
    const path = join(directory, `filler${fillers.length}`)
    try {
      closeSync(openSync(path, 'wx'))
    } catch {
      return fillers
    }
    fillers.push(path)
  }
}

test.runIf(canMount)('where no further file can be made, a full segment takes more, and the next comes later', () => {
  const directory = join(temporaryDirectory(), 'disk')
  smallFileSystem(directory, 2 ** 20, 40)
  const writer = new PipeWriter(directory, 'pipe', { hello, segmentBytes: 100 })
  const reader = new PipeReader(directory, 'pipe', { followsTakeover: true })
  const fillers = fullOfFiles(directory)
  for (let i = 0; i < 30; i++) writer.write({ i })
  expect(writer.segment).toBe(1)
  rmSync(fillers[0]!)
  rmSync(fillers[1]!)
  writer.write({ i: 30 })
  expect(writer.segment).toBe(2)
  const read = [...reader.read(), ...reader.read()].filter((got) => (got as { type?: string }).type !== 'hello')
  expect(read).toEqual(Array.from({ length: 31 }, (_, i) => ({ i })))
})

test('a segment that cannot be begun is begun by the next message, which is written once', () => {
  const directory = temporaryDirectory()
  const writer = new PipeWriter(directory, 'pipe', { hello, segmentBytes: 100 })
  for (let i = 0; i < 8; i++) writer.write({ i })
  const filled = writer.segment
  writeFileSync(segmentPath(directory, 'pipe', filled + 1), '')
  let refused = 0
  for (let i = 8; i < 40 && refused === 0; i++) {
    try {
      writer.write({ i })
    } catch {
      refused = i
    }
  }
  expect(refused).toBeGreaterThan(0)
  expect(writer.segment).toBe(filled)
  // Whatever file gets the next free descriptor, the pipe writes nothing into it.
  const other = join(directory, 'other')
  const descriptor = openSync(other, 'w')
  rmSync(segmentPath(directory, 'pipe', filled + 1))
  writer.write({ i: refused })
  closeSync(descriptor)
  expect(readFileSync(other, 'utf8')).toBe('')
  const read = new PipeReader(directory, 'pipe').read().filter((got) => (got as { type?: string }).type !== 'hello')
  expect(read).toEqual(Array.from({ length: refused + 1 }, (_, i) => ({ i })))
})

test('a pipe that was closed is written to no more', () => {
  const directory = temporaryDirectory()
  const writer = new PipeWriter(directory, 'pipe', { hello })
  writer.close()
  const other = join(directory, 'other')
  const descriptor = openSync(other, 'w') // gets the number that the pipe had
  expect(() => writer.write({ i: 1 })).toThrow('is closed')
  closeSync(descriptor)
  expect(readFileSync(other, 'utf8')).toBe('')
})
