import { NodeBells } from '../channel/node-bell.ts'
import { WakeUp, type WakeUpMode } from '../channel/wake-up.ts'
import type { WorkerProcess } from './worker-process.ts'

/** A worker that was just launched is looked for this often, for so long. */
const readyLookMs = 4
const readyExpectedMs = 2000

export interface AlarmOptions {
  /** The run directory. */
  readonly directory: string
  readonly mode: WakeUpMode
  readonly pollInterval: number
  readonly now: () => number
}

/** What wakes a runner that waits for its workers: events of their pipes, bells of their nodes, and timers. */
export class Alarm {
  readonly #options: AlarmOptions
  #wakeUp: WakeUp | undefined
  /** Set only when polling: no event announces new bytes. */
  #bells: NodeBells | undefined
  #wake: () => void = () => {}
  #isAwake = false

  constructor(options: AlarmOptions) {
    this.#options = options
  }

  open(): void {
    const { directory, mode, pollInterval } = this.#options
    this.#wakeUp = new WakeUp({ mode, pollInterval, onWake: () => this.rouse() })
    if (mode === 'poll') this.#bells = new NodeBells(directory, pollInterval)
  }

  /** System calls so far. */
  get operations(): number {
    return this.#bells?.operations ?? 0
  }

  /** Listens to a worker that has made its pipe: to watch for what is not there costs a look at its whole folder. */
  add(worker: WorkerProcess): void {
    this.#wakeUp?.add(worker.pipePath)
    if (!this.#bells || worker.host === '') return
    this.#bells.add(worker.host, this.#options.now())
    worker.hearBell()
  }

  remove(worker: WorkerProcess): void {
    this.#wakeUp?.remove(worker.pipePath)
  }

  /** The numbers of the workers that have rung; `leastMs` is how long an individual will hardly fall short of. */
  rung(leastMs: number): Iterable<number> {
    return this.#bells?.listen(this.#options.now(), leastMs) ?? []
  }

  /** Wakes often for the first seconds of a worker that is just starting: its pipe cannot be watched yet. */
  expect(isExpected: () => boolean): void {
    if (this.#options.mode !== 'events') return
    const until = this.#options.now() + readyExpectedMs
    const look = () => {
      if (!isExpected() || this.#options.now() > until) return
      this.rouse()
      setTimeout(look, readyLookMs)
    }
    look()
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

  async close(): Promise<void> {
    await this.#wakeUp?.close()
  }
}
