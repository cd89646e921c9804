import { relative } from 'node:path'
import { asRecorded } from '../../src/core/as-recorded.ts'
import { type Evaluation, isFailed, type Judge } from '../../src/core/evaluation.ts'
import { type Individual, nameOf } from '../../src/core/individual.ts'
import {
  type GenerationDetails,
  type ProposedIndividual,
  proposedAs,
  type ReportRecord,
  type RunRecord,
  type WorkerEnd,
} from '../../src/core/record.ts'
import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import type { Space } from '../../src/core/space.ts'
import type { Trajectory } from '../../src/core/trajectory.ts'
import type { Deadline } from '../../src/system/deadline.ts'
import { PipeDamaged } from '../channel/pipe-file.ts'
import { type AttemptKey, protocolVersion, type Result } from '../channel/protocol.ts'
import { type RunFile, writeRunFile } from '../channel/run-file.ts'
import { type WakeUpMode, wakeUpMode } from '../channel/wake-up.ts'
import { Accounts } from './accounts.ts'
import { deal } from './dealing.ts'
import { Durations } from './durations.ts'
import { FirstOutcomes, type FirstOutcomesStore } from './first-outcomes.ts'
import { Fleet } from './fleet.ts'
import { leaveInherited } from './inherited-jobs.ts'
import type { Job } from './job.ts'
import type { Launcher } from './launcher.ts'
import { emptyPrinted, packPrinted } from './log-archive.ts'
import { type Answer, type Fault, isSure, OpenJobs, type StandInFor } from './open-jobs.ts'
import { Outlasted } from './outlasted.ts'
import { Rounds, workerHeartbeat } from './rounds.ts'
import type { RunnerFailure } from './runner-failure.ts'
import { hasTime, type Stop, stopNow, type TimeEnd, TimeLeft } from './time-left.ts'
import type { WorkerProcess } from './worker-process.ts'

/** What the runner needs to know of the run that it serves. */
export interface RunnerOptions {
  readonly directory: string
  /** The run's identity, in every pipe's first frame. */
  readonly run: string
  /** Individuals go to workers as the values of their parameters, in its order. */
  readonly space: Pick<Space, 'toValues' | 'dimension'>
  readonly settings: RunnerSettings
  readonly launcher: Launcher
  readonly record: RunRecord & RunnerRecord & FirstOutcomesStore
  readonly optimizee: RunFile['optimizee']
  /** How many individuals are simulated at once; one by default. */
  readonly batch?: number
  /** Makes who takes the place of one that failed for good, where that is the policy. */
  readonly standInFor?: StandInFor
  /** How results are judged by constraints, where there are any. */
  readonly judge?: Judge | undefined
  /** When all must be over: nothing is begun that would hardly end before. */
  readonly deadline?: Deadline
}

/** The part of the record that holds generations. */
export interface RunnerRecord {
  addGeneration(generation: number, individuals: readonly ProposedIndividual[], details: GenerationDetails): void
}

/** What was stored in one transaction: evaluations, and who takes the places of those that failed for good. */
export interface Collected {
  readonly evaluations: readonly Evaluation[]
  readonly standIns: readonly Individual[]
}

/** Gives individuals to long-lived workers, collects their results, has tried again what failed. */
export class Runner {
  readonly #options: RunnerOptions
  readonly #settings: RunnerSettings
  readonly #mode: WakeUpMode
  readonly #accounts: Accounts
  readonly #fleet: Fleet
  readonly #rounds: Rounds
  readonly #jobs: OpenJobs
  readonly #first: FirstOutcomes
  readonly #durations = new Durations()
  readonly #outlasted = new Outlasted()
  readonly #time: TimeLeft
  #isOpen = false
  #reports: ReportRecord[] = []
  #stop: Stop | undefined

  constructor(options: RunnerOptions) {
    const { directory, run, settings, launcher, record } = options
    this.#options = options
    this.#settings = settings
    this.#mode = wakeUpMode(settings, directory)
    this.#time = new TimeLeft(settings, options.deadline)
    this.#accounts = new Accounts(settings, directory, record, performance.now())
    const accounts = this.#accounts
    this.#fleet = new Fleet({ directory, run, settings, launcher, record, accounts, mode: this.#mode })
    this.#rounds = new Rounds(directory, settings, this.#mode, this.#fleet, accounts)
    this.#jobs = new OpenJobs(settings, record.epoch, options.standInFor, options.judge)
    this.#first = new FirstOutcomes(record, settings.giveUpAfter)
  }

  /** The number of workers that are launching or at work. */
  get workerCount(): number {
    return this.#fleet.living.length
  }

  /** Why it stopped by itself with nothing wrong: its time or its machines were at an end. */
  get stopReason(): string | undefined {
    const { bereftOf } = this.#fleet
    return bereftOf ? `a worker ${bereftOf.words}` : this.#stop?.reason
  }

  /** Whether it stopped only since its time or its machines were at an end, and nobody wished it to. */
  get isOutOfTime(): boolean {
    return this.stopReason !== undefined && !this.#stop?.isSpent && this.#fleet.bereftOf?.detail !== 'cancelled'
  }

  /** Writes what every worker must know, once a run. */
  prepareRunFile(): void {
    writeRunFile(this.#options.directory, runFileOf(this.#options, this.#mode))
  }

  /** The command that starts a worker, as the settings have it. */
  produceRunCommand(worker: number): readonly string[] {
    return this.#fleet.commandOf(worker)
  }

  /** Takes over the workers that an earlier runner start has left, and launches as many as are missing. */
  launchWorkers(): void {
    this.#isOpen = true
    this.#rounds.begin()
    this.#fleet.open()
  }

  /** Starts one more worker process. */
  launchWorker(): WorkerProcess {
    return this.#fleet.launch()
  }

  /**
   * Ends a worker at once and has another take its place. What it held is simulated again, as after a crash.
   * @throws RangeError if no worker has that number now
   */
  restartWorker(number: number, why = 'it was to be restarted'): void {
    const worker = this.#fleet.workers.find((worker) => worker.number === number)
    if (!worker) {
      const living = this.#fleet.workers.map(({ number }) => number).join(', ') || 'none'
      throw new RangeError(`restartWorker needs the number of a worker that is there (${living}), got ${number}`)
    }
    this.#fleet.restart(worker, { type: 'given up', kind: 'worker-lost', why })
  }

  /**
   * Has an individual simulated again, by whichever worker is free; the worker that simulates it is restarted.
   * @throws RangeError if it waits for no evaluation
   */
  restartIndividual(generation: number, index: number, replicate = 0): void {
    const name = nameOf({ generation, index, replicate })
    if (!this.#jobs.isOpen(name)) throw new RangeError(`individual ${name} waits for no evaluation`)
    const holds = ({ held }: WorkerProcess) => held.list().some(({ individual }) => individual.name === name)
    const holder = this.#fleet.workers.find(holds)
    if (holder) this.restartWorker(holder.number, `individual ${name} was to be simulated again`)
  }

  /**
   * Stores the newest generation.
   * @param after how many evaluations the optimizer had been told when it proposed it
   */
  dumpTraj(trajectory: Trajectory, after: number, details: GenerationDetails = {}): void {
    const { generation, proposals } = trajectory
    const individuals = trajectory.individuals().map((individual, i) => proposedAs(individual, proposals[i], after))
    this.#options.record.addGeneration(generation, individuals, details)
  }

  /**
   * Simulates the newest generation of a trajectory.
   *
   * @param signal when aborted, nothing is handed out any more; what runs is waited for, up to the setting `drain`
   * @returns evaluations as they are stored, in the order in which they came, and the stand-ins that were stored with these
   * @throws RunnerFailure if no worker starts, or if an individual failed for good and that is to stop the search
   */
  run(trajectory: Trajectory, signal: AbortSignal): AsyncGenerator<Collected> {
    return this.simulateGeneration(trajectory.individuals(), signal)
  }

  /** Has further individuals simulated by the search that goes on; they are new. */
  addIndividuals(individuals: readonly Individual[]): void {
    for (const individual of individuals) this.#jobs.queue(this.#jobs.open(individual))
  }

  /** As `run`, for individuals of any generations; those that are added meanwhile are simulated as well. */
  async *simulateGeneration(individuals: readonly Individual[], signal: AbortSignal): AsyncGenerator<Collected> {
    const rouse = () => this.#fleet.alarm.rouse()
    signal.addEventListener('abort', rouse)
    try {
      this.#addJobs(individuals)
      if (this.#jobs.size > 0 && !this.#isOpen) this.launchWorkers()
      this.#first.look()
      let stopAt: number | undefined
      while (this.#jobs.size > 0) {
        this.#fleet.demand = this.#jobs.size
        if (signal.aborted || this.#failure || this.#isTimeOver()) {
          stopAt ??= this.#now() + this.#drain
          if (!this.#stopBusy(stopAt)) break
        } else {
          this.#handOut()
        }
        await this.#fleet.alarm.rest()
        if (this.#rounds.trouble !== undefined) throw this.#rounds.trouble
        const collected = this.#collect(signal.aborted)
        if (collected.evaluations.length > 0) yield collected
      }
      if (this.#failure) throw this.#failure
    } finally {
      signal.removeEventListener('abort', rouse)
      this.#jobs.clear()
    }
  }

  /** Reads what the workers have written since, stores it in one transaction, and gives the evaluations it decided. */
  collectResultsFromRun(): Collected {
    return this.#collect(false)
  }

  /** Packs what the individuals of a generation printed into one file; none if they printed nothing. */
  async createZipfile(generation: number): Promise<void> {
    const { directory, record } = this.#options
    const printed = record.printedIn(generation)
    if (printed.length === 0) return
    await packPrinted(directory, generation, printed)
    record.markPacked(generation)
    for (const worker of this.#fleet.workers) if (worker.held.size === 0) emptyPrinted(worker.channel)
  }

  /** Ends all workers: asks, waits, kills. */
  async closeWorkers(): Promise<void> {
    try {
      await this.#fleet.close()
      this.#rounds.accountAtLast()
    } finally {
      await this.abandon()
    }
  }

  /** Ends all workers at once, without waiting; for the moments in which nothing else is possible. */
  killWorkers(): void {
    this.#fleet.kill()
  }

  /** Lets go of everything and ends nothing: the run belongs to another runner now. */
  async abandon(): Promise<void> {
    await this.#rounds.end()
    await this.#fleet.abandon()
  }

  get #failure(): RunnerFailure | undefined {
    return this.#jobs.failure ?? this.#first.failure ?? this.#fleet.failure
  }

  #now(): number {
    return this.#fleet.surroundings.now()
  }

  #addJobs(individuals: readonly Individual[]): void {
    if (individuals.length === 0) return
    const generations = [...new Set(individuals.map(({ generation }) => generation))]
    const known = generations.flatMap((generation) => this.#options.record.triedBefore(generation))
    const tried = new Map(known.map((one) => [nameOf(one), one]))
    const jobs = individuals.map((individual) => this.#jobs.open(individual, tried.get(individual.name)))
    for (const job of leaveInherited(jobs, this.#fleet.workers)) this.#jobs.queue(job)
  }

  // Time

  get #end(): TimeEnd {
    return this.#time.first(this.#accounts.timeLeft(this.#fleet.nodes))
  }

  /** Whether nothing more can be done: what runs is to be stopped then, if anything does. */
  #isTimeOver(): boolean {
    this.#stop ??= this.#outlasted.stop
    if (this.stopReason !== undefined) return true
    const refusal = this.#accounts.refusal(this.#now())
    const isIdle = this.#fleet.workers.every(({ held }) => held.size === 0)
    const { drain } = this.#settings
    this.#stop = stopNow(this.#end, { refusal, isIdle, drain, mostMs: this.#mostMs })
    return this.#stop !== undefined
  }

  /** What hardly anything that a worker begins exceeds: a batch takes as long as the shares of its individuals together. */
  get #mostMs(): number | undefined {
    const { most } = this.#durations
    return most === undefined ? undefined : most * (this.#options.batch ?? 1)
  }

  /** How long a stop waits for what runs. */
  get #drain(): number {
    const { drain } = this.#settings
    return this.#stop?.isSpent ? drain : Math.min(drain, Math.max(0, this.#end.left))
  }

  #handOut(): void {
    if (!hasTime(this.#end, this.#mostMs)) return
    const { space, settings, batch = 1 } = this.#options
    deal(this.#jobs, this.#fleet.workers, { space, settings, batch, mode: this.#mode, meanMs: this.#durations.mean })
  }

  // Stopping

  /** Asks the workers that simulate to finish and leave; false when there is none left. */
  #stopBusy(stopAt: number): boolean {
    this.#fleet.beginClosing()
    const busy = this.#fleet.workers.filter((worker) => worker.held.size > 0)
    const { bereftOf } = this.#fleet
    for (const worker of busy) {
      // A worker whose machine is taken away is not asked to leave, so that what it held is known as lost.
      if (!bereftOf) worker.stop()
      const overdue = this.#now() - stopAt
      if (overdue <= 0 || worker.hasEnded) continue
      if (bereftOf) worker.giveUp({ ...machineTaken, detail: bereftOf.detail })
      else this.#fleet.press(worker, overdue)
    }
    return busy.length > 0
  }

  // Taking in

  #collect(isStopping: boolean): Collected {
    const touched: WorkerProcess[] = []
    const ends: WorkerEnd[] = []
    this.#fleet.listen(this.#durations.least)
    for (const worker of this.#fleet.retired) if (this.#read(worker)) touched.push(worker)
    for (const worker of this.#fleet.workers) {
      const hasEnded = worker.hasEnded // before its pipe is read, to the end then
      if (this.#read(worker)) touched.push(worker)
      if (hasEnded) ends.push(this.#remove(worker, isStopping))
      else if (worker.hasEnded) this.#fleet.alarm.rouse()
    }
    const { attempts, standIns, evaluations } = this.#jobs.takeDecisions()
    if (attempts.length + this.#reports.length + touched.length + ends.length > 0) {
      const positions = touched.map((worker) => worker.position)
      this.#options.record.commit({ attempts, standIns, reports: this.#reports, positions, ends })
      for (const worker of touched) worker.discardRead()
    }
    if (evaluations.some(isFailed)) this.#first.look()
    this.#reports = []
    return { evaluations, standIns: standIns.map(({ individual }) => individual) }
  }

  /** True if anything was read from the worker's pipe. */
  #read(worker: WorkerProcess): boolean {
    let read = false
    try {
      for (const message of worker.receive(this.#durations.least)) {
        read = true
        switch (message.type) {
          case 'hello':
            this.#fleet.onHello(worker)
            break
          case 'ready':
            this.#fleet.onReady()
            break
          case 'results':
            for (const [result, ended] of withEnds(message.results, Date.now())) this.#take(worker, result, ended)
            break
          case 'report':
            for (const [step, value] of message.values) this.#reports.push(reportOf(message.key, step, value))
            break
          case 'leaving':
          case 'refused':
          case 'next':
            break
        }
      }
    } catch (error) {
      if (!(error instanceof PipeDamaged)) throw error
      const why = `its pipe is damaged: ${error.message}`
      this.#fleet.restart(worker, { type: 'given up', kind: 'channel-damaged', why })
    }
    return read
  }

  #take(worker: WorkerProcess, result: Result, ended: number): void {
    const [key, milliseconds, fitness] = result
    const job = worker.held.take(key)
    this.#durations.add(milliseconds)
    this.#accounts.addBusy(milliseconds)
    const isFailure = this.#jobs.onAnswer(job, key, answerOf(result, worker, job, ended))
    if (fitness) {
      this.#fleet.onSuccess(worker)
      this.#outlasted.onSuccess()
    } else if (isFailure) this.#fleet.onFailure(worker, job!.individual.name)
  }

  /** A worker has ended and its pipe has been read: what it had begun is lost, the rest is handed out again. */
  #remove(worker: WorkerProcess, isStopping: boolean): WorkerEnd {
    const { begun, isFault } = worker.blame(isStopping)
    const held = worker.held.list()
    if (worker.wasLate && this.#jobs.waiting > 0) this.#outlasted.onLateStart()
    const { batch = 1 } = this.#options
    const lost = held.slice(0, { any: held.length, first: batch, none: 0 }[begun]).filter((job) => this.#jobs.has(job))
    for (const job of lost) this.#lose(job, worker, { isFault, among: lost.length })
    for (const job of held) if (this.#jobs.has(job) && !lost.includes(job)) this.#jobs.queue(job)
    return this.#fleet.remove(worker)
  }

  #lose(job: Job, worker: WorkerProcess, fault: Fault): void {
    const { individual, epoch, attempt } = job
    const cause = worker.causeOfLoss(relative(this.#options.directory, worker.channel))
    this.#jobs.onLoss(job, { individual, epoch, attempt, worker: worker.number, cause, ended: Date.now() }, fault)
    if (isSure(fault)) this.#fleet.onFailure(worker, individual.name)
    if (cause.detail === 'time-limit') this.#outlasted.onTimeLimit(individual.name)
  }
}

function runFileOf({ run, optimizee, settings, batch = 1 }: RunnerOptions, wakeUp: WakeUpMode): RunFile {
  const { pollInterval, grace, timeout } = settings
  const heartbeat = workerHeartbeat(settings)
  return { protocol: protocolVersion, run, optimizee, wakeUp, pollInterval, heartbeat, grace, timeout, batch }
}

function answerOf(result: Result, worker: WorkerProcess, job: Job | undefined, ended: number): Answer {
  const [[generation, index, replicate, epoch, attempt], milliseconds, fitness, cause, outputs, printed] = result
  return {
    individual: job?.individual ?? { generation, index, replicate },
    epoch,
    attempt,
    worker: worker.number,
    fitness: fitness ?? undefined,
    // Normalised as the record keeps it: a run that goes on after a stop is told the very same.
    outputs: asRecorded(outputs) ?? undefined,
    cause: asRecorded(cause) ?? undefined,
    milliseconds,
    printed: printed ?? undefined,
    began: ended - milliseconds,
    ended,
  }
}

/** No worker was asked to leave whose machine goes away, and it does not end by itself. */
const machineTaken = { type: 'given up', kind: 'worker-lost', why: 'its machine was taken away' } as const

/** Results with when each ended, in milliseconds since 1970: a worker simulates one after the other, and the last has come now. */
function withEnds(results: readonly Result[], now: number): (readonly [Result, number])[] {
  let ended = now
  return results
    .toReversed()
    .map((result) => {
      const end = ended
      ended -= result[1]
      return [result, end] as const
    })
    .reverse()
}

function reportOf([generation, index, replicate, , attempt]: AttemptKey, step: number, value: number): ReportRecord {
  return { individual: { generation, index, replicate }, attempt, step, value }
}
