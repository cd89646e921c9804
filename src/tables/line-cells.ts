import type { RecordReader } from '../record/reader.ts'
import type { LineColumn, LineOptions } from '../record/row-reader.ts'
import { CellBlock } from './cell-block.ts'
import { jsonCell } from './cells.ts'
import { endOfScalar, endOfValue, isNumberAt, numberIn } from './json-bytes.ts'

/** What makes cells of a value in a line of the record. */
export interface CellReader {
  /** Adds the cells of the value that begins there; gives where it ends. */
  addTo(block: CellBlock, begin: number): number
}

export type LineField = readonly [column: LineColumn, cells: CellReader]

/** Which individuals are read. */
interface Choice extends LineOptions {
  /** Whether the individual is wanted whose cells begin there. */
  readonly isWanted?: ((block: CellBlock, cell: number) => boolean) | undefined
}

/** The individuals of a run as blocks of cells: generation, index and replicate, then those of each field. */
export function* cellBlocks(
  record: RecordReader,
  fields: readonly LineField[],
  { isWanted, ...options }: Choice = {},
): Generator<CellBlock> {
  const columns = fields.map(([column]) => column)
  yield* blocksOfLines(record, record.lines(columns, options), fields, isWanted)
}

/** Looks at the outputs of all individuals that gave some. */
export function lookAtOutputs(record: RecordReader, outputs: CellReader): void {
  for (const _ of blocksOfLines(record, record.outputLines(), [['outputs', outputs]]));
}

function* blocksOfLines(
  record: RecordReader,
  lines: Iterable<Buffer>,
  fields: readonly LineField[],
  isWanted?: Choice['isWanted'],
): Generator<CellBlock> {
  const block = new CellBlock()
  for (const bytes of lines) {
    block.clear(bytes)
    for (let at = 0; at < bytes.length; ) {
      if (block.isFull) {
        yield block
        block.clear(bytes)
      }
      const { cells } = block
      at = addLine(record, block, at, fields)
      if (!isWanted || isWanted(block, cells)) block.rows++
      else block.truncate(cells)
    }
    if (block.rows > 0) yield block
  }
}

/** Adds the cells of the line that begins there; gives where the next one begins. */
function addLine(record: RecordReader, block: CellBlock, begin: number, fields: readonly LineField[]): number {
  const name = block.cells
  let at = begin
  for (let i = 0; i < nameCells; i++) at = oneCell.addTo(block, at) + 1
  for (const [column, cells] of fields) {
    if (column === 'outputs' && isNumberAt(block.bytes, at)) {
      const [generation, index, replicate] = nameAt(block, name)
      cells.addTo(block, block.append(record.outputsOf({ generation, index, replicate })))
      at = endOfScalar(block.bytes, at)
    } else {
      at = cells.addTo(block, at)
    }
    at++ // the comma, or the end of the line
  }
  return at
}

/** A line begins with so many numbers that name its individual. */
export const nameCells = 3

/** Generation, index and replicate of the individual whose cells begin there. */
export function nameAt(block: CellBlock, cell: number): readonly [number, number, number] {
  const { bytes, begins, ends } = block
  const partAt = (part: number) => numberIn(bytes, begins[cell + part]!, ends[cell + part]!)
  return [partAt(0), partAt(1), partAt(2)]
}

/** A cell that stands in the line as it is. */
export const oneCell: CellReader = {
  addTo(block, begin) {
    const end = endOfScalar(block.bytes, begin)
    block.add(begin, end)
    return end
  },
}

/** A cell that any value is, as it stands in the line. */
export const wholeCell: CellReader = {
  addTo(block, begin) {
    const end = endOfValue(block.bytes, begin)
    block.add(begin, end)
    return end
  },
}

/** A number that SQLite has written, as JavaScript writes it. */
export const realCell: CellReader = {
  addTo(block, begin) {
    const end = endOfScalar(block.bytes, begin)
    if (isNumberAt(block.bytes, begin)) block.addJson(jsonCell(numberIn(block.bytes, begin, end)))
    else block.addNothing()
    return end
  },
}

/** The same of a number that mostly is the one before it, but for its sign: it is not written anew then. */
export const scoreCell: CellReader = {
  addTo(block, begin) {
    const { bytes } = block
    const before = block.cells - 1
    const [beginBefore, endBefore] = [block.begins[before]!, block.ends[before]!]
    if (!isNumberAt(bytes, begin) || beginBefore === endBefore || !isNumberAt(bytes, beginBefore))
      return realCell.addTo(block, begin)
    const end = endOfScalar(bytes, begin)
    const number = numberIn(bytes, begin, end)
    const numberBefore = numberIn(bytes, beginBefore, endBefore)
    if (number === numberBefore) block.add(beginBefore, endBefore)
    else if (number === -numberBefore) block.addNegated(beginBefore, endBefore)
    else block.addJson(jsonCell(number))
    return end
  },
}
