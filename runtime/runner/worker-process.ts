import { existsSync, mkdirSync } from 'node:fs'
import type { FailureCause } from '../../src/core/evaluation.ts'
import type { WorkerRecord } from '../../src/core/record.ts'
import type { LaunchedProcess, ProcessEnd } from '../../src/system/process-group.ts'
import { livenessOf, type ProcessIdentity } from '../../src/system/process-identity.ts'
import { Pulse, workerHeart } from '../channel/heartbeat.ts'
import { type AttemptKey, type FromWorker, protocolVersion, type Simulate } from '../channel/protocol.ts'
import { workerDirectory } from '../channel/run-file.ts'
import { HeldJobs, type Job, keyOfJob } from './job.ts'
import type { EndExplanation, Launcher, Provenance } from './launcher.ts'
import { WorkSigns } from './work-signs.ts'
import { type ChannelSurroundings, firstHello, ordersIn, WorkerChannel } from './worker-channel.ts'
import {
  type Blame,
  blame,
  causeOfLoss,
  type Departure,
  departureOf,
  type GivenUp,
  type LifeEvent,
  lifeEventOf,
  step,
  type WorkerLife,
  wasAsked,
  wasReady,
} from './worker-life.ts'
import { WorkerSignals } from './worker-signals.ts'

/** The reading of a worker's pipe: where it stands, what hinders it, and whether all that was read is stored. */
type Reading = Pick<
  WorkerChannel,
  'position' | 'path' | 'isStored' | 'discardRead' | 'lack' | 'stuckFor' | 'hearBell' | 'rang'
>

export interface WorkerSurroundings extends ChannelSurroundings {
  readonly launcher: Launcher
}

/**
 * The runner's side of one worker process: its channel, what it holds, and its life. A worker that was launched by an
 * earlier runner start is adopted: the new runner writes on in a fresh segment.
 */
export class WorkerProcess {
  readonly number: number
  /** The worker's folder. */
  readonly channel: string
  /** What was sent to the worker and is not answered. */
  readonly held = new HeldJobs()
  readonly reading: Reading
  readonly #surroundings: WorkerSurroundings
  readonly #pipes: WorkerChannel
  readonly #pulse: Pulse
  readonly #signals: WorkerSignals
  readonly #signs: WorkSigns
  readonly #isAdopted: boolean
  #life: WorkerLife = { state: 'starting' }
  #identity: ProcessIdentity | undefined
  #provenance: Provenance = {}
  /** What earlier runner starts gave to the worker, until somebody asks. */
  #inherited: readonly AttemptKey[] = []
  #explanation: EndExplanation | undefined

  private constructor(number: number, surroundings: WorkerSurroundings, pipes: WorkerChannel, isAdopted: boolean) {
    this.number = number
    this.channel = workerDirectory(surroundings.directory, number)
    this.#surroundings = surroundings
    this.#pipes = pipes
    this.reading = pipes
    this.#isAdopted = isAdopted
    this.#signs = new WorkSigns(surroundings.watched)
    this.#pulse = new Pulse(workerHeart(this.channel), surroundings.watched())
    this.#signals = new WorkerSignals(this, surroundings.launcher)
  }

  /** A new worker: its folder, its pipe, and the process that `launch` starts. */
  static launch(number: number, surroundings: WorkerSurroundings, launch: () => LaunchedProcess): WorkerProcess {
    mkdirSync(workerDirectory(surroundings.directory, number), { recursive: true })
    const pipes = new WorkerChannel(number, surroundings)
    pipes.openForWriting(surroundings)
    const worker = new WorkerProcess(number, surroundings, pipes, false)
    const launched = launch()
    worker.#signals.onLaunch(launched.pid)
    worker.follow(launched.ended)
    return worker
  }

  /** A worker of an earlier runner start, with what it holds; one that is dead still has its pipe read to the end. */
  static adopt(record: WorkerRecord, surroundings: WorkerSurroundings): WorkerProcess {
    const position = { segment: record.segment, offset: record.offset }
    const pipes = new WorkerChannel(record.worker, surroundings, position)
    const worker = new WorkerProcess(record.worker, surroundings, pipes, true)
    const hello = record.pid > 0 ? undefined : firstHello(worker.channel)
    const { attempts, isToLeave } = ordersIn(worker.channel)
    worker.#identity = record.pid > 0 ? record : hello
    worker.#provenance = provenanceOf(record) ?? hello?.provenance ?? {}
    worker.#inherited = attempts
    worker.#signs.onWorkBefore()
    worker.#see({ type: 'ready' })
    if (isToLeave) worker.#see({ type: 'asked before' })
    const isDead = worker.#identity === undefined || livenessOf(worker.#identity) === 'dead'
    if (isDead) worker.#see({ type: 'unseen' })
    if (!isDead) pipes.openForWriting(surroundings)
    else if (worker.#identity === undefined && existsSync(worker.channel)) {
      // Its process may be about to start, and would wait for work for as long as there is a runner.
      pipes.openForWriting(surroundings)
      worker.sendAway()
    }
    return worker
  }

  /** Whoever started the process will say when it ends. */
  follow(ended: Promise<ProcessEnd>): void {
    void ended.then((exit) => this.#see({ type: 'exited', exit }))
  }

  #see(event: LifeEvent): void {
    this.#life = step(this.#life, event)
  }

  // What is known

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

  get isReady(): boolean {
    return this.#life.state === 'ready'
  }

  get hasEnded(): boolean {
    return this.#life.state === 'ended'
  }

  get hasBeenReady(): boolean {
    return wasReady(this.#life)
  }

  /** Whether this runner has asked the worker to leave. */
  get wasAsked(): boolean {
    return wasAsked(this.#life)
  }

  /** Whether the worker was warned of the end of its time before it was given anything. */
  get wasLate(): boolean {
    return this.#signs.wasWarned && !this.#signs.wasGivenWork
  }

  /** Whether nothing more can come from the worker, as far as that can be known from here. */
  get isSurelyDead(): boolean {
    return this.#identity === undefined || livenessOf(this.#identity) !== 'unknown'
  }

  /** System calls for the worker's pipe files and its heart, here and there. */
  get operations(): number {
    return this.#pipes.operations + this.#pulse.operations
  }

  /** Milliseconds since the worker's heart was last seen to beat. */
  silence(): number {
    return this.#pulse.silence(this.#surroundings.watched())
  }

  /** Milliseconds for which the worker has held work without a sign of progress. */
  busyFor(): number {
    return this.held.size > 0 && this.hasBeenReady ? this.#signs.quietFor : 0
  }

  /** Milliseconds for which the worker has had nothing to do. */
  idleFor(): number {
    return this.held.size > 0 ? 0 : this.#signs.quietFor
  }

  // Its end

  /** What the scheduler that ran the worker says of its end; of an end that this runner made, it explains nothing. */
  get explanation(): EndExplanation | undefined {
    const life = this.#life
    if (life.state !== 'ended' || life.end.type === 'given up') return undefined
    const exit = life.end.type === 'exited' ? life.end.exit : {}
    this.#explanation ??= this.#surroundings.launcher.explain(this, exit)
    return this.#explanation
  }

  /** @param isStopping whether the run is being stopped */
  blame(isStopping: boolean): Blame {
    return blame(this.#ended, this.explanation, isStopping)
  }

  get departure(): Departure {
    return departureOf(this.#ended, this.explanation)
  }

  /** The cause of a failure for what the worker held; `folder` is where it printed. */
  causeOfLoss(folder: string): FailureCause {
    return causeOfLoss(this.#ended, this.explanation, { number: this.number, folder })
  }

  get #ended() {
    if (this.#life.state !== 'ended') throw new Error(`Worker ${this.number} has not ended`)
    return this.#life
  }

  /** Looks whether a process that is not this runner's child lives; of a child its launcher tells. */
  checkLife(): void {
    if (this.hasEnded || !this.#isAdopted || !this.#identity) return
    if (livenessOf(this.#identity) === 'dead') this.#see({ type: 'vanished' })
  }

  /** The scheduler knows no more of this adopted worker: it died while there was no runner. */
  onUnseenEnd(): void {
    this.#see({ type: 'unseen' })
  }

  // What is said

  send(jobs: readonly Job[], individuals: Simulate['individuals']): void {
    this.#pipes.write({ type: 'simulate', individuals })
    this.#signs.onWorkGiven(this.held.size === 0)
    for (const job of jobs) this.held.add(job)
  }

  /** What the worker holds of these need not go on. */
  sayEnough(jobs: readonly Job[]): void {
    if (jobs.length > 0 && !this.hasEnded) this.#pipes.write({ type: 'enough', keys: jobs.map(keyOfJob) })
  }

  /** Whether earlier runner starts gave anything to the worker that nobody has asked for. */
  get hasInherited(): boolean {
    return this.#inherited.length > 0
  }

  /** What earlier runner starts gave to the worker; only the first who asks is told. */
  takeInherited(): readonly AttemptKey[] {
    const keys = this.#inherited
    this.#inherited = []
    return keys
  }

  /**
   * Hands on what the worker has written, if it is time to look; all of the rest if the worker has ended.
   *
   * @param leastMs how long an individual will hardly fall short of
   * @throws PipeDamaged if what the worker wrote cannot be trusted any more
   */
  receive(leastMs: number, onMessage: (message: FromWorker) => void): void {
    let messages = this.hasEnded ? this.#pipes.receiveRest() : this.#pipes.receive(leastMs)
    if (this.#pipes.takeGrowth()) this.#signs.onProgress()
    while (messages.length > 0) {
      for (const message of messages) {
        this.#hear(message)
        onMessage(message)
      }
      messages = this.hasEnded ? this.#pipes.receiveRest() : []
    }
  }

  #hear(message: FromWorker): void {
    const event = lifeEventOf(message)
    if (event) this.#see(event)
    if (message.type !== 'hello') return
    this.#identity ??= message
    this.#provenance = message.provenance ?? {}
    if (message.protocol === protocolVersion) return
    const why = `it speaks protocol ${message.protocol}, this runner ${protocolVersion}`
    this.giveUp({ type: 'given up', kind: 'worker-lost', why })
  }

  /** Asks the worker to finish the individual that runs and to leave. */
  stop(): void {
    if (this.#life.state === 'leaving' || this.#life.state === 'ended') return
    this.#see({ type: 'asked' })
    try {
      this.#pipes.write({ type: 'stop' })
    } catch {
      this.#signals.send('SIGTERM') // the disk is full, or away: it is asked in another way
    }
  }

  /** Asks the worker to leave since its time is nearly over. */
  warn(): void {
    this.#signs.onWarning()
    this.stop()
  }

  /** Asks more urgently: whatever the worker simulates is to be broken off. */
  press(): void {
    this.#signals.sendToAll('SIGTERM')
  }

  /** Tells a worker that was given up, and may live where no signal reaches it, that nobody waits for it. */
  sendAway(): void {
    this.#pipes.write({ type: 'stop' })
  }

  /** One that has not come may still do so, where what starts it does not wait for it. */
  sendAwayIfLate(): void {
    if (this.#identity !== undefined || this.#isAdopted) return
    try {
      this.sendAway()
    } catch {
      // The disk is full, or away: it leaves when the grace time is over.
    }
  }

  /** Ends the process and all of its group; what the worker writes from now on counts as late. */
  giveUp(reason: GivenUp): void {
    this.#signals.sendToAll('SIGKILL')
    this.#see(reason)
  }

  /** Ends what the process has left behind in its group. */
  endGroup(): void {
    this.#signals.send('SIGKILL')
  }

  closeFiles(): void {
    this.#pipes.close()
  }
}

/** Where the worker runs, as an earlier runner start took it down; undefined if it did not come to that. */
function provenanceOf({ provenance }: WorkerRecord): Provenance | undefined {
  const known = JSON.parse(provenance || '{}') as Provenance
  return Object.keys(known).length > 0 ? known : undefined
}
