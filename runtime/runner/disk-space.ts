import { statfsSync } from 'node:fs'

/** A run needs at least so many bytes to go on. */
const leastBytes = 64 * 1024

/** @throws an error as of a write that failed, if the disk of a run directory is full */
export function requireSpace(directory: string): void {
  const { bavail, bsize } = statfsSync(directory)
  if (bavail * bsize >= leastBytes) return
  throw Object.assign(new Error('no space left on the device'), { code: 'ENOSPC' })
}
