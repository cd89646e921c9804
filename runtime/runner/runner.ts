import { relative } from 'node:path'
import { type Evaluation, type FailureCause, stoppingFailure } from '../../src/core/evaluation.ts'
import { type Individual, nameOf } from '../../src/core/individual.ts'
import {
  type AttemptRecord,
  type Checkpoint,
  type GenerationDetails,
  isDeath,
  type ProposedIndividual,
  type ReportRecord,
  type RunRecord,
  type TriedBefore,
} from '../../src/core/record.ts'
import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import type { Space } from '../../src/core/space.ts'
import type { Trajectory } from '../../src/core/trajectory.ts'
import { Deadline } from '../../src/system/deadline.ts'
import { PipeDamaged } from '../channel/pipe-file.ts'
import { type AttemptKey, protocolVersion, type Result } from '../channel/protocol.ts'
import { type RunFile, writeRunFile } from '../channel/run-file.ts'
import { type WakeUpMode, wakeUpMode } from '../channel/wake-up.ts'
import { Durations } from './durations.ts'
import { Fleet, RunnerFailure, workerHeartbeat } from './fleet.ts'
import { isIndividualOf, isTriedAgain, type Job, JobQueue, keyOfJob } from './job.ts'
import type { Launcher } from './launcher.ts'
import { emptyPrinted, packPrinted } from './log-archive.ts'
import { lookAhead } from './look-ahead.ts'
import type { WorkerProcess } from './worker-process.ts'

/** What the runner needs to know of the run that it serves. */
export interface RunnerOptions {
  readonly directory: string
  /** The run's identity, in every pipe's first frame. */
  readonly run: string
  readonly space: Space
  readonly settings: RunnerSettings
  readonly launcher: Launcher
  readonly record: RunRecord & RunnerStore
  readonly optimizee: RunFile['optimizee']
  /** Stores and gives an individual to take the place of one that failed for good; none if there are enough. */
  readonly replace?: (failed: Individual) => Individual | undefined
  /** When all must be over: nothing is begun that would hardly end before. */
  readonly deadline?: Deadline
}

/** When nothing more can be simulated. */
interface End {
  /** In how many milliseconds. */
  readonly left: number
  readonly name: string
  /** Whether the run itself has set it: then other machines would be of no use. */
  readonly isSpent: boolean
}

/** The part of the record that holds generations. */
export interface RunnerStore {
  addGeneration(generation: number, individuals: readonly ProposedIndividual[], details: GenerationDetails): void
}

/** Gives individuals to long-lived workers, collects their results, has tried again what failed. */
export class Runner {
  readonly #options: RunnerOptions
  readonly #settings: RunnerSettings
  readonly #mode: WakeUpMode
  readonly #fleet: Fleet
  /** What is not decided yet. */
  readonly #jobs = new Set<Job>()
  readonly #queue = new JobQueue()
  #attempts: AttemptRecord[] = []
  #reports: ReportRecord[] = []
  #evaluations: Evaluation[] = []
  readonly #durations = new Durations()
  /** The end that the settings set; that of the machines is another. */
  readonly #deadline = new Deadline()
  #failure: RunnerFailure | undefined
  #stopReason: string | undefined
  /** Whether what is at its end is a budget of the run's own: then more machines would be of no use. */
  #isSpent = false

  constructor(options: RunnerOptions) {
    const { directory, run, settings, launcher, record } = options
    this.#options = options
    this.#settings = settings
    this.#mode = wakeUpMode(settings, directory)
    if (settings.deadline !== undefined) this.#deadline.setAt(Date.parse(settings.deadline))
    this.#fleet = new Fleet({ directory, run, settings, launcher, record, mode: this.#mode })
  }

  /** The number of workers that are launching or at work. */
  get workerCount(): number {
    return this.#fleet.size
  }

  /** Why it stopped by itself with nothing wrong: its time or its machines were at an end. */
  get stopReason(): string | undefined {
    return this.#fleet.stopReason ?? this.#stopReason
  }

  /** Whether it stopped only since its time or its machines were at an end, and nobody wished it to. */
  get isOutOfTime(): boolean {
    return this.stopReason !== undefined && !this.#isSpent && !this.#fleet.isCancelled
  }

  /** Writes what every worker must know, once a run. */
  prepareRunFile(): void {
    writeRunFile(this.#options.directory, {
      protocol: protocolVersion,
      run: this.#options.run,
      optimizee: this.#options.optimizee,
      wakeUp: this.#mode,
      pollInterval: this.#settings.pollInterval,
      heartbeat: workerHeartbeat(this.#settings),
      grace: this.#settings.grace,
      timeout: this.#settings.timeout,
    })
  }

  /** The command that starts a worker, as the settings have it. */
  produceRunCommand(worker: number): readonly string[] {
    return this.#fleet.commandOf(worker)
  }

  /** Takes over the workers that an earlier runner start has left, and launches as many as are missing. */
  launchWorkers(): void {
    this.#fleet.open()
  }

  /** Starts one more worker process. */
  launchWorker(): WorkerProcess {
    return this.#fleet.launch()
  }

  /** Ends a worker at once and has another take its place. What it held is simulated again. */
  restartWorker(worker: WorkerProcess, why: string): void {
    this.#fleet.restart(worker, why)
  }

  /** Has an individual simulated again, by whichever worker is free. */
  restartIndividual(job: Job): void {
    job.attempt++
    this.#queue.add(job)
  }

  /** Stores the newest generation with the checkpoint of the optimizer that waits for it. */
  dumpTraj(trajectory: Trajectory, checkpoint: Checkpoint, summary: Readonly<Record<string, unknown>>): void {
    const individuals = trajectory.individuals().map((individual) => ({ individual, after: checkpoint.told }))
    this.#options.record.addGeneration(trajectory.generation, individuals, { summary, checkpoint })
  }

  /**
   * Simulates the newest generation of a trajectory.
   *
   * @param signal when aborted, nothing is handed out any more; what runs is waited for, up to the setting `drain`
   * @returns evaluations as they are stored, in the order in which they came
   * @throws RunnerFailure if no worker starts, or if an individual failed for good and that is to stop the search
   */
  run(trajectory: Trajectory, signal: AbortSignal): AsyncGenerator<readonly Evaluation[]> {
    return this.simulateGeneration(trajectory.individuals(), signal)
  }

  /** As `run`, for individuals of one generation. */
  async *simulateGeneration(
    individuals: readonly Individual[],
    signal: AbortSignal,
  ): AsyncGenerator<readonly Evaluation[]> {
    const rouse = () => this.#fleet.rouse()
    signal.addEventListener('abort', rouse)
    try {
      this.#addJobs(individuals)
      let stopAt: number | undefined
      while (this.#jobs.size > 0) {
        this.#fleet.demand = this.#jobs.size
        if (signal.aborted || this.#failure || this.#fleet.failure || this.#isTimeOver()) {
          stopAt ??= this.#now() + this.#drain
          if (!this.#stopBusy(stopAt)) break
        } else {
          this.#handOut()
        }
        await this.#fleet.rest()
        if (this.#fleet.trouble !== undefined) throw this.#fleet.trouble
        const evaluations = this.collectResultsFromRun()
        if (evaluations.length > 0) yield evaluations
      }
      const failure = this.#failure ?? this.#fleet.failure
      if (failure) throw failure
    } finally {
      signal.removeEventListener('abort', rouse)
      this.#jobs.clear()
      this.#queue.clear()
    }
  }

  /** Reads what the workers have written since, stores it in one transaction, and gives the evaluations it decided. */
  collectResultsFromRun(): readonly Evaluation[] {
    const touched: WorkerProcess[] = []
    this.#fleet.listen(this.#durations.least)
    for (const worker of this.#fleet.retired) if (this.#read(worker)) touched.push(worker)
    for (const worker of this.#fleet.workers) {
      const hasEnded = worker.hasEnded // before its pipe is read: what it wrote last is then there to be read
      if (this.#read(worker)) touched.push(worker)
      if (hasEnded) this.#bury(worker)
      else if (worker.hasEnded) this.#fleet.rouse()
    }
    if (this.#attempts.length + this.#reports.length + touched.length > 0) {
      const positions = touched.map((worker) => worker.position)
      this.#options.record.commit({ attempts: this.#attempts, reports: this.#reports, positions })
      for (const worker of touched) worker.discardRead()
    }
    const evaluations = this.#evaluations
    this.#attempts = []
    this.#reports = []
    this.#evaluations = []
    return evaluations
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
    await this.#fleet.close()
  }

  /** Ends all workers at once, without waiting; for the moments in which nothing else is possible. */
  killWorkers(): void {
    this.#fleet.kill()
  }

  /** Lets go of everything and ends nothing: the run belongs to another runner now. */
  async abandon(): Promise<void> {
    await this.#fleet.abandon()
  }

  #now(): number {
    return this.#fleet.surroundings.now()
  }

  // Jobs

  #addJobs(individuals: readonly Individual[]): void {
    if (individuals.length === 0) return
    const tried = new Map(this.#options.record.triedBefore(individuals[0]!.generation).map((one) => [nameOf(one), one]))
    const jobs = individuals.map((individual) =>
      this.#addJob(individual, tried.size > 0 ? tried.get(individual.name) : undefined),
    )
    const held = this.#recoverHeld(jobs)
    for (const job of jobs) if (!held.has(job)) this.#queue.add(job)
  }

  #addJob(individual: Individual, before?: TriedBefore): Job {
    const { attempts = 0, failures = 0, deaths = 0 } = before ?? {}
    const { epoch } = this.#fleet.surroundings
    const job = { individual, attempt: attempts + 1, epoch, failures, deaths, isSuspect: deaths > 0 }
    this.#jobs.add(job)
    return job
  }

  /** What adopted workers were given by earlier runner starts and have not answered as far as their pipes were read. */
  #recoverHeld(jobs: readonly Job[]): Set<Job> {
    const held = new Set<Job>()
    const adopted = this.#fleet.workers.filter((worker) => worker.isAdopted && !worker.isRecovered)
    if (adopted.length === 0) return held
    const byName = new Map(jobs.map((job) => [job.individual.name, job]))
    for (const worker of adopted) {
      worker.isRecovered = true
      for (const [generation, index, replicate, epoch, attempt] of worker.assignments()) {
        const job = byName.get(nameOf({ generation, index, replicate }))
        if (!job || attempt < job.attempt || held.has(job)) continue
        job.attempt = attempt
        job.epoch = epoch
        worker.held.add(job)
        held.add(job)
      }
    }
    return held
  }

  // Time

  /** The end that comes first. */
  get #end(): End {
    const machines = { left: this.#options.deadline?.left ?? Number.POSITIVE_INFINITY, isSpent: false }
    const ends = [
      { ...machines, name: 'the end of its time' },
      { left: this.#deadline.left, isSpent: true, name: `its deadline (${this.#settings.deadline})` },
      { left: this.#fleet.budgetedTime, isSpent: true, name: this.#nodeHours },
    ]
    return ends.reduce((first, end) => (end.left < first.left ? end : first))
  }

  get #nodeHours(): string {
    return `the end of its budget of ${this.#settings.maxNodeHours} node-hours (maxNodeHours)`
  }

  /** Whether nothing more can be done: what runs is to be stopped then, if anything does. */
  #isTimeOver(): boolean {
    if (this.stopReason !== undefined) return true
    const { left, name, isSpent } = this.#end
    const refusal = this.#fleet.budgetRefusal
    const isIdle = this.#fleet.workers.every(({ held }) => held.size === 0)
    // Machines that are taken away leave no time for what a stop waits for; an end of the run's own making does.
    if (refusal !== undefined) this.#stop(refusal, true)
    else if (left <= (isSpent ? 0 : this.#settings.drain)) this.#stop(`${name} has come`, isSpent)
    else if (isIdle && !this.#canEndInTime) this.#stop(`no simulation would end before ${name}`, isSpent)
    return this.stopReason !== undefined
  }

  /** How long a stop waits for what runs. */
  get #drain(): number {
    const { drain } = this.#settings
    return this.#isSpent ? drain : Math.min(drain, Math.max(0, this.#end.left))
  }

  #stop(reason: string, isSpent: boolean): void {
    this.#stopReason ??= reason
    this.#isSpent ||= isSpent
  }

  /** Of simulations that have not been measured yet nothing is known: they get their chance. */
  get #canEndInTime(): boolean {
    return (this.#durations.most ?? 0) < this.#end.left
  }

  // Handing out

  #handOut(): void {
    if (!this.#canEndInTime) return
    const ready = this.#fleet.ready
    const wayMs = this.#mode === 'poll' ? 2 * this.#settings.pollInterval : 0
    for (const worker of ready.sort((a, b) => a.held.size - b.held.size)) {
      const waiting = this.#queue.size
      if (waiting === 0) return
      const limit = this.#settings.lookAhead
      const most = lookAhead({ meanMs: this.#durations.mean, waiting, workers: ready.length, limit, wayMs })
      // Refilled at half, so that the pipe is not written for every single answer.
      if (worker.held.size <= most / 2) this.#send(worker, most - worker.held.size)
    }
  }

  #send(worker: WorkerProcess, count: number): void {
    const jobs = this.#queue.take(count, worker.held.size > 0)
    if (jobs.length === 0) return
    const { space } = this.#options
    for (const job of jobs) job.epoch = this.#fleet.surroundings.epoch
    worker.send(
      jobs,
      jobs.map((job) => [keyOfJob(job), job.individual.seed, space.toValues(job.individual.parameters)] as const),
    )
  }

  /** Asks the workers that simulate to finish and leave; false when there is none left. */
  #stopBusy(stopAt: number): boolean {
    this.#fleet.beginClosing()
    const busy = this.#fleet.workers.filter((worker) => worker.held.size > 0)
    const { isBereft } = this.#fleet
    for (const worker of busy) {
      // Whose machine is taken away has not been asked to leave: what it held is to be known as lost.
      if (!isBereft) worker.stop()
      const overdue = this.#now() - stopAt
      if (overdue <= 0 || worker.hasEnded) continue
      if (isBereft) this.#fleet.giveUp(worker)
      else this.#fleet.press(worker, overdue)
    }
    return busy.length > 0
  }

  // Taking in

  /** True if anything was read from the worker's pipe. */
  #read(worker: WorkerProcess): boolean {
    let read = false
    try {
      for (const message of worker.receive(this.#durations.least)) {
        read = true
        switch (message.type) {
          case 'hello':
            this.#fleet.greet(worker)
            break
          case 'ready':
            this.#fleet.welcome()
            break
          case 'results':
            for (const result of message.results) this.#take(worker, result)
            break
          case 'report':
            for (const [step, value] of message.values) this.#reports.push(reportOf(message.key, step, value))
            break
          case 'refused':
          case 'next':
            break
        }
      }
    } catch (error) {
      if (!(error instanceof PipeDamaged)) throw error
      worker.isDamaged = true
      this.restartWorker(worker, `its pipe is damaged: ${error.message}`)
    }
    return read
  }

  #take(worker: WorkerProcess, result: Result): void {
    const [key, milliseconds, fitness, cause, outputs, printed] = result
    const job = worker.held.take(key)
    this.#durations.add(milliseconds)
    this.#fleet.addBusy(milliseconds)
    const record = {
      individual: job?.individual ?? { generation: key[0], index: key[1], replicate: key[2] },
      epoch: key[3],
      attempt: key[4],
      worker: worker.number,
      fitness: fitness ?? undefined,
      outputs: outputs ?? undefined,
      cause: cause ?? undefined,
      milliseconds,
      printed: printed ?? undefined,
    }
    if (fitness) this.#fleet.praise(worker)
    if (!job || !this.#isRunning(job, key)) this.#takeLate(key, record)
    else if (fitness) this.#accept(job, record)
    else this.#fail(job, worker, record, cause!)
  }

  /** Whether the key's attempt is the one that the evaluation waits for. */
  #isRunning(job: Job, key: AttemptKey): boolean {
    return this.#jobs.has(job) && job.epoch === key[3] && job.attempt === key[4]
  }

  /** An answer to an attempt that was given up: it decides if nothing else has, since it is as good as any other. */
  #takeLate(key: AttemptKey, record: Omit<AttemptRecord, 'verdict'>): void {
    const job = [...this.#jobs].find((open) => isIndividualOf(open, key))
    if (!job || !record.fitness) {
      this.#attempts.push({ ...record, verdict: 'late' })
      return
    }
    this.#accept(job, record)
    this.#queue.remove(job)
  }

  #accept(job: Job, record: Omit<AttemptRecord, 'verdict'>): void {
    this.#attempts.push({ ...record, verdict: 'accepted' })
    this.#jobs.delete(job)
    const { individual } = job
    this.#evaluations.push(
      record.fitness
        ? { individual, outcome: 'done', fitness: record.fitness, outputs: record.outputs }
        : { individual, outcome: 'failed', cause: record.cause! },
    )
  }

  #fail(job: Job, worker: WorkerProcess, record: Omit<AttemptRecord, 'verdict'>, cause: FailureCause): void {
    this.#fleet.blame(worker, job.individual.name)
    if (isDeath(cause)) job.deaths++
    else job.failures++
    if (isTriedAgain(job, cause, this.#settings)) {
      this.#attempts.push({ ...record, verdict: 'retried' })
      job.isSuspect ||= isDeath(cause)
      this.restartIndividual(job)
      return
    }
    this.#accept(job, record)
    if (this.#settings.onFailure === 'stop') {
      this.#failure ??= new RunnerFailure(stoppingFailure({ individual: job.individual, outcome: 'failed', cause }))
    } else if (this.#settings.onFailure === 'replace') {
      const replacement = this.#options.replace?.(job.individual)
      if (replacement) this.#queue.add(this.#addJob(replacement))
    }
  }

  /** A worker has ended and its pipe has been read: what it held is tried again, or has failed. */
  #bury(worker: WorkerProcess): void {
    // A worker that left as it was asked to had not begun what it still held.
    if (worker.isLeaving && !worker.wasTaken) this.#giveBack(worker)
    else this.#takeBack(worker)
    this.#fleet.bury(worker)
  }

  #giveBack(worker: WorkerProcess): void {
    for (const job of worker.held.list()) if (this.#jobs.has(job)) this.#queue.add(job)
  }

  #takeBack(worker: WorkerProcess): void {
    const held = worker.held.list().filter((job) => this.#jobs.has(job))
    const folder = relative(this.#options.directory, worker.channel)
    const cause: FailureCause = worker.timedOut ?? {
      kind: worker.isDamaged ? 'channel-damaged' : 'worker-lost',
      ...(worker.endDetail && { detail: worker.endDetail }),
      message: `Worker ${worker.number} is lost: ${worker.why}; what it printed is in ${folder}.`,
    }
    for (const job of held) {
      const { individual, epoch, attempt } = job
      const record = { individual, epoch, attempt, worker: worker.number, cause }
      if (held.length === 1 && !worker.isBlameless) {
        this.#fail(job, worker, record, cause)
        continue
      }
      this.#attempts.push({ ...record, verdict: 'lost' })
      job.isSuspect ||= !worker.isBlameless
      this.restartIndividual(job)
    }
  }
}

function reportOf([generation, index, replicate, , attempt]: AttemptKey, step: number, value: number): ReportRecord {
  return { individual: { generation, index, replicate }, attempt, step, value }
}
