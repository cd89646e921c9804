import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { crashPoint } from '../../src/system/crash-point.ts'

export function segmentPath(directory: string, name: string, segment: number): string {
  return join(directory, `${name}.${String(segment).padStart(6, '0')}`)
}

/** The numbers of the segments that are there, in order; none if whoever was to make the directory died before. */
export function segmentsIn(directory: string, name: string): number[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter((file) => file.startsWith(`${name}.`))
    .map((file) => Number(file.slice(name.length + 1)))
    .filter(Number.isInteger)
    .sort((a, b) => a - b)
}

/** Removes a segment that nobody will read again. */
export function discard(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Somebody else removed it, or the file system will not: it is only space.
  }
}

/** A disk, or somebody's share of it, that does not take so many bytes. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom'
  readonly code: string
  readonly bytes: number

  constructor(bytes: number, { message, code = 'ENOSPC' }: NodeJS.ErrnoException) {
    super(message)
    this.code = code
    this.bytes = bytes
  }
}

/** One file of a pipe, open for its writer. What is appended is in it as a whole or not at all. */
export class Segment {
  readonly number: number
  readonly #path: string
  readonly #isHeldBack: boolean
  /** Undefined once the segment is closed: the number may then be another file's. */
  #descriptor: number | undefined
  #size = 0
  #operations = 1
  /** Whether the file has to be opened again: a shared file system was away, and its old handles are of no use. */
  #isLost = false

  private constructor(number: number, path: string, isHeldBack: boolean) {
    this.number = number
    this.#path = path
    this.#isHeldBack = isHeldBack
    const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants
    this.#descriptor = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666)
  }

  /** @param isHeldBack whether the file system keeps what was written to itself until it is told to hand it on */
  static create(directory: string, name: string, number: number, isHeldBack: boolean): Segment {
    return new Segment(number, segmentPath(directory, name, number), isHeldBack)
  }

  /** Bytes. */
  get size(): number {
    return this.#size
  }

  /** System calls so far. */
  get operations(): number {
    return this.#operations
  }

  append(bytes: Buffer): void {
    let written = 0
    crashPoint()
    if (this.#isLost) this.#reopen()
    const descriptor = this.#open
    try {
      while (written < bytes.length) {
        this.#operations++
        written += writeSync(descriptor, bytes, written)
      }
      if (this.#isHeldBack) fdatasyncSync(descriptor)
    } catch (error) {
      const isFull = isOutOfRoom(error)
      this.#isLost = !isFull
      if (written > 0 && isFull) ftruncateSync(descriptor, this.#size)
      throw isFull ? new NoRoom(bytes.length, error) : error
    }
    this.#size += bytes.length
    crashPoint()
  }

  close(): void {
    const descriptor = this.#descriptor
    this.#descriptor = undefined
    if (descriptor !== undefined) closeQuietly(descriptor)
  }

  get #open(): number {
    if (this.#descriptor === undefined) throw new Error(`${this.#path} is closed`)
    return this.#descriptor
  }

  /** @throws if what was written has gone, as on another file system that is mounted in the place of the first */
  #reopen(): void {
    const old = this.#open
    const { O_APPEND, O_NOFOLLOW, O_WRONLY } = constants
    const descriptor = openSync(this.#path, O_WRONLY | O_APPEND | O_NOFOLLOW)
    const { size } = fstatSync(descriptor)
    if (size < this.#size) {
      closeSync(descriptor)
      throw new Error(`${this.#path} has lost its end: it should be ${this.#size} bytes long and is ${size}`)
    }
    ftruncateSync(descriptor, this.#size) // half a message may have arrived
    this.#descriptor = descriptor
    this.#isLost = false
    closeQuietly(old)
  }
}

function isOutOfRoom(error: unknown): error is NodeJS.ErrnoException {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
}

function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor)
  } catch {
    // A file cannot be closed either once its file system is gone.
  }
}
