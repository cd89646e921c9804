import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigurationError, RunHeldError } from '../../core/errors.ts'
import { runFiles } from '../../core/run-files.ts'
import { type Database, openDatabase } from '../../system/database.ts'
import { isVersion, schemaOf, type Version } from '../earlier/versions.ts'
import { openReadable } from '../readable.ts'
import { newerRecord } from '../record-errors.ts'
import { schemaVersion } from '../schema.ts'
import { pageBytes } from './first-page.ts'
import { column } from './queries.ts'

/** What is wrong with the record, as SQLite or the file system says it; undefined if nothing is. */
export function damageOf(directory: string, path: string): string | undefined {
  const status = statSync(path, { throwIfNoEntry: false })
  if (!status) return 'it is not there'
  if (!status.isFile()) return 'it is not a file'
  const isComplete = !['-wal', '-journal'].some((ending) => statSync(path + ending, { throwIfNoEntry: false })?.size)
  if (isComplete && status.size % pageBytes !== 0) return 'it ends in the middle of a page'
  let database: Database
  try {
    database = openReadable(path)
  } catch (error) {
    if (error instanceof ConfigurationError) throw error // nothing is wrong with the record
    return (error as Error).message
  }
  try {
    const version = database.pragma('user_version', { simple: true }) as number
    if (version > schemaVersion) {
      throw newerRecord(path, version)
    }
    // A run whose runner was killed before its record had tables is made by the next one.
    if (version === 0) return existsSync(join(directory, runFiles.run)) ? 'it is no record of a run' : undefined
    const [first] = database.pragma('integrity_check(1)') as { integrity_check: string }[]
    if (first?.integrity_check !== 'ok') return first?.integrity_check.replaceAll('\n', ' ') ?? 'it cannot be checked'
    return isVersion(version) ? damageOfSchema(database, version) : undefined
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    if ((error as { code?: string }).code === 'SQLITE_BUSY') {
      throw new RunHeldError(`${path} is open in another process; its record cannot be looked at.`, { cause: error })
    }
    return (error as Error).message
  } finally {
    database.close()
  }
}

/** A table or view that is not as it was made; SQLite has nothing to say against any. */
function damageOfSchema(database: Database, version: Version): string | undefined {
  const intact = openDatabase(':memory:')
  try {
    intact.exec(schemaOf(version))
    for (const name of column<string>(intact, `select name from sqlite_master where type in ('table', 'view')`)) {
      const columns = intact.prepare(`select * from ${name}`).columns()
      const wanted = columns.map((one) => `"${name}"."${one.name}"`)
      database.prepare(`select ${wanted.join(', ')} from ${name} limit 0`).all()
    }
    return undefined
  } catch (error) {
    return (error as Error).message
  } finally {
    intact.close()
  }
}
