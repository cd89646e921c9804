import { setImmediate } from 'node:timers/promises'
import { NodeBells } from '../channel/node-bell.ts'
import { WakeUp, type WakeUpMode } from '../channel/wake-up.ts'
import type { WorkerProcess } from './worker-process.ts'

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
  /** Set only while somebody rests. */
  #wake: (() => void) | undefined
  /** Whether something may have happened since somebody rested. */
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

  /** Listens to a worker: to the file that it writes now, or will make, and to its node as soon as that is known. */
  add(worker: WorkerProcess): void {
    if (this.#wakeUp?.follow(worker, worker.reading.path)) this.rouse()
    if (!this.#bells || worker.host === '') return
    this.#bells.add(worker.host, this.#options.now())
    worker.reading.hearBell()
  }

  remove(worker: WorkerProcess): void {
    this.#wakeUp?.leave(worker)
  }

  /** The numbers of the workers that have rung; `leastMs` is how long an individual will hardly fall short of. */
  rung(leastMs: number): Iterable<number> {
    return this.#bells?.listen(this.#options.now(), leastMs) ?? []
  }

  /** Waits until something may have happened; timers and signals have their turn in any case. */
  rest(): Promise<void> {
    if (this.#isAwake) return this.#giveTurn()
    return new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }

  async #giveTurn(): Promise<void> {
    await setImmediate()
    this.#isAwake = false
  }

  rouse(): void {
    if (this.#wake) {
      this.#wake()
      this.#wake = undefined
    } else this.#isAwake = true
  }

  close(): void {
    this.#wakeUp?.close()
  }
}
