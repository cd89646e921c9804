/** A look may come late by this share of the time that was waited for anyway: on average half of it is lost. */
const share = 1 / 64
/** However long the waiting, no pause is longer than so many poll intervals. */
const mostIntervals = 200

/**
 * When a pipe is looked at again where nothing tells of what came. Each look costs a shared file system several operations,
 * and the longer an answer takes the less it matters that it is seen a moment later.
 */
export class PollPace {
  readonly #pollInterval: number
  #since: number
  #lookedAt = Number.NEGATIVE_INFINITY

  /** @param pollInterval milliseconds between two looks at first, which is also how often `isDue` is asked */
  constructor(pollInterval: number, now: number) {
    this.#pollInterval = pollInterval
    this.#since = now
  }

  /** The waiting begins anew: something came, or something was asked. */
  restart(now: number): void {
    this.#since = now
  }

  /** Whether to look now, which is then taken for done; `expectedMs` is how long the waiting will hardly fall short of. */
  isDue(now: number, expectedMs = 0): boolean {
    const wanted = Math.max(now - this.#since, expectedMs) * share
    const pause = Math.min(longestPause(this.#pollInterval), Math.max(this.#pollInterval, wanted))
    if (now - this.#lookedAt < pause - this.#pollInterval / 2) return false // timers are not exact
    this.#lookedAt = now
    return true
  }
}

/** Milliseconds by which what came may be seen late at worst. */
export function longestPause(pollInterval: number): number {
  return mostIntervals * pollInterval
}
