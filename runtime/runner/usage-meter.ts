import type { Usage } from '../../src/core/record.ts'

/** How much one start of the runner uses. */
export class UsageMeter {
  #nodeSeconds = 0
  #workerSeconds = 0
  #busySeconds = 0
  #fileOperations = 0
  #tickedAt: number

  constructor(now: number) {
    this.#tickedAt = now
  }

  /** Time has passed with so many nodes held and workers living. */
  tick(now: number, { nodes, workers }: { readonly nodes: number; readonly workers: number }): void {
    const seconds = (now - this.#tickedAt) / 1000
    this.#tickedAt = now
    this.#nodeSeconds += seconds * nodes
    this.#workerSeconds += seconds * workers
  }

  /** Something was simulated for so long. */
  addBusy(milliseconds: number): void {
    this.#busySeconds += milliseconds / 1000
  }

  /** What workers that are gone have cost. */
  addFileOperations(count: number): void {
    this.#fileOperations += count
  }

  get usage(): Omit<Usage, 'steps'> {
    return {
      fileOperations: this.#fileOperations,
      nodeSeconds: this.#nodeSeconds,
      workerSeconds: this.#workerSeconds,
      busySeconds: this.#busySeconds,
    }
  }
}
