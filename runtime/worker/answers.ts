import { MessageTooLarge, maxPayloadBytes } from '../channel/frame.ts'
import type { PipeWriter } from '../channel/pipe-writer.ts'
import type { AttemptKey, Result, ResultsMessage } from '../channel/protocol.ts'
import { NoRoom } from '../channel/segment.ts'

/** What a worker has to say of its individuals, kept until it can be written. */
export class Answers {
  readonly #writer: PipeWriter
  /** System calls of the worker until now, which its runner wants to know. */
  readonly #operations: () => number
  #results: Result[] = []
  readonly #reports: { type: 'report'; key: AttemptKey; values: [number, number][] }[] = []
  #operationsTold = 0
  /** How much room the runner was told is needed for what waits. */
  #needsTold = 0
  #writtenAt = performance.now()

  constructor(writer: PipeWriter, operations: () => number) {
    this.#writer = writer
    this.#operations = operations
  }

  /** Milliseconds since all was written, or since work began after that. */
  get age(): number {
    return this.ageAt(performance.now())
  }

  ageAt(now: number): number {
    return now - this.#writtenAt
  }

  /** Work begins: what is answered from now on has not waited before; what a full disk has kept back goes on waiting. */
  onWork(): void {
    if (this.#results.length === 0) this.#writtenAt = performance.now()
  }

  addResult(result: Result): void {
    this.#results.push(result)
  }

  addReport(key: AttemptKey, step: number, value: number): void {
    const last = this.#reports.at(-1)
    if (last?.key === key) last.values.push([step, value])
    else this.#reports.push({ type: 'report', key, values: [[step, value]] })
  }

  /** Writes all of it; false on a disk that is full, or away: of a full one the runner is told how much room is needed. */
  tryWrite(): boolean {
    try {
      while (this.#reports.length > 0) {
        this.#writer.write(this.#reports[0])
        this.#reports.shift()
      }
      while (this.#results.length > 0) this.#results = this.#results.slice(this.#writeResults())
      if (this.#needsTold > 0) this.#write([]) // what waited was a report, which does not say that nothing waits now
    } catch (error) {
      if (error instanceof NoRoom) this.#sayNeeds(error.bytes)
      return false
    }
    this.#writtenAt = performance.now()
    return true
  }

  /** Another runner has the run, who may not have read what is needed: it is said again, or that nothing is. */
  forgetTold(): void {
    if (this.#needsTold > 0) this.#needsTold = Number.POSITIVE_INFINITY
  }

  /** Says that work goes on of which there is no result yet. */
  sayAlive(): void {
    if (!this.tryWrite()) return
    try {
      this.#write([])
    } catch {
      // The disk is full, or away: the results to come wait for it.
    }
  }

  /** What is too large for a disk that is nearly full leaves room for a word about it. */
  #sayNeeds(needs: number): void {
    if (needs === this.#needsTold) return
    try {
      this.#write([], { needs })
    } catch {
      // Not even that: the runner sees it as well.
    }
  }

  /** Writes as many results as a message can hold, and gives how many: the first that none can hold is a bad result. */
  #writeResults(): number {
    const results = this.#results
    let refusal: unknown
    for (let count = results.length; count > 0; count = Math.floor(count / 2)) {
      try {
        this.#write(results.slice(0, count))
        return count
      } catch (error) {
        if (error instanceof NoRoom || isSystemError(error)) throw error
        refusal = error
      }
    }
    const [key, milliseconds, , , , printed, used = null] = results[0]!
    this.#write([[key, milliseconds, null, { kind: 'bad-result', message: refusalOf(refusal) }, null, printed, used]])
    return 1
  }

  #write(results: readonly Result[], beside: Pick<ResultsMessage, 'needs'> = {}): void {
    const operations = this.#operations()
    this.#writer.write({ type: 'results', results, operations: operations - this.#operationsTold, ...beside })
    this.#operationsTold = operations
    this.#needsTold = beside.needs ?? 0
  }
}

function isSystemError(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).syscall !== undefined
}

/** Why a result that no message can hold is a bad one. */
function refusalOf(error: unknown): string {
  if (!(error instanceof MessageTooLarge)) return 'The simulation returned outputs that no message can hold.'
  const megabytes = (bytes: number) => Math.ceil(bytes / 2 ** 20)
  const [got, most] = [megabytes(error.bytes), megabytes(maxPayloadBytes)]
  return `The simulation returned outputs of ${got} MB, and at most ${most} MB are recorded; write them to a file in its directory.`
}
