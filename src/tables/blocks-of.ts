import { CellBlock } from './cell-block.ts'
import { jsonCell } from './cells.ts'
import type { Table } from './table.ts'

/** About so many cells of a table that is no block yet are put into one. */
const blockCells = 2 ** 14

/** The rows of any table in blocks. */
export function* blocksOf(table: Table): Generator<CellBlock> {
  if (table.blocks) {
    yield* table.blocks()
    return
  }
  const block = new CellBlock()
  for (const cells of table.rows()) {
    for (const cell of cells) block.addJson(jsonCell(cell))
    block.rows++
    if (block.cells < blockCells && !block.isFull) continue
    yield block
    block.clear()
  }
  if (block.rows > 0) yield block
}
