import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { frameAt, headerBytes, isNext, maxPayloadBytes } from './frame.ts'
import { type PipePosition, pipeStart } from './pipe-position.ts'
import { discard, segmentPath } from './segment.ts'

/** Bytes in a pipe file that no writer of ours has written: the channel is not to be trusted any more. */
export class PipeDamaged extends Error {
  override readonly name = 'PipeDamaged'
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

/**
 * Into it a reader that keeps its file open reads first: what comes is mostly less, and to ask how long the file is costs as
 * much as the reading. Messages are decoded before the next look, and keep nothing of the bytes.
 */
const scratch = Buffer.allocUnsafeSlow(64 * 1024)

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
  /** The path of the segment that is being read. */
  #path: string
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
    this.#path = segmentPath(directory, name, segment)
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
    return this.#path
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
        this.#descriptor = openSync(this.#path, 'r')
      }
      if (!this.#reopen) {
        const length = this.#readInto(scratch)
        if (length > 0 && length < scratch.length) {
          this.#seenSize = this.#offset + length
          this.#isStuck = false
          return scratch.subarray(0, length)
        }
      }
      this.#operations++
      this.#seenSize = fstatSync(this.#descriptor).size
      const available = this.#seenSize - this.#offset
      this.#isStuck = available < 0
      if (available <= 0) return undefined
      const bytes = Buffer.allocUnsafe(Math.min(available, maxPayloadBytes + headerBytes))
      const length = this.#readInto(bytes)
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

  /** How many bytes of what comes next were read into the buffer. */
  #readInto(bytes: Buffer): number {
    this.#operations++
    return readSync(this.#descriptor!, bytes, 0, bytes.length, this.#offset)
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
    this.#path = segmentPath(this.#directory, this.#name, this.#segment)
    this.#offset = 0
    this.#seenSize = 0
    this.#isStuck = false
  }

  #hasNext(): boolean {
    this.#operations++
    return existsSync(segmentPath(this.#directory, this.#name, this.#segment + 1))
  }
}
