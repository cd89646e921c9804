import type { Accounts } from './accounts.ts'
import type { Alarm } from './alarm.ts'
import type { WorkerProcess } from './worker-process.ts'

/** The workers of a run that are there, each with its place in the alarm, and those that are gone and may still write. */
export class PresentWorkers {
  readonly #alarm: Alarm
  readonly #accounts: Accounts
  readonly #workers = new Map<number, WorkerProcess>()
  /** All of them, in a list that is asked for several times with every answer. */
  #all: readonly WorkerProcess[] = []
  /** Given up, but not known to be dead: what they may still write is recorded as late. */
  #retired: readonly WorkerProcess[] = []

  constructor(alarm: Alarm, accounts: Accounts) {
    this.#alarm = alarm
    this.#accounts = accounts
  }

  get all(): readonly WorkerProcess[] {
    return this.#all
  }

  get living(): readonly WorkerProcess[] {
    return this.all.filter((worker) => !worker.hasEnded)
  }

  get retired(): readonly WorkerProcess[] {
    return this.#retired
  }

  /** System calls for the pipe files and hearts of all workers that may still write. */
  get operations(): number {
    return [...this.all, ...this.retired].reduce((sum, { operations }) => sum + operations, 0)
  }

  find(number: number): WorkerProcess | undefined {
    return this.#workers.get(number)
  }

  add(worker: WorkerProcess): void {
    this.#workers.set(worker.number, worker)
    this.#all = [...this.#workers.values()]
    this.#alarm.add(worker)
  }

  /** @param mayWrite whether the worker's process may live where no signal reaches it */
  remove(worker: WorkerProcess, { mayWrite }: { readonly mayWrite: boolean }): void {
    this.#alarm.remove(worker)
    this.#workers.delete(worker.number)
    this.#all = [...this.#workers.values()]
    worker.endGroup()
    if (mayWrite) worker.sendAwayIfLate()
    if (mayWrite && !worker.isSurelyDead) {
      worker.sendAway()
      this.#retired = [...this.#retired, worker]
      return
    }
    this.#accounts.addFileOperations(worker.operations)
    worker.closeFiles()
  }

  /** Lets go of all workers and ends none. */
  abandon(): void {
    for (const worker of [...this.all, ...this.retired]) worker.closeFiles()
    this.#workers.clear()
    this.#all = []
    this.#retired = []
  }
}
