import type { Stop } from './time-left.ts'

/**
 * What lasts longer than the jobs of workers: a simulation that twice was ended by the time limit of its worker's job, or
 * workers that twice had no time to begin anything, while nothing succeeded in between. To go on would go on for ever.
 */
export class Outlasted {
  readonly #ended = new Set<string>()
  #wereLate = false
  #stop: Stop | undefined

  /** Why the run is to stop, if so. */
  get stop(): Stop | undefined {
    return this.#stop
  }

  /** A simulation was ended by a time limit. */
  onTimeLimit(individual: string): void {
    if (this.#ended.has(individual)) {
      this.#end(`individual ${individual} was twice ended by the time limit of its worker, and nothing else succeeded`)
    }
    this.#ended.add(individual)
  }

  /** The time of a worker was nearly over before it was given anything, although something waited. */
  onLateStart(): void {
    if (this.#wereLate) this.#end('twice the time of a worker was nearly over before it could begin anything')
    this.#wereLate = true
  }

  onSuccess(): void {
    if (this.#ended.size > 0) this.#ended.clear()
    this.#wereLate = false
  }

  #end(what: string): void {
    this.#stop ??= { reason: `${what}: workers need more time than they are given`, isSpent: true }
  }
}
