import { opendirSync } from 'node:fs'
import { StorageFullError } from '../core/errors.ts'
import { requireSpace } from './disk-space.ts'

/** What the system and SQLite say of a disk that is full, of one that is away, and of one that cannot be relied on. */
const storageCodes = /^(ENOSPC|EDQUOT|EIO|ESTALE|ENOTCONN|EHOSTDOWN|EREMOTEIO|SQLITE_FULL|SQLITE_IOERR\w*)$/

/**
 * The same error as one of storage, if that is what is behind it. Of a file system that goes away, whichever call comes first
 * fails with a code of its own: what is away is told by looking for the directory.
 *
 * @param what was to be written there
 */
export function storageError(error: unknown, directory: string, what = directory): StorageFullError | undefined {
  if (error instanceof StorageFullError) return error
  const { code, message } = error as { code?: unknown; message?: string }
  if (isLocked(error)) {
    const sentence = `${what} is locked by another program, a reader or a backup that does not let go of it; go on when it has.`
    return new StorageFullError(sentence, { cause: error })
  }
  if (code === 'SQLITE_CANTOPEN') return awayError(error, directory) ?? fullness(directory, error)
  if (typeof code !== 'string' || !storageCodes.test(code)) return undefined
  return awayError(error, directory) ?? new StorageFullError(`${what} cannot be written: ${message}.`, { cause: error })
}

/** Where there is no inode for a file beside the record, SQLite says only that something cannot be opened. */
function fullness(directory: string, cause: unknown): StorageFullError | undefined {
  try {
    requireSpace(directory)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC') return new StorageFullError(`${directory} cannot be written: ${message}.`, { cause })
  }
  return undefined
}

/** Whether SQLite has waited in vain for somebody else's lock. */
export function isLocked(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY')
}

/** The same error as one of a file system that is away: where the directory was, there is nothing any more. */
export function awayError(error: unknown, directory: string): StorageFullError | undefined {
  if (isThere(directory)) return undefined
  return new StorageFullError(`${directory} is away; go on with it when it is back.`, { cause: error })
}

const awayCodes = /^(ENOENT|ENOTDIR|ENOTCONN|ECONNABORTED|ESTALE|EHOSTDOWN|EREMOTEIO)$/

/** Opening it asks the file system itself, where what is known of a directory may come from a cache. */
function isThere(directory: string): boolean {
  try {
    opendirSync(directory).closeSync()
    return true
  } catch (error) {
    return !awayCodes.test((error as NodeJS.ErrnoException).code ?? '')
  }
}
