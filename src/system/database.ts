import { createRequire } from 'node:module'
import type BetterSqlite3 from 'better-sqlite3'

export type Database = BetterSqlite3.Database
export type Statement<Row = unknown> = BetterSqlite3.Statement<unknown[], Row>

/**
 * better-sqlite3 13 needs Node-API 10 (Node.js 22.14) and ends older processes without a word; 12 ends newer ones. Both
 * are installed, and only the one that fits is ever loaded.
 */
export function openDatabase(path: string, options: BetterSqlite3.Options = {}): Database {
  const require = createRequire(import.meta.url)
  const name = Number(process.versions.napi) >= 10 ? 'better-sqlite3' : 'better-sqlite3-v12'
  const Sqlite = require(name) as typeof BetterSqlite3
  return new Sqlite(path, options)
}
