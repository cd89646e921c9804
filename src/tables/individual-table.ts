import type { IndividualId } from '../core/individual.ts'
import type { RecordReader } from '../record/reader.ts'
import type { CellBlock } from './cell-block.ts'
import { ElementCells, LeafCells } from './leaf-cells.ts'
import { type Leaf, recordedLeaves } from './leaves.ts'
import { cellBlocks, type LineField, nameAt, oneCell, realCell, scoreCell } from './line-cells.ts'
import { recordedOutputs } from './recorded-outputs.ts'
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
    this.#outputs = recordedOutputs(record)
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
    for (const block of this.blocks()) {
      for (let row = 0, cell = 0; row < block.rows; row++) {
        yield this.columns.map(({ kind }) => block.cellAt(cell++, kind))
      }
    }
  }

  *blocks(): Generator<CellBlock> {
    const only = this.#only
    const isWanted = only && ((block: CellBlock, cell: number) => only.has(nameAt(block, cell).slice(0, 2).join('.')))
    yield* cellBlocks(this.#record, this.#fields(), { isWanted })
  }

  /** What the cells of a row are read from, in the order of the columns. */
  #fields(): readonly LineField[] {
    return [
      ['seed', oneCell],
      ['parameters', new LeafCells(this.#leaves)],
      ['outcome', oneCell],
      ['fitness', new ElementCells(this.#record.objectives.names.length)],
      ['score', scoreCell],
      ['cause', causeCells],
      ...this.#ofProblem.map((column) => [column, ofProblemCells[column]] as const),
      ...(this.#outputs.length > 0 ? [['outputs', new LeafCells(this.#outputs)] as const] : []),
    ]
  }
}

const causeCells = new LeafCells([
  { path: ['kind'], kind: 'text' },
  { path: ['message'], kind: 'text' },
])

const ofProblemCells = { violation: realCell, budget: realCell, continues: oneCell } as const
