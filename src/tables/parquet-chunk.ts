import type { ColumnMetaData, ParquetType, Statistics } from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js'
import { snappyCompress } from 'hyparquet-writer/src/snappy.js'
import { layoutOf } from './parquet-layout.ts'
import type { Column } from './table.ts'
import type { TypedColumn } from './typed-column.ts'

/** How the library's footer refers to a column of a row group. */
interface Chunk {
  readonly meta_data: ColumnMetaData
  readonly file_offset: bigint
}

/**
 * Writes a column of one row group: a page of values from the bytes in which they lie, and one before it of a dictionary, if
 * there is any (Apache Parquet, "Data Pages" and "Encodings"; of the second version, in which levels are never compressed).
 *
 * @param hasBounds whether the footer shall say the least and greatest value
 */
export function writeChunk(
  writer: ByteWriter,
  column: TypedColumn,
  { name, kind, isWhole = false }: Column,
  { hasBounds }: { readonly hasBounds: boolean },
): Chunk {
  const { length, missing } = column
  const { encoding, body, dictionary, isCompressible } = layoutOf(column, kind)
  const begin = writer.offset
  const stored = isCompressible ? snappyCompress(body) : body
  if (dictionary) {
    const bytes = dictionary.bytes.length
    writePageHeader(writer, {
      type: 'DICTIONARY_PAGE',
      uncompressed_page_size: bytes,
      compressed_page_size: bytes,
      dictionary_page_header: { num_values: dictionary.entries, encoding: 'PLAIN' },
    })
    writer.appendBytes(dictionary.bytes)
  }
  const page = writer.offset
  const levels = new ByteWriter()
  if (!isWhole) writeRleBitPackedHybrid(levels, column.present.subarray(0, length), 1)
  writePageHeader(writer, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: levels.offset + body.length,
    compressed_page_size: levels.offset + stored.length,
    data_page_header_v2: {
      num_values: length,
      num_nulls: missing,
      num_rows: length,
      encoding,
      definition_levels_byte_length: levels.offset,
      repetition_levels_byte_length: 0,
      is_compressed: isCompressible,
    },
  })
  writer.appendBytes(levels.getBytes())
  writer.appendBytes(stored)
  const size = writer.offset - begin
  return {
    meta_data: {
      type: physicalTypes[kind],
      encodings: dictionary ? ['PLAIN', encoding] : [encoding],
      path_in_schema: [name],
      codec: isCompressible ? 'SNAPPY' : 'UNCOMPRESSED',
      num_values: BigInt(length),
      total_compressed_size: BigInt(size),
      total_uncompressed_size: BigInt(size + body.length - stored.length),
      data_page_offset: BigInt(page),
      ...(dictionary && { dictionary_page_offset: BigInt(begin) }),
      ...(hasBounds && { statistics: { ...boundsOf(column), null_count: BigInt(missing) } }),
    },
    file_offset: BigInt(begin),
  }
}

const physicalTypes: Readonly<Record<Column['kind'], ParquetType>> = {
  integer: 'INT64',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  text: 'BYTE_ARRAY',
  mixed: 'BYTE_ARRAY',
}

/** The least and greatest of a column of numbers; zeros without a sign are both, as the format wants it. */
function boundsOf(column: TypedColumn): Pick<Statistics, 'min_value' | 'max_value'> {
  if (column.type !== 'numbers') return {}
  const { values, present, length } = column
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let at = 0; at < length; at++) {
    if (present[at] === 0) continue
    if (values[at]! < least) least = values[at]!
    if (values[at]! > greatest) greatest = values[at]!
  }
  return least > greatest ? {} : { min_value: least === 0 ? -0 : least, max_value: greatest === 0 ? 0 : greatest }
}
