import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { tableFromArrays, tableFromJSON, tableToIPC } from 'apache-arrow'
import fc from 'fast-check'
import { Compression, Table as RustTable, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm/node'
import { expect, test } from 'vitest'
import { ConfigurationError } from '../../src/core/errors.ts'
import { tableFormats } from '../../src/tables/formats.ts'
import { CsvReader } from '../../src/tables/read-csv.ts'
import { readTable, readTableRows } from '../../src/tables/read-table.ts'
import { testTableFormat } from '../contracts/table-format.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { temporaryDirectory } from '../temporary.ts'

const hasPython = hasPart('python3', () => hasProgram('python3'), 'the csv module writes what is read')

function file(name: string, content: string | Uint8Array): string {
  const path = join(temporaryDirectory(), name)
  writeFileSync(path, content)
  return path
}

for (const format of tableFormats) testTableFormat(format)

test.skipIf(!hasPython)("what Python's csv module writes is read as it was", () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é', '😀') })
  fc.assert(
    fc.property(
      fc
        .integer({ min: 2, max: 4 })
        .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 50 })),
      // With LF alone as the end of lines it leaves CR without quotes, unless it is to quote everything.
      fc.constantFrom(['\r\n', 0], ['\n', 1]),
      fc.integer({ min: 1, max: 9 }),
      (records, [lineEnd, quoting], pieceLength) => {
        const script =
          'import csv, json, sys; given = json.load(sys.stdin); csv.writer(sys.stdout, lineterminator=given[0], quoting=given[1]).writerows(given[2])'
        const input = JSON.stringify([lineEnd, quoting, records])
        const text = execFileSync('python3', ['-c', script], {
          input,
          encoding: 'utf8',
          env: { PYTHONIOENCODING: 'utf8' },
        })
        const reader = new CsvReader()
        const read: string[][] = []
        for (let at = 0; at < text.length; at += pieceLength)
          read.push(...reader.read(text.slice(at, at + pieceLength)))
        read.push(...reader.end())
        expect(read).toEqual(records)
      },
    ),
    { numRuns: 25 },
  )
})

test.each([
  [
    'a,b\r\n1,2\r\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,b\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,b\r1,2\r',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['a\n\n\n1\n\n', [['a'], ['1']]],
  ['a\n""\n', [['a'], ['']]],
  [
    'a,b\n,\n',
    [
      ['a', 'b'],
      ['', ''],
    ],
  ],
  ['"a ""b""",c\n', [['a "b"', 'c']]],
  ['5" pipe,"x"\n', [['5" pipe', 'x']]],
])('the records of %j, in pieces of any length', (text, records) => {
  for (let length = 1; length <= text.length; length++) {
    const reader = new CsvReader()
    const read: string[][] = []
    for (let at = 0; at < text.length; at += length) read.push(...reader.read(text.slice(at, at + length)))
    expect([...read, ...reader.end()]).toEqual(records)
  }
})

test('a byte order mark is no part of the first name', async () => {
  expect(await readTable(file('bom.csv', '\uFEFFx,y\n1,2\n'))).toEqual([{ x: '1', y: '2' }])
  expect(await readTable(file('bom.json', '\uFEFF[{"x":1}]'))).toEqual([{ x: 1 }])
})

test('NDJSON may have blank lines and no end of the last one', async () => {
  expect(await readTable(file('rows.ndjson', '{"x":1}\n\n{"x":[2]}'))).toEqual([{ x: 1 }, { x: [2] }])
  expect(await readTable(file('rows.jsonl', '{"x":1}\r\n'))).toEqual([{ x: 1 }])
})

test.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI'] as const)(
  'Parquet that Rust wrote with %s is read',
  async (codec) => {
    const arrow = tableFromArrays({
      x: Float64Array.from({ length: 1000 }, (_, i) => i / 3),
      n: BigInt64Array.from({ length: 1000 }, (_, i) => BigInt(i)),
      name: Array.from({ length: 1000 }, (_, i) => `row ${i % 7}`),
    })
    const properties = new WriterPropertiesBuilder().setCompression(Compression[codec]).build()
    const bytes = writeParquet(RustTable.fromIPCStream(tableToIPC(arrow, 'stream')), properties)
    const rows = await readTable(file('rust.parquet', bytes))
    expect(rows).toHaveLength(1000)
    expect(rows[999]).toEqual({ x: 333, n: 999, name: 'row 5' })
  },
)

test.each(['stream', 'file'] as const)(
  'Arrow that others wrote as a %s is read: dictionaries, lists, narrow numbers',
  async (form) => {
    const arrow = tableFromArrays({
      small: Int8Array.of(-1, 2, 3),
      count: Uint16Array.of(1, 2, 65535),
      large: BigInt64Array.of(1n, -2n, 2n ** 60n),
      half: Float32Array.of(0.5, -1.5, 2),
      name: ['red', null, 'red'], // in a dictionary
      list: [[1, 2], [4], [3]],
    })
    const rows = await readTable(file('others.arrow', tableToIPC(arrow, form)))
    expect(rows).toEqual([
      { small: -1, count: 1, large: 1, half: 0.5, name: 'red', list: [1, 2] },
      { small: 2, count: 2, large: -2, half: -1.5, name: null, list: [4] },
      { small: 3, count: 65535, large: 2n ** 60n, half: 2, name: 'red', list: [3] },
    ])
  },
)

test('texts of any length are read as Rust writes them', async () => {
  const texts = ['', 'twelve bytes', 'thirteen byte', 'Größe 温度 😀 of more than a dozen']
  const rust = RustTable.fromIPCStream(tableToIPC(tableFromArrays({ text: texts }), 'stream'))
  expect(await readTable(file('rust.arrows', rust.intoIPCStream()))).toEqual(texts.map((text) => ({ text })))
})

test('a column of Arrow that no parameter can take is refused with its name and type', async () => {
  const stream = tableToIPC(tableFromJSON([{ x: 1, when: new Date(0) }]), 'stream')
  await expect(readTable(file('dates.arrow', stream))).rejects.toThrow(
    'dates.arrow: its column "when" is of type Timestamp; wanted numbers, texts, booleans or lists of them',
  )
})

test.each([
  ['two.csv', 'x,y\n1,2\n1,2,3\n', 'row 2 has 3 cells, but there are 2 columns'],
  ['one.csv', 'x,y\n1\n', 'row 1 has 1 cells, but there are 2 columns'],
  ['twice.csv', 'x,y,x\n', 'has the column "x" twice'],
  ['empty.csv', '', 'is empty; wanted a first line that names the columns'],
  ['open.csv', 'x\n"1\n2\n', 'record 2 has a quote that is not closed'],
  ['after.csv', 'x\n"1"2\n', 'record 2 has "2" after a closing quote'],
  ['latin.csv', Buffer.from([0x78, 0x0a, 0xe9, 0x0a]), 'is not UTF-8'],
  ['cut.csv', Buffer.from([0x78, 0x0a, 0xc3]), 'is not UTF-8'],
  ['bad.ndjson', '{"x":1}\n{"x":\n', 'line 2 is no JSON: '],
  ['list.ndjson', '[1]\n', 'line 1 needs values by name, got [1]'],
  ['object.json', '{"x":1}', 'needs a list of rows, got {"x":1}'],
  ['number.json', '[1]', 'row 1 needs values by name, got 1'],
  ['no.parquet', gzipSync('no'), 'cannot be read as a table: '],
  ['no.arrow', gzipSync('no'), 'is no Arrow file, or damaged at byte 0'],
  ['empty.arrow', '', 'is no Arrow file, or cut short'],
])('%s is refused with the place that is wrong', async (name, content, sentence) => {
  const path = file(name, content)
  const error = await readTable(path).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ConfigurationError)
  expect(
    (error as Error).message.replace(/^\S+?:? /, (start) =>
      start === `${path}: ` || start === `${path} ` ? '' : start,
    ),
  ).toContain(sentence)
  expect((error as Error).message.startsWith(path)).toBe(true)
})

test('what is not there, no file or of an unknown kind is refused', async () => {
  const folder = temporaryDirectory()
  await expect(readTable(join(folder, 'points.csv'))).rejects.toThrow(`${folder}/points.csv: there is no such file`)
  mkdirSync(join(folder, 'dir.csv'))
  await expect(readTable(join(folder, 'dir.csv'))).rejects.toThrow('dir.csv is a directory; wanted a table')
  await expect(readTable(join(folder, 'points.xlsx'))).rejects.toThrow(
    'points.xlsx: a table ends in one of .csv, .ndjson, .jsonl, .json, .parquet, .arrow, .arrows, .feather',
  )
})

test('a table of many pieces is read row by row', async () => {
  const path = file('large.csv', `x,y\n${'0.123456789,"é,\n"\n'.repeat(200_000)}`)
  let count = 0
  for await (const row of readTableRows(path)) if (row.x === '0.123456789' && row.y === 'é,\n') count++
  expect(count).toBe(200_000)
  for await (const row of readTableRows(path)) {
    expect(row).toEqual({ x: '0.123456789', y: 'é,\n' })
    break
  }
})
