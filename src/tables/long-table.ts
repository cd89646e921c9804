import type { RecordReader } from '../record/reader.ts'
import type { EvaluatedRow } from '../record/rows.ts'
import { cellAt, isNonFinite } from './cells.ts'
import { identity } from './individual-table.ts'
import { type Leaf, recordedLeaves } from './leaves.ts'
import { SeriesReader } from './series.ts'
import { type Cell, type Column, type Table, UniqueNames } from './table.ts'

const quantity: readonly Column[] = [
  { name: 'outcome', kind: 'text' },
  { name: 'role', kind: 'text' },
  { name: 'name', kind: 'text' },
  { name: 'step', kind: 'number' },
  { name: 'value', kind: 'number' },
  { name: 'text', kind: 'text' },
]

/**
 * The individuals of a run with a row for every number they gave: objectives, outputs, and reports if they are wanted.
 *
 * `role` is objective, output or report. A list in the outputs has a row for every element, whose place is its step; true
 * and false are 1 and 0; what is no number at all stands in `text`, as JSON if it is no text either. An individual that
 * failed, or is not evaluated yet, has its objectives without values.
 */
export class LongTable implements Table {
  readonly columns: readonly Column[]
  readonly #record: RecordReader
  readonly #leaves: readonly Leaf[]
  readonly #reports: boolean

  constructor(record: RecordReader, { reports }: { readonly reports: boolean }) {
    this.#record = record
    this.#reports = reports
    this.#leaves = recordedLeaves(record)
    const unique = new UniqueNames([...identity, ...quantity].map(({ name }) => name))
    this.columns = [
      ...identity,
      ...this.#leaves.map(({ path, kind = 'text' }) => ({ name: unique.take(path.join('.'), 'parameter'), kind })),
      ...quantity,
    ]
  }

  *rows(): Generator<Cell[]> {
    const objectives = this.#record.objectives.names
    const series = this.#reports ? new SeriesReader(this.#record) : undefined
    try {
      for (const row of this.#record.rows()) {
        const individual = this.#individual(row)
        for (const quantity of objectivesOf(row, objectives)) yield [...individual, ...quantity]
        for (const quantity of outputsOf(row)) yield [...individual, ...quantity]
        for (const { step, value } of series?.of(row.generation, row.index, row.replicate) ?? []) {
          yield [...individual, 'report', 'report', step, value, null]
        }
      }
    } finally {
      series?.close()
    }
  }

  #individual(row: EvaluatedRow): Cell[] {
    const parameters: unknown = JSON.parse(row.parameters)
    return [
      ...[row.generation, row.index, row.replicate, row.seed],
      ...this.#leaves.map(({ path, kind }) => cellAt(parameters, path, kind)),
      row.outcome,
    ]
  }
}

function* objectivesOf({ fitness }: EvaluatedRow, names: readonly string[]): Generator<Cell[]> {
  const values = fitness === null ? [] : (JSON.parse(fitness) as number[])
  for (const [i, name] of names.entries()) yield ['objective', name, null, values[i] ?? null, null]
}

function* outputsOf({ outputs }: EvaluatedRow): Generator<Cell[]> {
  if (outputs === null) return
  const values = JSON.parse(outputs) as Record<string, unknown>
  for (const name of Object.keys(values)) {
    const value = values[name]
    if (!Array.isArray(value)) yield ['output', name, null, ...valueAndText(value)]
    else for (const [step, element] of value.entries()) yield ['output', name, step, ...valueAndText(element)]
  }
}

function valueAndText(value: unknown): [value: Cell, text: Cell] {
  if (value === null) return [null, null]
  if (typeof value === 'number' || typeof value === 'boolean') return [Number(value), null]
  if (typeof value === 'string') return isNonFinite(value) ? [Number(value), null] : [null, value]
  return [null, JSON.stringify(value)]
}
