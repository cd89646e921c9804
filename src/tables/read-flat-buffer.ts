/** A table in a flat buffer (see flat-buffer.ts); its fields are asked for by their places in the schema. */
export class FlatTable {
  readonly #view: DataView
  readonly #at: number

  private constructor(view: DataView, at: number) {
    this.#view = view
    this.#at = at
  }

  static rootOf(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return new FlatTable(view, view.getUint32(0, true))
  }

  /** An integer of so many bytes; zero, the default of all fields that are read here, where the field is left out. */
  integer(field: number, bytes: 1 | 2 | 4 | 8): number {
    const place = this.#placeOf(field)
    if (place === undefined) return 0
    if (bytes === 1) return this.#view.getUint8(place)
    if (bytes === 2) return this.#view.getInt16(place, true)
    if (bytes === 4) return this.#view.getInt32(place, true)
    return Number(this.#view.getBigInt64(place, true))
  }

  text(field: number): string {
    const vector = this.#vectorOf(field)
    if (!vector) return ''
    const { buffer, byteOffset } = this.#view
    return new TextDecoder().decode(new Uint8Array(buffer, byteOffset + vector.begin, vector.count))
  }

  table(field: number): FlatTable | undefined {
    const place = this.#placeOf(field)
    return place === undefined ? undefined : this.#tableAt(place)
  }

  tables(field: number): FlatTable[] {
    const { begin, count } = this.#vectorOf(field) ?? noVector
    return Array.from({ length: count }, (_, i) => this.#tableAt(begin + 4 * i))
  }

  /** A vector of structs that consist of so many 64-bit integers each. */
  structs(field: number, width: number): number[][] {
    const { begin, count } = this.#vectorOf(field) ?? noVector
    const valueAt = (i: number) => Number(this.#view.getBigInt64(begin + 8 * i, true))
    return Array.from({ length: count }, (_, i) => Array.from({ length: width }, (_, j) => valueAt(width * i + j)))
  }

  #placeOf(field: number): number | undefined {
    const vtable = this.#at - this.#view.getInt32(this.#at, true)
    const entry = 4 + 2 * field
    if (entry >= this.#view.getUint16(vtable, true)) return undefined
    const offset = this.#view.getUint16(vtable + entry, true)
    return offset === 0 ? undefined : this.#at + offset
  }

  #tableAt(place: number): FlatTable {
    return new FlatTable(this.#view, place + this.#view.getUint32(place, true))
  }

  #vectorOf(field: number): { readonly begin: number; readonly count: number } | undefined {
    const place = this.#placeOf(field)
    if (place === undefined) return undefined
    const vector = place + this.#view.getUint32(place, true)
    const count = this.#view.getUint32(vector, true)
    if (count > this.#view.byteLength) throw new RangeError(`a flat buffer has a vector of ${count} elements`)
    return { begin: vector + 4, count }
  }
}

const noVector = { begin: 0, count: 0 }
