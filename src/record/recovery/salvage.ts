import { copyFileSync, rmSync, statSync } from 'node:fs'
import { type Database, openDatabase, type Statement } from '../../system/database.ts'
import { lostState } from '../earlier/version-1.ts'
import { isVersion, schemaOf, type Version } from '../earlier/versions.ts'
import { heardReportsTable, leftCheckpointsTable } from '../schema.ts'
import { stateIn } from '../stored-state.ts'
import { keepHeader, pageBytes, replaceHeader } from './first-page.ts'

/** The tables that are there in the records of some searches only. */
export const tablesOfSome = `${leftCheckpointsTable}${heardReportsTable}`

/** What could not be read to its end. */
export interface Unread {
  readonly table: string
  /** What SQLite said. */
  readonly why: string
}

/** The files that belong to a database beside its own: what was written last may stand in one of them. */
export const companions = ['-wal', '-journal', '-shm']

/** A new record without rows, of the version of what is salvaged into it. */
export function createRecord(path: string, version: Version): Database {
  const database = openDatabase(path)
  database.pragma('journal_mode = memory')
  database.pragma('foreign_keys = off') // rows come in any order; what refers to nothing is dropped at the end
  database.exec(schemaOf(version))
  if (version >= 3) database.exec(tablesOfSome)
  database.pragma(`user_version = ${version}`)
  return database
}

/** The version of a damaged record, if it can still say which it is. */
export function versionLeft(damaged: string, scratch: string): Version | undefined {
  try {
    copyFiles(damaged, scratch)
    keepHeader(scratch)
    const database = openDatabase(scratch)
    try {
      const version = database.pragma('user_version', { simple: true })
      return isVersion(version) ? version : undefined
    } finally {
      database.close()
    }
  } catch {
    return undefined
  } finally {
    removeFiles(scratch)
  }
}

/**
 * Copies from a damaged record into a sound one whatever rows can still be read; a row that is there already stays. The
 * damaged files are not touched: what is read is a copy, mended so far that SQLite looks at it at all.
 */
export function salvage(damaged: string, into: Database): Unread[] {
  const copy = `${into.name}.source`
  try {
    copyFiles(damaged, copy)
    keepHeader(copy)
    const unread = readAll(copy, into)
    if (unread.length === 0) return []
    // The file no longer says where its tables begin; they may still be where those of every record do.
    copyFiles(damaged, copy)
    keepHeader(copy)
    replaceHeader(copy, into.pragma('user_version', { simple: true }) as Version)
    const again = new Set(readAll(copy, into).map(({ table }) => table))
    return unread.filter(({ table }) => again.has(table))
  } finally {
    removeFiles(copy)
  }
}

function removeFiles(path: string): void {
  for (const ending of ['', ...companions]) rmSync(path + ending, { force: true })
}

function copyFiles(from: string, to: string): void {
  removeFiles(to)
  for (const ending of ['', '-wal', '-journal']) if (isFile(from + ending)) copyFileSync(from + ending, to + ending)
}

function readAll(path: string, into: Database): Unread[] {
  const tables = tablesOf(into)
  let from: Database
  try {
    from = openDatabase(path)
    from.pragma('cell_size_check = on')
  } catch (error) {
    return tables.map(({ name }) => ({ table: name, why: (error as Error).message }))
  }
  try {
    return tables.flatMap((table) => {
      if (isOfSome(table) && !isIn(from, table)) return []
      const why = readTable(from, into, table)
      return why === undefined ? [] : [{ table: table.name, why }]
    })
  } finally {
    from.close()
  }
}

interface Table {
  readonly name: string
  readonly columns: readonly string[]
  readonly key: readonly string[]
  /** The columns that hold JSON. */
  readonly json: readonly string[]
}

const jsonColumns = new Set([
  'value',
  'summary',
  'state',
  'parameters',
  'origin',
  'fitness',
  'outputs',
  'cause',
  'printed',
  'constraints',
  'samples',
  'standard_error',
])

function tablesOf(database: Database): Table[] {
  const names = database.prepare(`select name from sqlite_master where type = 'table'`).pluck().all() as string[]
  return names.map((name) => {
    const columns = database.pragma(`table_info(${name})`) as { name: string; type: string; pk: number }[]
    const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
    return {
      name,
      columns: [...(key.length > 0 ? [] : ['rowid']), ...columns.map((column) => column.name)],
      key: key.length > 0 ? key.map((column) => column.name) : ['rowid'],
      json: columns.filter((column) => column.type === 'TEXT' && jsonColumns.has(column.name)).map(({ name }) => name),
    }
  })
}

function isOfSome({ name }: Table): boolean {
  return tablesOfSome.includes(`table if not exists ${name} (`)
}

function isIn(database: Database, { name }: Table): boolean {
  try {
    return database.prepare('select 1 from sqlite_master where name = ?').get(name) !== undefined
  } catch {
    return false // nothing can be read from it
  }
}

/** Reads a table from the front, and where that ends in damage from the back and generation by generation. */
function readTable(from: Database, into: Database, table: Table): string | undefined {
  const taker = new RowTaker(into, table)
  const read = (columns: readonly string[], direction: 'asc' | 'desc', generation?: number): string | undefined => {
    const order = table.key.map((column) => `${quote(column)} ${direction}`).join(', ')
    const where = generation === undefined ? '' : `where generation = ${generation}`
    try {
      const rows = from.prepare(`select ${columns.join(', ')} from ${table.name} ${where} order by ${order}`).raw()
      for (const row of rows.iterate()) taker.take(row as unknown[])
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }
  const columns = table.columns.map(quote)
  const why = read(columns, 'asc')
  if (why === undefined) return taker.refused === 0 ? undefined : `${taker.refused} of its rows make no sense`
  // A value too long for a page lies on other pages, which are read only if it is asked for: a state of version 1 is not.
  const hasState = table.name === 'generations'
  const short = columns.map((column) => (hasState && column === '"state"' ? `'${lostState}'` : column))
  for (const asked of short.join() === columns.join() ? [columns] : [columns, short]) {
    read(asked, 'desc')
    read(asked, 'asc')
    if (table.key[0] !== 'generation') continue
    const newest = Math.min(Math.max(newestIn(from, table), newestIn(into, table)), mostGenerationsIn(from))
    for (let generation = 0; generation <= newest; generation++) {
      for (const direction of ['asc', 'desc'] as const) read(asked, direction, generation)
    }
  }
  return why
}

/** A file has no room for more generations: a number beyond that was not read but is damage, and is not counted up to. */
function mostGenerationsIn(database: Database): number {
  try {
    return ((database.pragma('page_count', { simple: true }) as number) * pageBytes) / leastRowBytes
  } catch {
    return 0 // nothing can be read from it
  }
}

/** The least bytes that the row of a generation takes: what says where it lies, and one or more for each of its columns. */
const leastRowBytes = 12

function newestIn(database: Database, { name }: Table): number {
  try {
    const newest = database.prepare(`select max(generation) from ${name}`).pluck().get()
    return typeof newest === 'number' ? newest : 0
  } catch {
    return 0
  }
}

/** Stores rows unless there is one of the same key; what does not have the form of the table's rows is no row of it. */
class RowTaker {
  readonly #insert: Statement
  readonly #columns: readonly string[]
  readonly #json: readonly string[]
  #refused = 0

  constructor(into: Database, { name, columns, json }: Table) {
    this.#columns = columns
    this.#json = json
    this.#insert = into.prepare(
      `insert or ignore into ${name} (${columns.map(quote).join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    )
  }

  get refused(): number {
    return this.#refused
  }

  take(row: readonly unknown[]): void {
    const isLost = (value: unknown, at: number) => this.#json.includes(this.#columns[at]!) && !isJson(value)
    const values = row.map((value, at) => (this.#columns[at] === 'state' && isLost(value, at) ? lostState : value))
    if (values.some((value, at) => !this.#fits(this.#columns[at]!, value)) || !this.#store(values)) this.#refused++
  }

  #fits(column: string, value: unknown): boolean {
    if (indexColumns.has(column)) return Number.isSafeInteger(value) && (value as number) >= 0
    if (Buffer.isBuffer(value)) return isMessage(value)
    return !this.#json.includes(column) || value === null || isJson(value)
  }

  #store(values: readonly unknown[]): boolean {
    try {
      this.#insert.run(...values)
      return true
    } catch (error) {
      if ((error as { code?: string }).code?.startsWith('SQLITE_CONSTRAINT')) return false
      throw error
    }
  }
}

const indexColumns = new Set(['generation', 'index', 'replicate', 'worker'])

function isJson(text: unknown): boolean {
  try {
    return typeof text === 'string' && JSON.parse(text) !== undefined
  } catch {
    return false
  }
}

function isMessage(bytes: Buffer): boolean {
  try {
    stateIn(bytes)
    return true
  } catch {
    return false
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function quote(name: string): string {
  return `"${name}"`
}
