/** How long individuals take, of late: as each comes, without keeping any. */
export class Durations {
  #mean: number | undefined
  #deviation = 0

  add(milliseconds: number): void {
    if (this.#mean === undefined) {
      this.#mean = milliseconds
      this.#deviation = milliseconds / 2
      return
    }
    const error = milliseconds - this.#mean
    this.#mean += error / 16
    this.#deviation += (Math.abs(error) - this.#deviation) / 8
  }

  /** Undefined as long as nothing has been measured. */
  get mean(): number | undefined {
    return this.#mean
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
