import type { CellBlock } from './cell-block.ts'
import type { Cell, CellKind } from './cells.ts'

export type { Cell, CellKind }

export interface Column {
  readonly name: string
  readonly kind: CellKind
  /** Whether every row has a value there; unless it is said, some may have none. */
  readonly isWhole?: boolean
}

/** Typed columns, and rows that are read one after the other and never held as a whole. */
export interface Table {
  readonly columns: readonly Column[]
  /** The cells of each row, in the order of the columns. */
  rows(): Iterable<readonly Cell[]>
  /** The same rows as they stand in the record; of tables whose cells do. */
  blocks?(): Iterable<CellBlock>
}

/** Column names that differ also where case does not count; what would be taken twice says what it is. */
export class UniqueNames {
  readonly #taken: Set<string>

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken)
  }

  take(name: string, part: string): string {
    let unique = name
    while (this.#taken.has(unique.toLowerCase())) unique = `${part} ${unique}`
    this.#taken.add(unique.toLowerCase())
    return unique
  }
}
