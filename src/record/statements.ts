import type { Database, Statement } from '../system/database.ts'
import { explained, isDamage } from './record-errors.ts'

/** About as much as this is held of lines that are read in blocks. */
const blockRows = 1000
const blockBytes = 2 ** 20

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
   * A text for each individual of a table or view, in (generation, index, replicate) order, as bytes and many at once: a step
   * into SQLite for each costs as much as the text. Where the text is null there is none.
   */
  *lines(line: string, from: string, ...values: readonly unknown[]): Generator<Buffer, void> {
    const name = 'generation, "index", replicate'
    const rest = `from ${from} where (${name}) > (?, ?, ?) order by ${name} limit`
    const joined = `select cast(group_concat(line, '') as blob) from (select ${line} as line ${rest} ?)`
    const last = `select ${name} ${rest} 1 offset ? - 1`
    let behind: readonly number[] | undefined = [-1, -1, -1]
    let size = 1
    try {
      while (behind) {
        const bytes = this.#prepare<Buffer | null>(joined)
          .pluck()
          .get(...values, ...behind, size)
        if (bytes) yield bytes
        behind = this.#prepare<number[]>(last)
          .raw()
          .get(...behind, size)
        size = Math.ceil(Math.min(blockRows, (blockBytes * size) / ((bytes?.length ?? 0) + 1)))
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
