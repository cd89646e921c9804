import type { FlatTable } from './read-flat-buffer.ts'
import { TableFault } from './table-fault.ts'

/** How the values of a column lie in a record batch of Arrow. */
export type ArrowType =
  | { readonly type: 'null' }
  | { readonly type: 'integer'; readonly bits: number; readonly isSigned: boolean }
  | { readonly type: 'real'; readonly bits: 32 | 64 }
  | { readonly type: 'boolean' }
  /** Texts one after the other, between offsets of 32 or 64 bits. */
  | { readonly type: 'text'; readonly offsetBits: 32 | 64 }
  /** Texts of up to 12 bytes in place, longer ones in further buffers. */
  | { readonly type: 'text-view' }
  | { readonly type: 'list'; readonly offsetBits: 32 | 64; readonly of: ArrowType }
  | { readonly type: 'fixed-list'; readonly size: number; readonly of: ArrowType }
  /** Places in a dictionary, which comes in a message of its own. */
  | { readonly type: 'coded'; readonly dictionary: number; readonly index: ArrowType; readonly of: ArrowType }

export interface ArrowField {
  readonly name: string
  readonly type: ArrowType
}

/** A column as its message in the schema describes it (Schema.fbs, `Field`). */
export function fieldOf(field: FlatTable): ArrowField {
  const name = field.text(0)
  return { name, type: typeOf(field, name) }
}

function typeOf(field: FlatTable, column: string): ArrowType {
  const of = valueTypeOf(field, column)
  const encoding = field.table(4)
  if (!encoding) return of
  const index = encoding.table(1)
  return { type: 'coded', dictionary: encoding.integer(0, 8), index: index ? integerType(index) : indexType, of }
}

const indexType = { type: 'integer', bits: 32, isSigned: true } as const

function valueTypeOf(field: FlatTable, column: string): ArrowType {
  const number = field.integer(2, 1)
  const details = field.table(3)
  const child = () => typeOf(field.tables(5)[0]!, column)
  switch (typeNames[number]) {
    case 'Null':
      return { type: 'null' }
    case 'Int':
      return integerType(details!)
    case 'FloatingPoint': {
      const precision = details!.integer(0, 2)
      if (precision === 0) throw new TableFault(`its column ${JSON.stringify(column)} has numbers of 16 bits`)
      return { type: 'real', bits: precision === 1 ? 32 : 64 }
    }
    case 'Bool':
      return { type: 'boolean' }
    case 'Utf8':
      return { type: 'text', offsetBits: 32 }
    case 'LargeUtf8':
      return { type: 'text', offsetBits: 64 }
    case 'Utf8View':
      return { type: 'text-view' }
    case 'List':
      return { type: 'list', offsetBits: 32, of: child() }
    case 'LargeList':
      return { type: 'list', offsetBits: 64, of: child() }
    case 'FixedSizeList':
      return { type: 'fixed-list', size: details!.integer(0, 4), of: child() }
    default: {
      const wanted = 'wanted numbers, texts, booleans or lists of them'
      throw new TableFault(`its column ${JSON.stringify(column)} is of type ${typeNames[number] ?? number}; ${wanted}`)
    }
  }
}

/** The types in the order of the union `Type` of Schema.fbs. */
const typeNames = [
  ...['', 'Null', 'Int', 'FloatingPoint', 'Binary', 'Utf8', 'Bool', 'Decimal', 'Date', 'Time', 'Timestamp'],
  ...['Interval', 'List', 'Struct', 'Union', 'FixedSizeBinary', 'FixedSizeList', 'Map', 'Duration', 'LargeBinary'],
  ...['LargeUtf8', 'LargeList', 'RunEndEncoded', 'BinaryView', 'Utf8View', 'ListView', 'LargeListView'],
]

function integerType(details: FlatTable): ArrowType {
  return { type: 'integer', bits: details.integer(0, 4), isSigned: details.integer(1, 1) !== 0 }
}

/** The dictionaries that a stream has brought so far, by their numbers. */
export type Dictionaries = Map<number, readonly unknown[]>

/** The columns of a record batch, which lie one after the other in its body (Message.fbs, `RecordBatch`). */
export class ArrowBatch {
  readonly length: number
  readonly #body: Uint8Array
  readonly #lengths: Iterator<number>
  readonly #buffers: Iterator<number[]>
  readonly #viewCounts: Iterator<number>
  readonly #dictionaries: Dictionaries

  constructor(header: FlatTable, body: Uint8Array, dictionaries: Dictionaries) {
    if (header.table(3))
      throw new TableFault('is compressed within; wanted an Arrow file that was written uncompressed')
    this.length = header.integer(0, 8)
    this.#body = body
    this.#lengths = header
      .structs(1, 2)
      .map(([length]) => length!)
      [Symbol.iterator]()
    this.#buffers = header.structs(2, 2)[Symbol.iterator]()
    this.#viewCounts = header.structs(4, 1).flat()[Symbol.iterator]()
    this.#dictionaries = dictionaries
  }

  /** The values of the next column, null where there is none. */
  take(type: ArrowType): unknown[] {
    const length = next(this.#lengths)
    if (type.type === 'null') return new Array<null>(length).fill(null)
    const validity = this.#buffer()
    const valueAt = this.#values(type)
    const isThere = (i: number) => validity.byteLength === 0 || bitAt(validity, i)
    return Array.from({ length }, (_, i) => (isThere(i) ? valueAt(i) : null))
  }

  /** What stands in each place of the column whose validity has been read. */
  #values(type: Exclude<ArrowType, { readonly type: 'null' }>): (i: number) => unknown {
    switch (type.type) {
      case 'integer':
        return integersIn(this.#buffer(), type.bits, type.isSigned)
      case 'real': {
        const data = this.#buffer()
        return type.bits === 32 ? (i) => data.getFloat32(4 * i, true) : (i) => data.getFloat64(8 * i, true)
      }
      case 'boolean': {
        const data = this.#buffer()
        return (i) => bitAt(data, i)
      }
      case 'text': {
        const offset = integersIn(this.#buffer(), type.offsetBits, true)
        const data = this.#buffer()
        return (i) => textIn(data, Number(offset(i)), Number(offset(i + 1)))
      }
      case 'text-view': {
        const views = this.#buffer()
        const buffers = Array.from({ length: next(this.#viewCounts) }, () => this.#buffer())
        return (i) => viewedText(views, 16 * i, buffers)
      }
      case 'list': {
        const offset = integersIn(this.#buffer(), type.offsetBits, true)
        const elements = this.take(type.of)
        return (i) => elements.slice(Number(offset(i)), Number(offset(i + 1)))
      }
      case 'fixed-list': {
        const elements = this.take(type.of)
        return (i) => elements.slice(type.size * i, type.size * (i + 1))
      }
      case 'coded': {
        const dictionary = this.#dictionaries.get(type.dictionary)
        if (!dictionary) throw new TableFault(`lacks its dictionary ${type.dictionary}`)
        const place = this.#values(type.index as Exclude<ArrowType, { readonly type: 'null' }>)
        return (i) => dictionary[Number(place(i))]
      }
    }
  }

  #buffer(): DataView {
    const [offset, length] = next(this.#buffers)
    return new DataView(this.#body.buffer, this.#body.byteOffset + offset!, length)
  }
}

function next<T>(values: Iterator<T>): T {
  const { value, done } = values.next()
  if (done) throw new TableFault('has a record batch that lacks a column')
  return value
}

/** Integers of 64 bits become numbers where a number can say them exactly. */
function integersIn(data: DataView, bits: number, isSigned: boolean): (i: number) => number | bigint {
  switch (bits) {
    case 8:
      return isSigned ? (i) => data.getInt8(i) : (i) => data.getUint8(i)
    case 16:
      return isSigned ? (i) => data.getInt16(2 * i, true) : (i) => data.getUint16(2 * i, true)
    case 32:
      return isSigned ? (i) => data.getInt32(4 * i, true) : (i) => data.getUint32(4 * i, true)
    default:
      return (i) => {
        const value = isSigned ? data.getBigInt64(8 * i, true) : data.getBigUint64(8 * i, true)
        return Number.isSafeInteger(Number(value)) ? Number(value) : value
      }
  }
}

function bitAt(data: DataView, i: number): boolean {
  return (data.getUint8(i >> 3) & (1 << (i & 7))) !== 0
}

function viewedText(views: DataView, at: number, buffers: readonly DataView[]): string {
  const length = views.getInt32(at, true)
  if (length <= 12) return textIn(views, at + 4, at + 4 + length)
  const begin = views.getInt32(at + 12, true)
  return textIn(buffers[views.getInt32(at + 8, true)]!, begin, begin + length)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textIn({ buffer, byteOffset }: DataView, from: number, to: number): string {
  return utf8.decode(new Uint8Array(buffer, byteOffset + from, to - from))
}
