import type { FailureCause } from '../core/evaluation.ts'
import type { IndividualId } from '../core/individual.ts'
import type { RecordReader } from '../record/reader.ts'
import type { IndividualCells } from '../record/rows.ts'
import { cellAt, joinKinds, kindOf } from './cells.ts'
import { addElements, jsonCell, LeafTexts } from './leaf-texts.ts'
import { type Leaf, recordedLeaves } from './leaves.ts'
import { type Cell, type CellKind, type Column, type Table, UniqueNames } from './table.ts'

export const identity = ['generation', 'index', 'replicate', 'seed'].map(
  (name): Column => ({ name, kind: 'integer', isWhole: true }),
)
const decision: readonly Column[] = [{ name: 'outcome', kind: 'text', isWhole: true }]
export const judgement: readonly Column[] = [
  { name: 'score', kind: 'number' },
  { name: 'cause', kind: 'text' },
  { name: 'message', kind: 'text' },
]
/** The column of runs with constraints. */
const violated = [{ name: 'violation', kind: 'number' }] as const satisfies readonly Column[]
/** The columns of runs with a budget. */
const shared = [
  { name: 'budget', kind: 'number' },
  { name: 'continues', kind: 'text' },
] as const satisfies readonly Column[]
const fixed = [...identity, ...decision, ...judgement]

/**
 * The individuals of a run as a flat table: a column for every parameter (for every element of a vector or matrix),
 * objective and scalar output. The columns follow from the space and from what simulations returned, which is read before
 * the rows; the record is never held as a whole.
 */
export class IndividualTable implements Table {
  readonly columns: readonly Column[]
  readonly #record: RecordReader
  readonly #leaves: readonly Leaf[]
  readonly #outputs: readonly Leaf[]
  /** What stands in columns as it does in the record. */
  readonly #ofProblem: readonly ('violation' | 'budget' | 'continues')[]
  readonly #only: ReadonlySet<string> | undefined

  /**
   * @param beside columns that will stand beside these
   * @param only the points whose individuals are wanted; all of them unless it is given
   */
  constructor(record: RecordReader, beside: readonly Column[] = [], only?: readonly IndividualId[]) {
    this.#record = record
    this.#only = only && new Set(only.map(({ generation, index }) => `${generation}.${index}`))
    this.#leaves = recordedLeaves(record)
    const outputs = new Map<string, CellKind | undefined>()
    for (const given of record.outputs()) scanOutputs(JSON.parse(given) as Record<string, unknown>, outputs)
    this.#outputs = Array.from(outputs, ([name, kind]) => ({ path: [name], kind }))
    const ofProblem = [
      ...(record.manifest().constraints === undefined ? [] : violated),
      ...(record.budget === undefined ? [] : shared),
    ]
    this.#ofProblem = ofProblem.map(({ name }) => name)
    const unique = new UniqueNames([...fixed, ...ofProblem, ...beside].map(({ name }) => name))
    const column = (name: string, kind: CellKind, part: string): Column => ({ name: unique.take(name, part), kind })
    this.columns = [
      ...identity,
      ...this.#leaves.map(({ path, kind = 'text' }) => column(path.join('.'), kind, 'parameter')),
      ...decision,
      ...record.objectives.names.map((name) => column(name, 'number', 'objective')),
      ...judgement,
      ...ofProblem,
      ...this.#outputs.map(({ path, kind = 'text' }) => column(path[0], kind, 'output')),
    ]
  }

  *rows(): Generator<Cell[]> {
    const objectives = this.#record.objectives.names.length
    for (const row of this.#wanted()) yield this.#cells(row, objectives)
  }

  *jsonRows(): Generator<string[]> {
    const objectives = this.#record.objectives.names.length
    const parameters = new LeafTexts(this.#leaves)
    const outputs = new LeafTexts(this.#outputs)
    for (const row of this.#wanted()) yield this.#texts(row, parameters, objectives, outputs)
  }

  #wanted(): Iterable<IndividualCells> {
    const outputs = this.#outputs.length > 0 ? (['outputs'] as const) : []
    const rows = this.#record.tableRows(...this.#ofProblem, ...outputs)
    return this.#only === undefined ? rows : rowsOf(this.#only, rows)
  }

  #cells(row: IndividualCells, objectives: number): Cell[] {
    const [generation, index, replicate, seed, given, outcome, scores, score, why] = row
    const cells: Cell[] = [generation, index, replicate, seed]
    const parameters: unknown = JSON.parse(given)
    for (const { path, kind } of this.#leaves) cells.push(cellAt(parameters, path, kind))
    cells.push(outcome)
    const fitness = scores === null ? undefined : (JSON.parse(scores) as number[])
    for (let i = 0; i < objectives; i++) cells.push(fitness?.[i] ?? null)
    const cause = why === null ? undefined : (JSON.parse(why) as FailureCause)
    cells.push(score, cause?.kind ?? null, cause?.message ?? null)
    const last = besideOf + this.#ofProblem.length
    for (let i = besideOf; i < last; i++) cells.push(row[i] as Cell)
    if (this.#outputs.length === 0) return cells
    const returned = row[last] as string | null
    const outputs: unknown = returned === null ? undefined : JSON.parse(returned)
    for (const { path, kind } of this.#outputs) cells.push(cellAt(outputs, path, kind))
    return cells
  }

  /** The cells as JSON. */
  #texts(row: IndividualCells, parameters: LeafTexts, objectives: number, outputs: LeafTexts): string[] {
    const [generation, index, replicate, seed, given, outcome, scores, score, why] = row
    const texts = [`${generation}`, `${index}`, `${replicate}`, `${seed}`]
    parameters.addTo(texts, given)
    texts.push(`"${outcome}"`)
    addElements(texts, scores ?? '[]', objectives)
    const cause = why === null ? undefined : (JSON.parse(why) as FailureCause)
    texts.push(jsonCell(score), jsonCell(cause?.kind ?? null), jsonCell(cause?.message ?? null))
    const last = besideOf + this.#ofProblem.length
    for (let i = besideOf; i < last; i++) texts.push(jsonCell(row[i] as Cell))
    if (this.#outputs.length > 0) outputs.addTo(texts, (row[last] as string | null) ?? '{}')
    return texts
  }
}

/** Where in a row that stands which is asked for beside the rest. */
const besideOf = 9

function* rowsOf(points: ReadonlySet<string>, rows: Iterable<IndividualCells>): Generator<IndividualCells> {
  for (const row of rows) if (points.has(`${row[0]}.${row[1]}`)) yield row
}

function scanOutputs(outputs: Readonly<Record<string, unknown>>, kinds: Map<string, CellKind | undefined>): void {
  for (const name of Object.keys(outputs)) {
    const value = outputs[name]
    if (typeof value === 'object') continue
    kinds.set(name, joinKinds(kinds.get(name), kindOf(value)))
  }
}
