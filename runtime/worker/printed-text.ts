import { fstatSync } from 'node:fs'
import type { Printed } from '../channel/protocol.ts'

/** Text is looked for after an attempt that took this long; after shorter ones only if this process wrote some itself. */
const alwaysLookAfterMs = 1

/**
 * Knows which part of the worker's output files came from which attempt, so that one pair of files serves all individuals.
 * It sees everything that reaches the files: what is written by native code and by child processes as well.
 */
export class PrintedText {
  #stdout = 0
  #stderr = 0
  #wrote = false

  constructor() {
    for (const stream of [process.stdout, process.stderr]) {
      const write = stream.write
      stream.write = ((...args: Parameters<typeof write>) => {
        this.#wrote = true
        return write.apply(stream, args)
      }) as typeof write
    }
  }

  /** Begins anew where the files end: while there was nothing to simulate, the runner may have emptied them, or others printed. */
  skip(): void {
    this.#stdout = sizeOf(1)
    this.#stderr = sizeOf(2)
  }

  /**
   * What was printed since the last call, null if nothing was.
   *
   * @param stderrEnd how long standard error was when the attempt had ended, if the next has begun already
   */
  take(attemptMs: number, stderrEnd = Number.POSITIVE_INFINITY): Printed | null {
    if (!this.#wrote && attemptMs < alwaysLookAfterMs) return null
    this.#wrote = false
    const stdout = sizeOf(1)
    const stderr = Math.min(sizeOf(2), stderrEnd)
    const stdoutFrom = Math.min(this.#stdout, stdout)
    const stderrFrom = Math.min(this.#stderr, stderr)
    this.#stdout = stdout
    this.#stderr = stderr
    return stdout > stdoutFrom || stderr > stderrFrom ? [stdoutFrom, stdout, stderrFrom, stderr] : null
  }
}

function sizeOf(descriptor: number): number {
  try {
    const status = fstatSync(descriptor)
    return status.isFile() ? status.size : 0
  } catch {
    return 0
  }
}
