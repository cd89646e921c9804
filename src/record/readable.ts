import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase } from '../system/database.ts'

/**
 * Opens a database for reading, wherever it lies and however its writer ended. A copy is read where SQLite would have to
 * write: files beside a write-ahead log, which are not to be made by who only looks, and cannot be on a medium that is
 * read-only; or what a writer who was killed in a transaction has left to be undone.
 */
export function openReadable(path: string): Database {
  if (hasLog(path) && !existsSync(`${path}-shm`)) return openCopy(path)
  const database = openDatabase(path, { readonly: true })
  try {
    database.pragma('schema_version')
    return database
  } catch (error) {
    const { code } = error as { code?: string }
    if (code !== 'SQLITE_CANTOPEN' && code !== 'SQLITE_READONLY_ROLLBACK') return database // whoever reads it is told
    database.close()
    return openCopy(path)
  }
}

/** Whether it is kept with a write-ahead log, as its header says; what cannot be read says so when it is opened. */
function hasLog(path: string): boolean {
  const header = Buffer.alloc(20)
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    readSync(file, header, 0, header.length, 0)
  } catch {
    return false
  } finally {
    if (file !== undefined) closeSync(file)
  }
  return header[18] === 2 && header[19] === 2
}

/** The copy is gone with the process, since nothing but the open file is left of it. */
function openCopy(path: string): Database {
  const directory = mkdtempSync(join(tmpdir(), 'twoloop-'))
  try {
    const copy = join(directory, 'copy.sqlite')
    for (const ending of ['', '-wal', '-journal']) {
      if (!existsSync(path + ending)) continue
      copyFileSync(path + ending, copy + ending, constants.COPYFILE_FICLONE)
      chmodSync(copy + ending, 0o600)
    }
    const database = openDatabase(copy)
    database.pragma('journal_mode = delete') // takes up what stands in the log, or undoes it
    return database
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
