import { setTimeout } from 'node:timers/promises'
import type { LaunchedProcess } from '../../src/system/process-group.ts'

/** A process that was killed is gone within moments; that of a launcher which hangs is not waited for. */
const patienceMs = 10_000

/** The processes that were launched from here and have not been seen to exit: none is left when the runner ends. */
export class Exits {
  readonly #awaited = new Set<Promise<unknown>>()

  add({ pid, ended }: LaunchedProcess): void {
    if (pid === undefined) return // it runs elsewhere
    const exit: Promise<void> = ended.then(() => {
      this.#awaited.delete(exit)
    })
    this.#awaited.add(exit)
  }

  /** Waits for all that were asked or made to leave. */
  async wait(): Promise<void> {
    if (this.#awaited.size === 0) return
    const patience = new AbortController()
    const late = setTimeout(patienceMs, undefined, { signal: patience.signal }).catch(() => {})
    await Promise.race([Promise.all(this.#awaited), late])
    patience.abort()
  }
}
