import type { AttemptOutcome } from './outcome.ts'

/** Whether an attempt need not go on, as its runner has said, and whether its simulation knows. */
export class EarlyStop {
  /** Tells a simulation that looks at nothing but its signal. */
  onStop: () => void = () => {}
  #isWanted = false
  #isSeen = false
  #last: number | undefined

  /** Says that the simulation need not go on, as soon as there is a value that it has reported. */
  want(): void {
    if (this.#isWanted) return
    this.#isWanted = true
    if (this.#isStopped) this.onStop()
  }

  /** Notes a value that the simulation has reported. */
  note(value: number): void {
    if (!Number.isFinite(value)) return
    const isFirst = this.#last === undefined
    this.#last = value
    if (isFirst && this.#isWanted) this.onStop()
  }

  /** What its simulation is told. */
  look(): boolean {
    this.#isSeen ||= this.#isStopped
    return this.#isStopped
  }

  /** What came of it: a simulation that came to its end without knowing has its result. */
  outcomeOf(outcome: AttemptOutcome): AttemptOutcome {
    if (!this.#isStopped || !(this.#isSeen || 'cause' in outcome)) return outcome
    return { fitness: [this.#last!], isStopped: true }
  }

  get #isStopped(): boolean {
    return this.#isWanted && this.#last !== undefined
  }
}

/** The early stop of all that nobody stops. */
export const neverStopped = new EarlyStop()
