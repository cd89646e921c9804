import { closeSync, existsSync, openSync } from 'node:fs'
import { createRequire } from 'node:module'

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
  if (!options.readonly && path !== ':memory:') makeFile(path)
  return new (sqliteClass())(path, options)
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

function sqliteClass(): SqliteClass {
  const require = createRequire(import.meta.url)
  const isRecent = Number(process.versions.napi) >= 10
  try {
    return isRecent ? require('better-sqlite3') : require('better-sqlite3-v12')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw cause
    const sentence = `The better-sqlite3 that Node.js ${process.version} needs is not installed; install the packages with it.`
    throw new Error(sentence, { cause })
  }
}
