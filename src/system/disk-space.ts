import { statfsSync } from 'node:fs'

/** A run needs at least so many bytes, and as many files as a new worker has, to go on. */
const leastBytes = 64 * 1024
const leastFiles = 8
/** A disk that seems to have room for what a worker cannot write has had so long to show it: then it is a quota. */
const longestWaitMs = 10_000

/** What a worker cannot write. */
export interface Lack {
  readonly bytes: number
  /** Milliseconds since the runner was told. */
  readonly forMs: number
}

/** @throws an error as of a write that failed, if the disk of a run directory is full, or too full for what workers lack */
export function requireSpace(directory: string, lacks: readonly Lack[] = []): void {
  const { bavail, bsize, files, ffree } = statfsSync(directory)
  const needs = Math.max(0, ...lacks.map(({ bytes }) => bytes))
  const largest = needs > leastBytes ? ` for a result of ${Math.ceil(needs / 2 ** 20)} MB` : ''
  const hasFiles = files === 0 || ffree >= leastFiles // some file systems do not count them
  if (bavail * bsize < leastBytes + needs || !hasFiles)
    throw fullError('ENOSPC', `no space left on the device${largest}`)
  if (lacks.some(({ forMs }) => forMs > longestWaitMs)) {
    throw fullError('EDQUOT', `the disk has space left, but takes no more from this user${largest}; look at the quota`)
  }
}

function fullError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
