import type { Cell, CellKind } from './cells.ts'
import { valueIn } from './json-bytes.ts'

/** So many bytes are left for cells that stand nowhere yet, before there is need for more. */
const spareBytes = 2 ** 16

/** A block that has so many more bytes than it was given is given away before it has all rows that it could have. */
const mostAdded = 2 ** 21

/**
 * Rows of a table, one after the other, each cell as JSON in UTF-8: as it stands in the record, so that no number becomes
 * an object, and none is read at all where it is only copied. A block is filled anew once the next one is asked for.
 */
export class CellBlock {
  rows = 0
  bytes: Buffer = Buffer.alloc(0)
  /** Where the JSON of each cell begins and ends, row by row; both are 0 if there is none. */
  begins = new Int32Array(4096)
  ends = new Int32Array(4096)
  /** How many bytes are taken, and how many of these it was given. */
  #length = 0
  #given = 0
  #cells = 0

  /** Begins anew, with bytes that cells will refer to. */
  clear(bytes: Uint8Array = Buffer.alloc(0)): void {
    this.#length = 0
    this.#reserve(bytes.length)
    this.bytes.set(bytes)
    this.#length = bytes.length
    this.#given = bytes.length
    this.#cells = 0
    this.rows = 0
  }

  /** How many cells there are. */
  get cells(): number {
    return this.#cells
  }

  /** Takes back the cells behind the first so many. */
  truncate(cells: number): void {
    this.#cells = cells
  }

  get isFull(): boolean {
    return this.#length - this.#given > mostAdded
  }

  /** Adds a cell whose JSON stands between two places. */
  add(begin: number, end: number): void {
    const cell = this.#cells++
    if (cell === this.begins.length) {
      this.begins = grown(this.begins)
      this.ends = grown(this.ends)
    }
    this.begins[cell] = begin
    this.ends[cell] = end
  }

  addNothing(): void {
    this.add(0, 0)
  }

  /** Adds a cell with a value that stands nowhere yet, or with nothing. */
  addValue(value: unknown): void {
    if (value === undefined) this.addNothing()
    else this.addJson(JSON.stringify(value))
  }

  /** Adds a cell whose JSON stands nowhere yet. */
  addJson(json: string): void {
    const begin = this.append(json)
    this.add(begin, this.#length)
  }

  /** Adds the number that stands between two places, with the other sign. */
  addNegated(begin: number, end: number): void {
    this.#reserve(end - begin + 1)
    const { bytes } = this
    const isNegative = bytes[begin] === 0x2d
    let to = this.#length
    if (!isNegative) bytes[to++] = 0x2d
    for (let from = isNegative ? begin + 1 : begin; from < end; from++) bytes[to++] = bytes[from]!
    this.add(this.#length, to)
    this.#length = to
  }

  /** Puts JSON behind all that is there; gives where. */
  append(json: string): number {
    const begin = this.#length
    this.#reserve(3 * json.length)
    this.#length += this.bytes.write(json, begin)
    return begin
  }

  /** Whether there is nothing in a cell, or what does not fit in one of a table: a list or an object. */
  isEmpty(cell: number): boolean {
    const begin = this.begins[cell]!
    if (begin === this.ends[cell]) return true
    const first = this.bytes[begin]
    return first === 0x6e || first === 0x5b || first === 0x7b // null, [ and {
  }

  /** What stands in a cell of a column. */
  cellAt(cell: number, kind: CellKind): Cell {
    if (this.isEmpty(cell)) return null
    const value = valueIn(this.bytes, this.begins[cell]!, this.ends[cell]!) as Cell
    return kind === 'number' && typeof value === 'string' ? Number(value) : value
  }

  /** What is written in a cell, whatever it is; null if there is nothing. */
  jsonAt(cell: number): unknown {
    const [begin, end] = [this.begins[cell]!, this.ends[cell]!]
    return begin === end ? null : JSON.parse(this.bytes.toString('utf8', begin, end))
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#length, this.#length + bytes) + spareBytes)
    larger.set(this.bytes.subarray(0, this.#length))
    this.bytes = larger
  }
}

function grown(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * numbers.length)
  larger.set(numbers)
  return larger
}
