import { appendFileSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type ProcessEnd, ProcessGroup } from '../../../src/system/process-group.ts'
import { ownIdentity } from '../../../src/system/process-identity.ts'
import { BeatingHeart } from '../../channel/beating-heart.ts'
import { frame } from '../../channel/frame.ts'
import { runnerHeart, workerHeart } from '../../channel/heartbeat.ts'
import { PipeDamaged, PipeReader } from '../../channel/pipe-reader.ts'
import { PipeWriter } from '../../channel/pipe-writer.ts'
import { isFromWorker, protocolVersion, type ToWorker } from '../../channel/protocol.ts'
import { workerDirectory, writeRunFile } from '../../channel/run-file.ts'
import { segmentPath } from '../../channel/segment.ts'
import { workerCommand } from '../worker-command.ts'

/** The run that a worker is told to belong to. */
export const checkedRun = 'a-run-that-checks-workers'
export const checkedWorker = 1
/** Milliseconds between two looks at what the worker has written, and at most between its own. */
const pollInterval = 25
/** Milliseconds between two beats of a heart. */
const heartbeat = 200

/** A worker that is spoken to through its pipe files, in a run directory among temporary files, with all that it has said. */
export class WorkerConversation implements AsyncDisposable {
  /** The messages in the order in which they came; what is no message of a worker stands there as it is. */
  readonly heard: unknown[] = []
  readonly ended: Promise<ProcessEnd>
  readonly #directory = mkdtempSync(join(tmpdir(), 'twoloop-check-worker-'))
  readonly #channel = workerDirectory(this.#directory, checkedWorker)
  readonly #group: ProcessGroup
  readonly #heart: BeatingHeart
  readonly #reader: PipeReader
  #writer: PipeWriter
  #epoch = 1
  #end: ProcessEnd | undefined
  #damage: string | undefined

  /**
   * @param parameters their names
   * @param grace milliseconds that the worker is to wait for a runner that is gone
   */
  constructor(command: readonly string[], parameters: readonly string[], grace: number) {
    mkdirSync(this.#channel, { recursive: true })
    writeRunFile(this.#directory, {
      protocol: protocolVersion,
      run: checkedRun,
      parameters,
      objectives: [],
      optimizee: { module: 'optimizee.mjs' },
      wakeUp: 'events',
      pollInterval,
      heartbeat,
      grace,
      batch: 1,
    })
    this.#heart = new BeatingHeart({ own: runnerHeart(this.#directory), interval: heartbeat })
    this.#writer = this.#open(1)
    this.#reader = new PipeReader(this.#channel, 'from-worker')
    const words = workerCommand(
      { exec: [...command], setup: [] },
      { directory: this.#directory, worker: checkedWorker },
    )
    const [stdout, stderr] = ['stdout.txt', 'stderr.txt'].map((name) => openSync(join(this.#channel, name), 'a'))
    this.#group = new ProcessGroup(words, {
      stdio: ['ignore', stdout!, stderr!],
      environment: { TWOLOOP_EPOCH: String(this.#epoch), TWOLOOP_WORKER: String(checkedWorker) },
      isGuarded: true,
    })
    closeSync(stdout!)
    closeSync(stderr!)
    this.ended = this.#group.ended.then((end) => {
      this.#end = end
      return end
    })
  }

  get epoch(): number {
    return this.#epoch
  }

  /** How the worker ended; undefined while it runs. */
  get end(): ProcessEnd | undefined {
    return this.#end
  }

  /** What is wrong with its pipe, where that is no message at all. */
  get damage(): string | undefined {
    return this.#damage
  }

  /** The end of what it printed. */
  get printed(): string {
    return ['stdout.txt', 'stderr.txt'].map((name) => readFileSync(join(this.#channel, name), 'utf8')).join('')
  }

  /** What its heart says now. */
  get heart(): string {
    try {
      return readFileSync(workerHeart(this.#channel), 'latin1')
    } catch {
      return ''
    }
  }

  /** Also what no runner says. */
  say(message: ToWorker | { readonly type: string }): void {
    this.#writer.write(message)
  }

  /** Says something with a pause within its frame, in which the worker looks. */
  async sayInParts(message: ToWorker): Promise<void> {
    const bytes = frame(message)
    const path = segmentPath(this.#channel, 'to-worker', this.#writer.segment)
    for (const part of [bytes.subarray(0, 5), bytes.subarray(5, 20), bytes.subarray(20)]) {
      appendFileSync(path, part)
      await setTimeout(4 * pollInterval)
    }
  }

  /** Goes on in the next segment, as a writer does whose segment is full. */
  goOn(): void {
    const full = this.#writer
    this.#writer = this.#open(full.segment + 1)
    full.write({ type: 'next' })
    full.close()
  }

  /** Another runner takes over: it writes in a fresh segment, and the one before does not say so. */
  takeOver(): void {
    this.#epoch++
    const before = this.#writer
    this.#writer = this.#open(before.segment + 1)
    before.close()
  }

  /** The runner's heart stands still from now on. */
  async vanish(): Promise<void> {
    await this.#heart.stop()
  }

  askToEnd(): void {
    this.#group.signal('SIGTERM')
  }

  /** Waits until something holds, the worker has ended and all that it wrote was read, or the time is over. */
  async until(holds: () => boolean, patience: number): Promise<'so' | 'ended' | 'late'> {
    const begin = performance.now()
    for (;;) {
      const hasEnded = this.#end !== undefined
      this.#listen()
      if (holds()) return 'so'
      if (hasEnded || this.#damage !== undefined) return 'ended'
      if (performance.now() - begin > patience) return 'late'
      await setTimeout(pollInterval)
    }
  }

  #listen(): void {
    try {
      for (let came = this.#reader.read(); came.length > 0; came = this.#reader.read()) this.heard.push(...came)
    } catch (error) {
      if (!(error instanceof PipeDamaged)) throw error
      this.#damage = error.message
    }
  }

  #open(segment: number): PipeWriter {
    const hello = {
      type: 'hello',
      protocol: protocolVersion,
      run: checkedRun,
      worker: checkedWorker,
      epoch: this.#epoch,
    }
    return new PipeWriter(this.#channel, 'to-worker', { hello: { ...hello, ...ownIdentity() }, segment })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#group[Symbol.asyncDispose]()
    await this.#heart.stop()
    this.#reader.close()
    this.#writer.close()
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Those of some messages that have the form of a worker's. */
export function wellFormed(heard: readonly unknown[]) {
  return heard.filter(isFromWorker)
}
