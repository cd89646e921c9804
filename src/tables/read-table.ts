import { createReadStream } from 'node:fs'
import { extname } from 'node:path'
import { TextDecoder } from 'node:util'
import { ConfigurationError } from '../core/errors.ts'
import { aText, checkArgument, refuseSurplus } from '../core/options.ts'
import { type FileRow, looksLikeOther, TextCell, unquotedCell } from '../core/read-cell.ts'
import { show } from '../core/text.ts'
import { readArrow } from './read-arrow.ts'
import { CsvReader } from './read-csv.ts'
import { checkedNames, TableFault } from './table-fault.ts'

/**
 * All rows of a table in a file, whose ending says its format: .csv, .ndjson, .jsonl, .json (a list of
 * objects), .parquet, .arrow, .arrows or .feather. Cells of CSV are texts, as they stand there.
 *
 * @throws ConfigurationError with the file and, where there is one, the row that is wrong
 */
export async function readTable(path: string, ...surplus: readonly never[]): Promise<FileRow[]> {
  refuseSurplus('readTable', 1, surplus, '')
  const rows: FileRow[] = []
  for await (const row of readTableRows(path)) rows.push(row)
  return rows
}

/**
 * As `readTable`, with all that a table of CSV tells of types. Who writes names without quotes, but in quotes some text that
 * looks like something else (this package does so), means all such quotes: these texts are `TextCell`s then, and what has no
 * quotes is what it looks like. Of tables that other programs wrote, all cells are texts.
 */
export async function readCells(path: string): Promise<readonly FileRow[]> {
  if (extname(path).toLowerCase() !== '.csv') return readTable(path)
  let namesAreBare = false
  const namesOf = (cells: readonly (string | TextCell)[]) => {
    namesAreBare = cells.some((cell) => typeof cell === 'string' && cell !== '')
    return cells.map(textIn)
  }
  const rows: Readonly<Record<string, string | TextCell>>[] = []
  try {
    for await (const row of csvRows(path, new CsvReader((text) => new TextCell(text)), namesOf)) rows.push(row)
  } catch (error) {
    throw explained(path, error)
  }
  const isMeant = (cell: string | TextCell) => cell instanceof TextCell && looksLikeOther(cell.text)
  const tells = namesAreBare && rows.some((row) => Object.values(row).some(isMeant))
  const typed = (cell: string | TextCell) => {
    if (!tells || (cell instanceof TextCell && !isMeant(cell))) return textIn(cell)
    return typeof cell === 'string' ? unquotedCell(cell) : cell
  }
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, typed(cell)])))
}

function textIn(cell: string | TextCell): string {
  return typeof cell === 'string' ? cell : cell.text
}

/** Reads the rows of `readTable` one by one; JSON is read as a whole. */
export async function* readTableRows(path: string, ...surplus: readonly never[]): AsyncGenerator<FileRow> {
  refuseSurplus('readTableRows', 1, surplus, '')
  checkArgument('readTable', 'the path', path, aText)
  const read = readers[extname(path).toLowerCase()]
  if (!read) throw new ConfigurationError(`${path}: a table ends in one of ${Object.keys(readers).join(', ')}`)
  try {
    yield* read(path)
  } catch (error) {
    throw explained(path, error)
  }
}

const readers: Readonly<Record<string, (path: string) => AsyncGenerator<FileRow>>> = {
  '.csv': readCsv,
  '.ndjson': readNdjson,
  '.jsonl': readNdjson,
  '.json': readJson,
  async *'.parquet'(path) {
    const { readParquet } = await import('./read-parquet.ts')
    yield* readParquet(path)
  },
  '.arrow': readArrow,
  '.arrows': readArrow,
  '.feather': readArrow,
}

async function* readCsv(path: string): AsyncGenerator<FileRow> {
  yield* csvRows(path, new CsvReader<string>(), (names) => names)
}

async function* csvRows<Quoted>(
  path: string,
  reader: CsvReader<Quoted>,
  namesOf: (cells: readonly (string | Quoted)[]) => readonly string[],
): AsyncGenerator<Readonly<Record<string, string | Quoted>>> {
  let names: readonly string[] | undefined
  let count = 0
  const rowsOf = function* (records: Iterable<(string | Quoted)[]>): Generator<Record<string, string | Quoted>> {
    for (const cells of records) {
      if (!names) {
        names = checkedNames(namesOf(cells))
        continue
      }
      const known = names
      count++
      if (cells.length !== known.length) {
        throw new TableFault(`row ${count} has ${cells.length} cells, but there are ${known.length} columns`)
      }
      // Entries and no assignment, since a name may be __proto__.
      yield Object.fromEntries(known.map((name, i) => [name, cells[i]!]))
    }
  }
  for await (const piece of texts(path)) yield* rowsOf(reader.read(piece))
  yield* rowsOf(reader.end())
  if (!names) throw new TableFault('is empty; wanted a first line that names the columns')
}

async function* readNdjson(path: string): AsyncGenerator<FileRow> {
  let line = 0
  let rest = ''
  const rowOf = function* (text: string): Generator<FileRow> {
    line++
    if (text.trim() === '') return
    yield asRow(parseJson(text, `line ${line}`), `line ${line}`)
  }
  for await (const piece of texts(path)) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop()!
    for (const text of lines) yield* rowOf(text)
  }
  yield* rowOf(rest)
}

async function* readJson(path: string): AsyncGenerator<FileRow> {
  let text = ''
  for await (const piece of texts(path)) text += piece
  const rows = parseJson(text, 'the file')
  if (!Array.isArray(rows)) throw new TableFault(`needs a list of rows, got ${show(rows)}`)
  for (const [i, row] of rows.entries()) yield asRow(row, `row ${i + 1}`)
}

function asRow(value: unknown, where: string): FileRow {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as FileRow
  throw new TableFault(`${where} needs values by name, got ${show(value)}`)
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new TableFault(`${where} is no JSON: ${(error as Error).message}`)
  }
}

/** The text of a file, piece by piece, without a byte order mark. */
async function* texts(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const bytes of createReadStream(path)) yield decode(decoder, bytes as Buffer)
  yield decode(decoder)
}

function decode(decoder: TextDecoder, bytes?: Buffer): string {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()
  } catch (error) {
    throw new TableFault('is not UTF-8', { cause: error })
  }
}

function explained(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (error instanceof TableFault) return new ConfigurationError(`${path}: ${error.message}`, { cause: error })
  if (code === 'ENOENT' || code === 'ENOTDIR') return new ConfigurationError(`${path}: there is no such file`)
  if (code === 'EISDIR') return new ConfigurationError(`${path} is a directory; wanted a table`)
  if (code !== undefined || error instanceof ConfigurationError) return error
  return new ConfigurationError(`${path} cannot be read as a table: ${(error as Error).message}`, { cause: error })
}
