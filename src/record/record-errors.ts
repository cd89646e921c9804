import { join } from 'node:path'
import { ConfigurationError } from '../core/errors.ts'
import { runFiles } from '../core/run-files.ts'
import { storageError } from '../system/storage-errors.ts'
import { schemaVersion } from './schema.ts'

export function newerRecord(path: string, version: number): ConfigurationError {
  return new ConfigurationError(
    `${path} was written by a newer twoloop (its schema is version ${version}, this one knows up to ${schemaVersion}); open it with that one.`,
  )
}

/** Says what is wrong with a record, and what saves the rest of it. */
export function damaged(directory: string, why: unknown): ConfigurationError {
  const what = why instanceof Error ? why.message : String(why)
  return new ConfigurationError(
    `${join(directory, runFiles.record)} is damaged (${what}); \`twoloop recover ${directory}\` saves what can still be read.`,
    { cause: why },
  )
}

/** What SQLite says of a record, as far as it can be told in a sentence. */
export function explained(directory: string, error: unknown): unknown {
  if (isDamage(error)) return damaged(directory, error)
  return storageError(error, directory, `The record in ${directory}`) ?? error
}

/** Whether SQLite says that the file is not as it has written it. */
export function isDamage(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  // The statements are our own: what they do not find was there when the record was made.
  if (code === 'SQLITE_ERROR') return /^no such |syntax error|unrecognized token|^malformed/.test(message ?? '')
  return code === 'SQLITE_NOTADB' || (code?.startsWith('SQLITE_CORRUPT') ?? false)
}
