import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { crc32 } from 'node:zlib'
import { frame } from '../../runtime/channel/frame.ts'
import { pipeStart } from '../../runtime/channel/pipe-position.ts'
import { PipeDamaged, PipeReader } from '../../runtime/channel/pipe-reader.ts'
import { decodeMessage } from '../../runtime/channel/protocol.ts'
import { segmentPath } from '../../runtime/channel/segment.ts'
import { Random } from '../../src/index.ts'
import { mutate, randomBytes } from './mutate.ts'

export interface FrameTally {
  inputs: number
  /** Inputs that were read as far as they are whole, condemned, or left waiting for more. */
  read: number
  condemned: number
  waiting: number
  messages: number
  /** Messages that were never written, but whose checksum fits. */
  byChance: number
  slowestMs: number
  /** How much more memory the process had than before. */
  mostBytes: number
  /** What must not be: inputs with another error, with a message whose checksum does not fit, or too slow. */
  failures: string[]
}

/** An input that takes longer to look at has hung, as far as a runner is concerned. */
const slowMs = 30_000
/** More memory than this for inputs of some kilobytes has no bound. */
const mostBytes = 512 * 2 ** 20

/** Gives pipe files that are damaged in every way to the frame reader. */
export function fuzzFrames(directory: string, inputs: number, seed: number): FrameTally {
  const random = Random.of(seed, 'frames')
  const tally: FrameTally = {
    inputs: 0,
    read: 0,
    condemned: 0,
    waiting: 0,
    messages: 0,
    byChance: 0,
    slowestMs: 0,
    mostBytes: 0,
    failures: [],
  }
  const bytesBefore = process.memoryUsage.rss()
  const path = segmentPath(directory, 'pipe', 1)
  const descriptor = openSync(path, 'w')
  try {
    for (; tally.inputs < inputs && tally.failures.length < 10; tally.inputs++) {
      const { bytes, written } = damagedPipe(random)
      ftruncateSync(descriptor, 0)
      writeSync(descriptor, bytes, 0, bytes.length, 0)
      const begin = performance.now()
      look(directory, bytes, written, tally)
      const took = performance.now() - begin
      tally.slowestMs = Math.max(tally.slowestMs, took)
      if (took > slowMs) tally.failures.push(`input ${tally.inputs} took ${Math.round(took)} ms`)
      if (tally.inputs % 1000 === 0)
        tally.mostBytes = Math.max(tally.mostBytes, process.memoryUsage.rss() - bytesBefore)
    }
  } finally {
    closeSync(descriptor)
  }
  if (tally.mostBytes > mostBytes) tally.failures.push(`it took ${tally.mostBytes} bytes of memory`)
  return tally
}

/** As a runner looks at a pipe: until nothing more comes. */
function look(directory: string, bytes: Buffer, written: readonly Buffer[], tally: FrameTally): void {
  const reader = new PipeReader(directory, 'pipe', { position: pipeStart, reopen: tally.inputs % 2 === 0 })
  const read: unknown[] = []
  try {
    for (let more = reader.read(); more.length > 0; more = reader.read()) read.push(...more)
    if (reader.isStuck) tally.waiting++
    else tally.read++
  } catch (error) {
    if (error instanceof PipeDamaged) tally.condemned++
    else tally.failures.push(`input ${tally.inputs}: ${String(error)}`)
  } finally {
    reader.close()
  }
  tally.messages += read.length
  const expected = messagesIn(bytes)
  if (!isDeepStrictEqual(read, expected.slice(0, read.length).map(decodeMessage))) {
    tally.failures.push(`input ${tally.inputs}: a message was read that is not in the file`)
  }
  const known = new Set(written.map((payload) => payload.toString('latin1')))
  tally.byChance += expected.slice(0, read.length).filter((payload) => !known.has(payload.toString('latin1'))).length
}

/** The payloads whose frames are whole, by the letter of the format and nothing else. */
function messagesIn(bytes: Buffer): Buffer[] {
  const payloads: Buffer[] = []
  for (let at = 0; at + 8 < bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    const payload = bytes.subarray(at + 8, at + 8 + length)
    if (length === 0 || payload.length < length || crc32(payload) !== bytes.readUInt32LE(at + 4)) break
    payloads.push(payload)
    at += 8 + payload.length
  }
  return payloads
}

/** Frames as they are written, and then something happens to them. */
function damagedPipe(random: Random): { bytes: Buffer; written: Buffer[] } {
  const frames = Array.from({ length: random.integer(7) }, () => frame(randomMessage(random)))
  const written = frames.map((bytes) => bytes.subarray(8))
  const whole = Buffer.concat(frames)
  const bytes = random.uniform() < 0.1 ? randomBytes(random, random.integer(400)) : mutate(random, whole)
  return { bytes, written }
}

function randomMessage(random: Random): unknown {
  const key = [random.integer(10), random.integer(100), 0, 1, 1]
  switch (random.integer(6)) {
    case 0:
      return {
        type: 'hello',
        protocol: 1,
        run: 'a run',
        worker: 1,
        epoch: 1,
        host: 'h',
        space: '',
        pid: 7,
        started: '',
      }
    case 1:
      return { type: 'ready', milliseconds: random.uniform() }
    case 2:
      return {
        type: 'results',
        results: [[key, random.uniform(), [random.normal()], null, { text: 'x'.repeat(random.integer(90)) }, null]],
      }
    case 3:
      return { type: 'report', key, values: [[1, random.uniform()]] }
    case 4:
      return {
        type: 'simulate',
        individuals: [[key, random.integer(2 ** 31), [random.uniform(), 'a', true, null, [1, 2]]]],
      }
    default:
      return { type: 'refused', reason: 'no reason', bytes: new Float64Array([random.normal()]) }
  }
}
