import type { RecordReader } from '../record/reader.ts'
import { IndividualTable } from './individual-table.ts'
import { SeriesReader } from './series.ts'
import type { Cell, Column, Table } from './table.ts'

const beside: readonly Column[] = [
  { name: 'step', kind: 'number' },
  { name: 'report', kind: 'number' },
]

/**
 * The individuals of a run with the values that they reported on their way: a row for every step, with everything that is
 * known of the individual in it; an individual that reported nothing has one row without a step.
 */
export class SeriesTable implements Table {
  readonly columns: readonly Column[]
  readonly #record: RecordReader
  readonly #individuals: IndividualTable

  constructor(record: RecordReader) {
    this.#record = record
    this.#individuals = new IndividualTable(record, beside)
    this.columns = [...this.#individuals.columns, ...beside]
  }

  *rows(): Generator<Cell[]> {
    const series = new SeriesReader(this.#record)
    try {
      for (const cells of this.#individuals.rows()) {
        const [generation, index, replicate] = cells as readonly number[]
        const steps = series.of(generation!, index!, replicate!)
        if (steps.length === 0) yield [...cells, null, null]
        for (const { step, value } of steps) yield [...cells, step, value]
      }
    } finally {
      series.close()
    }
  }
}
