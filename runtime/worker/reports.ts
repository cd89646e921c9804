import type { AttemptKey } from '../channel/protocol.ts'
import type { Answers } from './answers.ts'
import { EarlyStop, neverStopped } from './early-stop.ts'

/** Intermediate values of a long simulation are seen within this time. */
const reportIntervalMs = 200

export interface ReportsOptions {
  readonly answers: Answers
  /** Looks whether the runner has written anything, also while a simulation runs that lets nobody else run. */
  readonly receive: () => void
  /** Whether the runner that has the run now may say of what reports that it need not go on. */
  readonly areHeard: () => boolean
}

/** What simulations report on their way, and which of them need not go on for it. */
export class Reports {
  readonly #options: ReportsOptions
  /** The early stops of what is simulated and of what need not be simulated to its end, where somebody hears reports. */
  readonly #stops = new Map<string, EarlyStop>()
  /** When reports are written that came shortly after others. */
  #soon: NodeJS.Timeout | undefined

  constructor(options: ReportsOptions) {
    this.#options = options
  }

  stopOf(key: AttemptKey): EarlyStop {
    if (!this.#options.areHeard()) return neverStopped
    const name = key.join(' ')
    const known = this.#stops.get(name)
    if (known) return known
    const stop = new EarlyStop()
    this.#stops.set(name, stop)
    return stop
  }

  /** The attempt is answered. */
  forget(key: AttemptKey): void {
    if (this.#stops.size > 0) this.#stops.delete(key.join(' '))
  }

  add(key: AttemptKey, step: number, value: number): void {
    if (typeof step !== 'number' || typeof value !== 'number') return
    const { answers, areHeard } = this.#options
    answers.addReport(key, step, value)
    if (answers.age > reportIntervalMs) answers.tryWrite()
    // Whoever hears reports may say that this one need not go on, also if it reports nothing more.
    else if (areHeard()) this.#soon ??= setTimeout(() => this.#write(), reportIntervalMs).unref()
  }

  /** What a simulation is told that asks whether it need not go on; it may let nobody else run. */
  look(stop: EarlyStop): boolean {
    const { answers, receive, areHeard } = this.#options
    if (!areHeard()) return false
    if (this.#soon && answers.age > reportIntervalMs) this.#write()
    receive()
    return stop.look()
  }

  #write(): void {
    clearTimeout(this.#soon)
    this.#soon = undefined
    this.#options.answers.tryWrite()
  }
}
