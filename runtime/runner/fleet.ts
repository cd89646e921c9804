import { statfsSync } from 'node:fs'
import type { FailureCause, FailureDetail } from '../../src/core/evaluation.ts'
import type { RunRecord, Usage } from '../../src/core/record.ts'
import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { ownIdentity } from '../../src/system/process-identity.ts'
import { Heart, runnerHeart } from '../channel/heartbeat.ts'
import { NodeBells } from '../channel/node-bell.ts'
import { stuckLimitMs } from '../channel/pipe-file.ts'
import { longestPause } from '../channel/poll-pace.ts'
import { workerDirectory } from '../channel/run-file.ts'
import { WakeUp, type WakeUpMode } from '../channel/wake-up.ts'
import { endOfBenched, HostRecord } from './benched-hosts.ts'
import { Budget } from './budget.ts'
import type { Explanation, Launcher, WorkerPool } from './launcher.ts'
import { UsageMeter } from './usage-meter.ts'
import { WorkerProcess, type WorkerSurroundings } from './worker-process.ts'

export interface FleetOptions {
  readonly directory: string
  /** The run's identity, in every pipe's first frame. */
  readonly run: string
  readonly settings: RunnerSettings
  readonly launcher: Launcher
  readonly record: RunRecord
  readonly mode: WakeUpMode
}

/** No worker starts, or an individual failed where that is to stop the search. */
export class RunnerFailure extends Error {
  override readonly name = 'RunnerFailure'
  /** Whether it lies in what was asked for, and not in how it went. */
  readonly isRefusal: boolean

  constructor(message: string, { isRefusal = false }: { readonly isRefusal?: boolean } = {}) {
    super(message)
    this.isRefusal = isRefusal
  }
}

/** How often deadlines, hearts and processes are looked at. */
const tickMs = 100
/** Milliseconds between two beats of the runner's heart. */
const heartbeatMs = 1000
/** A heart beats, and is listened to, so often in the time after which its silence counts. */
const beatsBeforeSilence = 6
/** How often what has been used is taken down. */
const usageMs = 5000
/** A simulation that does not heed its timeout is ended with its worker after this much more. */
const timeoutMarginMs = 3000
/** When nothing has come for so long, the space on the disk is looked at; a run needs at least so many bytes of it. */
const spaceCheckMs = 2000
const leastBytes = 64 * 1024
/** A worker that was just launched is looked for this often, for so long. */
const readyLookMs = 4
const readyExpectedMs = 2000
/** How long a worker has between SIGTERM and SIGKILL. */
const gentleMs = 2000
const backOffMs = { first: 100, most: 10_000 }
/** Workers that do not get ready, one after the other, before the run is given up. */
const mostFailedStarts = 5

/** The workers of a run: launches as many as are wanted, adopts those of an earlier runner, ends and replaces what fails. */
export class Fleet {
  readonly surroundings: WorkerSurroundings
  readonly hosts: HostRecord
  readonly #options: FleetOptions
  readonly #settings: RunnerSettings
  readonly #heart: Heart
  readonly #launcher: Launcher
  readonly #budget: Budget
  readonly #meter: UsageMeter
  readonly #workers = new Map<number, WorkerProcess>()
  /** Given up, but not known to be dead: what they may still write is recorded as late. */
  readonly #retired = new Set<WorkerProcess>()
  #wakeUp: WakeUp | undefined
  /** Where nothing tells of what came. */
  #bells: NodeBells | undefined
  #timer: NodeJS.Timeout | undefined
  #beatAt = 0
  #beats = 0
  #usageAt: number
  #wake: () => void = () => {}
  #isAwake = false
  #relaunchAt: number[] = []
  /** Workers that wait until the first one has shown that it can start. */
  #behindScout = 0
  #demand = 0
  #deathsInARow = 0
  #failedStarts = 0
  #wasEverReady = false
  #isClosing = false
  #failure: RunnerFailure | undefined
  #trouble: unknown
  #bereftOf: Explanation | undefined
  /** Why no worker may be launched any more, once there is none left. */
  #spent: string | undefined

  constructor(options: FleetOptions) {
    this.#options = options
    this.#settings = options.settings
    this.#heart = new Heart(runnerHeart(options.directory))
    this.#launcher = options.launcher
    this.hosts = new HostRecord(options.settings.benchHosts)
    this.surroundings = {
      directory: options.directory,
      run: options.run,
      epoch: options.record.epoch,
      identity: ownIdentity(),
      reopen: options.mode === 'poll',
      pollInterval: options.settings.pollInterval,
      now: () => performance.now(),
    }
    const now = this.surroundings.now()
    this.#budget = new Budget(options.settings, options.directory, options.record.usage(), now)
    this.#meter = new UsageMeter(now)
    this.#usageAt = now
  }

  /** How many individuals are to be simulated: more workers than that would have nothing to do. */
  set demand(individuals: number) {
    this.#demand = individuals
  }

  /** Why there can be no more workers. */
  get failure(): RunnerFailure | undefined {
    return this.#failure
  }

  /** Why there is nothing left to start workers on: nothing has failed, and the run can go on elsewhere. */
  get stopReason(): string | undefined {
    return this.#bereftOf && `a worker ${this.#bereftOf.words}`
  }

  /** Why its budget lets nothing more be simulated, if that is so. */
  get budgetRefusal(): string | undefined {
    return this.#spent ?? this.#budget.refusal(this.surroundings.now())
  }

  /** Milliseconds until its budget of node-hours is used up. */
  get budgetedTime(): number {
    return this.#budget.timeLeft(this.#meter.usage.nodeSeconds, this.#launcher.nodes)
  }

  /** What this start of the runner has used. */
  get usage(): Omit<Usage, 'steps'> {
    const { fileOperations, ...usage } = this.#meter.usage
    const living = [...this.#workers.values(), ...this.#retired].map(({ operations }) => operations)
    const own = [this.#heart.operations, this.#bells?.operations ?? 0]
    return { ...usage, fileOperations: [fileOperations, ...own, ...living].reduce((a, b) => a + b) }
  }

  /** Whether the machines of all workers are being taken away. */
  get isBereft(): boolean {
    return this.#bereftOf !== undefined
  }

  /** Whether somebody has cancelled what the workers ran on, so that it is not to be asked for again. */
  get isCancelled(): boolean {
    return this.#bereftOf?.detail === 'cancelled'
  }

  /** Ends a worker that does not end by itself though its machine is taken away. */
  giveUp(worker: WorkerProcess): void {
    worker.kill('SIGKILL', 'its machine was taken away', this.#bereftOf?.detail)
  }

  /** What went wrong while nobody waited, if anything did. */
  get trouble(): unknown {
    return this.#trouble
  }

  get workers(): readonly WorkerProcess[] {
    return [...this.#workers.values()]
  }

  get retired(): readonly WorkerProcess[] {
    return [...this.#retired]
  }

  get ready(): WorkerProcess[] {
    return this.workers.filter((worker) => worker.isReady)
  }

  /** The number of workers that are launching or at work. */
  get size(): number {
    return this.workers.filter((worker) => !worker.hasEnded).length
  }

  /** Adopts the workers of earlier runner starts and launches as many as are missing. */
  open(): void {
    const { mode, record, directory } = this.#options
    this.#beat()
    const { pollInterval } = this.#settings
    this.#wakeUp = new WakeUp({ mode, pollInterval, onWake: () => this.rouse() })
    if (mode === 'poll') this.#bells = new NodeBells(directory, pollInterval)
    this.#timer = setInterval(() => this.#tickSafely(), tickMs)
    for (const known of record.openWorkers()) {
      const worker = WorkerProcess.adopt(known, this.surroundings, this.#launcher)
      this.#wasEverReady ||= !worker.hasEnded
      this.#workers.set(worker.number, worker)
      this.#wakeUp.add(worker.pipePath)
      this.#listenTo(worker)
    }
    const living = this.workers.filter(({ hasEnded }) => !hasEnded)
    for (const worker of this.#launcher.gone(living)) worker.markGone()
    const { pace, hasScout, pool } = this.#launcher
    for (const [number, ended] of pool?.adopt(this.#options.directory, this.#options.run, living) ?? []) {
      this.#workers.get(number)?.follow(ended)
    }
    if (pool) return // workers come when there is work
    const missing = (this.#settings.workers ?? 1) - this.size
    if (hasScout && this.size === 0) this.#behindScout = Math.max(0, missing - 1)
    const now = this.surroundings.now()
    for (let i = 0; i < missing - this.#behindScout; i++) {
      if (pace > 0) this.#relaunchAt.push(now + i * pace)
      else if (this.#mayLaunch()) this.launch()
    }
  }

  /** The command that starts a worker. */
  commandOf(worker: number): readonly string[] {
    return this.#launcher.command(this.#placeOf(worker))
  }

  #placeOf(worker: number) {
    const { directory, run } = this.#options
    const { epoch } = this.surroundings
    return { directory, run, worker, channel: workerDirectory(directory, worker), epoch, ...this.#surroundingHosts }
  }

  get #surroundingHosts() {
    const living = this.workers.filter(({ hasEnded }) => !hasEnded)
    return { beside: living.map(({ number, host }) => ({ worker: number, host })), benched: this.hosts.benched }
  }

  /** Starts one more worker process. */
  launch(): WorkerProcess {
    this.#budget.addLaunch()
    const number = this.#options.record.addWorker(this.#settings.launcher)
    const worker = WorkerProcess.launch(number, this.surroundings, this.#launcher, () => {
      const launched = this.#launcher.launch(this.#placeOf(number))
      void launched.ended.then(() => this.rouse())
      return launched
    })
    this.#workers.set(number, worker)
    this.#expectReady()
    return worker
  }

  /** Ends a worker at once; when its pipe has been read to the end, another takes its place. */
  restart(worker: WorkerProcess, why: string, detail?: FailureDetail): void {
    worker.kill('SIGKILL', why, detail)
    this.rouse()
  }

  /** The worker has said hello: its pipe is there to be watched. */
  greet(worker: WorkerProcess): void {
    const { identity } = worker
    if (identity) {
      this.#options.record.describeWorker({ ...identity, worker: worker.number, provenance: worker.provenance })
    }
    // Not before it is there: to watch for what is not would cost a look at everything in its folder at every change.
    this.#wakeUp?.add(worker.pipePath)
    this.#listenTo(worker)
    if (this.hosts.benched.includes(worker.host)) worker.stop()
  }

  welcome(): void {
    this.#wasEverReady = true
    this.#failedStarts = 0
    const now = this.surroundings.now()
    for (; this.#behindScout > 0; this.#behindScout--) this.#relaunchAt.push(now)
  }

  /** Something was simulated for so long. */
  addBusy(milliseconds: number): void {
    this.#meter.addBusy(milliseconds)
  }

  /** A simulation has succeeded: whatever deaths there were, they were no row. */
  praise(worker: WorkerProcess): void {
    this.#deathsInARow = 0
    this.hosts.succeeded(worker.host)
  }

  /** Takes down that an attempt failed on a host; a host on which most do is benched. */
  blame(worker: WorkerProcess, individual: string): void {
    if (!this.hosts.failed(worker.host, individual)) return
    for (const other of this.workers) if (other.host === worker.host) other.stop()
  }

  /** The worker is over and done with; one that failed is replaced. */
  bury(worker: WorkerProcess): void {
    const isBenched = worker.isLeaving && this.hosts.benched.includes(worker.host)
    this.#dismiss(worker, isBenched ? endOfBenched : worker.isLeaving ? 'it was asked to leave' : worker.why)
    if (this.#isClosing || worker.diedUnseen) return
    if (!worker.isLeaving) this.#replace(worker)
    else if (isBenched) this.#relaunchAt.push(this.surroundings.now() + backOffMs.first)
  }

  /** Finds out who has written; `leastMs` is how long an individual will hardly fall short of. */
  listen(leastMs: number): void {
    const now = this.surroundings.now()
    for (const number of this.#bells?.listen(now, leastMs) ?? []) this.#workers.get(number)?.rang()
  }

  /** Waits until something may have happened. */
  async rest(): Promise<void> {
    if (!this.#isAwake) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = () => {}
    }
    this.#isAwake = false
  }

  rouse(): void {
    this.#isAwake = true
    this.#wake()
  }

  /** Launches no more workers from now on. */
  beginClosing(): void {
    this.#isClosing = true
  }

  /** Ends all workers: asks, waits, kills. */
  async close(): Promise<void> {
    this.beginClosing()
    for (const worker of this.workers) {
      worker.stop()
      // Who has not said hello holds nothing, and may wait for long until its scheduler lets it start.
      if (!worker.hasEnded && worker.identity === undefined) worker.kill('SIGKILL')
    }
    try {
      await this.#awaitEnds()
      for (const worker of this.workers) this.#dismiss(worker, 'the run ended')
      await this.#launcher.pool?.close()
      this.#recordUsage()
    } finally {
      await this.abandon()
    }
  }

  async #awaitEnds(): Promise<void> {
    const begin = this.surroundings.now()
    while (this.size > 0) {
      const waited = this.surroundings.now() - begin
      for (const worker of this.workers) if (!worker.hasEnded) this.press(worker, waited - this.#settings.drain)
      await this.rest()
      for (const worker of this.workers) worker.checkLife()
    }
  }

  /** Ends a worker that should have left so many milliseconds ago, gently first. */
  press(worker: WorkerProcess, overdue: number): void {
    if (overdue > gentleMs) worker.kill('SIGKILL')
    else if (overdue > 0) worker.kill('SIGTERM')
  }

  /** Lets go of everything and ends nothing: the run belongs to another runner now. */
  async abandon(): Promise<void> {
    clearInterval(this.#timer)
    this.#launcher.pool?.abandon()
    for (const worker of [...this.workers, ...this.#retired]) worker.closeFiles()
    this.#workers.clear()
    this.#retired.clear()
    await this.#wakeUp?.close()
  }

  /** Ends all workers at once, without waiting; for the moments in which nothing else is possible. */
  kill(): void {
    for (const worker of this.workers) if (!worker.hasEnded) worker.kill('SIGKILL')
    this.#launcher.pool?.release()
  }

  #listenTo(worker: WorkerProcess): void {
    if (!this.#bells || worker.host === '') return
    this.#bells.add(worker.host, this.surroundings.now())
    worker.hasBell = true
  }

  #replace(worker: WorkerProcess): void {
    const outlook = worker.explanation?.outlook
    if (outlook === 'stop') {
      this.#bereftOf ??= worker.explanation
      return
    }
    this.#launcher.distrust(worker.number)
    // What was given before and is refused now may be given again, and there are others to do the work meanwhile.
    const isForNow = outlook === 'wait' || (outlook === 'refuse' && this.#wasEverReady && this.size > 0)
    if (!worker.hasBeenReady && !isForNow) {
      this.#failedStarts++
      // Who was killed from outside might have started; who ended by itself will do so again.
      const isHopeless = !this.#wasEverReady && !worker.wasKilled
      if (isHopeless || this.#failedStarts >= mostFailedStarts) {
        const isRefusal = outlook === 'refuse'
        const words = isRefusal ? '' : worker.lastWords()
        const printed = words ? ` It printed:\n${words}` : ''
        this.#failure ??= new RunnerFailure(`No worker can be started: ${worker.why}.${printed}`, { isRefusal })
        return
      }
    }
    const wait = Math.min(backOffMs.most, backOffMs.first * 2 ** this.#deathsInARow)
    // One death is a mishap and is made good at once; a row of them must not become a storm of processes.
    this.#relaunchAt.push(this.#deathsInARow === 0 ? 0 : this.surroundings.now() + wait)
    this.#deathsInARow++
  }

  #dismiss(worker: WorkerProcess, why: string): void {
    this.#wakeUp?.remove(worker.pipePath)
    this.#workers.delete(worker.number)
    this.#recordEnd(worker, why)
    worker.endGroup()
    if (!worker.isLeaving && !worker.isSurelyDead && !this.#isClosing) {
      worker.sendAway()
      this.#retired.add(worker)
    }
    if (this.#retired.has(worker)) return
    this.#meter.addFileOperations(worker.operations)
    worker.closeFiles()
  }

  #recordEnd(worker: WorkerProcess, why: string): void {
    try {
      this.#options.record.endWorker(worker.number, why)
    } catch (error) {
      if (!this.#isClosing) throw error
      // On a full disk a run still ends in order; the next runner will find that the worker has died.
    }
  }

  /** A worker that is just starting makes a file that cannot be watched yet; for its first seconds it is looked for. */
  #expectReady(): void {
    const until = this.surroundings.now() + readyExpectedMs
    const look = () => {
      const isExpected = this.workers.some((worker) => !worker.hasBeenReady && !worker.hasEnded)
      if (!isExpected || this.surroundings.now() > until) return
      this.rouse()
      setTimeout(look, readyLookMs)
    }
    if (this.#options.mode === 'events') look()
  }

  /** What goes wrong in a timer is the run's trouble as well; who waits for results is told. */
  #tickSafely(): void {
    try {
      this.#tick()
    } catch (error) {
      this.#trouble ??= error
      this.rouse()
    }
  }

  #tick(): void {
    const now = this.surroundings.now()
    const isBeat = now - this.#beatAt >= heartbeatMs
    // Not to all at once: each is a look at a file.
    const listenEvery = Math.max(1, Math.floor(this.#settings.heartbeatTimeout / beatsBeforeSilence / heartbeatMs))
    this.#meter.tick(now, { nodes: this.#launcher.nodes, workers: this.size })
    if (now - this.#usageAt >= usageMs) this.#recordUsage()
    if (isBeat) this.#beat()
    if (isBeat) this.#checkSpace(now)
    for (const worker of this.workers) {
      worker.checkLife()
      if (!worker.hasEnded)
        this.#check(worker, now, isBeat && this.#beats % listenEvery === worker.number % listenEvery)
      if (worker.hasEnded || !worker.hasBeenReady) this.rouse()
    }
    if (this.#retired.size > 0 && isBeat) this.rouse()
    this.#launcher.pool?.tick(now)
    if (this.#isClosing) return
    if (this.#launcher.pool) this.#scale(this.#launcher.pool, now)
    this.#launchDue(now)
  }

  /** Asks for as many workers as have something to do, and gives back those that have had nothing to do for long. */
  #scale(pool: WorkerPool, now: number): void {
    const { workers: most = 1, minWorkers: least, idle } = this.#settings
    // The first shows whether the others can start.
    const wanted = this.#wasEverReady ? Math.min(most, Math.max(least, this.#demand)) : Math.min(1, this.#demand)
    for (let i = this.size + this.#relaunchAt.length; i < wanted; i++) this.#relaunchAt.push(now)
    for (const number of pool.warned) this.#workers.get(number)?.stop()
    const surplus = this.size - wanted
    if (surplus <= 0) return
    const idlers = this.workers.filter((worker) => !worker.hasEnded && worker.idleFor(now) > idle)
    const numbers = idlers.map(({ number }) => number)
    for (const number of pool.giveBack(numbers, surplus)) this.#workers.get(number)?.stop()
  }

  /** Launches who is due, no faster than the launcher's pace, as long as there is room. */
  #launchDue(now: number): void {
    const { pace } = this.#launcher
    let most = pace === 0 ? this.#relaunchAt.length : Math.max(1, Math.floor(tickMs / pace))
    this.#relaunchAt.sort((a, b) => a - b)
    while (most-- > 0 && this.#relaunchAt.length > 0 && this.#relaunchAt[0]! <= now) {
      if (!this.#launcher.hasRoom(this.#surroundingHosts) || !this.#mayLaunch()) return
      this.#relaunchAt.shift()
      this.launch()
    }
  }

  /** Whether the budget has room for one more worker. Those that live go on without it; none left means the end. */
  #mayLaunch(): boolean {
    const refusal = this.#budget.launchRefusal
    if (refusal === undefined) return true
    if (this.size === 0) this.#spent = refusal
    return false
  }

  #recordUsage(): void {
    this.#usageAt = this.surroundings.now()
    this.#meter.tick(this.#usageAt, { nodes: this.#launcher.nodes, workers: this.size })
    try {
      this.#options.record.recordUsage(this.usage)
    } catch (error) {
      if (!this.#isClosing) throw error
    }
  }

  #check(worker: WorkerProcess, now: number, listens: boolean): void {
    const { timeout, heartbeatTimeout, pollInterval } = this.#settings
    // What was sent may be seen late, and so may the answer.
    const margin = timeoutMarginMs + (this.#options.mode === 'poll' ? 2 * longestPause(pollInterval) : 0)
    // Also of one that holds nothing: its launcher may hang, and it would be given work.
    if (listens && worker.hasBeenReady && worker.silence() > heartbeatTimeout) {
      this.restart(worker, `its heart has been silent for ${Math.round(worker.silence() / 1000)} s`, 'silent')
    } else if (worker.stuckFor(now) > stuckLimitMs) {
      worker.isDamaged = true
      this.restart(worker, 'its pipe has shown half a message for too long')
    } else if (timeout !== undefined && worker.isOverdue(now, timeout + margin)) {
      worker.timedOut = overdue(timeout)
      this.restart(worker, 'it was ended since its simulation ran over its timeout')
    }
  }

  /** Workers that cannot write their results cannot say so either: they wait, and so would the run. */
  #checkSpace(now: number): void {
    if (!this.workers.some((worker) => worker.isOverdue(now, spaceCheckMs))) return
    const { bavail, bsize } = statfsSync(this.#options.directory)
    if (bavail * bsize >= leastBytes) return
    throw Object.assign(new Error('no space left on the device'), { code: 'ENOSPC' })
  }

  #beat(): void {
    this.#heart.beat()
    this.#beats++
    this.#beatAt = this.surroundings.now()
  }
}

/** Milliseconds between two beats of a worker's heart, which are also its looks at the runner's. */
export function workerHeartbeat({ heartbeatTimeout, grace }: RunnerSettings): number {
  return Math.max(heartbeatMs, Math.min(heartbeatTimeout, grace) / beatsBeforeSilence)
}

function overdue(timeout: number): FailureCause {
  const message = `The simulation took longer than ${timeout} ms and did not heed its signal, so that its worker was ended.`
  return { kind: 'timeout', message }
}
