import { isFailed } from '../../src/core/evaluation.ts'
import { type Individual, type IndividualId, nameOf } from '../../src/core/individual.ts'
import { type GenerationDetails, proposedAs, type TriedBefore } from '../../src/core/record.ts'
import { show } from '../../src/core/text.ts'
import type { Trajectory } from '../../src/core/trajectory.ts'
import { writeRunFile } from '../channel/run-file.ts'
import { type WakeUpMode, wakeUpMode } from '../channel/wake-up.ts'
import { Accounts } from './accounts.ts'
import { type Collected, Collector } from './collector.ts'
import { deal } from './dealing.ts'
import { Durations } from './durations.ts'
import { FirstOutcomes } from './first-outcomes.ts'
import { Fleet } from './fleet.ts'
import { leaveInherited } from './inherited-jobs.ts'
import { emptyPrinted, packPrinted } from './log-archive.ts'
import { OpenJobs } from './open-jobs.ts'
import { Outlasted } from './outlasted.ts'
import { Rounds } from './rounds.ts'
import type { RunnerFailure } from './runner-failure.ts'
import { checkRunnerOptions, type RunnerOptions, runFileOf } from './runner-options.ts'
import { Stopping } from './stopping.ts'
import type { WorkerProcess } from './worker-process.ts'

/** Gives individuals to long-lived workers, collects their results, has tried again what failed. */
export class Runner {
  readonly #options: RunnerOptions
  readonly #mode: WakeUpMode
  readonly #fleet: Fleet
  readonly #rounds: Rounds
  readonly #jobs: OpenJobs
  readonly #first: FirstOutcomes
  readonly #durations = new Durations()
  readonly #collector: Collector
  readonly #stopping: Stopping
  readonly #rouse: () => void
  /** The signal that rouses it when it is aborted: that of the last search. */
  #heeded: AbortSignal | undefined
  #isOpen = false
  /** How many evaluations it has given since it was made. */
  #evaluated = 0

  constructor(options: RunnerOptions) {
    checkRunnerOptions(options)
    const { directory, run, settings, launcher, record, batch = 1, deadline } = options
    this.#options = options
    this.#mode = wakeUpMode(settings, directory)
    const accounts = new Accounts(settings, directory, record, performance.now())
    const fleet = new Fleet({ directory, run, settings, launcher, record, accounts, mode: this.#mode })
    const jobs = new OpenJobs(settings, record.epoch, options.standInFor, options.judge)
    const outlasted = new Outlasted()
    const parts = { fleet, accounts, jobs, outlasted, durations: this.#durations }
    this.#fleet = fleet
    this.#rouse = () => fleet.alarm.rouse()
    this.#jobs = jobs
    this.#rounds = new Rounds({ directory, settings, mode: this.#mode, fleet, accounts, heart: options.heart })
    this.#first = new FirstOutcomes(record, settings.giveUpAfter)
    this.#collector = new Collector({ directory, record, objectives: record.objectives.names.length, batch, ...parts })
    this.#stopping = new Stopping({ settings, deadline, batch, ...parts })
  }

  /** The number of workers that are launching or at work. */
  get workerCount(): number {
    return this.#fleet.living.length
  }

  /** Whether a search in which nothing works is not gone on with. */
  get givesUp(): boolean {
    return this.#options.settings.giveUpAfter > 0
  }

  /** Why it stopped by itself with nothing wrong: its time or its machines were at an end. */
  get stopReason(): string | undefined {
    return this.#stopping.reason
  }

  /** Whether it stopped only since its time or its machines were at an end, and nobody wished it to. */
  get isOutOfTime(): boolean {
    return this.#stopping.isOutOfTime
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

  /** Starts one more worker process, and gives its number. */
  launchWorker(): number {
    return this.#fleet.launch().number
  }

  /**
   * Ends a worker at once and has another take its place. What it held is simulated again, as after a crash.
   * @throws RangeError if no worker has that number now
   */
  restartWorker(number: number, why = 'it was to be restarted'): void {
    const worker = this.#fleet.workers.find((worker) => worker.number === number)
    if (!worker) {
      const living = this.#fleet.workers.map(({ number }) => number).join(', ') || 'none'
      throw new RangeError(`restartWorker needs the number of a worker that is there (${living}), got ${show(number)}`)
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

  /** Has individuals stopped that need not go on: what they reported last is their result, once they have reported anything. */
  stopIndividuals(individuals: readonly IndividualId[]): void {
    const names = new Set(individuals.map(nameOf))
    this.#jobs.stop(names)
    for (const worker of this.#fleet.workers) {
      worker.sayEnough(worker.held.list().filter(({ individual }) => names.has(individual.name)))
    }
  }

  /** Simulates as `run` does, individuals of any generations; those that are added meanwhile are simulated as well. */
  async *simulateGeneration(individuals: readonly Individual[], signal: AbortSignal): AsyncGenerator<Collected> {
    this.#heed(signal)
    try {
      this.#addJobs(individuals)
      if (this.#jobs.size > 0 && !this.#isOpen) this.launchWorkers()
      this.#first.look()
      let stopAt: number | undefined
      while (this.#jobs.size > 0) {
        this.#fleet.demand = this.#jobs.size
        if (signal.aborted || this.#failure || this.#stopping.isTimeOver()) {
          stopAt ??= this.#fleet.surroundings.now() + this.#stopping.drain
          if (!this.#stopping.stopBusy(stopAt)) break
        } else {
          this.#handOut()
        }
        await this.#fleet.alarm.rest()
        if (this.#rounds.trouble !== undefined) throw this.#rounds.trouble
        const collected = this.#collect(signal.aborted)
        if (collected.evaluations.length === 0 && !(this.#options.hearsReports && collected.hasReports)) continue
        this.#evaluated += collected.evaluations.length
        this.#options.heart.beforeComputing(this.#evaluated)
        this.#fleet.watch.pause() // nobody reads the pipes until whoever took this comes back
        yield collected
        this.#fleet.watch.resume()
      }
      if (this.#failure) throw this.#failure
    } finally {
      this.#fleet.watch.resume()
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
    if (!record.hasPrinted(generation)) return
    await packPrinted(directory, generation, record.printedIn(generation))
    record.markPacked(generation)
    for (const { number, held, channel } of this.#fleet.workers) {
      // Where the search goes on meanwhile, the files may hold more than this generation's part.
      if (held.size === 0 && !record.hasPrintedAfter(generation, number)) emptyPrinted(channel)
    }
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
    this.#heed(undefined)
    this.#rounds.end()
    await this.#fleet.abandon()
  }

  get #failure(): RunnerFailure | undefined {
    return this.#jobs.failure ?? this.#first.failure ?? this.#fleet.failure
  }

  /** Listens to one signal at a time, which is mostly that of the generation before. */
  #heed(signal: AbortSignal | undefined): void {
    if (signal === this.#heeded) return
    this.#heeded?.removeEventListener('abort', this.#rouse)
    this.#heeded = signal
    signal?.addEventListener('abort', this.#rouse)
  }

  #addJobs(individuals: readonly Individual[]): void {
    if (individuals.length === 0) return
    const tried = this.#triedBefore(individuals)
    const jobs = individuals.map((individual) => this.#jobs.open(individual, tried?.get(individual.name)))
    const { workers } = this.#fleet
    this.#jobs.queueAll(leaveInherited(jobs, workers))
    for (const worker of workers) {
      if (worker.held.size > 0) worker.sayEnough(worker.held.list().filter((job) => this.#jobs.isStopped(job)))
    }
  }

  /** What was tried in vain for these individuals, or others of their generations, by their names; undefined if nothing was. */
  #triedBefore(individuals: readonly Individual[]): ReadonlyMap<string, TriedBefore> | undefined {
    let tried: Map<string, TriedBefore> | undefined
    for (const generation of generationsOf(individuals)) {
      for (const one of this.#options.record.triedBefore(generation)) {
        tried ??= new Map()
        tried.set(nameOf(one), one)
      }
    }
    return tried
  }

  #handOut(): void {
    if (!this.#stopping.hasTimeForMore) return
    const { space, settings, batch = 1 } = this.#options
    deal(this.#jobs, this.#fleet.workers, {
      space,
      settings,
      batch,
      mode: this.#mode,
      meanMs: this.#durations.usual,
      record: this.#options.record,
    })
  }

  #collect(isStopping: boolean): Collected {
    const collected = this.#collector.collect(isStopping)
    if (collected.evaluations.some(isFailed)) this.#first.look()
    return collected
  }
}

function generationsOf(individuals: readonly IndividualId[]): ReadonlySet<number> {
  const generations = new Set<number>()
  let last: number | undefined
  for (let i = 0; i < individuals.length; i++) {
    const { generation } = individuals[i]!
    if (generation !== last) generations.add(generation)
    last = generation
  }
  return generations
}
