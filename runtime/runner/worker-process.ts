import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { FailureCause, FailureDetail } from '../../src/core/evaluation.ts'
import type { ChannelPosition, WorkerRecord } from '../../src/core/record.ts'
import {
  describeEnd,
  type LaunchedProcess,
  type ProcessEnd,
  signalGroup,
  signalProcess,
} from '../../src/system/process-group.ts'
import { livenessOf, type ProcessIdentity } from '../../src/system/process-identity.ts'
import { Pulse, workerHeart } from '../channel/heartbeat.ts'
import { discard, PipeReader, PipeWriter, segmentPath, segmentsIn } from '../channel/pipe-file.ts'
import { PollPace } from '../channel/poll-pace.ts'
import {
  type AttemptKey,
  type FromWorker,
  type Hello,
  isFromWorker,
  protocolVersion,
  type Simulate,
  type ToWorker,
} from '../channel/protocol.ts'
import { workerDirectory } from '../channel/run-file.ts'
import { HeldJobs, type Job } from './job.ts'
import type { Explanation, Launcher, Provenance } from './launcher.ts'

export interface WorkerSurroundings {
  /** The run directory. */
  readonly directory: string
  readonly run: string
  readonly epoch: number
  /** What this runner says of itself in its pipes. */
  readonly identity: ProcessIdentity
  readonly reopen: boolean
  readonly pollInterval: number
  readonly now: () => number
}

/**
 * The runner's side of one worker process: its pair of pipe files, what it holds, and whether it lives. A worker that was
 * launched by an earlier runner start is adopted: the new runner writes on in a fresh segment.
 */
export class WorkerProcess {
  readonly number: number
  readonly channel: string
  /** What was sent to it and is not answered. */
  readonly held = new HeldJobs()
  readonly #surroundings: WorkerSurroundings
  readonly #launcher: Launcher
  readonly #reader: PipeReader
  readonly #writer: PipeWriter | undefined
  readonly #pulse: Pulse
  /** Where nothing tells of what came. */
  readonly #pace: PollPace | undefined
  #identity: ProcessIdentity | undefined
  #provenance: Provenance = {}
  #pid: number | undefined
  #end: ProcessEnd | undefined
  /** Whether it was this runner that ended it: then what others say of its end explains nothing. */
  #wasEndedHere = false
  #detail: FailureDetail | undefined
  /** What it was signalled last; to say it again would ask a scheduler for nothing. */
  #signalled: NodeJS.Signals | undefined
  #told: Explanation | undefined
  #isReady = false
  #isLeaving = false
  #refusal: string | undefined
  #hasRefused = false
  #committed: number
  /** System calls of the worker itself, as far as it has said. */
  #operationsThere = 0
  /** When its pipe was first seen to be stuck. */
  #stuckSince: number | undefined
  /** Whether an earlier runner start launched it, and whether it was dead when this one came. */
  #adopted: 'no' | 'alive' | 'dead' = 'no'
  /** When it last gave a sign of work, or was given some while it was idle. */
  progressAt: number
  isDamaged = false
  /** Whether its node's bell is listened to: then its pipe need only be looked at when it has rung. */
  hasBell = false
  /** Whether it has rung and what it wrote has not been seen yet. */
  #hasRung = false
  /** Whether what it holds from an earlier runner start has been found out. */
  isRecovered = false
  /** The cause for what it holds, if it was ended for running over its time. */
  timedOut: FailureCause | undefined

  private constructor(
    number: number,
    surroundings: WorkerSurroundings,
    launcher: Launcher,
    reader: PipeReader,
    writer: PipeWriter | undefined,
  ) {
    this.number = number
    this.channel = workerDirectory(surroundings.directory, number)
    this.#surroundings = surroundings
    this.#launcher = launcher
    this.#reader = reader
    this.#writer = writer
    this.#committed = reader.position.segment
    this.progressAt = surroundings.now()
    this.#pulse = new Pulse(workerHeart(this.channel), this.progressAt)
    const { reopen, pollInterval } = surroundings
    this.#pace = reopen ? new PollPace(pollInterval, this.progressAt) : undefined
  }

  /** A new worker: its folder, its pipe, and the process that `launch` starts. */
  static launch(
    number: number,
    surroundings: WorkerSurroundings,
    launcher: Launcher,
    launch: () => LaunchedProcess,
  ): WorkerProcess {
    const channel = workerDirectory(surroundings.directory, number)
    mkdirSync(channel, { recursive: true })
    const writer = new PipeWriter(channel, 'to-worker', { hello: helloOf(number, surroundings) })
    const reader = new PipeReader(channel, 'from-worker', { reopen: surroundings.reopen })
    const worker = new WorkerProcess(number, surroundings, launcher, reader, writer)
    const launched = launch()
    worker.#pid = launched.pid
    worker.follow(launched.ended)
    return worker
  }

  /** Whoever started its process will say when that ends. */
  follow(ended: Promise<ProcessEnd>): void {
    void ended.then((end) => {
      this.#end = end
      if (end.error !== undefined) this.#refusal = `it ${describeEnd(end)}`
    })
  }

  /** A worker of an earlier runner start, with what it holds; one that is dead still has its pipe read to the end. */
  static adopt(record: WorkerRecord, surroundings: WorkerSurroundings, launcher: Launcher): WorkerProcess {
    const channel = workerDirectory(surroundings.directory, record.worker)
    const position = { segment: record.segment, offset: record.offset }
    const reader = new PipeReader(channel, 'from-worker', { reopen: surroundings.reopen, position })
    const identity = record.pid > 0 ? record : firstHello(channel)
    const isDead = identity === undefined || livenessOf(identity) === 'dead'
    const segment = Math.max(0, ...segmentsIn(channel, 'to-worker')) + 1
    const hello = helloOf(record.worker, surroundings)
    const writer = isDead ? undefined : new PipeWriter(channel, 'to-worker', { hello, segment })
    const worker = new WorkerProcess(record.worker, surroundings, launcher, reader, writer)
    worker.#identity = identity
    worker.#provenance = provenanceOf(record) ?? (identity as Partial<Hello> | undefined)?.provenance ?? {}
    worker.#isReady = true
    worker.#adopted = isDead ? 'dead' : 'alive'
    if (isDead) worker.#end = {}
    return worker
  }

  /** Who the worker is, from its own first frame; undefined until that has been read. */
  get identity(): ProcessIdentity | undefined {
    return this.#identity
  }

  get provenance(): Provenance {
    return this.#provenance
  }

  get host(): string {
    return this.#identity?.host ?? ''
  }

  get isAdopted(): boolean {
    return this.#adopted !== 'no'
  }

  /** Whether it died while there was no runner: then nobody knows what of, and nothing that it held is to blame. */
  get diedUnseen(): boolean {
    return this.#adopted === 'dead'
  }

  /** Whether nothing that it held is to blame for its end: it died while nobody looked, or ended itself with a reason. */
  get isBlameless(): boolean {
    return this.diedUnseen || this.#hasRefused || blameless.has(this.endDetail)
  }

  get isReady(): boolean {
    return this.#isReady && !this.#isLeaving && this.#end === undefined
  }

  get hasEnded(): boolean {
    return this.#end !== undefined
  }

  /** Whether something else ended it, and not what it ran. */
  get wasKilled(): boolean {
    return (this.#end?.signal === 'SIGKILL' || this.endDetail !== undefined) && !this.#hasRefused
  }

  /** Whether something else than this runner ended it before it could end by itself. */
  get wasTaken(): boolean {
    return this.#end !== undefined && !this.#wasEndedHere && !this.isAdopted && this.#end.exitCode !== 0
  }

  /** Whether it was given a chance to end by itself. */
  get isLeaving(): boolean {
    return this.#isLeaving
  }

  get hasBeenReady(): boolean {
    return this.#isReady
  }

  /** System calls for its pipe files and its heart, here and there. */
  get operations(): number {
    return this.#reader.operations + (this.#writer?.operations ?? 0) + this.#pulse.operations + this.#operationsThere
  }

  get position(): ChannelPosition {
    return { worker: this.number, ...this.#reader.position }
  }

  get pipePath(): string {
    return this.#reader.path
  }

  /** Milliseconds for which its pipe has shown something that is no whole message. */
  stuckFor(now: number): number {
    if (!this.#reader.isStuck) this.#stuckSince = undefined
    else this.#stuckSince ??= now
    return this.#stuckSince === undefined ? 0 : now - this.#stuckSince
  }

  /** Whether it has held work for that long without a sign of progress. */
  isOverdue(now: number, milliseconds: number): boolean {
    return this.held.size > 0 && this.#isReady && now - this.progressAt > milliseconds
  }

  /** Milliseconds for which it has had nothing to do. */
  idleFor(now: number): number {
    return this.held.size > 0 ? 0 : now - this.progressAt
  }

  /** What the worker itself said of its end, or how its process ended. */
  get why(): string {
    const words = this.explanation?.words
    return words === undefined ? (this.#refusal ?? `it ${describeEnd(this.#end ?? {})}`) : `it ${words}`
  }

  /** What took it, where that is known. */
  get endDetail(): FailureDetail | undefined {
    return this.#detail ?? this.explanation?.detail
  }

  /** What the scheduler that ran it says of its end. */
  get explanation(): Explanation | undefined {
    if (!this.#end || this.#wasEndedHere) return undefined
    const { number, channel, provenance } = this
    this.#told ??= this.#launcher.explain({ number, channel, provenance }, this.#end)
    return this.#told
  }

  send(jobs: readonly Job[], individuals: Simulate['individuals']): void {
    if (this.held.size === 0) this.progressAt = this.#surroundings.now()
    this.#write({ type: 'simulate', individuals })
    this.#pace?.restart(this.#surroundings.now())
    for (const job of jobs) this.held.add(job)
  }

  /** Asks it to finish the individual that runs and to leave. */
  stop(): void {
    if (this.#isLeaving || this.#end !== undefined) return
    this.#isLeaving = true
    try {
      this.#write({ type: 'stop' })
    } catch {
      this.#signal('SIGTERM') // the disk is full, or away: it is asked in another way
    }
  }

  /** Tells one that was given up, and may live where no signal reaches it, that nobody waits for it. */
  sendAway(): void {
    this.#write({ type: 'stop' })
  }

  /** Its node's bell says that it has written. */
  rang(): void {
    this.#hasRung = true
    this.#pace?.restart(this.#surroundings.now())
  }

  /**
   * What it has written, if it is time to look.
   *
   * @param leastMs how long an individual will hardly fall short of
   * @throws PipeDamaged if what it wrote cannot be trusted any more
   */
  receive(leastMs: number): FromWorker[] {
    const now = this.#surroundings.now()
    if (!this.#isLookDue(now, leastMs)) return []
    const messages = this.#reader.read()
    if (messages.length > 0) {
      this.progressAt = now
      this.#pace?.restart(now)
      this.#hasRung = false
    }
    const known: FromWorker[] = []
    for (const message of messages) {
      if (!isFromWorker(message)) continue // a newer worker's, or nobody's: what was asked is still unanswered
      if (message.type === 'hello') this.#greet(message)
      else if (message.type === 'ready') this.#isReady = true
      else if (message.type === 'results') this.#operationsThere += message.operations ?? 0
      else if (message.type === 'refused') {
        this.#hasRefused = true
        this.#refusal = message.reason.replace(/\.$/, '')
      }
      known.push(message)
    }
    return known
  }

  /** The segments before the committed position are of no use any more. */
  discardRead(): void {
    for (; this.#committed < this.#reader.position.segment; this.#committed++) {
      discard(segmentPath(this.channel, 'from-worker', this.#committed))
    }
  }

  /** All that was ever written to it and is still there: of a worker of an earlier runner, what it may hold. */
  assignments(): AttemptKey[] {
    const keys: AttemptKey[] = []
    for (const segment of segmentsIn(this.channel, 'to-worker')) {
      const reader = new PipeReader(this.channel, 'to-worker', { position: { segment, offset: 0 } })
      try {
        for (const message of reader.read() as ToWorker[]) {
          if (message.type === 'simulate') keys.push(...message.individuals.map(([key]) => key))
        }
      } catch {
        // Damaged: what cannot be read is simulated again.
      } finally {
        reader.close()
      }
    }
    return keys
  }

  /** An adopted worker of which its scheduler knows no more: it died while there was no runner. */
  markGone(): void {
    this.#end ??= {}
    this.#adopted = 'dead'
  }

  /** Looks whether a process that is not our child lives; of a child we are told. */
  checkLife(): void {
    if (this.#end === undefined && this.isAdopted && this.#identity && livenessOf(this.#identity) === 'dead') {
      this.#end = {}
    }
  }

  /** Whether nothing more can come from it, as far as that can be known from here. */
  get isSurelyDead(): boolean {
    return this.#identity === undefined || livenessOf(this.#identity) !== 'unknown'
  }

  /** Milliseconds since its heart was last seen to beat. */
  silence(): number {
    return this.#pulse.silence(this.#surroundings.now())
  }

  /** Ends the process and all of its group; nothing it writes after a SIGKILL counts but as late. */
  kill(signal: NodeJS.Signals, refusal?: string, detail?: FailureDetail): void {
    if (refusal !== undefined) this.#refusal ??= refusal
    if (signal === this.#signalled) return
    this.#signalled = signal
    this.#launcher.cancel(this, signal === 'SIGKILL' ? 'KILL' : 'TERM')
    this.#signal(signal)
    if (signal !== 'SIGKILL' || this.#end !== undefined) return
    this.#end = { signal }
    this.#wasEndedHere = true
    this.#detail = detail
  }

  /** Ends what its process has left behind in its group. */
  endGroup(): void {
    this.#signal('SIGKILL')
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#pid !== undefined && (signal === 'SIGKILL' || this.#provenance.slurmStep === undefined)) {
      signalGroup(this.#pid, signal)
    }
    // A pid that came through the file system is only signalled where it surely still means this worker.
    const { pid } = this.#identity ?? {}
    if (pid === undefined || pid === this.#pid || !['alive', 'stopped'].includes(livenessOf(this.#identity!))) return
    signalGroup(pid, signal) || signalProcess(pid, signal)
  }

  /** The last lines it printed as errors, for messages. */
  lastWords(): string {
    const files = ['stderr.txt', 'stdout.txt', 'srun.txt']
    return files.map((file) => tail(join(this.channel, file), 2000)).find((text) => text !== '') ?? ''
  }

  closeFiles(): void {
    this.#reader.close()
    this.#writer?.close()
  }

  /** Half a message may be whole at any moment, and what one that has ended wrote last is all there is. */
  #isLookDue(now: number, leastMs: number): boolean {
    if (!this.#pace || this.#reader.isStuck || this.#end !== undefined) return true
    return this.#pace.isDue(now, this.hasBell && !this.#hasRung ? Number.POSITIVE_INFINITY : leastMs)
  }

  #greet(hello: Hello): void {
    if (hello.protocol !== protocolVersion) {
      this.kill('SIGKILL', `it speaks protocol ${hello.protocol}, this runner ${protocolVersion}`)
    }
    this.#identity ??= hello
    this.#provenance = hello.provenance ?? {}
  }

  #write(message: ToWorker): void {
    this.#writer?.write(message)
  }
}

/** Ends that no simulation brings about. */
const blameless: ReadonlySet<FailureDetail | undefined> = new Set<FailureDetail>([
  'node-failure',
  'time-limit',
  'preempted',
  'requeued',
  'cancelled',
])

/** Where it runs, as an earlier runner start took it down; undefined if it did not come to that. */
function provenanceOf({ provenance }: WorkerRecord): Provenance | undefined {
  const known = JSON.parse(provenance || '{}') as Provenance
  return Object.keys(known).length > 0 ? known : undefined
}

function helloOf(number: number, { run, epoch, identity }: WorkerSurroundings): Hello {
  return { type: 'hello', protocol: protocolVersion, run, worker: number, epoch, ...identity }
}

/** What a worker said of itself whose hello had not been taken down when its runner ended. */
function firstHello(channel: string): ProcessIdentity | undefined {
  const reader = new PipeReader(channel, 'from-worker')
  try {
    const [first] = reader.read()
    return isFromWorker(first) && first.type === 'hello' ? first : undefined
  } catch {
    return undefined
  } finally {
    reader.close()
  }
}

/** The end of a file's text, at most `bytes` long. */
function tail(path: string, bytes: number): string {
  try {
    const descriptor = openSync(path, constants.O_RDONLY)
    try {
      const { size } = fstatSync(descriptor)
      const from = Math.max(0, size - bytes)
      const buffer = Buffer.alloc(size - from)
      readSync(descriptor, buffer, 0, buffer.length, from)
      return buffer.toString('utf8').trim()
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return ''
  }
}
