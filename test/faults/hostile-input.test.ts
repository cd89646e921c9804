import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { showLogs } from '../../src/cli/show-logs.ts'
import type { DoneEvaluation, FailedEvaluation } from '../../src/index.ts'
import { ConfigurationError } from '../../src/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { recover } from '../../src/record/recovery/recover.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { command } from '../command.ts'
import type { Hostility } from '../fixtures/optimizees/hostile.ts'
import { fuzzDefinitions } from '../fuzz/definitions.ts'
import { fuzzFrames } from '../fuzz/frames.ts'
import { processesNaming } from '../processes.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const hostile = (root: string, does: readonly Hostility[], more: object = {}) => ({
  root,
  optimizee: 'hostile',
  options: { does, ...more },
  populationSize: does.length + 2,
  generations: 2,
  runner: { retries: 0 },
})

const failures: readonly (readonly [Hostility, FailedEvaluation['cause']['kind'], RegExp])[] = [
  ['three hundred megabytes', 'bad-result', /outputs of 301 MB, and at most 64 MB are recorded/],
  ['deep outputs', 'bad-result', /nested more than 500 deep/],
  ['rather deep outputs', 'bad-result', /nested more than 500 deep/],
  ['outputs that hold themselves', 'bad-result', /nested more than 500 deep/],
  ['outputs that double', 'bad-result', /more than 5000000 arrays and objects/],
  ['a symbol', 'bad-result', /outputs that no message can hold/],
  ['a getter that throws', 'threw', /do not look/],
  ['a huge error', 'threw', /^Error: e{19000,20000}\.\.\.$/],
  ['an error of control characters', 'threw', /red/],
  ['an error without text', 'threw', /something that has no text/],
  ['an error that throws', 'threw', /something that has no text/],
  ['an error of symbols', 'threw', /something that has no text/],
  ['a cause that is none', 'threw', /object Object/],
  ['no cause', 'threw', /SimulationFailure: x/],
]

test('simulations that give what cannot be recorded have failed with their cause, and the search goes on', async () => {
  const root = temporaryDirectory()
  const does = failures.map(([does]) => does)
  const { status, trajectory, directory } = await search(hostile(root, does))
  expect(status).toBe('finished')
  for (const generation of [0, 1]) {
    const evaluations = trajectory.evaluations(generation)
    expect(evaluations.slice(does.length).map(({ outcome }) => outcome)).toEqual(['done', 'done'])
    const causes = evaluations.slice(0, does.length).map((evaluation) => (evaluation as FailedEvaluation).cause)
    expect(causes.map(({ kind }, i) => [does[i], kind])).toEqual(failures.map(([does, kind]) => [does, kind]))
    for (const [i, { message }] of causes.entries()) expect(message).toMatch(failures[i]![2])
  }
  const { exitCode, stdout } = await command(['show', directory, '--individual', '1.8'])
  expect(exitCode).toBe(0)
  expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  expect(processesNaming(root)).toEqual([])
})

test('unusual outputs are recorded as far as JSON can hold them, and shown without their control characters', async () => {
  const does = ['ten megabytes', 'nested outputs', 'a function', 'names of prototypes'] as const
  const { trajectory, directory } = await search(hostile(temporaryDirectory(), does))
  const evaluations = trajectory.evaluations(1)
  expect(evaluations.map(({ outcome }) => outcome)).toEqual(new Array(6).fill('done'))
  const [text, nested, , names] = evaluations.map((evaluation) => (evaluation as DoneEvaluation).outputs)
  expect(text?.text).toBe('ü\0"\n'.repeat(2_500_000))
  expect(JSON.stringify(nested).split(/[[{]/)).toHaveLength(402)
  expect(names).toMatchObject({ constructor: 1, toString: '\0\u001b[2J' })
  expect(({} as { polluted?: boolean }).polluted).toBe(undefined)
  const { exitCode, stdout } = await command(['show', directory, '--individual', '1.3'])
  expect([exitCode, stdout.includes('toString')]).toEqual([0, true])
  expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
})

test('of intermediate values those are recorded that are numbers', async () => {
  const { directory } = await search(hostile(temporaryDirectory(), ['reports that are none']))
  const record = RecordWriter.openForReading(directory)
  expect(record.reportsOf({ generation: 0, index: 0, replicate: 0 })).toEqual([
    { attempt: 1, step: 0, value: 1 },
    { attempt: 1, step: 1, value: Number.POSITIVE_INFINITY },
    { attempt: 1, step: 2, value: 3 },
  ])
  record.close()
})

test('parameters may be called anything', async () => {
  const names = [
    '__proto__',
    'constructor',
    '',
    ' ',
    '1',
    '0',
    'a\0b',
    '\u001b[2J',
    '"; drop table individuals; --',
    '\ud800',
    'naïve 🐟\n',
    'a.b',
    'seed',
  ]
  names.push('x'.repeat(100_000))
  const { status, canonical, directory, trajectory } = await search(hostile(temporaryDirectory(), [], { names }))
  expect(status).toBe('finished')
  const lines = canonical.trimEnd().split('\n')
  expect(lines).toHaveLength(4)
  for (const line of lines) {
    const { parameters } = JSON.parse(line) as { parameters: Record<string, number> }
    expect(Object.keys(parameters).sort()).toEqual([...names].sort())
    expect(Object.values(parameters).every(Number.isFinite)).toBe(true)
  }
  expect(trajectory.evaluations(1).every(({ outcome }) => outcome === 'done')).toBe(true)
  for (const words of [
    ['show', '--top', '2'],
    ['status'],
    ['export', '--format', 'csv'],
    ['export', '--format', 'json'],
  ]) {
    const { exitCode, stderr } = await command([words[0]!, directory, ...words.slice(1)])
    expect([words, exitCode, stderr]).toEqual([words, 0, ''])
  }
})

test('a run may lie in a directory that is called anything', async () => {
  const one = { optimizee: 'recorded', generations: 2, populationSize: 6 }
  const { canonical } = await search({ ...one, root: temporaryDirectory() })
  for (const path of [
    'with spaces and \'quotes" in it',
    'über/größe 🐟 東京',
    'new\nline',
    'a%20b#c?d&e=f$g`h;i*j',
    '-rf',
  ]) {
    const root = join(temporaryDirectory(), path)
    const name = basename(path)
    mkdirSync(root, { recursive: true })
    const end = await search({ ...one, root, name, options: { journal: join(root, 'journal') } })
    expect([end.status, end.canonical], path).toEqual(['finished', canonical])
    expect(readFileSync(join(root, 'journal'), 'utf8').trim().split('\n'), path).toHaveLength(12)
    for (const verb of ['show', 'recover']) expect((await command([verb, join(root, name)])).exitCode, path).toBe(0)
  }
})

/** A place outside of the run directory, in which nothing may be written. */
function outside(root: string): string {
  const path = join(root, 'outside')
  mkdirSync(path)
  for (const name of ['file', 'trajectory.sqlite', 'run.json']) writeFileSync(join(path, name), 'precious')
  return path
}

function expectUntouched(path: string): void {
  expect(readdirSync(path).sort()).toEqual(['file', 'run.json', 'trajectory.sqlite'])
  for (const name of readdirSync(path)) expect(readFileSync(join(path, name), 'utf8')).toBe('precious')
}

const simple = (root: string) => hostile(root, ['its directory'])

/** A run of one generation. */
let begun: string

beforeAll(async () => {
  const root = mkdtempSync(join(tmpdir(), 'twoloop-test-'))
  begun = (await search({ ...simple(root), generations: 1 })).directory
  return () => rmSync(root, { recursive: true, force: true, maxRetries: 5 })
})

test.each([
  ['workers', ''],
  ['individuals', ''],
  ['logs', ''],
  ['run.json', 'run.json'],
  ['runner.heart', 'file'],
  ['optimizee.mjs', 'file'],
  ['trajectory.sqlite', 'nowhere'],
  ['trajectory.sqlite', 'trajectory.sqlite'],
  ['trajectory.sqlite-wal', 'file'],
])('a run whose %s is a symbolic link out of its directory (to %j) does not begin', async (name, target) => {
  const root = temporaryDirectory()
  const place = outside(root)
  cpSync(begun, join(root, 'run'), { recursive: true })
  const path = join(root, 'run', name)
  rmSync(path, { recursive: true, force: true })
  symlinkSync(join(place, target), path)
  const refusal = await search({ ...simple(root), generations: 3 }).catch((error) => error)
  expectUntouched(place)
  expect(refusal).toBeInstanceOf(ConfigurationError)
  expect(refusal.message).toMatch(
    / is a symbolic link, and a run is written to and read from no place but its own directory; remove it\.$/,
  )
  expect(() => RecordReader.openForReading(join(root, 'run'))).toThrow(refusal.message)
  await expect(recover(join(root, 'run'))).rejects.toThrow(refusal.message)
  expectUntouched(place)
  expect(lstatSync(path).isSymbolicLink()).toBe(true)
})

test.each(['logs/generation-000000.zip', 'workers/000001', 'workers/000001/stdout.txt'])(
  'what was printed is not read through a link below the top of a run: %s',
  async (name) => {
    const root = temporaryDirectory()
    const { directory } = await search({ root, optimizee: 'talkative', populationSize: 3, options: {}, generations: 1 })
    const [place, path] = [join(root, 'elsewhere'), join(directory, name)]
    // What is in the archive is not read from the workers' folders.
    if (name.startsWith('workers')) rmSync(join(directory, 'logs'), { recursive: true })
    await expect(showLogs(directory, '0.0')).resolves.toBeDefined()
    renameSync(path, place)
    symlinkSync(place, path)
    await expect(showLogs(directory, '0.0')).rejects.toThrow(
      `${path} is a symbolic link, and a run is written to and read`,
    )
  },
)

test.each(['workers/000001', 'workers/000001/from-worker.000001', 'workers/000001/to-worker.000001'])(
  'a record is not rebuilt from what lies behind a link below the top of a run: %s',
  async (name) => {
    const root = temporaryDirectory()
    cpSync(begun, join(root, 'run'), { recursive: true })
    const [place, path, record] = [
      join(root, 'elsewhere'),
      join(root, 'run', name),
      join(root, 'run/trajectory.sqlite'),
    ]
    renameSync(path, place)
    symlinkSync(place, path)
    truncateSync(record, 5000)
    await expect(recover(join(root, 'run'))).rejects.toThrow(
      `${path} is a symbolic link, and a run is written to and read from no place but its own directory; remove it.`,
    )
    expect(statSync(record).size).toBe(5000)
    rmSync(path)
    renameSync(place, path)
    expect(await recover(join(root, 'run'))).toMatchObject({ state: 'recovered' })
  },
)

test('what somebody has laid out for workers to come is not used', async () => {
  const root = temporaryDirectory()
  const place = outside(root)
  cpSync(begun, join(root, 'run'), { recursive: true })
  const workers = join(root, 'run', 'workers')
  symlinkSync(place, join(workers, '000003'))
  mkdirSync(join(workers, '000004'))
  for (const name of ['stdout.txt', 'stderr.txt', 'to-worker.000001', 'from-worker.000001', 'worker.heart']) {
    symlinkSync(join(place, 'file'), join(workers, '000004', name))
  }
  const { status } = await search({ ...simple(root), generations: 3 })
  expect(status).toBe('finished')
  expectUntouched(place)
})

test('an individual whose directory is a symbolic link fails, and nothing is written behind it', async () => {
  const root = temporaryDirectory()
  const place = outside(root)
  cpSync(begun, join(root, 'run'), { recursive: true })
  expect(existsSync(join(root, 'run', 'individuals', '0.0'))).toBe(true)
  symlinkSync(place, join(root, 'run', 'individuals', '1.0'))
  const { status, trajectory } = await search({ ...simple(root), generations: 2 })
  expect(status).toBe('finished')
  expect((trajectory.evaluations(1)[0] as FailedEvaluation).cause.message).toMatch(/1\.0 is a symbolic link/)
  expectUntouched(place)
})

test('files that are written beside their place do not go through links that lie there', async () => {
  const root = temporaryDirectory()
  const place = outside(root)
  const one = { root, optimizee: 'talkative', populationSize: 3, options: {} }
  await search({ ...one, generations: 1 })
  for (const name of ['generation-000001.zip.tmp', 'generation-000002.zip.tmp']) {
    symlinkSync(join(place, 'file'), join(root, 'run', 'logs', name))
  }
  const { status } = await search({ ...one, generations: 3 })
  expect(status).toBe('finished')
  expectUntouched(place)
})

test('no damage to pipe files, and no experiment file, is too much for their readers', async () => {
  const directory = temporaryDirectory()
  const frames = fuzzFrames(directory, 2000, 7)
  expect(frames.failures).toEqual([])
  expect(frames.condemned * frames.waiting * frames.read).toBeGreaterThan(0)
  const definitions = await fuzzDefinitions(directory, 150, 7)
  expect(definitions.failures).toEqual([])
  expect(definitions.accepted).toBeGreaterThan(0)
})
