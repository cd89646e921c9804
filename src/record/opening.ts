import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigurationError } from '../core/errors.ts'
import { runFiles } from '../core/run-files.ts'
import type { Database } from '../system/database.ts'
import { sharedFileSystem } from '../system/file-systems.ts'
import { isLocked, storageError } from '../system/storage-errors.ts'
import { migrate } from './earlier/versions.ts'
import { damaged, newerRecord } from './record-errors.ts'
import { schema, schemaVersion } from './schema.ts'

/** Whether workers were ever to be launched, before which there is a record. */
export function hasBegun(directory: string): boolean {
  return existsSync(join(directory, runFiles.run))
}

/** Opens what is a file; what SQLite cannot open is told as damage. */
export function openChecked(directory: string, open: () => Database): Database {
  const found = statSync(join(directory, runFiles.record), { throwIfNoEntry: false })
  if (found && !found.isFile()) throw damaged(directory, 'it is no file')
  try {
    return open()
  } catch (error) {
    if (isLocked(error) || error instanceof ConfigurationError) throw error
    throw storageError(error, directory) ?? damaged(directory, error)
  }
}

/** Refuses what is no record, or one that this version does not understand, before anything is changed in it. */
export function checkVersion(
  directory: string,
  path: string,
  database: Database,
  { mayBeNew }: { readonly mayBeNew: boolean },
): void {
  let tables: number
  let version: number
  try {
    tables = database.prepare('select count(*) from sqlite_master').pluck().get() as number
    version = versionOf(database)
  } catch (error) {
    if (isLocked(error)) throw error
    throw damaged(directory, error)
  }
  if (version > schemaVersion) {
    throw newerRecord(path, version)
  }
  if (version === 0 && hasBegun(directory)) throw damaged(directory, 'it is no record of a run')
  if (version === 0 && !(mayBeNew && tables === 0)) throw new ConfigurationError(`${path} is no record of a run.`)
}

/** How a record is written on the file system of a directory; gives the journal that SQLite agreed to. */
export function setJournal(database: Database, directory: string): string {
  const isShared = sharedFileSystem(directory) !== undefined
  if (isShared) database.pragma('locking_mode = exclusive')
  // Write-ahead logging does not work on network file systems.
  return database.pragma(`journal_mode = ${isShared ? 'truncate' : 'wal'}`, { simple: true }) as string
}

/** Gives a new record its tables, and brings one of an earlier version up to date. */
export function prepareSchema(database: Database): void {
  const version = versionOf(database)
  if (version === schemaVersion) return
  const prepare = database.transaction(() => {
    if (version === 0) database.exec(schema)
    migrate(database, version)
  })
  prepare.immediate()
}

export function versionOf(database: Database): number {
  return database.pragma('user_version', { simple: true }) as number
}
