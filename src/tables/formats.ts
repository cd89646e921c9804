import { asArrow } from './arrow.ts'
import { asParquet } from './parquet.ts'
import type { Table } from './table.ts'
import { asCsv, asJson, asNdjson } from './text-formats.ts'

/** Arrow is the stream format of its interprocess communication. */
export const tableFormats = ['csv', 'ndjson', 'json', 'parquet', 'arrow'] as const

export type TableFormat = (typeof tableFormats)[number]

/** A table in one of the formats, part by part, in memory that does not grow with it. */
export function formatTable(table: Table, format: TableFormat): Generator<string | Uint8Array> {
  switch (format) {
    case 'csv':
      return asCsv(table)
    case 'ndjson':
      return asNdjson(table)
    case 'json':
      return asJson(table)
    case 'parquet':
      return asParquet(table)
    case 'arrow':
      return asArrow(table)
  }
}
