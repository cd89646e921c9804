import type { Database } from '../../system/database.ts'

/** What the record says of itself. */
export function manifestOf(database: Database): Readonly<Record<string, unknown>> {
  const rows = database.prepare('select key, value from manifest').all() as { key: string; value: string }[]
  return Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value)]))
}

/** The first column of what a query gives. */
export function column<T>(database: Database, sql: string): T[] {
  return database.prepare(sql).pluck().all() as T[]
}
