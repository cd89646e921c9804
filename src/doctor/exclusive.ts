import { closeSync, openSync } from 'node:fs'

/** Creates a file that nobody else has created; false if somebody has. */
export function createExclusively(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx'))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
