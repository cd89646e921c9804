import { closeSync, existsSync, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { ConfigurationError, messageOf } from '../core/errors.ts'

/** As much of better-sqlite3 as is used here: the package's own types would have to be installed with this one. */
export interface Database {
  readonly name: string
  readonly open: boolean
  readonly inTransaction: boolean
  prepare<Row = unknown>(sql: string): Statement<Row>
  exec(sql: string): this
  pragma(source: string, options?: { readonly simple?: boolean }): unknown
  transaction<F extends (...given: never[]) => unknown>(work: F): F & { readonly immediate: F }
  backup(path: string): Promise<unknown>
  serialize(): Buffer
  close(): this
}

export interface Statement<Row = unknown> {
  run(...values: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint }
  get(...values: readonly unknown[]): Row | undefined
  all(...values: readonly unknown[]): Row[]
  iterate(...values: readonly unknown[]): IterableIterator<Row>
  columns(): readonly { readonly name: string; readonly table: string | null }[]
  pluck(isOn?: boolean): this
  raw(isOn?: boolean): this
}

export interface DatabaseOptions {
  readonly readonly?: boolean
  readonly fileMustExist?: boolean
  /** How many milliseconds a lock of somebody else is waited for. */
  readonly timeout?: number
}

type SqliteClass = new (path: string, options: DatabaseOptions) => Database

/**
 * better-sqlite3 13 needs Node-API 10 (Node.js 22.14) and ends older processes without a word; 12 ends newer ones. So
 * an older Node.js installs the latter alone, and only the one that fits is ever loaded.
 */
export function openDatabase(path: string, options: DatabaseOptions = {}): Database {
  const Sqlite = sqliteClass()
  if (!options.readonly && path !== ':memory:') makeFile(path)
  try {
    return new Sqlite(path, options) // the first one loads the native part
  } catch (error) {
    if (isOfSqlite(error)) throw error
    const sentence = `${packageName} cannot be loaded by Node.js ${process.version} (${firstLineOf(error)}); have it built for this one: npm rebuild ${packageName}.`
    throw new ConfigurationError(sentence, { cause: error })
  }
}

/** Whether SQLite, or the package before it, speaks of the file. */
function isOfSqlite(error: unknown): boolean {
  return error instanceof TypeError || String((error as NodeJS.ErrnoException).code).startsWith('SQLITE_')
}

function firstLineOf(error: unknown): string {
  return messageOf(error).split('\n', 1)[0]!.replace(/[.:]$/, '')
}

/** SQLite lets nobody but the owner write in a file that it makes, whatever the umask says; those beside one are as that one. */
export function makeFile(path: string): void {
  if (existsSync(path)) return // closing a file that is in use would give up the locks that this process has on it
  try {
    closeSync(openSync(path, 'wx', 0o666))
  } catch {
    // What cannot be made, SQLite says.
  }
}

const isRecent = Number(process.versions.napi) >= 10

/** The package that fits this Node.js. */
const packageName = isRecent ? 'better-sqlite3' : 'better-sqlite3-v12'

function sqliteClass(): SqliteClass {
  const require = createRequire(import.meta.url)
  try {
    return isRecent ? require('better-sqlite3') : require('better-sqlite3-v12')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw cause
    const sentence = `The package ${packageName}, which Node.js ${process.version} needs, is not installed; run npm install with this Node.js where twoloop is installed.`
    throw new ConfigurationError(sentence, { cause })
  }
}
