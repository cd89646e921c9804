import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessEnd } from '../../src/system/process-group.ts'
import { PipeDamaged, PipeReader } from '../channel/pipe-reader.ts'
import { PipeWriter } from '../channel/pipe-writer.ts'
import { segmentsIn } from '../channel/segment.ts'
import {
  type FromPilot,
  type PilotHello,
  pilotDirectory,
  pilotsDirectory,
  type StartWorker,
  type ToPilot,
} from './pilot-protocol.ts'
import { hasEnded, type QueuedJob } from './queue.ts'

/** The file that names a pilot's job, and the one that says what became of it. */
const jobFile = 'job'
const endFile = 'ended'

export interface PilotOptions {
  /** How many workers it has room for. */
  readonly slots: number
  /** How many milliseconds it is waited for what Slurm says of the end of its job. */
  readonly patience: number
}

/** The launcher's side of one pilot: its job, and the workers that it was told to start. */
export class PilotJob {
  readonly number: number
  /** The job as Slurm lists it (`12_3`); undefined until it has been submitted. */
  job: string | undefined
  /** What has become of the job, as far as Slurm has said. */
  state: QueuedJob | undefined
  /** Why Slurm does not take the job, in its words. */
  refusal: string | undefined
  /** Whether its time is nearly over. */
  isWarned = false
  readonly #folder: string
  readonly #slots: number
  readonly #patience: number
  readonly #writer: PipeWriter
  readonly #reader: PipeReader
  readonly #workers = new Map<number, (end: ProcessEnd) => void>()
  /** What was said of workers before it was known that they are ours. */
  #unheard: readonly FromPilot[] = []
  #node: string | undefined
  #isLeaving = false
  #hasLeft = false
  #endingSince: number | undefined
  #isDamaged = false

  private constructor(directory: string, number: number, { slots, patience }: PilotOptions, segment: number) {
    this.number = number
    this.#slots = slots
    this.#patience = patience
    this.#folder = pilotDirectory(directory, number)
    mkdirSync(this.#folder, { recursive: true })
    this.#writer = new PipeWriter(this.#folder, 'to-pilot', { hello: { type: 'hello', pilot: number }, segment })
    this.#reader = new PipeReader(this.#folder, 'from-pilot', { reopen: true })
  }

  static create(directory: string, number: number, options: PilotOptions): PilotJob {
    return new PilotJob(directory, number, options, 1)
  }

  /** A pilot of an earlier start of the runner. */
  static adopt(directory: string, number: number, options: PilotOptions): PilotJob {
    const folder = pilotDirectory(directory, number)
    const pilot = new PilotJob(directory, number, options, Math.max(0, ...segmentsIn(folder, 'to-pilot')) + 1)
    pilot.job = readJob(folder)
    pilot.#unheard = pilot.#hear()
    const hello = pilot.#unheard.find(({ type }) => type === 'hello') as PilotHello | undefined
    if (hello) pilot.#onHello(hello)
    return pilot
  }

  /** The node that it runs on; undefined until it has said so. */
  get node(): string | undefined {
    return this.#node
  }

  /** Whether more workers may be started in it. */
  get hasRoom(): boolean {
    const isToEnd = this.#isLeaving || this.isWarned || this.#endingSince !== undefined
    const isEnding = isToEnd || this.isOver || this.state?.state === 'COMPLETING'
    return !isEnding && this.#workers.size < this.#slots
  }

  get isOver(): boolean {
    const isGone = this.#isDamaged || this.refusal !== undefined
    const isUnexplained = this.#endingSince !== undefined && performance.now() - this.#endingSince < this.#patience
    return isGone || (this.#hasLeft && !isUnexplained) || (this.state !== undefined && hasEnded(this.state.state))
  }

  /** Whether its pipe has been damaged: what it says is not understood any more, and it is given up. */
  get isDamaged(): boolean {
    return this.#isDamaged
  }

  /** Whether it has said that it leaves: its job ends by itself. */
  get hasLeft(): boolean {
    return this.#hasLeft
  }

  /** When it was heard that its job is being ended; undefined if it is not. */
  get endingSince(): number | undefined {
    return this.#endingSince
  }

  /** Whether Slurm is still to be asked for its job. */
  get isToBeSubmitted(): boolean {
    return this.job === undefined && this.refusal === undefined && !this.#isLeaving
  }

  get workers(): readonly number[] {
    return [...this.#workers.keys()]
  }

  get isLeaving(): boolean {
    return this.#isLeaving
  }

  start(order: Omit<StartWorker, 'type'>): Promise<ProcessEnd> {
    this.#say({ type: 'start', ...order })
    return this.adoptWorker(order.worker)
  }

  /** One that it has been told to start already. */
  adoptWorker(worker: number): Promise<ProcessEnd> {
    return new Promise((resolve) => this.#workers.set(worker, resolve))
  }

  signal(worker: number, signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#say({ type: 'signal', worker, signal })
  }

  /** Has it leave as soon as its workers have ended. */
  leave(): void {
    if (this.#isLeaving) return
    this.#isLeaving = true
    this.#say({ type: 'leave' })
  }

  submitted(job: string): void {
    this.job = job
    writeFileSync(join(this.#folder, jobFile), `${job}\n`)
  }

  /** Takes in what it has said since. */
  read(): void {
    const messages = [...this.#unheard, ...this.#hear()]
    this.#unheard = []
    for (const message of messages) {
      if (message.type === 'hello') this.#onHello(message)
      // A worker that ends with its job is explained by the end of the job, which is waited for.
      else if (message.type === 'ended' && this.#endingSince === undefined) this.#end(message.worker, message)
      else if (message.type === 'warned') this.isWarned = true
      else if (message.type === 'ending') this.#endingSince ??= performance.now()
      else if (message.type === 'left') this.#hasLeft = true
    }
  }

  /** Closes the job, which is over: nothing more comes from it, and its workers are gone. */
  close(): void {
    this.read()
    const error = this.#isDamaged ? 'its pilot could not be understood any more' : undefined
    for (const worker of this.workers) this.#end(worker, { error })
    const why = this.#hasLeft ? 'it left' : (this.refusal ?? this.state?.state ?? 'it was given up')
    try {
      writeFileSync(join(this.#folder, endFile), `${why}\n`)
    } catch {
      // The disk is full, or away: a later runner asks Slurm what became of it.
    }
    this.abandon()
  }

  /** Lets go of it, and ends nothing. */
  abandon(): void {
    this.#reader.close()
    this.#writer.close()
  }

  /** What it has said since; a pipe with damage in the middle costs this pilot, and nothing else. */
  #hear(): readonly FromPilot[] {
    if (this.#isDamaged) return []
    try {
      return this.#reader.read() as FromPilot[]
    } catch (error) {
      if (!(error instanceof PipeDamaged)) throw error
      this.#isDamaged = true
      return []
    }
  }

  #onHello({ node, job }: PilotHello): void {
    this.#node = node
    if (job === '' || job === this.job) return
    // Slurm has taken a job without saying so; another that was submitted for this pilot finds it there, and ends.
    this.submitted(job)
    this.state = undefined
  }

  #end(worker: number, end: ProcessEnd): void {
    this.#workers.get(worker)?.(end)
    this.#workers.delete(worker)
  }

  #say(message: ToPilot): void {
    this.#writer.write(message)
  }
}

/** The numbers of all pilots that a run has had. */
export function pilotNumbers(directory: string): number[] {
  try {
    return readdirSync(pilotsDirectory(directory))
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

/** Those that have not been seen to end. */
export function openPilots(directory: string): number[] {
  return pilotNumbers(directory).filter((pilot) => !existsSync(join(pilotDirectory(directory, pilot), endFile)))
}

/** The jobs that have been submitted for pilots and have not been seen to end. */
export function pilotJobs(directory: string): string[] {
  return openPilots(directory).flatMap((pilot) => readJob(pilotDirectory(directory, pilot)) ?? [])
}

function readJob(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, jobFile), 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}
