import { type FileHandle, open } from 'node:fs/promises'
import { ArrowBatch, type ArrowField, type Dictionaries, fieldOf } from './arrow-columns.ts'
import { FlatTable } from './read-flat-buffer.ts'
import { checkedNames, TableFault } from './table-fault.ts'

const schemaHeader = 1
const dictionaryHeader = 2
const recordBatchHeader = 3

/**
 * The rows of an Arrow file, as a stream or with a directory at its end (Apache Arrow, "Columnar format", section
 * "Serialization and interprocess communication"; the numbers of fields are those of Message.fbs and Schema.fbs).
 */
export async function* readArrow(path: string): AsyncGenerator<Readonly<Record<string, unknown>>> {
  await using file = await open(path)
  let fields: readonly ArrowField[] | undefined
  const dictionaries: Dictionaries = new Map()
  for await (const { header, type, body } of messagesOf(file)) {
    switch (type) {
      case schemaHeader:
        if (header.integer(0, 2) !== 0) throw new TableFault('has the most significant byte first')
        fields = header.tables(1).map(fieldOf)
        checkedNames(fields.map(({ name }) => name))
        break
      case dictionaryHeader:
        addEntries(dictionaries, header, body, fields ?? [])
        break
      case recordBatchHeader:
        if (!fields) throw new TableFault('has rows before its columns')
        yield* rowsOf(new ArrowBatch(header, body, dictionaries), fields)
        break
    }
  }
  if (!fields) throw new TableFault('is no Arrow file, or cut short')
}

/** The names of the columns of an Arrow file, of which no row is read. */
export async function arrowColumns(path: string): Promise<readonly string[]> {
  await using file = await open(path)
  for await (const { header, type } of messagesOf(file)) {
    if (type === schemaHeader) return header.tables(1).map((field) => fieldOf(field).name)
  }
  return []
}

interface Message {
  readonly type: number
  readonly header: FlatTable
  readonly body: Uint8Array
}

async function* messagesOf(file: FileHandle): AsyncGenerator<Message> {
  const { begin, end, schema } = await layoutOf(file)
  if (schema) yield { type: schemaHeader, header: schema, body: Buffer.alloc(0) }
  let at = begin
  while (at + 8 <= end) {
    const prefix = await read(file, at, 8, end)
    const length = prefix.readInt32LE(4)
    if (prefix.readUInt32LE(0) !== 0xffffffff) throw new TableFault(`is no Arrow file, or damaged at byte ${at}`)
    if (length === 0) return
    const message = FlatTable.rootOf(await read(file, at + 8, length, end))
    const bodyLength = message.integer(3, 8)
    const body = await read(file, at + 8 + length, bodyLength, end)
    const header = message.table(2)
    if (!header) throw new TableFault(`has an empty message at byte ${at}`)
    yield { type: message.integer(1, 1), header, body }
    at += 8 + length + bodyLength
  }
  if (at < end) throw new TableFault('is cut short')
}

const magic = 'ARROW1'

/** Where the messages lie: everywhere in a stream, else between the magic words and the directory, which has the schema. */
async function layoutOf(file: FileHandle): Promise<{ begin: number; end: number; schema?: FlatTable | undefined }> {
  const { size } = await file.stat()
  if (size < 24 || (await read(file, 0, magic.length, size)).toString('latin1') !== magic)
    return { begin: 0, end: size }
  const tail = await read(file, size - 10, 10, size)
  if (tail.toString('latin1', 4) !== magic) throw new TableFault('is cut short')
  const end = size - 10 - tail.readInt32LE(0)
  return { begin: 8, end, schema: FlatTable.rootOf(await read(file, end, size - 10 - end, size)).table(1) }
}

async function read(file: FileHandle, at: number, length: number, end: number): Promise<Buffer> {
  if (at < 0 || length < 0 || at + length > end) throw new TableFault('is cut short')
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, at)
  if (bytesRead < length) throw new TableFault('is cut short')
  return buffer
}

/** Takes in a dictionary, or what is to be added to one (Message.fbs, `DictionaryBatch`). */
function addEntries(
  dictionaries: Dictionaries,
  header: FlatTable,
  body: Uint8Array,
  fields: readonly ArrowField[],
): void {
  const number = header.integer(0, 8)
  const isAddition = header.integer(2, 1) !== 0
  for (const { type } of fields) {
    if (type.type !== 'coded' || type.dictionary !== number) continue
    const entries = new ArrowBatch(header.table(1)!, body, dictionaries).take(type.of)
    dictionaries.set(number, isAddition ? [...(dictionaries.get(number) ?? []), ...entries] : entries)
    return
  }
}

function* rowsOf(batch: ArrowBatch, fields: readonly ArrowField[]): Generator<Readonly<Record<string, unknown>>> {
  const columns = fields.map(({ name, type }) => [name, batch.take(type)] as const)
  // Entries and no assignment, since a name may be __proto__.
  for (let i = 0; i < batch.length; i++) yield Object.fromEntries(columns.map(([name, values]) => [name, values[i]]))
}
