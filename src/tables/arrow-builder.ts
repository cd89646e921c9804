import type { Cell, CellKind } from './table.ts'

/** A column of a record batch as it lies there. */
export interface BuiltColumn {
  readonly length: number
  /** How many cells are not there. */
  readonly missing: number
  /** Which cells are there, a bit each, nothing if all are; then the values. */
  readonly buffers: readonly Uint8Array[]
}

/** Takes the cells of a column, one after the other, for one record batch after the other: no cell is held as an object. */
export class ColumnBuilder {
  readonly #validity: Uint8Array
  readonly #values: Values
  #length = 0
  #missing = 0

  /** @param size how many cells a batch has at most */
  constructor(kind: CellKind, size: number) {
    this.#validity = new Uint8Array(Math.ceil(size / 8))
    this.#values = valuesOf(kind, size)
  }

  add(cell: Cell): void {
    const at = this.#length++
    if (cell === null) this.#missing++
    else setBit(this.#validity, at)
    this.#values.set(at, cell)
  }

  /** What has been taken, which the next `add` overwrites: the column begins anew. */
  build(): BuiltColumn {
    const [length, missing] = [this.#length, this.#missing]
    const validity = missing === 0 ? new Uint8Array() : this.#validity.slice(0, Math.ceil(length / 8))
    const buffers = [validity, ...this.#values.build(length)]
    this.#validity.fill(0)
    this.#length = 0
    this.#missing = 0
    return { length, missing, buffers }
  }
}

/** The values of a column, whether they are there or not. */
interface Values {
  set(at: number, cell: Cell): void
  /** The first of them as buffers of Arrow. */
  build(length: number): Uint8Array[]
}

function valuesOf(kind: CellKind, size: number): Values {
  switch (kind) {
    case 'integer':
      return new Integers(size)
    case 'number':
      return new Numbers(size)
    case 'boolean':
      return new Booleans(size)
    case 'text':
    case 'mixed':
      return new Texts()
  }
}

/** Whole numbers of 64 bits in two halves, the lower one first, without a bigint for each. */
class Integers implements Values {
  readonly #halves: Int32Array

  constructor(size: number) {
    this.#halves = new Int32Array(2 * size)
  }

  set(at: number, cell: Cell): void {
    const value = Number(cell ?? 0)
    this.#halves[2 * at] = value
    this.#halves[2 * at + 1] = Math.floor(value / 2 ** 32)
  }

  build(length: number): Uint8Array[] {
    return [bytesOf(this.#halves.subarray(0, 2 * length))]
  }
}

class Numbers implements Values {
  readonly #numbers: Float64Array

  constructor(size: number) {
    this.#numbers = new Float64Array(size)
  }

  set(at: number, cell: Cell): void {
    this.#numbers[at] = Number(cell ?? 0)
  }

  build(length: number): Uint8Array[] {
    return [bytesOf(this.#numbers.subarray(0, length))]
  }
}

class Booleans implements Values {
  readonly #bits: Uint8Array

  constructor(size: number) {
    this.#bits = new Uint8Array(Math.ceil(size / 8))
  }

  set(at: number, cell: Cell): void {
    if (cell === true) setBit(this.#bits, at)
  }

  build(length: number): Uint8Array[] {
    const bits = this.#bits.slice(0, Math.ceil(length / 8))
    this.#bits.fill(0)
    return [bits]
  }
}

class Texts implements Values {
  readonly #texts: string[] = []

  set(at: number, cell: Cell): void {
    this.#texts[at] = cell === null ? '' : String(cell)
  }

  build(length: number): Uint8Array[] {
    const texts = this.#texts.splice(0, length)
    const offsets = new Int32Array(length + 1)
    const joined = texts.join('')
    const isAscii = Buffer.byteLength(joined) === joined.length
    for (let i = 0; i < length; i++) {
      offsets[i + 1] = offsets[i]! + (isAscii ? texts[i]!.length : Buffer.byteLength(texts[i]!))
    }
    // Put together as bytes: two halves of a character would become one, if texts were, that ends one and begins another.
    return [bytesOf(offsets), isAscii ? Buffer.from(joined) : Buffer.concat(texts.map((text) => Buffer.from(text)))]
  }
}

/** Bits lie the lowest first. */
function setBit(bits: Uint8Array, at: number): void {
  bits[at >> 3]! |= 1 << (at & 7)
}

function bytesOf(numbers: ArrayBufferView): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}
