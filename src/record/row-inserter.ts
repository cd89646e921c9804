import type { Statement } from '../system/database.ts'
import type { RecordFile } from './record-file.ts'

/** How many rows one statement inserts: as many as there are, then what is left by smaller ones. More than these are no cheaper. */
const sizes = [64, 16, 4, 1] as const
const most = sizes[0]

/**
 * Inserts rows into one table, many by one statement: to enter SQLite and to find the place of a row costs as much as to
 * write it. A transaction begins with `begin`, and what it has added is in the table after `flush`.
 */
export class RowInserter {
  readonly #file: RecordFile
  readonly #insert: string
  /** One row, as the statement has it. */
  readonly #row: string
  readonly #columns: number
  readonly #statements = new Map<number, Statement>()
  /**
   * One row behind the other, up to `#length`; what stands behind that has been inserted. They are given to a statement one by
   * one: to look into a list costs SQLite's binding a third more.
   */
  readonly #values: unknown[]
  #length = 0

  /** @param same what stands in every row, in SQL, by column: it costs less than what is given with each */
  constructor(
    file: RecordFile,
    table: string,
    columns: readonly string[],
    same: readonly (readonly [column: string, value: string])[] = [],
  ) {
    this.#file = file
    this.#insert = `insert into ${table} (${[...columns, ...same.map(([column]) => column)].join(', ')}) values`
    this.#row = `(${[...columns.map(() => '?'), ...same.map(([, value]) => value)].join(', ')})`
    this.#columns = columns.length
    this.#values = Array(most * columns.length).fill(null)
  }

  /** Forgets what was added in a transaction that has failed. */
  begin(): void {
    this.#length = 0
  }

  /** @param row a value for each column, in their order */
  add(row: readonly unknown[]): void {
    const values = this.#values
    let at = this.#length
    for (let i = 0; i < row.length; i++) values[at++] = row[i]
    this.#length = at
    if (at < values.length) return
    this.#length = 0
    this.#statement(most).run(...values)
  }

  flush(): void {
    const length = this.#length
    if (length === 0) return
    this.#length = 0
    let at = 0
    for (const rows of sizes) {
      const step = rows * this.#columns
      for (; at + step <= length; at += step) this.#statement(rows).run(...this.#values.slice(at, at + step))
    }
  }

  #statement(rows: number): Statement {
    let statement = this.#statements.get(rows)
    if (!statement) {
      statement = this.#file.prepare(`${this.#insert} ${Array(rows).fill(this.#row).join(', ')}`)
      this.#statements.set(rows, statement)
    }
    return statement
  }
}
