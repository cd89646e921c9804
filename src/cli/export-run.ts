import { extname } from 'node:path'
import { RowsTable } from '../batch/mesa/rows-table.ts'
import { ConfigurationError } from '../core/errors.ts'
import { RecordReader } from '../record/reader.ts'
import { formatTable, type TableFormat, tableFormats } from '../tables/formats.ts'
import { openTable } from '../tables/run-table.ts'
import type { Table } from '../tables/table.ts'
import { jsonText, print, refuseForeign, writeWhole } from './output.ts'
import { isTableOfRun } from './table-of-run.ts'

export interface ExportOptions {
  readonly format?: TableFormat
  readonly shape?: 'wide' | 'long'
  readonly reports?: boolean
  readonly provenance?: boolean
  readonly rows?: boolean
  readonly front?: boolean
  readonly output?: string
  readonly canonical?: boolean
  readonly json?: boolean
}

type Format = TableFormat | 'canonical'

/**
 * Writes the table of individuals as it is when the export begins, in memory that does not grow with it.
 *
 * @returns what is to be printed of a table that went to a file
 */
export async function exportRun(run: string, options: ExportOptions = {}): Promise<string> {
  const { output, json = false } = options
  const format = formatOf(options)
  if ((format === 'parquet' || format === 'arrow') && output === undefined && process.stdout.isTTY) {
    throw new ConfigurationError(`${format} is not for a terminal; wanted --output FILE or a redirection`)
  }
  const record = RecordReader.openForReading(run)
  try {
    using _ = record.holdStill()
    const chunks = format === 'canonical' ? record.canonicalLines() : chunksOf(wantedTable(record, options), format)
    if (output === undefined) {
      await print(chunks)
      return ''
    }
    await refuseForeign(output, (beginning) => isTableOfRun(output, beginning), 'table of a run')
    await writeWhole(output, chunks)
    const individuals = options.front ? record.front().points.length : record.counts().individuals
    if (json) return jsonText({ file: output, format, individuals })
    return options.rows ? `the rows of ${individuals} runs in ${output}\n` : `${individuals} individuals in ${output}\n`
  } finally {
    record.close()
  }
}

function chunksOf(table: Table, format: TableFormat): Generator<string | Uint8Array> {
  if (format === 'parquet' && table.columns.length === 0) {
    throw new ConfigurationError('nothing has been collected yet, and a Parquet file needs a column')
  }
  return formatTable(table, format)
}

function wantedTable(record: RecordReader, { rows, ...options }: ExportOptions): Table {
  if (!rows) return openTable(record, options)
  const also = otherForm(options)
  if (also !== undefined) throw new ConfigurationError(`--rows has one form only, got ${also} as well`)
  return new RowsTable(record)
}

/** The option that asks for another table than that of individuals. */
function otherForm({ shape, reports, provenance, rows, front }: ExportOptions): string | undefined {
  if (rows) return '--rows'
  if (front) return '--front'
  if (reports) return '--reports'
  return provenance ? '--provenance' : shape && `--shape ${shape}`
}

/** What the file's ending says, so that whoever reads it finds what it says. @throws ConfigurationError if that is no format */
function formatNamedBy(output = ''): TableFormat {
  const ending = extname(output).toLowerCase()
  if (ending === '' || ending === '.txt') return 'csv'
  const named = tableFormats.find((format) => ending === `.${format}`)
  if (named !== undefined) return named
  const endings = tableFormats.map((format) => `.${format}`).join(', ')
  throw new ConfigurationError(
    `${output} ends in ${extname(output)}, and there are ${endings}; give one of these, or --format`,
  )
}

function formatOf({ canonical = false, json = false, ...options }: ExportOptions): Format {
  const { format, output } = options
  const also = otherForm(options)
  if (canonical && also !== undefined) {
    throw new ConfigurationError(`--canonical has one form only, got ${also} as well`)
  }
  if (canonical && format !== undefined && format !== 'ndjson') {
    throw new ConfigurationError(`--canonical is always ndjson, got --format ${format}`)
  }
  if (!json || output !== undefined) return canonical ? 'canonical' : (format ?? formatNamedBy(output))
  if (canonical || (format !== undefined && format !== 'json')) {
    throw new ConfigurationError(
      `--json prints one JSON document, got ${canonical ? '--canonical' : `--format ${format}`} as well and no --output`,
    )
  }
  return 'json'
}
