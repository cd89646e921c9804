/** A pause counts as so many times as long as usual at most: where it is none, what is usual soon follows. */
const mostBeyond = 8
/** What takes longer did not wait for a processor: rare as it may be, nobody is to wait behind it. */
const longestPauseMs = 100
/** What is usual grows from here, also where a clock saw no time pass. */
const leastMs = 1e-3

/** How long individuals take, of late: as each comes, without keeping any. */
export class Durations {
  #mean: number | undefined
  /** The mean without pauses: a process that had to wait for a processor says nothing of what it simulated. */
  #usual: number | undefined
  #deviation = 0

  add(milliseconds: number): void {
    this.#usual ??= milliseconds
    const mostCounted = milliseconds > longestPauseMs ? milliseconds : mostBeyond * Math.max(this.#usual, leastMs)
    this.#usual += (Math.min(milliseconds, mostCounted) - this.#usual) / 16
    if (this.#mean === undefined) {
      this.#mean = milliseconds
      this.#deviation = milliseconds / 2
      return
    }
    const error = milliseconds - this.#mean
    this.#mean += error / 16
    this.#deviation += (Math.abs(error) - this.#deviation) / 8
  }

  /** The mean, in which what may be a pause counts as little more than usual; undefined as long as nothing has been measured. */
  get usual(): number | undefined {
    return this.#usual
  }

  /** What most individuals exceed; nothing where they differ much. */
  get least(): number {
    return this.#mean === undefined ? 0 : Math.max(0, this.#mean - 2 * this.#deviation)
  }

  /** What hardly any individual exceeds: mean and four mean deviations, as TCP waits for answers (RFC 6298, section 2). */
  get most(): number | undefined {
    return this.#mean === undefined ? undefined : this.#mean + 4 * this.#deviation
  }
}
