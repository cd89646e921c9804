import { Worker as Thread } from 'node:worker_threads'
import { heartThreadProgram } from '../../src/system/programs.ts'
import type { HeartThreadData } from './heart-thread.ts'
import { Heart } from './heartbeat.ts'

export interface BeatingHeartOptions {
  /** The file of the heart. */
  readonly own: string
  /** The file of the heart that is listened to, if any. */
  readonly other?: string
  /** Milliseconds between two beats, which are also the looks at the other heart. */
  readonly interval: number
}

/** The heart of a run that is held: it beats until the run is given back. */
export interface RunHeart {
  /** System calls so far. */
  readonly operations: number
  /** To be called before an optimizer computes, with how many evaluations it knows or asks for. */
  beforeComputing(evaluations: number): void
}

/** No optimizer computes for long on so few evaluations. */
const fewEvaluations = 100

/**
 * A heart that beats in a thread of its own: a simulation keeps the main thread of its worker busy for hours, an optimizer
 * that of its runner for minutes. The thread leaves what it sees where the main thread can read it.
 */
export class BeatingHeart implements RunHeart {
  readonly #shared = new BigInt64Array(new SharedArrayBuffer(16))
  readonly #options: BeatingHeartOptions
  readonly #secondBeat: NodeJS.Timeout
  #thread: Thread | undefined
  #isStopped = false

  /** Beats once. To start a thread costs half of what a process does: it comes for the second beat, unless it is needed before. */
  constructor(options: BeatingHeartOptions) {
    this.#options = options
    new Heart(options.own).beat()
    this.#secondBeat = setTimeout(() => this.startThread(), options.interval)
    this.#secondBeat.unref()
  }

  beforeComputing(evaluations: number): void {
    if (evaluations > fewEvaluations) this.startThread()
  }

  /** To be called before what may keep the main thread busy for long. */
  startThread(): void {
    if (this.#isStopped || this.#thread) return
    clearTimeout(this.#secondBeat)
    const { own, other, interval } = this.#options
    const workerData: HeartThreadData = { own, other, interval, shared: this.#shared }
    this.#thread = new Thread(heartThreadProgram(), { workerData, execArgv: [] })
    this.#thread.unref()
  }

  /** Milliseconds since the other heart was last seen to beat. */
  get silence(): number {
    return Number(Atomics.load(this.#shared, 0))
  }

  /** System calls so far. */
  get operations(): number {
    return Number(Atomics.load(this.#shared, 1))
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#secondBeat)
    await this.#thread?.terminate()
  }
}
