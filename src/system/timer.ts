/** The longest delay that a timer of Node.js knows; with a longer one it would fire at once. */
export const longestDelayMs = 2 ** 31 - 1

/** Calls once, after a delay of any length. */
export class Timer {
  #timeout: NodeJS.Timeout

  constructor(milliseconds: number, call: () => void) {
    this.#timeout = this.#wait(milliseconds, call)
  }

  cancel(): void {
    clearTimeout(this.#timeout)
  }

  #wait(left: number, call: () => void): NodeJS.Timeout {
    if (left <= longestDelayMs) return setTimeout(call, left)
    return setTimeout(() => {
      this.#timeout = this.#wait(left - longestDelayMs, call)
    }, longestDelayMs)
  }
}
