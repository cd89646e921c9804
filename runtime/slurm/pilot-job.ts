import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessEnd } from '../../src/system/process-group.ts'
import { PipeReader, PipeWriter, segmentsIn } from '../channel/pipe-file.ts'
import type { BatchJobState } from './allocation.ts'
import { type FromPilot, type PilotHello, pilotDirectory, pilotsDirectory, type ToPilot } from './pilot-protocol.ts'

/** The file that names a pilot's job, and the one that says what became of it. */
const jobFile = 'job'
const endFile = 'ended'

/** The launcher's side of one pilot: its job, and the workers that it was told to start. */
export class PilotJob {
  readonly number: number
  /** The job as Slurm lists it (`12_3`); undefined until it has been submitted. */
  job: string | undefined
  /** What has become of the job, as far as Slurm has said. */
  state: BatchJobState | undefined
  /** Why Slurm did not take the job, in its words. */
  refusal: { readonly words: string; readonly isForNow: boolean } | undefined
  /** Whether its time is nearly over. */
  isWarned = false
  readonly #folder: string
  readonly #slots: number
  readonly #writer: PipeWriter
  readonly #reader: PipeReader
  readonly #workers = new Map<number, (end: ProcessEnd) => void>()
  /** What was said of workers before it was known that they are ours. */
  #unheard: readonly FromPilot[] = []
  #node: string | undefined
  #isLeaving = false
  #hasLeft = false

  private constructor(directory: string, number: number, slots: number, segment: number) {
    this.number = number
    this.#slots = slots
    this.#folder = pilotDirectory(directory, number)
    mkdirSync(this.#folder, { recursive: true })
    this.#writer = new PipeWriter(this.#folder, 'to-pilot', { hello: { type: 'hello', pilot: number }, segment })
    this.#reader = new PipeReader(this.#folder, 'from-pilot', { reopen: true })
  }

  static create(directory: string, number: number, slots: number): PilotJob {
    return new PilotJob(directory, number, slots, 1)
  }

  /** A pilot of an earlier start of the runner. */
  static adopt(directory: string, number: number, slots: number): PilotJob {
    const folder = pilotDirectory(directory, number)
    const pilot = new PilotJob(directory, number, slots, Math.max(0, ...segmentsIn(folder, 'to-pilot')) + 1)
    pilot.job = readJob(folder)
    pilot.#unheard = pilot.#reader.read() as FromPilot[]
    const hello = pilot.#unheard.find(({ type }) => type === 'hello') as PilotHello | undefined
    pilot.#node = hello?.node
    return pilot
  }

  /** The node that it runs on; undefined until it has said so. */
  get node(): string | undefined {
    return this.#node
  }

  /** Whether more workers may be started in it. */
  get hasRoom(): boolean {
    const isEnding = this.#isLeaving || this.isWarned || this.isOver || this.state?.state === 'COMPLETING'
    return !isEnding && this.#workers.size < this.#slots
  }

  get isOver(): boolean {
    return this.#hasLeft || this.refusal !== undefined || (this.state !== undefined && over.has(this.state.state))
  }

  get workers(): readonly number[] {
    return [...this.#workers.keys()]
  }

  get isLeaving(): boolean {
    return this.#isLeaving
  }

  start(worker: number, command: readonly string[], epoch: number): Promise<ProcessEnd> {
    this.#say({ type: 'start', worker, command, epoch })
    return this.adoptWorker(worker)
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
    const messages = [...this.#unheard, ...(this.#reader.read() as FromPilot[])]
    this.#unheard = []
    for (const message of messages) {
      if (message.type === 'hello') this.#node = message.node
      else if (message.type === 'ended') this.#end(message.worker, message)
      else if (message.type === 'warned') this.isWarned = true
      else if (message.type === 'left') this.#hasLeft = true
    }
  }

  /** It is over: nothing more comes from it, and its workers are gone. */
  close(): void {
    this.read()
    for (const worker of this.workers) this.#end(worker, {})
    const why = this.#hasLeft ? 'it left' : (this.refusal?.words ?? this.state?.state ?? 'it never began')
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

  #end(worker: number, end: ProcessEnd): void {
    this.#workers.get(worker)?.(end)
    this.#workers.delete(worker)
  }

  #say(message: ToPilot): void {
    this.#writer.write(message)
  }
}

/** The states of jobs that have ended, in Slurm's words. */
const over: ReadonlySet<string> = new Set([
  ...['BOOT_FAIL', 'CANCELLED', 'COMPLETED', 'DEADLINE', 'FAILED', 'NODE_FAIL', 'OUT_OF_MEMORY', 'PREEMPTED'],
  ...['REVOKED', 'TIMEOUT', 'UNKNOWN'],
])

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
