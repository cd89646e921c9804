import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import type { LaunchedProcess, ProcessEnd } from '../../src/system/process-group.ts'
import type {
  EndExplanation,
  EndedWorker,
  Launcher,
  PlacedWorker,
  Prospect,
  WorkerPlace,
  WorkerPool,
} from '../runner/launcher.ts'
import { workerCommand } from '../runner/worker-command.ts'
import { goneWorkers } from './allocation.ts'
import { askMeanwhile, findOnPath } from './ask.ts'
import { openPilots, PilotJob, type PilotOptions, pilotNumbers } from './pilot-job.ts'
import { pilotsDirectory } from './pilot-protocol.ts'
import { arrayOf, askForJobMeanwhile, hasEnded, jobsOfScriptsIn, listJobs } from './queue.ts'
import { explainSbatchEnd } from './sbatch-ends.ts'
import { Submissions } from './submissions.ts'

/** How often pilots are listened to; what workers say goes past them. */
const listenMs = 500
/** A controller that is away must not hold up the run. */
const patienceMs = 20_000
/** How long a run's end waits for pilots to leave. */
const leaveMs = 5000
/** When Slurm is asked what is ending a job, after that was heard: it takes a moment to end it. */
const endMs = 2000
/** How long it is waited before it is asked whether jobs are still listed, which are cancelled then. */
const cancelPausesMs = [0, 500, 2000, 5000]

/** Workers in batch jobs that the runner submits from wherever it is, each job with room for several of one node. */
export class SbatchLauncher implements Launcher, WorkerPool {
  readonly pace = 0
  readonly hasScout = true
  readonly pool = this
  readonly #settings: RunnerSettings
  readonly #pilots: PilotJob[] = []
  /** Pilots by worker, also of workers that have ended. */
  readonly #pilotOf = new Map<number, PilotJob>()
  #directory = ''
  #run = ''
  #nextNumber = 1
  #listenedAt = 0
  #talkedAt = Number.NEGATIVE_INFINITY
  #isTalking = false
  /** The first two submissions do not wait for their turn: the first worker's, and the one after it has shown the way. */
  #promptSubmissions = 2
  #benched: readonly string[] = []
  readonly #submissions: Submissions
  /** What went wrong while nobody waited. */
  #trouble: unknown
  readonly #say: (sentence: string) => void

  /** @param say is told what Slurm does not take, and what is done about it */
  constructor(settings: RunnerSettings, say: (sentence: string) => void = () => {}) {
    this.#settings = settings
    this.#say = say
    this.#submissions = new Submissions(settings, say)
  }

  get nodes(): number {
    return new Set(this.#pilots.flatMap(({ node }) => node ?? [])).size
  }

  command(place: WorkerPlace): readonly string[] {
    return workerCommand(this.#settings, place)
  }

  launch(place: WorkerPlace): LaunchedProcess {
    const { worker, epoch, benched } = place
    this.#benched = benched
    const isOpen = (pilot: PilotJob) => pilot.hasRoom && !benched.includes(pilot.node ?? '')
    const pilot = this.#pilots.find(isOpen) ?? this.#addPilot()
    this.#pilotOf.set(worker, pilot)
    const { tasksPerWorker: tasks, gpusPerWorker: gpus } = this.#settings
    const order = { worker, command: this.command(place), epoch, tasks, gpus }
    return { pid: undefined, ended: pilot.start(order) }
  }

  hasRoom(): boolean {
    return true // there is a queue
  }

  distrust(): void {
    // Slurm chooses the node.
  }

  adopt(directory: string, run: string, workers: readonly EndedWorker[]): ReadonlyMap<number, Promise<ProcessEnd>> {
    this.#directory = directory
    this.#run = run
    this.#nextNumber = Math.max(0, ...pilotNumbers(directory)) + 1
    const ends = new Map<number, Promise<ProcessEnd>>()
    for (const number of openPilots(directory)) {
      const pilot = PilotJob.adopt(directory, number, this.#pilotOptions)
      const mine = workers.filter(({ provenance }) => provenance.pilot === String(number))
      for (const worker of mine) {
        this.#pilotOf.set(worker.number, pilot)
        ends.set(worker.number, pilot.adoptWorker(worker.number))
      }
      // One that has not begun would start workers that nobody knows any more.
      if (pilot.node === undefined) pilot.leave()
      if (pilot.node === undefined && pilot.job === undefined) pilot.close()
      else this.#pilots.push(pilot)
    }
    return ends
  }

  tick(now: number): void {
    if (this.#trouble !== undefined) throw this.#trouble
    if (now - this.#listenedAt >= listenMs) {
      this.#listenedAt = now
      this.#listen()
    }
    const isNew = this.#pilots.some(({ isToBeSubmitted }) => isToBeSubmitted)
    const isEnding = this.#pilots.some(
      ({ endingSince = now }) => this.#talkedAt < endingSince + endMs && endingSince + endMs <= now,
    )
    const isPrompt = (isNew && this.#promptSubmissions > 0) || isEnding
    if (this.#isTalking || (!isPrompt && now - this.#talkedAt < this.#settings.slurmInterval)) return
    if (isNew && !isEnding) this.#promptSubmissions--
    this.#talkedAt = now
    void this.#talk()
  }

  /** Those of idle workers that can be given back since their whole pilot is idle, at most so many. */
  giveBack(idle: readonly number[], most: number): readonly number[] {
    const given: number[] = []
    for (const pilot of this.#pilots) {
      const { workers, isLeaving } = pilot
      const isIdle = workers.length > 0 && workers.every((worker) => idle.includes(worker))
      if (isLeaving || !isIdle || given.length + workers.length > most) continue
      given.push(...workers)
      pilot.leave()
    }
    return given
  }

  /** Workers whose job's time is nearly over: they are to finish what they have begun. */
  get warned(): readonly number[] {
    return this.#pilots.flatMap((pilot) => (pilot.isWarned ? pilot.workers : []))
  }

  explain({ number }: EndedWorker, end: ProcessEnd): EndExplanation | undefined {
    const pilot = this.#pilotOf.get(number)
    return pilot && explainSbatchEnd(pilot, end, this.#directory)
  }

  cancel({ number }: Pick<EndedWorker, 'number'>, signal: 'TERM' | 'KILL'): void {
    this.#pilotOf.get(number)?.signal(number, `SIG${signal}`)
  }

  gone<W extends PlacedWorker>(workers: readonly W[]): readonly W[] {
    return goneWorkers(workers)
  }

  release(): void {
    for (const pilot of this.#pilots) pilot.leave()
    void this.#cancelWaiting()
  }

  async close(): Promise<void> {
    for (const pilot of this.#pilots) pilot.leave()
    await this.#cancelWaiting()
    const begin = performance.now()
    const isAwaited = (pilot: PilotJob) => !pilot.isOver && pilot.node !== undefined
    while (this.#pilots.some(isAwaited) && performance.now() - begin < leaveMs) {
      await setTimeout(50)
      for (const pilot of this.#pilots) pilot.read()
    }
    await this.#cancelJobs(this.#pilots.filter(isAwaited))
    for (const pilot of this.#pilots) pilot.close()
    await this.#cancelRest(new Set(this.#pilots.flatMap(({ job, hasLeft }) => (hasLeft ? (job ?? []) : []))))
    this.#pilots.length = 0
  }

  /**
   * Cancels what Slurm still lists for this run: it may have taken jobs without saying so, or have missed that they were
   * cancelled.
   * @param leaving jobs that end by themselves
   */
  async #cancelRest(leaving: ReadonlySet<string>): Promise<void> {
    if (!existsSync(pilotsDirectory(this.#directory))) return
    let jobs: readonly string[] = []
    for (const pause of cancelPausesMs) {
      await setTimeout(pause)
      const listed = await jobsOfScriptsIn(pilotsDirectory(this.#directory))
      jobs = listed?.flatMap(({ job }) => (leaving.has(job) ? [] : [job])) ?? []
      if (jobs.length === 0) return
      await cancel(jobs)
    }
    this.#say(`Slurm still lists jobs of this run, which have nothing to do any more: scancel ${jobs.join(' ')}`)
  }

  abandon(): void {
    for (const pilot of this.#pilots) pilot.abandon()
    this.#pilots.length = 0
  }

  #addPilot(): PilotJob {
    const pilot = PilotJob.create(this.#directory, this.#nextNumber++, this.#pilotOptions)
    this.#pilots.push(pilot)
    return pilot
  }

  get #pilotOptions(): PilotOptions {
    const { workersPerJob, heartbeatTimeout } = this.#settings
    return { slots: workersPerJob, patience: heartbeatTimeout / 2 } // before its workers are taken for silent
  }

  #listen(): void {
    for (const pilot of [...this.#pilots]) {
      pilot.read()
      if (!pilot.isOver) continue
      if (pilot.isDamaged) void this.#cancelJobs([pilot])
      pilot.close()
      this.#pilots.splice(this.#pilots.indexOf(pilot), 1)
    }
  }

  /** Says all that there is to say to Slurm, with at most one call of each kind. */
  async #talk(): Promise<void> {
    this.#isTalking = true
    try {
      const isSure = await this.#submissions.submit(this.#pilots, {
        directory: this.#directory,
        run: this.#run,
        benched: this.#benched,
      })
      if (!isSure) this.#promptSubmissions = 0
      await this.#ask()
      await this.#cancelWaiting()
    } catch (error) {
      this.#trouble ??= error // a full disk, for one
    } finally {
      this.#isTalking = false
    }
  }

  async #ask(): Promise<void> {
    const submitted = this.#pilots.filter(({ job }) => job !== undefined)
    if (submitted.length === 0) return
    const states = await listJobs([...new Set(submitted.map(({ job }) => arrayOf(job!)))])
    if (states === undefined) return
    for (const pilot of submitted) pilot.state = states.get(pilot.job!) ?? pilot.state
    // A list may come from a cache: a job that is missing in it is asked for by itself.
    for (const pilot of submitted.filter(({ job }) => !states.has(job!))) {
      const state = await askForJobMeanwhile(pilot.job!)
      if (state !== undefined && hasEnded(state.state)) pilot.state = state
    }
  }

  /** Those that are to leave and have not begun. */
  #cancelWaiting(): Promise<void> {
    const isWaiting = ({ isLeaving, node, isOver }: PilotJob) => isLeaving && node === undefined && !isOver
    return this.#cancelJobs(this.#pilots.filter(isWaiting))
  }

  /** Those of some pilots that have a job. If they have ended, or Slurm is away, they leave for want of a runner. */
  #cancelJobs(pilots: readonly PilotJob[]): Promise<void> {
    return cancel(pilots.flatMap(({ job }) => job ?? []))
  }
}

async function cancel(jobs: readonly string[]): Promise<void> {
  if (jobs.length > 0) await askMeanwhile('scancel', ['--quiet', ...jobs], patienceMs)
}

/** What is to be known before anything is started. */
export function sbatchProspect({ workers, minWorkers }: RunnerSettings): Prospect {
  if (findOnPath('sbatch') === undefined) {
    return {
      refusal: '--launcher sbatch submits jobs to Slurm, and sbatch is not found on PATH: run it where Slurm is.',
    }
  }
  if (workers === undefined) {
    return { refusal: '--launcher sbatch needs to know how many workers there may be at most: give --workers.' }
  }
  if (minWorkers > workers) {
    return { refusal: `runner.minWorkers needs at most runner.workers (${workers}), got ${minWorkers}.` }
  }
  return { workers }
}
