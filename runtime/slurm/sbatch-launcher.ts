import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import type { LaunchedProcess, ProcessEnd } from '../../src/system/process-group.ts'
import { replaceFile } from '../channel/run-file.ts'
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
import { pilotScript } from './pilot-script.ts'
import { askForJobMeanwhile, hasEnded, jobsOfScript, listJobs } from './queue.ts'
import { explainSbatchEnd } from './sbatch-ends.ts'
import { afterRefusal, firstRequestSize, submitJob } from './submission.ts'

/** How often pilots are listened to; what workers say goes past them. */
const listenMs = 500
/** A controller that is away must not hold up the run. */
const patienceMs = 20_000
/** How long a run's end waits for pilots to leave. */
const leaveMs = 5000
/** When Slurm is asked what is ending a job, after that was heard: it takes a moment to end it. */
const endMs = 2000

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
  #requestSize = firstRequestSize
  /** Whether Slurm may have taken jobs without saying so. */
  #mayHaveMore = false
  /** What went wrong while nobody waited. */
  #trouble: unknown
  readonly #say: (sentence: string) => void

  /** @param say is told what Slurm does not take, and what is done about it */
  constructor(settings: RunnerSettings, say: (sentence: string) => void = () => {}) {
    this.#settings = settings
    this.#say = say
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
  }

  async close(): Promise<void> {
    this.release()
    const cancelled = this.#pilots.filter(({ node, job, isOver }) => node === undefined && job !== undefined && !isOver)
    await this.#cancelJobs(cancelled)
    const begin = performance.now()
    const isAwaited = (pilot: PilotJob) => !pilot.isOver && pilot.node !== undefined
    while (this.#pilots.some(isAwaited) && performance.now() - begin < leaveMs) {
      await setTimeout(50)
      for (const pilot of this.#pilots) pilot.read()
    }
    await this.#cancelJobs(this.#pilots.filter(isAwaited))
    for (const pilot of this.#pilots) pilot.close()
    this.#pilots.length = 0
    if (this.#mayHaveMore) await cancel(await jobsOfScript(this.#script))
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
      await this.#submit()
      await this.#ask()
      await this.#cancelJobs(this.#pilots.filter(({ isLeaving, node }) => isLeaving && node === undefined))
    } catch (error) {
      this.#trouble ??= error // a full disk, for one
    } finally {
      this.#isTalking = false
    }
  }

  async #submit(): Promise<void> {
    const waiting = this.#pilots.filter(({ isToBeSubmitted }) => isToBeSubmitted)
    const pilots = waiting.slice(0, this.#requestSize.most)
    if (pilots.length === 0) return
    const isArray = this.#requestSize.most > 1
    const submission = await submitJob([
      ...(isArray ? [`--array=0-${pilots.length - 1}`] : []),
      ...(this.#benched.length > 0 ? [`--exclude=${this.#benched.join(',')}`] : []),
      this.#writeScript(),
      ...pilots.map(({ number }) => String(number)),
    ])
    switch (submission.type) {
      case 'taken':
        this.#requestSize = { ...this.#requestSize, refusals: 0 }
        for (const [task, pilot] of pilots.entries())
          pilot.submitted(isArray ? `${submission.job}_${task}` : submission.job)
        return
      case 'unsure':
        // Asked again: a pilot that comes twice finds its own pipe there and ends.
        this.#mayHaveMore = true
        return
      case 'too-many':
        this.#onTooMany(pilots.length, submission.words)
        return
      case 'refused':
        for (const pilot of pilots) pilot.refusal = submission.words
    }
  }

  #onTooMany(asked: number, words: string): void {
    const isSecond = this.#requestSize.refusals > 0
    this.#requestSize = afterRefusal(this.#requestSize, asked)
    if (!isSecond) return
    const { most } = this.#requestSize
    const now =
      most < asked ? `${most} at once ${most === 1 ? 'is' : 'are'} asked for from now on` : 'it is asked again'
    this.#say(`Slurm does not take ${asked} more ${asked === 1 ? 'job' : 'jobs'} now (${words}): ${now}.`)
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

  /** Those of some pilots that have a job. If they have ended, or Slurm is away, they leave for want of a runner. */
  #cancelJobs(pilots: readonly PilotJob[]): Promise<void> {
    return cancel(pilots.flatMap(({ job }) => job ?? []))
  }

  get #script(): string {
    return join(pilotsDirectory(this.#directory), 'job.sh')
  }

  #writeScript(): string {
    mkdirSync(pilotsDirectory(this.#directory), { recursive: true })
    replaceFile(this.#script, pilotScript(this.#directory, this.#run, this.#settings))
    return this.#script
  }
}

async function cancel(jobs: readonly string[]): Promise<void> {
  if (jobs.length > 0) await askMeanwhile('scancel', ['--quiet', ...jobs], patienceMs)
}

/** `12_3` is of the array 12. */
const arrayOf = (job: string) => job.split('_')[0]!

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
