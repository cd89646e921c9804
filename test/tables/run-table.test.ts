import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { expect, onTestFinished, test } from 'vitest'
import { exportRun } from '../../src/cli/export-run.ts'
import { ConfigurationError } from '../../src/core/errors.ts'
import { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import type { AttemptRecord, ReportRecord } from '../../src/core/record.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { type TableOptions, type TableRow, tableOf } from '../../src/tables/run-table.ts'
import { temporaryDirectory } from '../temporary.ts'

/** A run of two generations, with everything that a table can hold. */
function makeRun(): string {
  const directory = temporaryDirectory()
  const record = RecordWriter.openForWriting(directory)
  record.writeProblem(['x', 'step', 'pair'], new Objectives({ cost: -1, gain: 1 }))
  const individual = (generation: number, index: number, replicate = 0) =>
    new Individual(
      { generation, index, replicate },
      { x: index / 2, step: generation, pair: [index, 'a'] },
      100 + index,
    )
  const proposed = (individuals: readonly Individual[]) => individuals.map((one) => ({ individual: one, after: 0 }))
  record.addGeneration(0, proposed([individual(0, 0), individual(0, 0, 1), individual(0, 1)]))
  record.addGeneration(1, proposed([individual(1, 0), individual(1, 1)]))
  const attempt = (
    generation: number,
    index: number,
    replicate: number,
    more: Partial<AttemptRecord>,
  ): AttemptRecord => ({
    individual: { generation, index, replicate },
    epoch: 1,
    attempt: 1,
    worker: 1,
    verdict: 'accepted',
    ...more,
  })
  const report = (index: number, replicate: number, number: number, step: number, value: number): ReportRecord => ({
    individual: { generation: 0, index, replicate },
    attempt: number,
    step,
    value,
  })
  const cause = { kind: 'threw', message: 'It threw.' } as const
  record.commit({
    attempts: [
      attempt(0, 0, 0, { verdict: 'retried', cause }),
      attempt(0, 0, 0, {
        attempt: 2,
        fitness: [1, 2],
        outputs: {
          peak: 3,
          note: 'high',
          ok: true,
          curve: [5, Number.NaN, 7],
          far: Number.POSITIVE_INFINITY,
          nest: { a: 1 },
        },
      }),
      attempt(0, 0, 1, { fitness: [3, 4], outputs: { peak: 3.5 } }),
      attempt(0, 1, 0, { cause }),
      attempt(1, 0, 0, { fitness: [5, 6] }),
    ],
    // As they come: of several workers, of attempts that did not decide, a step twice.
    reports: [
      report(1, 0, 1, 0, 9),
      report(0, 0, 1, 0, -1),
      report(0, 0, 2, 1, 11),
      report(0, 0, 2, 0, 10),
      report(0, 0, 1, 5, 50),
      report(0, 0, 2, 1, 12),
    ],
    positions: [],
  })
  record.close()
  return directory
}

async function rowsOf(run: string, options?: TableOptions): Promise<TableRow[]> {
  const rows: TableRow[] = []
  for await (const row of tableOf(run, options)) rows.push(row)
  return rows
}

test('wide: a row for every individual, with its parameters, objectives and outputs in their types', async () => {
  const rows = await rowsOf(makeRun())
  expect(rows).toHaveLength(5)
  expect(rows[0]).toEqual({
    generation: 0,
    index: 0,
    replicate: 0,
    seed: 100,
    x: 0,
    step: 0,
    'pair.0': 0,
    'pair.1': 'a',
    outcome: 'done',
    cost: 1,
    gain: 2,
    score: 1,
    cause: null,
    message: null,
    peak: 3,
    note: 'high',
    ok: true,
    far: Number.POSITIVE_INFINITY,
  })
  expect(rows.map(({ generation, index, replicate }) => [generation, index, replicate])).toEqual([
    [0, 0, 0],
    [0, 0, 1],
    [0, 1, 0],
    [1, 0, 0],
    [1, 1, 0],
  ])
  expect(rows[2]).toMatchObject({ outcome: 'failed', cost: null, cause: 'threw', message: 'It threw.', peak: null })
  expect(rows[4]).toMatchObject({ outcome: 'pending', cost: null, cause: null })
})

test('wide with reports: a row for every step of the attempt that decided, joined with everything of the individual', async () => {
  const rows = await rowsOf(makeRun(), { reports: true })
  const seen = rows.map((row) => [row.generation, row.index, row.replicate, row.cost, row.step, row.report])
  expect(seen).toEqual([
    [0, 0, 0, 1, 0, 10],
    [0, 0, 0, 1, 1, 12],
    [0, 0, 1, 3, null, null],
    [0, 1, 0, null, 0, 9],
    [1, 0, 0, 5, null, null],
    [1, 1, 0, null, null, null],
  ])
  // A parameter of the same name as a column says what it is.
  expect(rows[3]).toMatchObject({ 'parameter step': 0, x: 0.5, peak: null })
})

test('long: a row for every objective, output and element of a list', async () => {
  const rows = await rowsOf(makeRun(), { shape: 'long' })
  expect(rows[0]).toEqual({
    generation: 0,
    index: 0,
    replicate: 0,
    seed: 100,
    x: 0,
    'parameter step': 0,
    'pair.0': 0,
    'pair.1': 'a',
    outcome: 'done',
    role: 'objective',
    name: 'cost',
    step: null,
    value: 1,
    text: null,
  })
  const first = rows.filter(({ generation, index, replicate }) => generation === 0 && index === 0 && replicate === 0)
  expect(first.map(({ role, name, step, value, text }) => [role, name, step, value, text])).toEqual([
    ['objective', 'cost', null, 1, null],
    ['objective', 'gain', null, 2, null],
    ['output', 'peak', null, 3, null],
    ['output', 'note', null, null, 'high'],
    ['output', 'ok', null, 1, null],
    ['output', 'curve', 0, 5, null],
    ['output', 'curve', 1, Number.NaN, null],
    ['output', 'curve', 2, 7, null],
    ['output', 'far', null, Number.POSITIVE_INFINITY, null],
    ['output', 'nest', null, null, '{"a":1}'],
  ])
  const failed = rows.filter(({ outcome }) => outcome === 'failed')
  expect(failed.map(({ name, value }) => [name, value])).toEqual([
    ['cost', null],
    ['gain', null],
  ])
})

test('long with reports: they are rows like the others', async () => {
  const rows = await rowsOf(makeRun(), { shape: 'long', reports: true })
  const reports = rows.filter(({ role }) => role === 'report')
  expect(reports.map(({ index, x, step, value }) => [index, x, step, value])).toEqual([
    [0, 0, 0, 10],
    [0, 0, 1, 12],
    [1, 0.5, 0, 9],
  ])
})

test('whoever stops reading a table leaves nothing open', async () => {
  const run = makeRun()
  for (const options of [{}, { reports: true }, { shape: 'long', reports: true }] as const) {
    for await (const row of tableOf(run, options)) {
      expect(row.index).toBe(0)
      break
    }
  }
  const record = RecordWriter.openForWriting(run)
  onTestFinished(() => record.close())
  record.writeManifest({ note: 'can be written' })
})

test('a table of a run without individuals has none', async () => {
  const directory = temporaryDirectory()
  const record = RecordWriter.openForWriting(directory)
  record.writeProblem(['x'], new Objectives({ cost: 'minimize' }))
  record.close()
  expect(await rowsOf(directory, { shape: 'long', reports: true })).toEqual([])
})

test('what is no run has no table', async () => {
  await expect(rowsOf(temporaryDirectory())).rejects.toThrow(ConfigurationError)
})

test('the export has the same shapes, and Arrow among its formats', async () => {
  const run = makeRun()
  const output = join(temporaryDirectory(), 'table.arrow')
  await exportRun(run, { format: 'arrow', shape: 'long', reports: true, output })
  const table = tableFromIPC(readFileSync(output))
  const rows = await rowsOf(run, { shape: 'long', reports: true })
  expect(table.numRows).toBe(rows.length)
  expect(table.schema.fields.map(({ name }) => name)).toEqual(Object.keys(rows[0]!))
  await exportRun(run, { format: 'ndjson', reports: true, output })
  const lines = readFileSync(output, 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).report)).toEqual([10, 12, null, 9, null, null])
  await expect(exportRun(run, { canonical: true, shape: 'long' })).rejects.toThrow(
    '--canonical has one form only, got --shape long as well',
  )
  await expect(exportRun(run, { canonical: true, reports: true })).rejects.toThrow(
    '--canonical has one form only, got --reports as well',
  )
})

test('outputs of any size come in the order of their individuals, and long ones are not held together', async () => {
  const directory = temporaryDirectory()
  const record = RecordWriter.openForWriting(directory)
  record.writeProblem(['x'], new Objectives({ cost: -1 }))
  const individuals = Array.from(
    { length: 1200 },
    (_, index) => new Individual({ generation: 0, index, replicate: 0 }, { x: index }, index),
  )
  const noteOf = (index: number) => (index % 100 === 7 ? `ä${index} `.repeat(1000) : `note ${index}`)
  record.addGeneration(
    0,
    individuals.map((individual) => ({ individual, after: 0 })),
  )
  const attempts = individuals.flatMap((individual, index): AttemptRecord[] => {
    if (index % 3 === 0) return []
    const decided = { individual, epoch: 1, attempt: 1, worker: 1, verdict: 'accepted' } as const
    return [{ ...decided, fitness: [index], outputs: { note: noteOf(index) } }]
  })
  record.commit({ attempts, reports: [], positions: [] })
  record.close()
  const notes: unknown[] = []
  for await (const { note } of tableOf(directory)) notes.push(note)
  expect(notes).toEqual(individuals.map((_, index) => (index % 3 === 0 ? null : noteOf(index))))
})
