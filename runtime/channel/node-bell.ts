import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { runFiles } from '../../src/core/run-files.ts'
import { makeOwnDirectory } from '../../src/system/own-files.ts'
import { PollPace } from './poll-pace.ts'

/** How many bytes a worker's number has in a bell, little-endian. */
const numberBytes = 4

/**
 * The bell of a node, a file that is used only when polling, since no event announces new bytes then. A worker that has
 * written to its pipe appends its number to the bell of its node; the runner looks at the bells, and at the pipes of the
 * workers that stand there. A bell is a hint: every pipe is looked at now and then, whatever the bells say.
 */
function bellPath(directory: string, host: string): string {
  return join(directory, runFiles.bells, encodeURIComponent(host))
}

/** The worker's side: tells that it has written. */
export class NodeBell {
  readonly #path: string
  readonly #number = Buffer.alloc(numberBytes)
  #rings = 0

  constructor(directory: string, host: string, worker: number) {
    this.#path = bellPath(directory, host)
    this.#number.writeUInt32LE(worker)
  }

  /** System calls so far. */
  get operations(): number {
    return this.#rings * 3
  }

  ring(): void {
    this.#rings++
    const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
    try {
      // Opened for each ring, since closing is what makes an append visible on NFS.
      const descriptor = openSync(this.#path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o666)
      try {
        writeSync(descriptor, this.#number)
      } finally {
        closeSync(descriptor)
      }
    } catch {
      // A full disk, or one that is away: what was written is found without it.
    }
  }
}

/** The runner's side: the bells of all nodes that have workers. */
export class NodeBells {
  readonly #directory: string
  readonly #pollInterval: number
  readonly #bells = new Map<string, { readonly path: string; readonly pace: PollPace; offset: number }>()
  #looks = 0

  constructor(directory: string, pollInterval: number) {
    makeOwnDirectory(directory, runFiles.bells)
    this.#directory = directory
    this.#pollInterval = pollInterval
  }

  /** System calls so far. */
  get operations(): number {
    return this.#looks * 3
  }

  /** Listens to a node from now on; what was rung before does not count. */
  add(host: string, now: number): void {
    if (this.#bells.has(host)) return
    const path = bellPath(this.#directory, host)
    this.#bells.set(host, { path, pace: new PollPace(this.#pollInterval, now), offset: readFrom(path, 0).length })
  }

  /** The workers that have rung, as far as it is time to look; `leastMs` is how long an individual will hardly fall short of. */
  *listen(now: number, leastMs: number): Generator<number> {
    for (const bell of this.#bells.values()) {
      if (!bell.pace.isDue(now, leastMs)) continue
      this.#looks++
      const numbers = readFrom(bell.path, bell.offset)
      if (numbers.length === 0) continue
      bell.pace.restart(now)
      bell.offset += numbers.length
      for (let at = 0; at < numbers.length; at += numberBytes) yield numbers.readUInt32LE(at)
    }
  }
}

/** The whole numbers that a bell holds from an offset on; none if it cannot be seen. */
function readFrom(path: string, offset: number): Buffer {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const bytes = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - offset))
      const length = bytes.length === 0 ? 0 : readSync(descriptor, bytes, 0, bytes.length, offset)
      return bytes.subarray(0, length - (length % numberBytes))
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return Buffer.alloc(0)
  }
}
