import type { Database, Statement } from '../system/database.ts'
import { explained, isDamage } from './record-errors.ts'

/** About as much as this is held of rows that are read in blocks. */
export const blockRows = 500
export const blockCharacters = 2 ** 20

/** What is asked of a record and written in it, in SQL: each statement is compiled once, and damage is told as such. */
export class Statements {
  readonly directory: string
  readonly #database: Database
  readonly #statements = new Map<string, Statement>()

  protected constructor(directory: string, database: Database) {
    this.directory = directory
    this.#database = database
  }

  run(sql: string, ...values: readonly unknown[]) {
    return this.careful(() => this.#prepare(sql).run(...values))
  }

  get<Row>(sql: string, ...values: readonly unknown[]): Row | undefined {
    return this.careful(() => this.#prepare<Row>(sql).get(...values) as Row | undefined)
  }

  all<Row>(sql: string, ...values: readonly unknown[]): Row[] {
    return this.careful(() => this.#prepare<Row>(sql).all(...values) as Row[])
  }

  /** The rows one after the other. */
  iterate<Row>(sql: string, ...values: readonly unknown[]): Generator<Row, void> {
    return this.#iterate(() => this.#prepare<Row>(sql), values)
  }

  /** The rows one after the other, each as the list of its columns. */
  lists<Row extends readonly unknown[]>(sql: string, ...values: readonly unknown[]): Generator<Row, void> {
    return this.#iterate(() => this.#prepare<Row>(sql).raw(), values)
  }

  /**
   * Rows as lists that begin with generation, index and replicate, in their order, read in blocks: a step into SQLite for
   * each row costs as much as the row. The query asks for those behind three of its first values, at most as many as its last.
   */
  *listsInBlocks<Row extends readonly [number, number, number, ...unknown[]]>(
    sql: string,
    ...values: readonly unknown[]
  ): Generator<Row, void> {
    let behind: readonly number[] = [-1, -1, -1]
    let size = 1
    try {
      for (;;) {
        const rows = this.#prepare<Row>(sql)
          .raw()
          .all(...behind, ...values, size)
        for (const row of rows) yield row // several times faster than to delegate
        if (rows.length < size) return
        behind = rows.at(-1)!.slice(0, 3) as readonly number[]
        size = Math.ceil(Math.min(blockRows, (blockCharacters * size) / (charactersIn(rows) + 1)))
      }
    } catch (error) {
      throw explained(this.directory, error)
    }
  }

  /** The first column of the rows, one after the other. */
  pluck<Value>(sql: string, ...values: readonly unknown[]): Generator<Value, void> {
    return this.#iterate(() => this.#prepare<Value>(sql).pluck(), values)
  }

  *#iterate<Row>(statement: () => Statement<Row>, values: readonly unknown[]): Generator<Row, void> {
    try {
      yield* statement().iterate(...values)
    } catch (error) {
      throw explained(this.directory, error)
    }
  }

  /** A statement to be kept; only to be run in a transaction, which says what is wrong with the record. */
  prepare(sql: string): Statement {
    return this.careful(() => this.#database.prepare(sql) as Statement)
  }

  /** Several statements, which are not met again. */
  execute(sql: string): void {
    this.careful(() => this.#database.exec(sql))
  }

  #prepare<Row>(sql: string): Statement<Row> {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#database.prepare(sql) as Statement
      this.#statements.set(sql, statement)
    }
    return statement as Statement<Row>
  }

  /** What SQLite says of a record, told as damage or as a lack of space. */
  protected careful<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      // An error within a transaction is explained by `transaction`, which knows whether it waited for a lock.
      throw this.#database.inTransaction && !isDamage(error) ? error : explained(this.directory, error)
    }
  }
}

function charactersIn(rows: readonly (readonly unknown[])[]): number {
  let characters = 0
  for (const row of rows) for (const cell of row) if (typeof cell === 'string') characters += cell.length
  return characters
}
