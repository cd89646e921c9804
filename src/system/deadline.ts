import { refuseSurplus } from '../core/options.ts'
import { show } from '../core/text.ts'

/** When a search must be over since its machines are taken away, by the wall clock. */
export class Deadline {
  readonly #now: () => number
  #at = Number.POSITIVE_INFINITY

  constructor(now: () => number = Date.now, ...surplus: readonly never[]) {
    refuseSurplus('Deadline', 1, surplus, '')
    if (typeof now !== 'function')
      throw new TypeError(`Deadline needs a function that tells the time, got ${show(now)}`)
    this.#now = now
  }

  /** Milliseconds that are left. */
  get left(): number {
    return this.#at - this.#now()
  }

  /** Whoever knew of an earlier end was wrong, or things have changed. */
  moveTo(time: number): void {
    this.#at = milliseconds('Deadline.moveTo', time)
  }

  /** There is an end at that time, if there is none before. */
  setAt(time: number): void {
    this.#at = Math.min(this.#at, milliseconds('Deadline.setAt', time))
  }

  setIn(time: number): void {
    this.setAt(this.#now() + milliseconds('Deadline.setIn', time))
  }
}

function milliseconds(call: string, time: number): number {
  if (typeof time === 'number' && !Number.isNaN(time)) return time
  throw new TypeError(`${call} needs a number of milliseconds, got ${show(time)}`)
}
