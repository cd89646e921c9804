import type { PipePosition } from './pipe-position.ts'

/** A pipe that is stuck for this long is given up. */
export const stuckLimitMs = 10_000

/** What a look at a pipe showed. */
export interface PipeLook {
  /** Whether something is amiss that may still mend itself. */
  readonly isStuck: boolean
  /** Where the pipe ended. */
  readonly end: PipePosition
}

/** Knows for how long a pipe has been stuck: a large message that arrives in pieces is none as long as it grows. */
export class StuckWatch {
  #end: PipePosition = { segment: 0, offset: 0 }
  #since: number | undefined

  /** A look at the pipe, by the watcher's clock; true if the pipe has grown since the look before. */
  onLook({ isStuck, end }: PipeLook, now: number): boolean {
    const hasGrown =
      end.segment > this.#end.segment || (end.segment === this.#end.segment && end.offset > this.#end.offset)
    this.#end = end
    if (!isStuck) this.#since = undefined
    else if (hasGrown) this.#since = now
    else this.#since ??= now
    return hasGrown
  }

  /** Milliseconds for which the pipe has been stuck. */
  stuckFor(now: number): number {
    return this.#since === undefined ? 0 : now - this.#since
  }
}
