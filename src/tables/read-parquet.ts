import * as zlib from 'node:zlib'
import {
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from 'hyparquet'
import { checkedNames } from './table-fault.ts'

/** The most rows that are held at once. */
const rowsAtOnce = 50_000

/** The rows of a Parquet file. Integers of 64 bits become numbers where a number can say them exactly. */
export async function* readParquet(path: string): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  const names = checkedNames(namesIn(metadata))
  const count = Number(metadata.num_rows)
  for (let rowStart = 0; rowStart < count; rowStart += rowsAtOnce) {
    const rowEnd = Math.min(count, rowStart + rowsAtOnce)
    let rows: readonly unknown[][] = []
    const onComplete = (read: unknown[][]) => {
      rows = read
    }
    await parquetRead({ file, metadata, rowStart, rowEnd, compressors, rowFormat: 'array', onComplete })
    // Entries and no assignment, since a name may be __proto__.
    for (const cells of rows) yield Object.fromEntries(names.map((name, i) => [name, withoutBigints(cells[i])]))
  }
}

const { gunzipSync, brotliDecompressSync } = zlib
const { zstdDecompressSync } = zlib as { readonly zstdDecompressSync?: typeof gunzipSync } // from Node.js 22.15 on

const compressors: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  BROTLI: (bytes) => brotliDecompressSync(bytes),
  ...(zstdDecompressSync && { ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes) }),
}

/** The names of the columns of a Parquet file, of which no row is read. */
export async function parquetColumns(path: string): Promise<readonly string[]> {
  const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path))
  return namesIn(metadata)
}

function namesIn(metadata: FileMetaData): readonly string[] {
  return parquetSchema(metadata).children.map(({ element }) => element.name)
}

function withoutBigints(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  return Array.isArray(value) ? value.map(withoutBigints) : value
}
