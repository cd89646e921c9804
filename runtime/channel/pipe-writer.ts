import { holdsBackWrites } from '../../src/system/file-systems.ts'
import { frame } from './frame.ts'
import type { NodeBell } from './node-bell.ts'
import { Segment } from './segment.ts'

const defaultSegmentBytes = 8 * 1024 * 1024

export interface PipeWriterOptions {
  /** The first message of each segment. */
  readonly hello: unknown
  readonly segment?: number
  readonly segmentBytes?: number
  /** Rung after every message. */
  readonly bell?: NodeBell | undefined
}

/**
 * The writing end of a pipe: append-only, of one writer, a sequence of frames in segments (`to-worker.000001`, ...), so that
 * what has been read can be removed while the run goes on. A message is in the file as a whole or not at all: what a full disk cut off is
 * taken back.
 */
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
