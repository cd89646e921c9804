import type { FailureDetail } from '../../src/core/evaluation.ts'
import type { LaunchedProcess, ProcessEnd } from '../../src/system/process-group.ts'

/** A worker that is to be launched. */
export interface WorkerPlace {
  /** The run directory. */
  readonly directory: string
  /** The run's identity. */
  readonly run: string
  readonly worker: number
  /** The worker's folder, which is there. */
  readonly channel: string
  readonly epoch: number
  /** The workers that live, and where, as far as they have said. */
  readonly beside: readonly { readonly worker: number; readonly host: string; readonly provenance: Provenance }[]
  /** Hosts that get no more work. */
  readonly benched: readonly string[]
}

/** How worker processes are started, and what can be known of their end. */
export interface Launcher {
  /** The command that starts a worker. */
  command(place: WorkerPlace): readonly string[]
  launch(place: WorkerPlace): LaunchedProcess
  /** Milliseconds between two launches. */
  readonly pace: number
  /** How many nodes are held now, whether workers are on them or not. */
  readonly nodes: number
  /** Whether the first worker goes alone, since others may fail as it does. */
  readonly hasScout: boolean
  /** Whether one more worker could start now. */
  hasRoom(place: Pick<WorkerPlace, 'beside' | 'benched'>): boolean
  /** The worker has failed: where it was, the next one goes last. */
  distrust(worker: number): void
  /** What the system that ran it says of a worker's end, if it says more than an exit code. */
  explain(worker: EndedWorker, end: ProcessEnd): EndExplanation | undefined
  /** Ends what runs a worker elsewhere, where no signal reaches it. */
  cancel(worker: Pick<EndedWorker, 'number' | 'provenance'>, signal: 'TERM' | 'KILL'): void
  /** Those of some workers of earlier runner starts that surely run no more; of the others, hearts tell. */
  gone<W extends PlacedWorker>(workers: readonly W[]): readonly W[]
  /** The file in a worker's folder that takes what the program prints which starts the worker, if it is not the worker itself. */
  readonly output?: string
  /** Where workers come and go with the work. */
  readonly pool?: WorkerPool
}

/** Machines that are asked for, held and given back while the run goes on. */
export interface WorkerPool {
  /** Takes over what an earlier start of the runner holds; the ends of those of its workers that may live. */
  adopt(directory: string, run: string, workers: readonly EndedWorker[]): ReadonlyMap<number, Promise<ProcessEnd>>
  /** Does what is due. Called often. */
  tick(now: number): void
  /** Gives up machines on which all workers are idle; those workers, at most so many, which are to be asked to leave. */
  giveBack(idle: readonly number[], most: number): readonly number[]
  /** Workers whose machine will be taken away soon. */
  readonly warned: readonly number[]
  /** Has everything given back as soon as its workers have ended, and does not wait for it. */
  release(): void
  /** Has everything given back, once all workers have ended, and waits for it. */
  close(): Promise<void>
  /** Lets go of everything and ends nothing. */
  abandon(): void
}

export interface PlacedWorker {
  readonly provenance: Provenance
}

export interface EndedWorker extends PlacedWorker {
  readonly number: number
  readonly channel: string
}

export interface EndExplanation {
  readonly detail?: FailureDetail | undefined
  /** The middle of a sentence that begins with the worker. */
  readonly words: string
  /**
   * What it means for a worker that was to take its place: it can be tried for as long as it takes (`wait`), no worker will
   * ever start (`refuse`), or there is nothing left to start one on (`stop`). By default so many starts may fail.
   */
  readonly outlook?: 'wait' | 'refuse' | 'stop'
}

/** Where a worker runs, as it says itself: the Slurm job and step, the CPU. */
export type Provenance = Readonly<Record<string, string>>

/** What the settings come to here: how many workers there can be, or why there can be none. */
export type Prospect =
  | { readonly workers: number; readonly warning?: string; readonly refusal?: undefined }
  | { readonly refusal: string }
