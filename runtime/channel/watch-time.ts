/**
 * Time as it counts for whoever watches others. A late look of one's own proves nothing about them: a suspended job or a
 * paused container stops the watcher together with the watched. So a longer gap between two looks counts as the longest
 * usual one.
 */
export class WatchTime {
  readonly #longestGap: number
  #lookedAt: number
  #time = 0

  /** @param longestGap milliseconds between two looks at which nothing is unusual */
  constructor(longestGap: number, now: number) {
    this.#longestGap = longestGap
    this.#lookedAt = now
  }

  /** Milliseconds that have been watched until now, which is a look. */
  at(now: number): number {
    this.#time += Math.min(now - this.#lookedAt, this.#longestGap)
    this.#lookedAt = now
    return this.#time
  }
}
