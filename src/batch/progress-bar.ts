import type { Progress } from '../search/tally.ts'

/** Where progress is shown: standard error, or a test's stand-in. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined
  /** How wide a terminal is. */
  readonly columns?: number | undefined
  write(text: string): unknown
}

/** How often the line is drawn anew on a terminal, and how often a line is written elsewhere. */
const redrawMs = 100
const lineMs = 5_000

/** How many runs of a batch are done: a line that is drawn anew on a terminal, a line now and then elsewhere. */
export class ProgressBar implements Disposable {
  readonly #total: number
  readonly #stream: ProgressStream
  readonly #now: () => number
  #first: { readonly done: number; readonly at: number } | undefined
  #latest = { done: 0, failed: 0 }
  #shownAt: number | undefined
  #shown = ''

  constructor(total: number, stream: ProgressStream = process.stderr, now = () => performance.now()) {
    this.#total = total
    this.#stream = stream
    this.#now = now
  }

  update({ totalEvaluated, failed }: Progress): void {
    const now = this.#now()
    this.#first ??= { done: totalEvaluated, at: now }
    this.#latest = { done: totalEvaluated, failed }
    const intervalMs = this.#stream.isTTY ? redrawMs : lineMs
    if (this.#shownAt === undefined || now - this.#shownAt >= intervalMs) this.#show(now)
  }

  /** Shows the last state, and ends the line. */
  [Symbol.dispose](): void {
    if (!this.#first) return
    if (this.#describe(this.#now()) !== this.#shown) this.#show(this.#now())
    if (this.#stream.isTTY) this.#stream.write('\n')
  }

  #show(now: number): void {
    this.#shown = this.#describe(now)
    this.#shownAt = now
    this.#stream.write(this.#stream.isTTY ? `\r${this.#shown}\x1b[K` : `${this.#shown}\n`)
  }

  #describe(now: number): string {
    const { done, failed } = this.#latest
    const { done: before, at } = this.#first ?? { done: 0, at: now }
    const seconds = (now - at) / 1000
    const rate = seconds > 0 ? (done - before) / seconds : 0
    return [
      `${done}/${this.#total} runs`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(rate > 0 ? [`${Number(rate.toPrecision(3))}/s`] : []),
      ...(rate > 0 && done < this.#total ? [`${Math.ceil((this.#total - done) / rate)} s left`] : []),
    ].join('  ')
  }
}
