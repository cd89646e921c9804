import type { FailureCause } from '../core/evaluation.ts'
import type { RecordReader } from '../record/reader.ts'
import type { EvaluatedRow } from '../record/rows.ts'
import { cellAt, joinKinds, kindOf } from './cells.ts'
import { type Leaf, Leaves } from './leaves.ts'
import { type Cell, type CellKind, type Column, type Table, UniqueNames } from './table.ts'

export const identity = ['generation', 'index', 'replicate', 'seed'].map((name): Column => ({ name, kind: 'integer' }))
const decision: readonly Column[] = [{ name: 'outcome', kind: 'text' }]
const judgement: readonly Column[] = [
  { name: 'score', kind: 'number' },
  { name: 'cause', kind: 'text' },
  { name: 'message', kind: 'text' },
]
const fixed = [...identity, ...decision, ...judgement]

/**
 * The individuals of a run as a flat table: a column for every parameter (for every element of a vector or matrix),
 * objective and scalar output. The record is read twice, for the columns and for the rows, and is never held as a whole.
 */
export class IndividualTable implements Table {
  readonly columns: readonly Column[]
  readonly #record: RecordReader
  readonly #leaves: readonly Leaf[]
  readonly #outputs: readonly (readonly [name: string, kind: CellKind | undefined])[]

  /** @param beside columns that will stand beside these */
  constructor(record: RecordReader, beside: readonly Column[] = []) {
    this.#record = record
    const leaves = new Leaves(parameterNames(record))
    const outputs = new Map<string, CellKind | undefined>()
    for (const row of record.rows()) {
      leaves.scan(JSON.parse(row.parameters) as Record<string, unknown>)
      if (row.outputs !== null) scanOutputs(JSON.parse(row.outputs) as Record<string, unknown>, outputs)
    }
    this.#leaves = leaves.list
    this.#outputs = [...outputs]
    const unique = new UniqueNames([...fixed, ...beside].map(({ name }) => name))
    const column = (name: string, kind: CellKind, part: string): Column => ({ name: unique.take(name, part), kind })
    this.columns = [
      ...identity,
      ...this.#leaves.map(({ path, kind = 'text' }) => column(path.join('.'), kind, 'parameter')),
      ...decision,
      ...record.objectives.names.map((name) => column(name, 'number', 'objective')),
      ...judgement,
      ...this.#outputs.map(([name, kind = 'text']) => column(name, kind, 'output')),
    ]
  }

  *rows(): Generator<Cell[]> {
    const objectives = this.#record.objectives.names.length
    for (const row of this.#record.rows()) yield this.#cells(row, objectives)
  }

  #cells(row: EvaluatedRow, objectives: number): Cell[] {
    const cells: Cell[] = [row.generation, row.index, row.replicate, row.seed]
    const parameters: unknown = JSON.parse(row.parameters)
    for (const { path, kind } of this.#leaves) cells.push(cellAt(parameters, path, kind))
    cells.push(row.outcome)
    const fitness = row.fitness === null ? undefined : (JSON.parse(row.fitness) as number[])
    for (let i = 0; i < objectives; i++) cells.push(fitness?.[i] ?? null)
    const cause = row.cause === null ? undefined : (JSON.parse(row.cause) as FailureCause)
    cells.push(row.score, cause?.kind ?? null, cause?.message ?? null)
    const outputs: unknown = row.outputs === null ? undefined : JSON.parse(row.outputs)
    for (const [name, kind] of this.#outputs) cells.push(cellAt(outputs, [name], kind))
    return cells
  }
}

export function parameterNames(record: RecordReader): readonly string[] {
  return (record.manifest().parameters ?? []) as string[]
}

function scanOutputs(outputs: Readonly<Record<string, unknown>>, kinds: Map<string, CellKind | undefined>): void {
  for (const name of Object.keys(outputs)) {
    const value = outputs[name]
    if (typeof value === 'object') continue
    kinds.set(name, joinKinds(kinds.get(name), kindOf(value)))
  }
}
