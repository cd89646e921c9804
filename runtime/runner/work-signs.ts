/** The signs by which a runner knows whether a worker has work, and gets on with it. */
export class WorkSigns {
  /** Milliseconds that the runner has watched its workers. */
  readonly #watched: () => number
  /** When the worker last gave a sign of work, or was given some while it was idle, in time watched. */
  #progressAt: number
  #wasGivenWork = false
  #wasWarned = false

  constructor(watched: () => number) {
    this.#watched = watched
    this.#progressAt = watched()
  }

  /** Milliseconds since the last sign. */
  get quietFor(): number {
    return this.#watched() - this.#progressAt
  }

  get wasGivenWork(): boolean {
    return this.#wasGivenWork
  }

  /** Whether the worker was warned of the end of its time. */
  get wasWarned(): boolean {
    return this.#wasWarned
  }

  /** @param wasIdle whether the worker held nothing: it begins only now */
  onWorkGiven(wasIdle: boolean): void {
    if (wasIdle) this.onProgress()
    this.#wasGivenWork = true
  }

  /** An earlier runner start may have given work to the worker. */
  onWorkBefore(): void {
    this.#wasGivenWork = true
  }

  onProgress(): void {
    this.#progressAt = this.#watched()
  }

  onWarning(): void {
    this.#wasWarned = true
  }
}
