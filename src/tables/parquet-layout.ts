import type { Encoding } from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer'
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js'
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js'
import type { Column } from './table.ts'
import { bitsOf, bytesOf, integersOf, type NumberColumn, type TextColumn, type TypedColumn } from './typed-column.ts'

/** How those cells of a column that have something are written in a Parquet file. */
interface Layout {
  readonly encoding: Encoding
  readonly body: Uint8Array
  /** The different values, to which the body refers by their places. */
  readonly dictionary?: { readonly entries: number; readonly bytes: Uint8Array }
  readonly isCompressible: boolean
}

/**
 * Whole numbers of 32 bits stand as differences, which are few bits where they are counted, and what repeats has a dictionary.
 * Only texts that do not repeat are worth compression.
 */
export function layoutOf(column: TypedColumn, kind: Column['kind']): Layout {
  switch (column.type) {
    case 'numbers':
      return kind === 'integer' ? integers(presentNumbers(column)) : numbers(presentNumbers(column), bytesOf)
    case 'booleans': {
      const values = presentOf(column, column.values)
      return plain(bitsOf(values, values.length))
    }
    case 'texts':
      return texts(column)
  }
}

function plain(body: Uint8Array, isCompressible = false): Layout {
  return { encoding: 'PLAIN', body, isCompressible }
}

function presentNumbers(column: NumberColumn): Float64Array<ArrayBuffer> {
  return presentOf(column, column.values)
}

/** The values of the cells that have some. */
function presentOf<Values extends Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(
  { present, length, missing }: TypedColumn,
  values: Values,
): Values {
  if (missing === 0) return values.subarray(0, length) as Values
  const there = values.slice(0, length - missing) as Values
  for (let at = 0, to = 0; at < length; at++) if (present[at] === 1) there[to++] = values[at]!
  return there
}

function integers(values: Float64Array<ArrayBuffer>): Layout {
  if (!values.every((value) => value === (value | 0))) {
    return numbers(values, (numbers) => integersOf(numbers, numbers.length))
  }
  const page = new ByteWriter()
  deltaBinaryPack(page, Int32Array.from(values), 'INT64')
  return { encoding: 'DELTA_BINARY_PACKED', body: page.getBytes(), isCompressible: false }
}

/** @param bytes of numbers as they stand one after the other */
function numbers(values: Float64Array<ArrayBuffer>, bytes: (values: Float64Array<ArrayBuffer>) => Uint8Array): Layout {
  if (!seemToRepeat(values)) return plain(bytes(values))
  const places = new Map<number, number>()
  const indexes = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    let place = places.get(values[i]!)
    if (place === undefined) {
      place = places.size
      places.set(values[i]!, place)
    }
    indexes[i] = place
  }
  if (places.size * 4 > values.length) return plain(bytes(values))
  return coded(indexes, places.size, bytes(Float64Array.from(places.keys())))
}

/** Of so many values, from all of a column, it is looked how many differ. */
const sampled = 256

/** Whether a column seems to have so few different values that a dictionary is worth its time. */
function seemToRepeat(values: Float64Array): boolean {
  const step = Math.max(1, Math.floor(values.length / sampled))
  const different = new Set<number>()
  let looked = 0
  for (let i = 0; i < values.length; i += step, looked++) different.add(values[i]!)
  return different.size * 2 < looked
}

function texts(column: TextColumn): Layout {
  const { length, missing } = column
  const distinct = column.distinct((length - missing) / 2)
  if (distinct) {
    const { firsts, places } = distinct
    return coded(presentOf(column, places), firsts.length, withLengths(column, firsts))
  }
  const there = Array.from({ length }, (_, at) => at).filter((at) => column.present[at] === 1)
  return plain(withLengths(column, there), there.length > 0)
}

/** The texts of some cells, each behind its length in bytes. */
function withLengths({ offsets, bytes }: TextColumn, cells: readonly number[]): Uint8Array {
  const size = cells.reduce((sum, at) => sum + 4 + offsets[at + 1]! - offsets[at]!, 0)
  const page = Buffer.allocUnsafe(size)
  let to = 0
  for (const at of cells) {
    to = page.writeUInt32LE(offsets[at + 1]! - offsets[at]!, to)
    to += bytes.copy(page, to, offsets[at], offsets[at + 1])
  }
  return page
}

/** Values as places in a dictionary. */
function coded(places: Int32Array<ArrayBuffer>, entries: number, bytes: Uint8Array): Layout {
  const page = new ByteWriter()
  const bits = Math.ceil(Math.log2(entries))
  page.appendUint8(bits)
  writeRleBitPackedHybrid(page, places, bits)
  return { encoding: 'RLE_DICTIONARY', body: page.getBytes(), dictionary: { entries, bytes }, isCompressible: false }
}
