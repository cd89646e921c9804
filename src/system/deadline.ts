/** When a search must be over since its machines are taken away, by the wall clock. */
export class Deadline {
  readonly #now: () => number
  #at = Number.POSITIVE_INFINITY

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Milliseconds that are left. */
  get left(): number {
    return this.#at - this.#now()
  }

  /** Whoever knew of an earlier end was wrong, or things have changed. */
  moveTo(time: number): void {
    this.#at = time
  }

  /** There is an end at that time, if there is none before. */
  setAt(time: number): void {
    this.#at = Math.min(this.#at, time)
  }

  setIn(milliseconds: number): void {
    this.setAt(this.#now() + milliseconds)
  }
}
