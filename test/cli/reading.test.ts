import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { parquetMetadata, parquetRead } from 'hyparquet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeReplay } from '../../src/cli/describe-replay.ts'
import { exportRun } from '../../src/cli/export-run.ts'
import { shownOnTerminal } from '../../src/cli/output.ts'
import { showLogs } from '../../src/cli/show-logs.ts'
import { showRun } from '../../src/cli/show-run.ts'
import { showStatus } from '../../src/cli/show-status.ts'
import { ConfigurationError } from '../../src/core/errors.ts'
import { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import { summarizeRun } from '../../src/record/summary.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { replay } from '../../src/search/replay.ts'
import { openDatabase } from '../../src/system/database.ts'
import { formatTable, tableFormats } from '../../src/tables/formats.ts'
import { command } from '../command.ts'
import { writeRun } from '../dashboard/written-run.ts'
import { canonicalExport, search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const main = fileURLToPath(new URL('../../dist/command/main.js', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'twoloop-reading-'))
const run = join(root, 'talk')
const changed = join(root, 'changed')

beforeAll(async () => {
  // One at a time, so that only the individual that kills its worker is lost with it.
  const settings = { optimizee: 'talkative', options: { changed }, generations: 2, runner: { lookAhead: 1 } }
  const { status } = await search({ root, name: 'talk', ...settings })
  expect(status).toBe('finished')
})

afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }))

/** The command as users have it. */
function twoloop(...args: string[]) {
  return execa(process.execPath, [main, ...args], { reject: false, cwd: root, stripFinalNewline: false })
}

async function exported(options: Parameters<typeof exportRun>[1], from = run): Promise<string> {
  const output = join(temporaryDirectory(), 'table')
  await exportRun(from, { ...options, output })
  return readFileSync(output, 'utf8')
}

// show

test('a summary says what a run is and how far it has come', () => {
  const summary = summarizeRun(run)
  expect(summary).toMatchObject({
    name: 'talk',
    directory: run,
    status: 'finished',
    reason: '2 generations are its limit (optimizer.generations)',
    optimizer: 'random-search',
    seed: 1,
    objectives: { error: -1, speed: 1 },
    generations: 2,
    generationLimit: 2,
    individuals: 16,
    evaluations: { done: 14, failed: 2 },
    holder: null,
  })
  expect(summary.attempts).toBe(22)
  expect(summary.workers).toMatchObject({ alive: 0, lost: 2 })
  expect(Object.keys(summary.best!.parameters)).toContain('__proto__')
  expect(Date.parse(summary.created!)).toBeGreaterThan(0)
})

test('the hash is that of the canonical export, remembered or not', async () => {
  const { createHash } = await import('node:crypto')
  const expected = createHash('sha256').update(canonicalExport(run)).digest('hex')
  expect(summarizeRun(run).hash).toBe(expected)
  const copy = join(temporaryDirectory(), 'copy')
  cpSync(run, copy, { recursive: true })
  describeAnew(copy, { status: 'stopped', hash: null })
  expect(summarizeRun(copy).hash).toBe(expected)
})

test('a run whose runner is gone without a word has stopped', async () => {
  const copy = join(temporaryDirectory(), 'copy')
  cpSync(run, copy, { recursive: true })
  describeAnew(copy, { status: 'running', reason: null })
  expect(summarizeRun(copy)).toMatchObject({ status: 'stopped', reason: 'its runner is gone', holder: null })
  hold(copy, process.pid)
  expect(summarizeRun(copy)).toMatchObject({ status: 'running', holder: { pid: process.pid, seen: true } })
  expect(await showStatus(copy)).toMatch(new RegExp(`held by +process ${process.pid} on `))
})

test('show prints the summary with the best parameters', async () => {
  const text = await showRun(run)
  expect(text).toMatch(/^status +finished: 2 generations are its limit \(optimizer\.generations\)$/m)
  expect(text).toMatch(/^individuals +16: 14 done, 2 failed$/m)
  expect(text).toMatch(/^objectives +error with weight -1, speed with weight 1$/m)
  expect(text).toMatch(/^best +error [\d.]+, speed 10\d \(individual \d\.\d\)$/m)
  expect(text).toMatch(/^ {2}__proto__ +\d$/m)
})

test('show says how individuals are repeated and what budget there is, and status which best had a part of it', async () => {
  const root = temporaryDirectory()
  const directory = writeRun(root, { name: 'run', generations: 1, populationSize: 3, replicates: 2, epochs: () => 3 })
  const text = await showRun(directory)
  expect(text).toMatch(/^replications +mean of 2, with seeds of its own at every point$/m)
  expect(text).toMatch(/^budget +1 to 9 epochs$/m)
  expect(await showStatus(root)).toMatch(/ [\d.]+ \(with 3 of 9 epochs\) +genetic-algorithm /)
})

test('the best individuals are a table with objectives and parameters by name, best first', async () => {
  const lines = (await showRun(run, { top: 5 })).split('\n\n')[1]!.trimEnd().split('\n')
  expect(lines).toHaveLength(6)
  expect(lines[0]).toMatch(
    /^individual +error +speed +x +rate "β", 1\/s +__proto__ +a\.b +solver +offsets +grid +seed$/,
  )
  const { top } = JSON.parse(await showRun(run, { top: 5, json: true }))
  expect(top).toHaveLength(5)
  const scores = top.map(({ fitness }: { fitness: number[] }) => fitness[1]! - fitness[0]!)
  expect(scores).toEqual([...scores].sort((a, b) => b - a))
  expect(top[0]).toEqual(summarizeRun(run).best)
  expect(lines[1]).toMatch(new RegExp(`^ *${top[0].generation}\\.${top[0].index} `))
})

test('show --json is one document with the promised names', async () => {
  const { stdout, stderr, exitCode } = await command(['show', run, '--json'])
  const { failureGroups, ...document } = JSON.parse(stdout)
  expect(Object.keys(document)).toEqual(
    expect.arrayContaining(
      'name directory status optimizer seed generations individuals evaluations attempts best hash'.split(' '),
    ),
  )
  expect(document).toEqual(summarizeRun(run))
  const failed = failureGroups.reduce((sum: number, { count }: { count: number }) => sum + count, 0)
  expect(failed).toBe(document.evaluations.failed)
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
})

test('one individual is shown with every attempt at it', async () => {
  const text = await showRun(run, { individual: '0.1' })
  expect(text).toMatch(/^outcome +done$/m)
  expect(text).toMatch(/^ *1 +1 +\d+ +\S+ +retried +\S+ ms +threw: RangeError: only the second time$/m)
  expect(text).toMatch(/^ *1 +2 +\d+ +\S+ +accepted +\S+ m?s$/m)
  expect(text).toMatch(/^ {2}spikes +2\.5$/m)
  const document = JSON.parse(await showRun(run, { individual: '0.1', json: true }))
  expect(document.attempts.map(({ verdict }: { verdict: string }) => verdict)).toEqual(['retried', 'accepted'])
  expect(document.outputs).toEqual({ spikes: 2.5 })
  expect(Object.keys(document.parameters)).toContain('__proto__')
})

test('an individual that failed shows its cause, and that of a lost worker', async () => {
  expect(await showRun(run, { individual: '0.2' })).toMatch(/^cause +threw: Error: never$/m)
  expect(await showRun(run, { individual: '0.4' })).toMatch(/worker-lost.*SIGKILL/)
})

test('reports are shown up to a number, and all of them to programs', async () => {
  const text = await showRun(run, { individual: '1.3' })
  expect(text).toContain('the last 20 of 30')
  expect(text).toMatch(/^ +1 +29 +14\.5$/m)
  const { reports } = JSON.parse(await showRun(run, { individual: '1.3', json: true }))
  expect(reports).toEqual(Array.from({ length: 30 }, (_, step) => ({ attempt: 1, step, value: step / 2 })))
})

test('what would move the cursor is shown and not obeyed', async () => {
  const text = await showRun(run, { individual: '0.0' })
  expect(text).toContain('two\\u000alines')
})

// Wrong names

test.each([
  ['7', 'an individual is named generation.index or generation.index.replicate, such as 12.7, got "7"'],
  ['0.1.2.3', 'got "0.1.2.3"'],
  ['-1.0', 'got "-1.0"'],
  ['2.0', 'has no individual 2.0; its generations are 0 to 1'],
  ['1.8', 'has no individual 1.8; generation 1 has 1.0 to 1.7'],
  ['1.3.1', 'has no individual 1.3.1; generation 1 has 1.3'],
])('the name %s is answered with one sentence', async (name, sentence) => {
  await expect(showRun(run, { individual: name })).rejects.toThrow(ConfigurationError)
  await expect(showRun(run, { individual: name })).rejects.toThrow(sentence)
  await expect(showLogs(run, name)).rejects.toThrow(sentence)
  await expect(replay(run, name)).rejects.toThrow(sentence)
})

test('what is no run directory is refused with exit code 2 and one sentence by every command', async () => {
  mkdirSync(join(root, 'nothing'), { recursive: true })
  writeFileSync(join(root, 'file'), '')
  const commands = [['show'], ['export'], ['logs', '0.0'], ['replay', '0.0']]
  for (const [name, ...rest] of commands) {
    for (const wrong of ['nothing', 'missing', 'file']) {
      const { exitCode, stdout, stderr } = await command([name!, wrong, ...rest], { cwd: root })
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
      expect(stderr).toMatch(/^twoloop: \S+ is not a run directory: it has no trajectory\.sqlite\.$/)
    }
  }
  const { exitCode, stderr } = await command(['status', 'missing'], { cwd: root })
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: 'twoloop: there is no directory missing; wanted a run directory or a directory of runs',
  })
})

// status

test('the status of a run counts its failures by their causes and its lost workers', async () => {
  const status = JSON.parse(await showStatus(run, { json: true }))
  expect(status).toMatchObject({ name: 'talk', failures: { threw: 2 }, workers: { alive: 0, lost: 2 }, hash: null })
  expect(status.rate).toBeGreaterThan(0)
  const text = await showStatus(run)
  expect(text).toMatch(/^failures +threw 2$/m)
  expect(text).toMatch(/^workers +0 alive, 2 lost, \d launched in all$/m)
})

test('the status of a root is a table of its runs, and one that cannot be read does not hide the others', async () => {
  const other = temporaryDirectory()
  cpSync(run, join(other, 'b'), { recursive: true })
  cpSync(run, join(other, 'c'), { recursive: true })
  describeAnew(join(other, 'c'), { status: 'failed', reason: 'no worker starts' })
  mkdirSync(join(other, 'a'))
  writeFileSync(join(other, 'a', 'trajectory.sqlite'), 'this is not a database, it is a text of some length')
  mkdirSync(join(other, 'no run'))
  const lines = (await showStatus(other)).trimEnd().split('\n')
  expect(lines).toHaveLength(4)
  expect(lines[0]).toMatch(/^run +status +generations +done +failed +best +optimizer +begun$/)
  expect(lines[1]).toMatch(/^a +unreadable .*file is not a database/)
  expect(lines[2]).toMatch(/^b +finished +2 of 2 +14 +2 +[\d.]+, 10\d +random-search +\d{4}-/)
  expect(lines[3]).toMatch(/^c +failed /)
  const documents = JSON.parse((await command(['status', other, '--json'])).stdout)
  expect(documents.map(({ status }: { status?: string }) => status)).toEqual([undefined, 'finished', 'failed'])
  expect(await showStatus(join(other, 'no run'))).toBe(`There are no runs in ${join(other, 'no run')}.\n`)
})

// export

test('the canonical export is the very lines of the record', async () => {
  expect(await exported({ canonical: true })).toBe(canonicalExport(run))
  const { stdout } = await twoloop('export', run, '--canonical')
  expect(stdout).toBe(canonicalExport(run))
  const first = JSON.parse(stdout.split('\n')[0]!)
  expect(Object.keys(first)).toEqual('generation index replicate seed parameters outcome fitness'.split(' '))
})

const columns = [
  ...['generation', 'index', 'replicate', 'seed', 'x', 'rate "β", 1/s', '__proto__', 'a.b', 'solver'],
  ...['offsets.0', 'offsets.1', 'grid.0.0', 'grid.0.1', 'grid.1.0', 'grid.1.1', 'parameter seed'],
  ...['outcome', 'error', 'speed', 'score', 'cause', 'message', 'note', 'spikes', 'not a number'],
]

test('CSV follows RFC 4180 and gives back every value', async () => {
  const [header, ...rows] = parseCsv(await exported({}))
  expect(header).toEqual(columns)
  const record = RecordWriter.openForReading(run)
  const recorded = [...record.rows()]
  record.close()
  expect(rows).toHaveLength(16)
  for (const [i, cells] of rows.entries()) {
    const { generation, index, seed, parameters, outcome, fitness } = recorded[i]!
    const values = JSON.parse(parameters)
    expect(cells).toHaveLength(columns.length)
    expect(cells.slice(0, 4)).toEqual([generation, index, 0, seed].map(String))
    expect(Number(cells[4])).toBe(values.x)
    expect(cells[6]).toBe(String(Object.entries(values).find(([name]) => name === '__proto__')![1]))
    expect(cells.slice(7, 9)).toEqual([String(values['a.b']), String(values.solver)])
    expect(cells.slice(9, 15).map(Number)).toEqual([...values.offsets, ...values.grid.flat()])
    expect(Number(cells[15])).toBe(values.seed)
    expect(cells[16]).toBe(outcome)
    expect(cells.slice(17, 19)).toEqual(fitness === null ? ['', ''] : JSON.parse(fitness).map(String))
    if (index === 2) expect(cells.slice(19, 22)).toEqual(['', 'threw', 'Error: never'])
    if (index === 0) expect(cells.slice(22)).toEqual(['two\nlines', '3', 'NaN'])
    if (index === 5) expect(cells.slice(22)).toEqual(['', '', ''])
  }
})

test('JSON and ndjson hold the same table with its types', async () => {
  const table = JSON.parse(await exported({ format: 'json' })) as Record<string, unknown>[]
  const lines = (await exported({ format: 'ndjson' })).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual(table)
  expect(table).toHaveLength(16)
  for (const row of table) expect(Object.keys(row)).toEqual(columns)
  expect(table[0]).toMatchObject({ generation: 0, index: 0, note: 'two\nlines', spikes: 3, 'not a number': 'NaN' })
  expect(typeof table[0]!['a.b']).toBe('boolean')
  expect(table[2]).toMatchObject({ outcome: 'failed', error: null, cause: 'threw' })
  const { stdout } = await command(['export', run, '--json'])
  expect(JSON.parse(stdout)).toEqual(table)
})

test('Parquet holds the same table, typed, in as many row groups as it takes', async () => {
  const table = JSON.parse(await exported({ format: 'json' })) as Record<string, unknown>[]
  const output = join(temporaryDirectory(), 'table.parquet')
  await exportRun(run, { format: 'parquet', output })
  const { names, rows } = await readParquet(output)
  expect(names).toEqual(columns)
  expect(rows).toHaveLength(16)
  const whole = new Set(['generation', 'index', 'replicate', 'seed', '__proto__'])
  for (const [i, cells] of rows.entries()) {
    const expected = Object.entries(table[i]!).map(([name, value]) => {
      if (whole.has(name) || name.startsWith('grid')) return BigInt(value as number)
      if (name === 'solver') return String(value)
      return value === 'NaN' ? Number.NaN : value
    })
    expect(cells).toEqual(expected)
  }
})

test('a large Parquet file is written in row groups, and nothing is lost between them', async () => {
  const directory = temporaryDirectory()
  const size = 120_000
  makeRun(directory, size)
  const output = join(directory, 'table.parquet')
  await exportRun(directory, { format: 'parquet', output })
  const { names, rows, groups } = await readParquet(output)
  expect(groups).toBeGreaterThan(2)
  expect(rows).toHaveLength(size)
  const [index, error] = [names.indexOf('index'), names.indexOf('error')]
  expect(rows.every((cells, i) => cells[index] === BigInt(i) && cells[error] === i / 4)).toBe(true)
})

test('a file has the format that it is named for, unless another is asked for', async () => {
  const directory = temporaryDirectory()
  const written = async (name: string, format?: 'csv') => {
    const output = join(directory, name)
    const { exitCode } = await command(['export', run, '--output', output, ...(format ? ['--format', format] : [])])
    expect(exitCode).toBe(0)
    return readFileSync(output, 'latin1')
  }
  expect(JSON.parse(await written('a.json'))).toHaveLength(16)
  expect((await written('a.ndjson')).split('\n')).toHaveLength(17)
  expect(await written('a.PARQUET')).toMatch(/^PAR1/)
  expect(await written('a.txt')).toMatch(/^generation,index,/)
  expect(await written('b.json', 'csv')).toMatch(/^generation,index,/)
  expect(await written('a.table', 'csv')).toMatch(/^generation,index,/)
  expect(await written('table')).toMatch(/^generation,index,/)
})

test('a file is written as a whole or not at all', async () => {
  const directory = temporaryDirectory()
  const output = join(directory, 'table.csv')
  writeFileSync(output, 'generation,index,replicate,seed,earlier')
  const copy = join(directory, 'copy')
  cpSync(run, copy, { recursive: true })
  breakIndividual(copy)
  await expect(exportRun(copy, { output })).rejects.toThrow()
  expect(readFileSync(output, 'utf8')).toBe('generation,index,replicate,seed,earlier')
  expect(readdirSync(directory).sort()).toEqual(['copy', 'table.csv'])
  symlinkSync(output, join(directory, 'link.csv'))
  const { exitCode, stdout } = await command(['export', run, '--output', join(directory, 'link.csv'), '--json'])
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toEqual({ file: join(directory, 'link.csv'), format: 'csv', individuals: 16 })
  expect(readFileSync(output, 'utf8')).toMatch(/^generation,index,/)
  await exportRun(run, { output: '/dev/null' })
  expect(existsSync('/dev/null') && readdirSync('/dev').includes('null')).toBe(true)
})

test('an export takes the place of an earlier one in any format, and of nothing else', async () => {
  const output = join(temporaryDirectory(), 'experiment.json')
  writeFileSync(output, '{ "name": "mine" }')
  const sentence = `${output} is there already, and is no table of a run; give another --output`
  await expect(exportRun(run, { output })).rejects.toThrow(sentence)
  expect(readFileSync(output, 'utf8')).toBe('{ "name": "mine" }')
  writeFileSync(output, '')
  for (const format of tableFormats) await exportRun(run, { output, format })
  await exportRun(run, { output, canonical: true })
  await exportRun(run, { output })
  expect(JSON.parse(readFileSync(output, 'utf8'))).toHaveLength(16)
})

test.each(tableFormats)('a table of one’s own in %s is not taken for one of a run', async (format) => {
  const output = join(temporaryDirectory(), 'data')
  const columns = [{ name: 'generation', kind: 'integer' } as const, { name: 'size', kind: 'number' } as const]
  const own = Buffer.concat(
    Array.from(formatTable({ columns, rows: () => [[1, 2.5]] }, format), (part) => Buffer.from(part)),
  )
  writeFileSync(output, own)
  await expect(exportRun(run, { output, format })).rejects.toThrow('is there already, and is no table of a run')
  expect(readFileSync(output)).toEqual(own)
})

test.each(['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'])(
  'a table to %s stands in a file between what the shell writes before and after',
  async (output) => {
    const file = join(temporaryDirectory(), 'all')
    const script = '{ $2 echo before; "$0" "$1" export talk --output "$3"; echo after; } > "$4"'
    const table = await exported({ format: 'csv' })
    for (const [quiet, before] of [
      ['', 'before\n'],
      [':', ''],
    ] as const) {
      await execa('sh', ['-c', script, process.execPath, main, quiet, output, file], { cwd: root })
      const said = `16 individuals in ${output}\n`
      expect(readFileSync(file, 'utf8')).toBe(`${before}${table}${said}after\n`)
    }
  },
)

test.each([
  [['--canonical', '--format', 'csv'], '--canonical is always ndjson, got --format csv'],
  [['--json', '--format', 'csv'], '--json prints one JSON document, got --format csv as well and no --output'],
  [['--json', '--canonical'], '--json prints one JSON document, got --canonical as well and no --output'],
  [['--output', '/nowhere/at/all.csv'], 'there is no directory /nowhere/at to write /nowhere/at/all.csv to'],
  [['--output', '/'], '/ is a directory; wanted a file to write to'],
  [
    ['--output', '/nowhere/a.b/table.xlsx'],
    '/nowhere/a.b/table.xlsx ends in .xlsx, and there are .csv, .ndjson, .json, .parquet, .arrow; give one of these, or --format',
  ],
  [
    ['--front', '--json', '--output', 'table.csv.gz'],
    'table.csv.gz ends in .gz, and there are .csv, .ndjson, .json, .parquet, .arrow; give one of these, or --format',
  ],
])('export %j is refused with one sentence', async (args, sentence) => {
  const { exitCode, stdout, stderr } = await command(['export', run, ...args])
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: `twoloop: ${sentence}` })
})

test('a table to /dev/stdout ends well when its reader has seen enough, as one without --output does', async () => {
  const script = '{ "$0" "$1" export talk --output /dev/stdout; echo "$?" >&2; } | true'
  const { stderr } = await execa('sh', ['-c', script, process.execPath, main], { cwd: root })
  expect(stderr).toBe('0')
})

test('a disk that is full ends an export with one sentence', async () => {
  const { exitCode, stderr } = await command(['export', run, '--output', '/dev/full'])
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/^twoloop: \/dev\/full cannot be written to: ENOSPC: no space left on device, .*$/)
})

test('whoever stops reading an export has seen enough', async () => {
  const directory = temporaryDirectory()
  makeRun(directory, 100_000)
  const child = spawn(process.execPath, [main, 'export', directory, '--format', 'ndjson'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  child.stdout.once('data', () => child.stdout.destroy())
  const exitCode = await new Promise((resolve) => child.once('close', resolve))
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
})

// logs

test('what an individual printed as one text comes as it is', async () => {
  expect(await showLogs(run, '0.5')).toEqual({ text: 'just this\n' })
  const { stdout, stderr, exitCode } = await twoloop('logs', run, '1.5')
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: 'just this\n', stderr: '', exitCode: 0 })
})

test('a terminal is told in words what a simulation wanted it to do', async () => {
  const options = { command: ['printf', '\\033[2J a\\tb\\n1\\n'] }
  const { directory } = await search({ root: temporaryDirectory(), optimizee: 'shell', options, generations: 1 })
  const { text } = await showLogs(directory, '0.0')
  expect(text).toBe('\x1b[2J a\tb\n1\n')
  expect([...shownOnTerminal([text])]).toEqual(['\\u001b[2J a\tb\n1\n'])
  expect([...shownOnTerminal(['name\r\n', '\u009b2J\r\n'])]).toEqual(['name\n', '\\u009b2J\n']) // lines of CSV
})

test('streams and attempts stand under lines that say what they are', async () => {
  const { text } = await showLogs(run, '0.0')
  expect(text).toMatch(
    /^==> attempt 1, worker \d+ on \S+, accepted, standard output <==\nout 0\n\n==> attempt 1, .* standard error <==\nerr 0\n$/,
  )
  const { text: tried } = await showLogs(run, '0.1')
  expect(tried).toMatch(
    /==> attempt 1, .*, retried: threw: RangeError: only the second time, standard output <==\ntry 1\n/,
  )
  expect(tried).toMatch(/==> attempt 2, .*, accepted, standard output <==\ntry 2\n/)
  const { attempts } = JSON.parse((await showLogs(run, '0.1', { json: true })).text)
  expect(attempts).toMatchObject([
    { attempt: 1, verdict: 'retried', stdout: 'try 1\n', stderr: '' },
    { attempt: 2, verdict: 'accepted', stdout: 'try 2\n', stderr: '' },
  ])
})

test('an attempt whose worker was lost says where to look', async () => {
  const { text } = await showLogs(run, '0.4')
  expect(text).toMatch(
    /^==> attempt 1, .*, retried: worker-lost: .*SIGKILL; what it printed is in workers\/0+\d\. <==\n\n==> attempt 2, .*, accepted, standard output <==\nabout to die\n$/,
  )
})

test('of an individual that printed nothing it is said so, aside', async () => {
  expect(await showLogs(run, '0.6')).toEqual({ text: '', note: 'Individual 0.6 printed nothing.' })
  const { stdout, stderr } = await twoloop('logs', run, '0.6')
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'Individual 0.6 printed nothing.\n' })
})

// replay

test('an individual that is replayed gives the recorded fitness, with its random numbers and the snapshot', async () => {
  const { recorded, replayed, identical } = await replay(run, '1.6')
  expect(replayed).toEqual(recorded)
  expect(identical).toBe(true)
})

test('replay tells both, and that they are identical, and keeps standard output clean', async () => {
  const { stdout, stderr, exitCode } = await twoloop('replay', run, '0.0', '--json')
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ index: 0, identical: true, recorded: { outcome: 'done' } })
  expect(stderr).toContain('out 0')
  const text = (await twoloop('replay', run, '0.5')).stdout
  expect(text).toMatch(/^recorded +error [\d.]+, speed 105\nreplayed +error [\d.]+, speed 105\n/m)
  expect(text).toMatch(/^by hand +\S*node --inspect-brk \S*main\.js replay \S+ 0\.5$/m)
  expect(text).toMatch(/^identical$/m)
})

test('a failure that is replayed is identical if it is of the same kind', async () => {
  const { exitCode, stdout } = await twoloop('replay', run, '0.2')
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^replayed +failed, threw: Error: never$/m)
})

test('what a replayed individual writes goes to a directory of its own, not to the run', async () => {
  const kept = join(run, 'individuals', '0.3', 'curve.txt')
  rmSync(kept)
  const { directory, identical } = await replay(run, '0.3')
  try {
    expect(identical).toBe(true)
    expect(readFileSync(join(directory!, 'curve.txt'), 'utf8')).toBe('1 2 3')
    expect(existsSync(kept)).toBe(false)
  } finally {
    rmSync(directory!, { recursive: true })
  }
})

test('a simulation that has changed differs: exit code 1, and by how much', async () => {
  writeFileSync(changed, '')
  try {
    const { exitCode, stdout } = await twoloop('replay', run, '0.6')
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^different: error by (1|0\.99999\d*|1\.00000\d*)$/m)
    expect(describeReplay(await replay(run, '0.6'))).toContain('different: error by ')
  } finally {
    rmSync(changed)
  }
})

test('an individual whose outputs are others is not identical, and says which', async () => {
  const copy = join(temporaryDirectory(), 'copy')
  cpSync(run, copy, { recursive: true })
  const database = openDatabase(join(copy, 'trajectory.sqlite'))
  database.exec(`update evaluations set outputs = json_set(coalesce(outputs, '{}'), '$.extra', 7) where "index" = 6`)
  database.close()
  const replayed = await replay(copy, '0.6')
  expect(replayed.identical).toBe(false)
  expect(describeReplay(replayed)).toMatch(/^different: the output "extra" was 7 and is now nothing$/m)
})

test('a run directory without its bundle says what is missing', async () => {
  const copy = join(temporaryDirectory(), 'copy')
  cpSync(run, copy, { recursive: true })
  rmSync(join(copy, 'optimizee.mjs'))
  await expect(replay(copy, '0.0')).rejects.toThrow(/has no optimizee\.mjs, its bundled simulation/)
  rmSync(join(copy, 'run.json'))
  await expect(replay(copy, '0.0')).rejects.toThrow(/does not say how its simulation is loaded/)
})

// A run that goes on

test('a run can be read while it goes on, and an export holds still', async () => {
  const directory = temporaryDirectory()
  const writer = RecordWriter.openForWriting(directory)
  try {
    writer.writeManifest({ name: 'live', status: 'running' })
    writer.writeProblem(['x'], new Objectives({ error: 'minimize' }))
    addGeneration(writer, 0, 3)
    const reader = RecordWriter.openForReading(directory)
    {
      using _ = reader.holdStill()
      expect(reader.counts().individuals).toBe(3)
      addGeneration(writer, 1, 5)
      expect(reader.counts().individuals).toBe(3)
      expect([...reader.rows()]).toHaveLength(3)
    }
    expect(reader.counts().individuals).toBe(8)
    reader.close()
    expect(await showRun(directory)).toMatch(/^individuals +8: 8 done, 0 failed$/m)
  } finally {
    writer.close()
  }
})

test('an export that has begun takes no notice of what is written meanwhile', async () => {
  const directory = temporaryDirectory()
  makeRun(directory, 3)
  const output = join(directory, 'table.csv')
  const writer = RecordWriter.openForWriting(directory) // the run goes on
  const exporting = exportRun(directory, { output })
  addGeneration(writer, 1, 3)
  writer.close()
  expect(await exporting).toBe(`3 individuals in ${output}\n`)
  expect(parseCsv(readFileSync(output, 'utf8'))).toHaveLength(1 + 3)
  expect(parseCsv(await exported({}, directory))).toHaveLength(1 + 6)
})

test('a run without individuals is a table with its columns and no rows', async () => {
  const directory = temporaryDirectory()
  const writer = RecordWriter.openForWriting(directory)
  writer.writeManifest({ name: 'empty' })
  writer.writeProblem(['x', 'y'], new Objectives({ error: 'minimize' }))
  writer.close()
  expect(await exported({}, directory)).toBe(
    'generation,index,replicate,seed,x,y,outcome,error,score,cause,message\r\n',
  )
  expect(await exported({ format: 'json' }, directory)).toBe('[]\n')
  expect(await exported({ canonical: true }, directory)).toBe('')
  const output = join(directory, 'empty.parquet')
  await exportRun(directory, { format: 'parquet', output })
  expect(await readParquet(output)).toMatchObject({ rows: [], names: expect.arrayContaining(['x', 'error']) })
  expect(summarizeRun(directory)).toMatchObject({ status: 'stopped', generations: 0, best: null })
  await expect(showRun(directory, { individual: '0.0' })).rejects.toThrow('it has none yet')
  expect(await showRun(directory, { top: 3 })).toContain('no individual was simulated well')
})

function makeRun(directory: string, size: number): void {
  const writer = RecordWriter.openForWriting(directory)
  writer.writeManifest({ name: basename(directory) })
  writer.writeProblem(['x'], new Objectives({ error: 'minimize' }))
  addGeneration(writer, 0, size)
  writer.close()
}

function addGeneration(writer: RecordWriter, generation: number, size: number): void {
  const individuals = Array.from(
    { length: size },
    (_, index) => new Individual<Record<string, unknown>>({ generation, index, replicate: 0 }, { x: index }, 1),
  )
  writer.addGeneration(
    generation,
    individuals.map((individual) => ({ individual, after: 0 })),
  )
  writer.commit({
    attempts: individuals.map((individual) => ({
      ...{ individual, epoch: 0, attempt: 1, worker: 1, verdict: 'accepted' as const },
      fitness: [individual.index / 4],
    })),
    reports: [],
    positions: [],
  })
}

function describeAnew(directory: string, entries: Parameters<RecordWriter['writeManifest']>[0]): void {
  const record = RecordWriter.openForWriting(directory)
  record.writeManifest(entries)
  record.close()
}

/** Makes the fitness of the last individual something that cannot be read, which shows when its row is written. */
function breakIndividual(directory: string): void {
  const database = openDatabase(join(directory, 'trajectory.sqlite'))
  database.exec(`update evaluations set fitness = '[1' where generation = 1 and "index" = 7`)
  database.close()
}

function hold(directory: string, pid: number): void {
  const [name] = readdirSync(join(directory, 'lease'))
  const path = join(directory, 'lease', name!)
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), pid, started, released: false }))
}

async function readParquet(path: string): Promise<{ names: string[]; rows: unknown[][]; groups: number }> {
  const bytes = readFileSync(path)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { schema, row_groups } = parquetMetadata(file)
  let rows: unknown[][] = []
  await parquetRead({
    file,
    onComplete(read: unknown[][]) {
      rows = read
    },
  })
  return { names: schema.slice(1).map(({ name }: { name: string }) => name), rows, groups: row_groups.length }
}

/** RFC 4180, to the letter: whatever is not quoted holds no quote, comma or line end. */
function parseCsv(text: string): string[][] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  const rows: string[][] = []
  let row: string[] = []
  while (field.lastIndex < text.length) {
    const match = field.exec(text)
    if (!match) throw new Error('this is no CSV')
    row.push(match[1]?.replaceAll('""', '"') ?? match[2]!)
    if (match[3] === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}
