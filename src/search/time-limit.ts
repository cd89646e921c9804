import type { Limits } from '../core/limits.ts'
import { duration, parseSettings } from '../core/settings.ts'
import type { RecordReader } from '../record/reader.ts'
import type { RecordWriter } from '../record/writer.ts'
import { Timer } from '../system/timer.ts'

/** How often the record learns at least how long a search has taken, if there is progress. */
const keptEveryMs = 10_000

/**
 * The time that a search may take over all its starts. What it has taken is in the record, so that a search that goes on
 * counts on; a start that is killed loses the last seconds of it. The clock is an argument.
 */
export class TimeLimit implements Disposable {
  readonly #limit: Limits['time']
  readonly #limitMs: number
  readonly #record: RecordWriter
  readonly #before: number
  readonly #now: () => number
  readonly #begun: number
  readonly #over = new AbortController()
  #timer: Timer | undefined
  #keptAt: number

  /** @param now milliseconds since any moment */
  constructor(limit: Limits['time'], record: RecordWriter, now: () => number) {
    this.#limit = limit
    this.#limitMs = limit === undefined ? Number.POSITIVE_INFINITY : parseSettings(duration, limit, 'limits.time')
    this.#record = record
    this.#before = spentMs(record)
    this.#now = now
    this.#begun = now()
    this.#keptAt = this.#begun
    this.#wait()
  }

  get isOver(): boolean {
    return this.#over.signal.aborted
  }

  /** Milliseconds; infinitely many without a limit. */
  get left(): number {
    return Math.max(0, this.#limitMs - this.#spent)
  }

  /** Aborted when the time is over. */
  get signal(): AbortSignal {
    return this.#over.signal
  }

  /** Why the search ends, as a sentence's end. */
  get reason(): string {
    return `its time is over (limits.time: ${this.#limit})`
  }

  /** Looks at the clock, and has the record know now and then. */
  look(): void {
    if (this.#now() - this.#keptAt >= keptEveryMs) this.keep()
    if (this.#spent >= this.#limitMs) this.#over.abort()
  }

  /** Has the record know how long the search has taken. */
  keep(): void {
    this.#keptAt = this.#now()
    this.#record.writeManifest({ spentMs: this.#spent })
  }

  get #spent(): number {
    return this.#before + this.#now() - this.#begun
  }

  /** A timer may be early, and go by another clock. */
  #wait(): void {
    const left = this.#limitMs - this.#spent
    if (left <= 0) this.#over.abort()
    else if (Number.isFinite(left)) this.#timer = new Timer(Math.max(1, left), () => this.#wait())
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel()
  }
}

/** Milliseconds that a search has taken, over all its starts so far. */
export function spentMs(record: RecordReader): number {
  const { spentMs } = record.manifest()
  return typeof spentMs === 'number' ? spentMs : 0
}
