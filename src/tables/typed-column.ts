import type { CellBlock } from './cell-block.ts'
import { isNumberAt, isPlainText, isTextAt, numberIn, valueIn } from './json-bytes.ts'
import type { CellKind } from './table.ts'

/** The cells of a column of one batch of rows, of which none is an object. */
export type TypedColumn = NumberColumn | BooleanColumn | TextColumn

/** @param size how many cells a batch has at most */
export function typedColumn(kind: CellKind, size: number): TypedColumn {
  switch (kind) {
    case 'integer':
    case 'number':
      return new NumberColumn(size)
    case 'boolean':
      return new BooleanColumn(size)
    case 'text':
    case 'mixed':
      return new TextColumn(size)
  }
}

/** Takes the rows of a table, in batches of so many. */
export function* batchesOf(
  blocks: Iterable<CellBlock>,
  kinds: readonly CellKind[],
  size: number,
): Generator<readonly TypedColumn[]> {
  const columns = kinds.map((kind) => typedColumn(kind, size))
  for (const block of blocks) {
    for (let row = 0; row < block.rows; ) {
      const rows = Math.min(block.rows - row, size - columns[0]!.length)
      for (const [i, column] of columns.entries()) column.take(block, row * columns.length + i, columns.length, rows)
      row += rows
      if (columns[0]!.length < size) continue
      yield columns
      for (const column of columns) column.clear()
    }
  }
  if (columns[0]!.length > 0) yield columns
}

/** What all kinds have: which cells there are. */
abstract class CellsOfColumn {
  /** For each cell 1 if there is something, else 0. */
  readonly present: Uint8Array
  length = 0
  /** How many cells have nothing. */
  missing = 0

  constructor(size: number) {
    this.present = new Uint8Array(size)
  }

  /** Adds every so many-th cell of a block from one on. */
  take(block: CellBlock, first: number, step: number, count: number): void {
    for (let i = 0, cell = first; i < count; i++, cell += step) {
      const isEmpty = block.isEmpty(cell)
      if (isEmpty) this.missing++
      this.present[this.length + i] = isEmpty ? 0 : 1
    }
    this.setAll(block, first, step, count)
    this.length += count
  }

  clear(): void {
    this.length = 0
    this.missing = 0
  }

  /** Puts the values of these cells into the places behind all that are there, of which it is known which have something. */
  protected abstract setAll(block: CellBlock, first: number, step: number, count: number): void
}

/** Numbers, whole or not; 0 where there is none. */
export class NumberColumn extends CellsOfColumn {
  readonly type = 'numbers'
  readonly values: Float64Array<ArrayBuffer>

  constructor(size: number) {
    super(size)
    this.values = new Float64Array(size)
  }

  protected override setAll({ bytes, begins, ends }: CellBlock, first: number, step: number, count: number): void {
    const { values, present, length } = this
    for (let at = length, cell = first; at < length + count; at++, cell += step) {
      const [begin, end] = [begins[cell]!, ends[cell]!]
      if (present[at] === 0) values[at] = 0
      else if (isNumberAt(bytes, begin)) values[at] = numberIn(bytes, begin, end)
      else values[at] = Number(valueIn(bytes, begin, end))
    }
  }
}

/** 1 for what is true; 0 for what is not, or where there is nothing. */
export class BooleanColumn extends CellsOfColumn {
  readonly type = 'booleans'
  readonly values: Uint8Array<ArrayBuffer>

  constructor(size: number) {
    super(size)
    this.values = new Uint8Array(size)
  }

  protected override setAll({ bytes, begins }: CellBlock, first: number, step: number, count: number): void {
    for (let at = this.length, cell = first; at < this.length + count; at++, cell += step) {
      this.values[at] = this.present[at] === 1 && bytes[begins[cell]!] === 0x74 ? 1 : 0 // true
    }
  }
}

/** Texts as UTF-8, one after the other; what is of another kind is a text as well. */
export class TextColumn extends CellsOfColumn {
  readonly type = 'texts'
  /** Where each text begins, and where the last one ends. */
  readonly offsets: Int32Array<ArrayBuffer>
  bytes: Buffer = Buffer.allocUnsafe(1024)

  constructor(size: number) {
    super(size)
    this.offsets = new Int32Array(size + 1)
  }

  protected override setAll({ bytes, begins, ends }: CellBlock, first: number, step: number, count: number): void {
    for (let at = this.length, cell = first; at < this.length + count; at++, cell += step) {
      const [begin, end] = this.present[at] === 1 ? [begins[cell]!, ends[cell]!] : [0, 0]
      if (begin === end || !isTextAt(bytes, begin)) this.#add(at, bytes, begin, end)
      else if (isPlainText(bytes, begin, end)) this.#add(at, bytes, begin + 1, end - 1)
      else {
        const text = Buffer.from(valueIn(bytes, begin, end) as string)
        this.#add(at, text, 0, text.length)
      }
    }
  }

  /**
   * The cells in which a text is met first, and for each cell with a text the place of it among these; undefined if there is no
   * text, or more than so many differ.
   */
  distinct(most: number): { readonly firsts: readonly number[]; readonly places: Int32Array<ArrayBuffer> } | undefined {
    const firsts: number[] = []
    const places = new Int32Array(this.length)
    const table = new Int32Array(2 ** Math.ceil(Math.log2(2 * most + 2))) // for what is 0, no text has been met
    let newest: number | undefined
    for (let at = 0; at < this.length; at++) {
      if (this.present[at] === 0) continue
      if (newest !== undefined && this.#areEqual(newest, at)) {
        places[at] = places[newest]!
        continue
      }
      let entry = this.#hashOf(at) & (table.length - 1)
      while (table[entry] !== 0 && !this.#areEqual(firsts[table[entry]! - 1]!, at)) entry = (entry + 1) % table.length
      if (table[entry] === 0) {
        if (firsts.push(at) > most) return undefined
        table[entry] = firsts.length
      }
      places[at] = table[entry]! - 1
      newest = at
    }
    return firsts.length === 0 ? undefined : { firsts, places }
  }

  /** FNV-1a. */
  #hashOf(at: number): number {
    let hash = 0x811c9dc5
    for (let i = this.offsets[at]!; i < this.offsets[at + 1]!; i++) hash = Math.imul(hash ^ this.bytes[i]!, 0x01000193)
    return hash
  }

  #areEqual(one: number, other: number): boolean {
    const { offsets, bytes } = this
    const length = offsets[one + 1]! - offsets[one]!
    if (offsets[other + 1]! - offsets[other]! !== length) return false
    for (let i = 0; i < length; i++) if (bytes[offsets[one]! + i] !== bytes[offsets[other]! + i]) return false
    return true
  }

  #add(at: number, bytes: Uint8Array, begin: number, end: number): void {
    let to = this.offsets[at]!
    if (to + end - begin > this.bytes.length) {
      const larger = Buffer.allocUnsafe(2 * this.bytes.length + end - begin)
      larger.set(this.bytes.subarray(0, to))
      this.bytes = larger
    }
    if (end - begin > 100) this.bytes.set(bytes.subarray(begin, end), to)
    else for (let from = begin, own = this.bytes; from < end; from++) own[to++] = bytes[from]!
    this.offsets[at + 1] = this.offsets[at]! + end - begin
  }
}

/** For each of the first so many bytes a bit, the lowest first. */
export function bitsOf(bytes: Uint8Array, length: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(length / 8))
  for (let at = 0; at < length; at++) bits[at >> 3]! |= bytes[at]! << (at & 7)
  return bits
}

/** Whole numbers of 64 bits in two halves, the lower one first, without a bigint for each. */
export function integersOf(numbers: Float64Array, length: number): Uint8Array {
  const halves = new Int32Array(2 * length)
  for (let at = 0; at < length; at++) {
    const number = numbers[at]!
    halves[2 * at] = number
    halves[2 * at + 1] = Math.floor(number / 2 ** 32)
  }
  return bytesOf(halves)
}

export function bytesOf(numbers: ArrayBufferView<ArrayBuffer>): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}
