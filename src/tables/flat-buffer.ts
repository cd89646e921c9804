/**
 * FlatBuffers (https://flatbuffers.dev/internals), as far as Arrow's metadata need them: what is written is a tree of
 * tables, vectors and texts, from the root down, so that all offsets point forward.
 */
export type FlatNode =
  | { readonly type: 'table'; readonly fields: readonly FlatField[] }
  | { readonly type: 'tables'; readonly items: readonly FlatNode[] }
  /** A vector of structs that consist of 64-bit integers only. */
  | { readonly type: 'structs'; readonly items: readonly (readonly number[])[] }
  | { readonly type: 'text'; readonly text: string }

/** A field of a table, in the order of its schema; undefined where it has its default. */
export type FlatField = { readonly bytes: 1 | 2 | 4 | 8; readonly value: number } | FlatNode | undefined

/** The bytes of a flat buffer, a multiple of 8. */
export function flatBuffer(root: FlatNode): Uint8Array {
  const writer = new FlatWriter()
  writer.writeRoot(root)
  return writer.bytes
}

class FlatWriter {
  #view = new DataView(new ArrayBuffer(1024))
  #end = 0

  get bytes(): Uint8Array {
    this.#align(8)
    return new Uint8Array(this.#view.buffer, 0, this.#end)
  }

  writeRoot(root: FlatNode): void {
    const offset = this.#reserve(4)
    this.#point(offset, this.#write(root))
  }

  /** Writes a node where there is room; gives its position. */
  #write(node: FlatNode): number {
    switch (node.type) {
      case 'table':
        return this.#writeTable(node.fields)
      case 'text':
        return this.#writeText(node.text)
      case 'structs':
        return this.#writeStructs(node.items)
      case 'tables': {
        this.#align(4)
        const begin = this.#writeCount(node.items.length)
        const offsets = node.items.map(() => this.#reserve(4))
        for (const [i, item] of node.items.entries()) this.#point(offsets[i]!, this.#write(item))
        return begin
      }
    }
  }

  /** The table's vtable, the table, then what it points to. */
  #writeTable(fields: readonly FlatField[]): number {
    const places = layOut(fields)
    const size = 4 + places.reduce((most, place, i) => Math.max(most, place + sizeOf(fields[i]) - 4), 0)
    this.#align(8)
    const entries = 4 + 2 * fields.length
    this.#reserve((8 - (entries % 8)) % 8) // so that the table begins at a multiple of 8
    const vtable = this.#reserve(entries)
    const table = this.#reserve(size)
    this.#view.setUint16(vtable, entries, true)
    this.#view.setUint16(vtable + 2, size, true)
    this.#view.setInt32(table, table - vtable, true)
    fields.forEach((field, i) => {
      if (field === undefined) return
      this.#view.setUint16(vtable + 4 + 2 * i, places[i]!, true)
      if ('bytes' in field) this.#setInteger(table + places[i]!, field.bytes, field.value)
    })
    fields.forEach((field, i) => {
      if (field !== undefined && 'type' in field) this.#point(table + places[i]!, this.#write(field))
    })
    return table
  }

  #writeText(text: string): number {
    const bytes = new TextEncoder().encode(text)
    this.#align(4)
    const begin = this.#writeCount(bytes.length)
    const at = this.#reserve(bytes.length + 1) // texts end with a zero that does not count
    new Uint8Array(this.#view.buffer).set(bytes, at)
    return begin
  }

  #writeStructs(items: readonly (readonly number[])[]): number {
    this.#align(8)
    this.#reserve(4) // the count stands right before the structs, which begin at a multiple of 8
    const begin = this.#writeCount(items.length)
    for (const value of items.flat()) this.#setInteger(this.#reserve(8), 8, value)
    return begin
  }

  #writeCount(count: number): number {
    const begin = this.#reserve(4)
    this.#view.setUint32(begin, count, true)
    return begin
  }

  #setInteger(at: number, bytes: 1 | 2 | 4 | 8, value: number): void {
    if (bytes === 1) this.#view.setInt8(at, value)
    else if (bytes === 2) this.#view.setInt16(at, value, true)
    else if (bytes === 4) this.#view.setInt32(at, value, true)
    else this.#view.setBigInt64(at, BigInt(value), true)
  }

  #point(from: number, to: number): void {
    this.#view.setUint32(from, to - from, true)
  }

  #align(to: number): void {
    this.#reserve((to - (this.#end % to)) % to)
  }

  #reserve(bytes: number): number {
    const begin = this.#end
    this.#end += bytes
    if (this.#end > this.#view.byteLength) {
      const larger = new Uint8Array(Math.max(2 * this.#view.byteLength, this.#end))
      larger.set(new Uint8Array(this.#view.buffer))
      this.#view = new DataView(larger.buffer)
    }
    return begin
  }
}

/** Where each field lies in its table: the larger ones first, so that all are aligned. */
function layOut(fields: readonly FlatField[]): number[] {
  const places = new Array<number>(fields.length).fill(0)
  let end = 4
  for (const bytes of [4, 8, 2, 1]) {
    fields.forEach((field, i) => {
      if (field === undefined || sizeOf(field) !== bytes) return
      end = Math.ceil(end / bytes) * bytes
      places[i] = end
      end += bytes
    })
  }
  return places
}

function sizeOf(field: FlatField): number {
  return field === undefined ? 0 : 'bytes' in field ? field.bytes : 4
}
