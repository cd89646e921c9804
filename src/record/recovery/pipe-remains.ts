import { statSync } from 'node:fs'
import { messagesIn } from '../../../runtime/channel/frame.ts'
import { type PipePosition, pipeStart } from '../../../runtime/channel/pipe-position.ts'
import { type FromWorker, isFromWorker, type Simulate } from '../../../runtime/channel/protocol.ts'
import { workerDirectory, workerFolders } from '../../../runtime/channel/run-file.ts'
import { segmentPath, segmentsIn } from '../../../runtime/channel/segment.ts'
import { refuseLinksOnWay } from '../../system/own-files.ts'

/** A frame of a worker's pipe, and where it stands. */
export interface Remain {
  readonly message: FromWorker
  readonly position: PipePosition
}

/** What is left in the pipe files of one worker, for who rebuilds the record from them. */
export class PipeRemains {
  readonly worker: number
  readonly #channel: string

  constructor(directory: string, worker: number) {
    this.worker = worker
    this.#channel = workerDirectory(directory, worker)
  }

  /** When the worker's folder was made, about: ISO 8601. */
  get launched(): string {
    const { birthtimeMs, mtimeMs } = statSync(this.#channel)
    return new Date(birthtimeMs || mtimeMs).toISOString()
  }

  /** Where the pipe's first frame stands. */
  get begin(): PipePosition {
    const [segment] = segmentsIn(this.#channel, 'from-worker')
    return segment === undefined ? pipeStart : { segment, offset: 0 }
  }

  /** The individuals that it was given. */
  *assignments(): Generator<Simulate['individuals'][number]> {
    for (const { message } of this.#frames('to-worker')) {
      const { type, individuals } = message as Partial<Simulate>
      if (type === 'simulate' && Array.isArray(individuals)) yield* individuals
    }
  }

  /** What it wrote, in order; the generator returns where that ends. */
  *written(): Generator<Remain, PipePosition> {
    let end = this.begin
    for (const { message, position, next } of this.#frames('from-worker')) {
      if (isFromWorker(message)) yield { message, position }
      end = next
    }
    return end
  }

  *#frames(name: string): Generator<{ message: unknown; position: PipePosition; next: PipePosition }> {
    for (const segment of segmentsIn(this.#channel, name)) {
      for (const { message, offset, end } of messagesIn(segmentPath(this.#channel, name, segment))) {
        const isLast = (message as { type?: unknown } | null)?.type === 'next'
        const next = isLast ? { segment: segment + 1, offset: 0 } : { segment, offset: end }
        yield { message, position: { segment, offset }, next }
      }
    }
  }
}

/**
 * The pipes of all workers that have a folder, in the order of their numbers.
 * @throws ConfigurationError if one of them, or a folder, is a symbolic link
 */
export function remainsIn(directory: string): PipeRemains[] {
  for (const worker of workerFolders(directory)) {
    const channel = workerDirectory(directory, worker)
    refuseLinksOnWay(directory, channel)
    for (const name of pipes) {
      for (const segment of segmentsIn(channel, name)) refuseLinksOnWay(directory, segmentPath(channel, name, segment))
    }
  }
  return workerFolders(directory)
    .filter((worker) => statSync(workerDirectory(directory, worker), { throwIfNoEntry: false })?.isDirectory())
    .map((worker) => new PipeRemains(directory, worker))
}

const pipes = ['to-worker', 'from-worker']

export function isBefore(a: PipePosition, b: PipePosition): boolean {
  return a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset)
}
