import type { RecordReader } from '../../record/reader.ts'
import type { LineOptions } from '../../record/row-reader.ts'
import type { CellBlock } from '../cell-block.ts'
import { cellBlocks, type LineField, nameAt, nameCells, oneCell } from '../line-cells.ts'

/** Individuals of a run as cells, each with its point: the replicates of a point follow one another. */
export interface PointBlock {
  readonly block: CellBlock
  /** The point of each row. */
  readonly points: Int32Array
  /** What came of each row: `done`, `pending`, or nothing good. */
  readonly outcomes: Uint8Array
  /** The first cell of the first row that is of a field. */
  readonly first: number
  /** How many cells a row has. */
  readonly step: number
}

/** Outcomes as numbers: of several replicates, the point has the greatest. */
export const [failed, pending, done] = [0, 1, 2]

/** The individuals of a run in blocks, with cells for each field; a block is filled anew once the next one is asked for. */
export function* pointBlocks(
  record: RecordReader,
  fields: readonly LineField[],
  options: LineOptions,
): Generator<PointBlock> {
  let points = new Int32Array(0)
  let outcomes = new Uint8Array(0)
  let point = -1
  let newest: readonly number[] = []
  for (const block of cellBlocks(record, [['outcome', oneCell], ...fields], options)) {
    const { rows } = block
    if (points.length < rows) {
      points = new Int32Array(rows)
      outcomes = new Uint8Array(rows)
    }
    const step = block.cells / rows
    const [generation, index] = nameAt(block, 0)
    if (newest[0] !== generation || newest[1] !== index) point++
    for (let row = 0, cell = 0; row < rows; row++, cell += step) {
      if (row > 0 && !isSamePoint(block, cell - step, cell)) point++
      points[row] = point
      outcomes[row] = outcomeAt(block, cell + nameCells)
    }
    newest = nameAt(block, block.cells - step)
    yield { block, points, outcomes, first: nameCells + 1, step }
  }
}

/** Whether two rows have the same generation and index, which stand next to each other. */
function isSamePoint({ bytes, begins, ends }: CellBlock, one: number, other: number): boolean {
  const [begin, beginOfOther] = [begins[one]!, begins[other]!]
  const length = ends[one + 1]! - begin
  if (ends[other + 1]! - beginOfOther !== length) return false
  // What differs mostly does so in the last digit of the index.
  for (let i = length - 1; i >= 0; i--) if (bytes[begin + i] !== bytes[beginOfOther + i]) return false
  return true
}

function outcomeAt({ bytes, begins }: CellBlock, cell: number): number {
  const letter = bytes[begins[cell]! + 1]
  return letter === 0x64 ? done : letter === 0x70 ? pending : failed // "done", "pending", and "failed" or "stopped"
}
