import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** File-system operations of this process, by kind; those of SQLite are not among them. */
export interface FileOperations {
  readonly open: number
  readonly stat: number
  readonly read: number
  readonly write: number
  readonly close: number
  /** Looks at workers' pipes and at nodes' bells. */
  readonly looks: number
}

const counts = { open: 0, stat: 0, read: 0, write: 0, close: 0, looks: 0 }

/** Counts from now on, and gives what has been counted so far. */
export function countFileOperations(): () => FileOperations {
  const { openSync, fstatSync, readSync, writeSync, closeSync, readFileSync } = fs
  const counted = {
    openSync(...args: Parameters<typeof openSync>) {
      counts.open++
      if (/from-worker|bells/.test(String(args[0]))) counts.looks++
      return openSync(...args)
    },
    fstatSync(...args: Parameters<typeof fstatSync>) {
      counts.stat++
      return fstatSync(...args)
    },
    readSync(...args: Parameters<typeof readSync>) {
      counts.read++
      return readSync(...args)
    },
    writeSync(...args: Parameters<typeof writeSync>) {
      counts.write++
      return writeSync(...args)
    },
    closeSync(...args: Parameters<typeof closeSync>) {
      counts.close++
      return closeSync(...args)
    },
    /** Opens, looks how long the file is, reads and closes. */
    readFileSync(...args: Parameters<typeof readFileSync>) {
      for (const kind of ['open', 'stat', 'read', 'close'] as const) counts[kind]++
      return readFileSync(...args)
    },
  }
  Object.assign(fs, counted)
  syncBuiltinESMExports()
  return () => ({ ...counts })
}
