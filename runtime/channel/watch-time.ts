/**
 * Time as it counts for whoever watches others. A late look of one's own proves nothing about them: a suspended job or a
 * paused container stops the watcher together with the watched. So a longer gap between two looks counts as the longest
 * usual one.
 */
export class WatchTime {
  readonly #longestGap: number
  readonly #now: () => number
  #lookedAt: number
  #time = 0
  #isPaused = false

  /** @param longestGap milliseconds between two looks at which nothing is unusual */
  constructor(longestGap: number, now: () => number) {
    this.#longestGap = longestGap
    this.#now = now
    this.#lookedAt = now()
  }

  /** Milliseconds that have been watched until now, which is a look. */
  look(): number {
    if (this.#isPaused) return this.#time
    const now = this.#now()
    this.#time += Math.min(now - this.#lookedAt, this.#longestGap)
    this.#lookedAt = now
    return this.#time
  }

  /** Nobody hears what the others say until `resume`: looks in between are none, and all of it is one gap. */
  pause(): void {
    this.look()
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.look()
  }
}
