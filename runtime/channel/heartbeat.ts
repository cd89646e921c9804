import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { runFiles } from '../../src/core/run-files.ts'

/**
 * A heart is a small file that its owner overwrites with a growing number. Who watches it compares contents over its own
 * clock, so that no two clocks and no file times are ever compared.
 */
export class Heart {
  readonly #path: string
  #beats: number

  /** @param beats how often another of this process has beaten in its place */
  constructor(path: string, beats = 0) {
    this.#path = path
    this.#beats = beats
  }

  /** System calls so far. */
  get operations(): number {
    return this.#beats * 3
  }

  beat(): void {
    this.#beats++
    try {
      const descriptor = openSync(this.#path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o666)
      try {
        writeSync(descriptor, `${process.pid} ${String(this.#beats).padStart(12, '0')}\n`, 0)
      } finally {
        closeSync(descriptor)
      }
    } catch {
      // A file system that is away for a while: the next beat may be written again.
    }
  }
}

/** The watching side: how long a heart has been silent, by the clock of the watcher. */
export class Pulse {
  readonly #path: string
  #last: string | undefined
  #changedAt: number
  #reads = 0

  constructor(path: string, now: number) {
    this.#path = path
    this.#changedAt = now
  }

  /** System calls so far. */
  get operations(): number {
    return this.#reads * 4
  }

  /** Milliseconds since the heart was last seen to beat, or since the watching began. */
  silence(now: number): number {
    const content = this.#read()
    if (content !== undefined && content !== this.#last) {
      this.#last = content
      this.#changedAt = now
    }
    return now - this.#changedAt
  }

  #read(): string | undefined {
    this.#reads++
    try {
      return readFileSync(this.#path, 'utf8')
    } catch {
      return undefined
    }
  }
}

export const runnerHeart = (directory: string) => join(directory, runFiles.heart)
export const workerHeart = (workerDirectory: string) => join(workerDirectory, 'worker.heart')
