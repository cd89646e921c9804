import { statfsSync } from 'node:fs'

/** A run needs at least so many bytes, and as many files as a new worker has, to go on. */
const leastBytes = 64 * 1024
const leastFiles = 8

/** @throws an error as of a write that failed, if the disk of a run directory is full */
export function requireSpace(directory: string): void {
  const { bavail, bsize, files, ffree } = statfsSync(directory)
  const hasFiles = files === 0 || ffree >= leastFiles // some file systems do not count them
  if (bavail * bsize >= leastBytes && hasFiles) return
  throw Object.assign(new Error('no space left on the device'), { code: 'ENOSPC' })
}
