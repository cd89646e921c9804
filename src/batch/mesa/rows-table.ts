import { asRecorded } from '../../core/as-recorded.ts'
import { ConfigurationError } from '../../core/errors.ts'
import type { RecordReader } from '../../record/reader.ts'
import { joinKinds, kindOf } from '../../tables/cells.ts'
import type { Cell, CellKind, Column, Table } from '../../tables/table.ts'
import { type BatchRow, rowsIn } from './rows.ts'

/**
 * What the models of a batch have collected, as a table: the rows of `readRows`, with a column for whatever stands in any of
 * them. The rows are read twice, once for their columns, and never held as a whole.
 */
export class RowsTable implements Table {
  readonly columns: readonly Column[]
  readonly #record: RecordReader

  /** @throws ConfigurationError if the run is not a batch of models */
  constructor(record: RecordReader) {
    this.#record = record
    const kinds = new Map<string, CellKind | undefined>()
    for (const row of this.#rows()) {
      for (const [name, value] of Object.entries(row)) {
        kinds.set(name, joinKinds(kinds.get(name), kindOfCell(cellOf(value))))
      }
    }
    this.columns = [...kinds].map(([name, kind = 'text']) => ({ name, kind }))
  }

  *rows(): Generator<Cell[]> {
    const names = this.columns.map(({ name }) => name)
    for (const row of this.#rows()) yield names.map((name) => (Object.hasOwn(row, name) ? cellOf(row[name]) : null))
  }

  *#rows(): Generator<BatchRow> {
    try {
      yield* rowsIn(this.#record)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      throw new ConfigurationError(`--rows is for what a batch of models has collected, and ${error.message}.`, {
        cause: error,
      })
    }
  }
}

/** Numbers are numbers here, whichever: a text stays one that reads like what JSON lacks. */
function kindOfCell(cell: Cell): CellKind | undefined {
  return typeof cell === 'string' ? 'text' : kindOf(cell)
}

/** What is neither number, text, nor yes or no stands as JSON, with the numbers that JSON lacks as the record writes them. */
function cellOf(value: unknown): Cell {
  if (value === undefined || value === null) return null
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value
  return typeof value === 'bigint' ? String(value) : JSON.stringify(asRecorded(value))
}
