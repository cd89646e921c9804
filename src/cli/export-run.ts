import { ConfigurationError } from '../core/errors.ts'
import { RecordReader } from '../record/reader.ts'
import { formatTable, type TableFormat } from '../tables/formats.ts'
import { openTable } from '../tables/run-table.ts'
import { jsonText, print, writeWhole } from './output.ts'

export interface ExportOptions {
  readonly format?: TableFormat
  readonly shape?: 'wide' | 'long'
  readonly reports?: boolean
  readonly provenance?: boolean
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
    const chunks = format === 'canonical' ? record.canonicalLines() : formatTable(openTable(record, options), format)
    if (output === undefined) {
      await print(chunks)
      return ''
    }
    await writeWhole(output, chunks)
    const { individuals } = record.counts()
    return json ? jsonText({ file: output, format, individuals }) : `${individuals} individuals in ${output}\n`
  } finally {
    record.close()
  }
}

function formatOf({
  format,
  output,
  shape,
  reports,
  provenance,
  canonical = false,
  json = false,
}: ExportOptions): Format {
  if (canonical && (shape !== undefined || reports || provenance)) {
    const also = reports ? '--reports' : provenance ? '--provenance' : `--shape ${shape}`
    throw new ConfigurationError(`--canonical has one form only, got ${also} as well`)
  }
  if (canonical && format !== undefined && format !== 'ndjson') {
    throw new ConfigurationError(`--canonical is always ndjson, got --format ${format}`)
  }
  if (!json || output !== undefined) return canonical ? 'canonical' : (format ?? 'csv')
  if (canonical || (format !== undefined && format !== 'json')) {
    throw new ConfigurationError(
      `--json prints one JSON document, got ${canonical ? '--canonical' : `--format ${format}`} as well and no --output`,
    )
  }
  return 'json'
}
