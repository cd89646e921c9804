import type { ChannelPosition } from '../../src/core/record.ts'
import type { Lack } from '../../src/system/disk-space.ts'
import type { ProcessIdentity } from '../../src/system/process-identity.ts'
import type { PipePosition } from '../channel/pipe-position.ts'
import { PipeReader } from '../channel/pipe-reader.ts'
import { PipeWriter } from '../channel/pipe-writer.ts'
import { PollPace } from '../channel/poll-pace.ts'
import {
  type AttemptKey,
  type FromWorker,
  type Hello,
  isFromWorker,
  protocolVersion,
  type ResultsMessage,
  type ToWorker,
} from '../channel/protocol.ts'
import { workerDirectory } from '../channel/run-file.ts'
import { discard, segmentPath, segmentsIn } from '../channel/segment.ts'
import { StuckWatch } from '../channel/stuck-watch.ts'

export interface ChannelSurroundings {
  /** The run directory. */
  readonly directory: string
  readonly run: string
  readonly epoch: number
  /** What this runner says of itself in its pipes. */
  readonly identity: ProcessIdentity
  readonly reopen: boolean
  readonly pollInterval: number
  readonly now: () => number
  /** Milliseconds that this runner has watched its workers. */
  readonly watched: () => number
}

/** The runner's ends of one worker's pair of pipe files: writes, looks when there may be something, and counts both. */
export class WorkerChannel {
  readonly #worker: number
  readonly #directory: string
  readonly #now: () => number
  readonly #watched: () => number
  readonly #reader: PipeReader
  #writer: PipeWriter | undefined
  /** Set only when polling: no event announces new bytes. */
  readonly #pace: PollPace | undefined
  /** The segments before this one have been stored and removed. */
  #kept: number
  /** System calls of the worker itself, as far as it has said. */
  #operationsThere = 0
  /** Whether the bell of the worker's node is listened to: then the pipe need only be looked at when it has rung. */
  #hasBell = false
  /** Whether the bell has rung and what was written has not been seen yet. */
  #hasRung = false
  /** What the worker's next message needs, for which the disk has no room, and since when that is known. */
  #lack: { readonly bytes: number; readonly since: number } | undefined
  /** Whether all messages that were read are stored. */
  #isStored = true
  readonly #stuckWatch = new StuckWatch()
  #hasGrown = false

  /** @param position where an earlier runner start has stopped reading */
  constructor(worker: number, surroundings: ChannelSurroundings, position?: PipePosition) {
    const { directory, reopen, pollInterval, now, watched } = surroundings
    this.#worker = worker
    this.#directory = workerDirectory(directory, worker)
    this.#now = now
    this.#watched = watched
    this.#reader = new PipeReader(this.#directory, 'from-worker', { reopen, ...(position && { position }) })
    this.#pace = reopen ? new PollPace(pollInterval, now()) : undefined
    this.#kept = this.#reader.position.segment
  }

  /** Begins to write, in a fresh segment after those that earlier runner starts have written. */
  openForWriting(surroundings: ChannelSurroundings): void {
    const segment = Math.max(0, ...segmentsIn(this.#directory, 'to-worker')) + 1
    this.#writer = new PipeWriter(this.#directory, 'to-worker', { hello: helloOf(this.#worker, surroundings), segment })
  }

  /** System calls for the pipe files, here and there. */
  get operations(): number {
    return this.#reader.operations + (this.#writer?.operations ?? 0) + this.#operationsThere
  }

  /** How far the pipe has been read. */
  get position(): ChannelPosition {
    return { worker: this.#worker, ...this.#reader.position }
  }

  /** The path of the segment that is being read. */
  get path(): string {
    return this.#reader.path
  }

  /** Nothing is written to a worker that was dead when this runner came. */
  write(message: ToWorker): void {
    this.#writer?.write(message)
    this.#pace?.restart(this.#now())
  }

  hearBell(): void {
    this.#hasBell = true
  }

  /** The bell of the worker's node says that the worker has written. */
  rang(): void {
    this.#hasRung = true
    this.#pace?.restart(this.#now())
  }

  /**
   * What the worker has written, if it is time to look.
   *
   * @param leastMs how long an individual will hardly fall short of
   * @throws PipeDamaged if what the worker wrote cannot be trusted any more
   */
  receive(leastMs: number): FromWorker[] {
    const now = this.#now()
    const isDue = !this.#pace || this.#reader.isStuck || this.#pace.isDue(now, this.#isSilent ? Infinity : leastMs)
    return isDue ? this.#read() : []
  }

  /** The next messages of a worker that has ended; none when all of them have been read. @throws PipeDamaged as above */
  receiveRest(): FromWorker[] {
    return this.#read()
  }

  get #isSilent(): boolean {
    return this.#hasBell && !this.#hasRung
  }

  #read(): FromWorker[] {
    const messages = this.#reader.read()
    this.#hasGrown ||= this.#stuckWatch.onLook(this.#reader, this.#watched())
    if (messages.length > 0) {
      this.#pace?.restart(this.#now())
      this.#hasRung = false
    }
    // A message of another form is a newer worker's, or nobody's: what was asked is still unanswered.
    const known = messages.filter(isFromWorker)
    if (known.length > 0) this.#isStored = false
    for (const message of known) {
      // A report that has found room says nothing of the result that waits for more.
      if (message.type === 'results') this.#account(message)
    }
    return known
  }

  #account({ operations = 0, needs = 0 }: ResultsMessage): void {
    this.#operationsThere += operations
    this.#lack = needs > 0 ? { bytes: needs, since: this.#lack?.since ?? this.#watched() } : undefined
  }

  /** What the disk has no room for, according to the worker. */
  get lack(): Lack | undefined {
    return this.#lack && { bytes: this.#lack.bytes, forMs: this.#watched() - this.#lack.since }
  }

  /** Milliseconds for which the pipe has shown something that is no whole message and does not grow. */
  get stuckFor(): number {
    return this.#stuckWatch.stuckFor(this.#watched())
  }

  /** Whether the worker has written since the last call, if only a part of a message. */
  takeGrowth(): boolean {
    const hasGrown = this.#hasGrown
    this.#hasGrown = false
    return hasGrown
  }

  get isStored(): boolean {
    return this.#isStored
  }

  /** Removes the segments that have been read; what they brought is stored. */
  discardRead(): void {
    this.#isStored = true
    for (; this.#kept < this.#reader.position.segment; this.#kept++) {
      discard(segmentPath(this.#directory, 'from-worker', this.#kept))
    }
  }

  close(): void {
    this.#reader.close()
    this.#writer?.close()
  }
}

/** What earlier runner starts have written to a worker, as far as it is still there. */
export interface Orders {
  /** The attempts that the worker may hold. */
  readonly attempts: readonly AttemptKey[]
  /** Whether the worker was asked to leave. */
  readonly isToLeave: boolean
}

export function ordersIn(directory: string): Orders {
  const attempts: AttemptKey[] = []
  let isToLeave = false
  for (const segment of segmentsIn(directory, 'to-worker')) {
    const reader = new PipeReader(directory, 'to-worker', { position: { segment, offset: 0 } })
    try {
      for (const message of reader.read() as ToWorker[]) {
        if (message.type === 'simulate') attempts.push(...message.individuals.map(([key]) => key))
        isToLeave ||= message.type === 'stop'
      }
    } catch {
      // Damaged: what cannot be read is simulated again.
    } finally {
      reader.close()
    }
  }
  return { attempts, isToLeave }
}

/** What a worker has said first; undefined if it has not said anything. */
export function firstHello(directory: string): Hello | undefined {
  const reader = new PipeReader(directory, 'from-worker')
  try {
    const [first] = reader.read()
    return isFromWorker(first) && first.type === 'hello' ? first : undefined
  } catch {
    return undefined
  } finally {
    reader.close()
  }
}

function helloOf(worker: number, { run, epoch, identity }: ChannelSurroundings): Hello {
  return { type: 'hello', protocol: protocolVersion, run, worker, epoch, ...identity }
}
