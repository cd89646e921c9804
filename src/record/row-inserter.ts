import type { Statement } from '../system/database.ts'
import type { RecordFile } from './record-file.ts'

/** So many rows are one statement: more are no cheaper, and small generations would not fill it. */
const together = 16

/**
 * Inserts rows into one table, many by one statement: to enter SQLite and to find the place of a row costs as much as to
 * write it. A transaction begins with `begin`, and what it has added is in the table after `flush`.
 */
export class RowInserter {
  readonly #file: RecordFile
  readonly #insert: string
  readonly #columns: number
  #one: Statement | undefined
  #many: Statement | undefined
  #values: unknown[] = []

  constructor(file: RecordFile, table: string, columns: readonly string[]) {
    this.#file = file
    this.#insert = `insert into ${table} (${columns.join(', ')}) values`
    this.#columns = columns.length
  }

  /** Forgets what was added in a transaction that has failed. */
  begin(): void {
    this.#values = []
  }

  /** @param row a value for each column, in their order */
  add(...row: readonly unknown[]): void {
    this.#values.push(...row)
    if (this.#values.length < together * this.#columns) return
    this.#many ??= this.#prepare(together)
    this.#many.run(this.#values)
    this.#values = []
  }

  flush(): void {
    const values = this.#values
    if (values.length === 0) return
    this.#one ??= this.#prepare(1)
    for (let at = 0; at < values.length; at += this.#columns) this.#one.run(values.slice(at, at + this.#columns))
    this.#values = []
  }

  #prepare(rows: number): Statement {
    const row = `(${Array(this.#columns).fill('?').join(', ')})`
    return this.#file.prepare(`${this.#insert} ${Array(rows).fill(row).join(', ')}`)
  }
}
