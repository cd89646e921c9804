import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { holdsBackWrites } from '../../src/system/file-systems.ts'
import type { NodeBell } from './node-bell.ts'
import { decodeMessage, encodeMessage } from './protocol.ts'
import { discard, Segment, segmentPath } from './segment.ts'

/**
 * A pipe file is append-only and has one writer. It is a sequence of frames: u32 little-endian length, u32 little-endian
 * CRC-32 of the payload, msgpack payload. It is kept in segments (`to-worker.000001`, ...), so that what has been read
 * can be removed while the run goes on.
 */
export interface PipePosition {
  readonly segment: number
  /** Bytes from the start of the segment, always between two frames. */
  readonly offset: number
}

export const pipeStart: PipePosition = { segment: 1, offset: 0 }

/** Bytes in a pipe file that no writer of ours has written: the channel is not to be trusted any more. */
export class PipeDamaged extends Error {
  override readonly name = 'PipeDamaged'
}

const headerBytes = 8
/** The most bytes of one message: as JSON, what is in it must still fit into one text of the record. A length beyond it is damage. */
export const maxPayloadBytes = 64 * 1024 * 1024

/** A message that is longer than one may be. */
export class MessageTooLarge extends RangeError {
  override readonly name = 'MessageTooLarge'
  readonly bytes: number

  constructor(bytes: number) {
    super(`a message needs at most ${maxPayloadBytes} bytes, got ${bytes}`)
    this.bytes = bytes
  }
}
const defaultSegmentBytes = 8 * 1024 * 1024

export interface PipeWriterOptions {
  /** The first message of each segment. */
  readonly hello: unknown
  readonly segment?: number
  readonly segmentBytes?: number
  /** Rung after every message. */
  readonly bell?: NodeBell | undefined
}

/** The writing end. A message is in the file as a whole or not at all: what a full disk cut off is taken back. */
export class PipeWriter {
  readonly #directory: string
  readonly #name: string
  readonly #hello: unknown
  readonly #segmentBytes: number
  #bell: NodeBell | undefined
  readonly #isHeldBack: boolean
  #segment: Segment
  /** The segment after the full one, as long as the pipe has not gone over to it. */
  #next: Segment | undefined
  /** System calls for segments that are closed, and for bells of before. */
  #operations = 0

  constructor(directory: string, name: string, options: PipeWriterOptions) {
    this.#directory = directory
    this.#name = name
    this.#hello = options.hello
    this.#segmentBytes = options.segmentBytes ?? defaultSegmentBytes
    this.#bell = options.bell
    this.#isHeldBack = holdsBackWrites(directory)
    this.#segment = this.#create(options.segment ?? 1)
    this.#segment.append(frame(this.#hello))
  }

  get segment(): number {
    return this.#segment.number
  }

  /** System calls so far. */
  get operations(): number {
    return this.#operations + this.#segment.operations + (this.#bell?.operations ?? 0)
  }

  /** What is rung after every message from now on. */
  set bell(bell: NodeBell | undefined) {
    this.#operations += this.#bell?.operations ?? 0
    this.#bell = bell
  }

  write(message: unknown): void {
    if (this.#segment.size >= this.#segmentBytes) this.#goOver()
    this.#segment.append(frame(message))
    this.#bell?.ring()
  }

  close(): void {
    this.#segment.close()
    this.#next?.close()
  }

  /** The next segment is there before the full one says so and is closed; what fails in between is done by the next write. */
  #goOver(): void {
    try {
      this.#next ??= this.#create(this.#segment.number + 1)
    } catch (error) {
      if (hasNoRoom(error)) return // where no file can be made, the full segment takes more
      throw error
    }
    if (this.#next.size === 0) this.#next.append(frame(this.#hello))
    this.#segment.append(frame({ type: 'next' }))
    this.#operations += this.#segment.operations
    this.#segment.close()
    this.#segment = this.#next
    this.#next = undefined
  }

  #create(number: number): Segment {
    return Segment.create(this.#directory, this.#name, number, this.#isHeldBack)
  }
}

/** Whether the system has no inode, or no descriptor, for one more file. */
function hasNoRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/** One frame with its header. */
export function frame(message: unknown): Buffer {
  const payload = encodeMessage(message)
  if (payload.length > maxPayloadBytes) throw new MessageTooLarge(payload.length)
  const bytes = Buffer.allocUnsafe(headerBytes + payload.length)
  bytes.writeUInt32LE(payload.length, 0)
  bytes.writeUInt32LE(crc32(payload), 4)
  payload.copy(bytes, headerBytes)
  return bytes
}

export interface PipeReaderOptions {
  readonly position?: PipePosition
  /** Opens the file anew at each look, as network file systems need it to show what was appended elsewhere. */
  readonly reopen?: boolean
  /**
   * Removes segments that have been read, all but the last one: a runner that was started anew learns from it what the
   * worker holds. Otherwise the owner removes them, with `discard`.
   */
  readonly removeRead?: boolean
  /** Goes on to a next segment although the current one does not say so: its writer died, and another took over. */
  readonly followsTakeover?: boolean
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number
}

/**
 * A reader that opens its file anew at each look asks no more often whether another writer has made a segment: with that,
 * four operations of a shared file system would be a look, and not three.
 */
const takeoverLookMs = 1000

/** The reading end: gives whole messages only, and knows how far it has read. */
export class PipeReader {
  readonly #directory: string
  readonly #name: string
  #reopen: boolean
  readonly #removeRead: boolean
  readonly #followsTakeover: boolean
  readonly #now: () => number
  #takeoverLookAt = Number.NEGATIVE_INFINITY
  #segment: number
  #offset: number
  #descriptor: number | undefined
  #isStuck = false
  /** How long the segment was at the last look. */
  #seenSize = 0
  #operations = 0

  constructor(directory: string, name: string, options: PipeReaderOptions = {}) {
    this.#directory = directory
    this.#name = name
    this.#reopen = options.reopen ?? false
    this.#removeRead = options.removeRead ?? false
    this.#followsTakeover = options.followsTakeover ?? false
    this.#now = options.now ?? (() => performance.now())
    const { segment, offset } = options.position ?? pipeStart
    this.#segment = segment
    this.#offset = offset
  }

  /** The end of the last message that was returned. */
  get position(): PipePosition {
    return { segment: this.#segment, offset: this.#offset }
  }

  /** Whether the file is opened anew at each look from now on. */
  set reopen(reopen: boolean) {
    this.#reopen = reopen
    if (reopen) this.close()
  }

  /** The path of the segment that is being read. */
  get path(): string {
    return segmentPath(this.#directory, this.#name, this.#segment)
  }

  /** System calls so far. */
  get operations(): number {
    return this.#operations
  }

  /** Whether something is amiss that may still mend itself: half a message, or a file that cannot be seen as it was. */
  get isStuck(): boolean {
    return this.#isStuck
  }

  /** Where the pipe ended when it was last looked at: as long as that moves, its writer writes. */
  get end(): PipePosition {
    return { segment: this.#segment, offset: this.#seenSize }
  }

  /**
   * All messages that are whole by now; none if nothing came or the file is not there yet.
   * @throws PipeDamaged when a frame is wrong and others follow it, so that waiting would not mend it
   */
  read(): unknown[] {
    const messages: unknown[] = []
    for (;;) {
      if (this.#take(messages)) continue
      if (messages.length > 0 || !this.#isTakeoverLook() || !this.#hasNext()) return messages
      // The writer had done with this segment when it made the next one, but perhaps only since this one was looked at.
      if (this.#take(messages)) continue
      if (messages.length > 0) return messages
      this.#advance()
    }
  }

  #isTakeoverLook(): boolean {
    if (!this.#followsTakeover || !this.#reopen || this.#isStuck) return this.#followsTakeover
    const now = this.#now()
    if (now - this.#takeoverLookAt < takeoverLookMs) return false
    this.#takeoverLookAt = now
    return true
  }

  close(): void {
    if (this.#descriptor === undefined) return
    this.#operations++
    closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  /** What the file holds beyond what was read; undefined if that is nothing. */
  #fetch(): Buffer | undefined {
    try {
      if (this.#descriptor === undefined) {
        this.#operations++
        this.#descriptor = openSync(this.path, 'r')
      }
      this.#operations++
      this.#seenSize = fstatSync(this.#descriptor).size
      const available = this.#seenSize - this.#offset
      this.#isStuck = available < 0
      if (available <= 0) return undefined
      const bytes = Buffer.allocUnsafe(Math.min(available, maxPayloadBytes + headerBytes))
      this.#operations++
      const length = readSync(this.#descriptor, bytes, 0, bytes.length, this.#offset)
      return length === 0 ? undefined : bytes.subarray(0, length)
    } catch {
      // A shared file system may lose sight of a file for a while (ESTALE, EIO, ENOENT): that ends nothing by itself.
      this.close()
      this.#isStuck = this.#offset > 0
      return undefined
    } finally {
      if (this.#reopen) this.close()
    }
  }

  /**
   * Takes the whole frames that have come; true if that led to another segment. What is left over is read anew the next
   * time: a shared file system may show a frame before it shows all of its bytes, with zeros in their place.
   */
  #take(messages: unknown[]): boolean {
    const bytes = this.#fetch()
    if (!bytes) return false
    let at = 0
    for (;;) {
      const look = frameAt(bytes, at)
      if (look.kind === 'part') break
      if (look.kind === 'damage') {
        if (messages.length > 0) break // what came before it is whole; the next look will find nothing but the damage
        throw new PipeDamaged(`${this.path} holds ${look.what} at byte ${this.#offset + at}`)
      }
      at = look.end
      if (isNext(look.message)) {
        this.#advance()
        return true
      }
      messages.push(look.message)
    }
    this.#isStuck = at < bytes.length
    this.#offset += at
    return false
  }

  #advance(): void {
    if (this.#removeRead && this.#segment > 1) discard(segmentPath(this.#directory, this.#name, this.#segment - 1))
    this.close()
    this.#segment++
    this.#offset = 0
    this.#seenSize = 0
    this.#isStuck = false
  }

  #hasNext(): boolean {
    this.#operations++
    return existsSync(segmentPath(this.#directory, this.#name, this.#segment + 1))
  }
}

type Look =
  | { readonly kind: 'frame'; readonly message: unknown; readonly end: number }
  /** A frame that is not whole yet, or not seen as a whole. */
  | { readonly kind: 'part' }
  | { readonly kind: 'damage'; readonly what: string }

const part: Look = { kind: 'part' }

/** What stands at a byte at which a frame may begin. */
function frameAt(bytes: Buffer, at: number): Look {
  if (bytes.length - at < headerBytes) return part
  const length = bytes.readUInt32LE(at)
  const end = at + headerBytes + length
  if (length > maxPayloadBytes) return { kind: 'damage', what: `a frame of ${length} bytes` }
  if (length === 0) {
    // A hole that is not filled yet looks like empty frames, whose checksum would even be right.
    return bytes.subarray(at).some((byte) => byte !== 0) ? { kind: 'damage', what: 'an empty frame' } : part
  }
  if (end > bytes.length) return part
  const payload = bytes.subarray(at + headerBytes, end)
  if (crc32(payload) !== bytes.readUInt32LE(at + 4)) {
    return end < bytes.length ? { kind: 'damage', what: 'a wrong checksum' } : part
  }
  try {
    return { kind: 'frame', message: decodeMessage(payload), end }
  } catch {
    return { kind: 'damage', what: 'a frame that is no message' }
  }
}

/** The messages of a segment that are whole, up to the first that is not, with where each begins and ends. */
export function messagesIn(
  path: string,
): { readonly message: unknown; readonly offset: number; readonly end: number }[] {
  const found: { message: unknown; offset: number; end: number }[] = []
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch {
    return [] // it has vanished, or something else is in its place
  }
  for (let offset = 0; ; ) {
    const look = frameAt(bytes, offset)
    if (look.kind !== 'frame') return found
    found.push({ message: look.message, offset, end: look.end })
    offset = look.end
  }
}

function isNext(message: unknown): boolean {
  return typeof message === 'object' && message !== null && (message as { type?: unknown }).type === 'next'
}
