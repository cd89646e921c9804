import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BatchRunner, manualRuns, readRows } from '../../src/batch/mesa/index.ts'
import { exportRun } from '../../src/cli/export-run.ts'
import { readTable } from '../../src/index.ts'
import CountingModel from '../fixtures/batch/counting-model.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

test('the rows of a batch are written as a table, with those of runs that failed', async () => {
  const root = temporaryDirectory()
  const directory = join(root, 'batch')
  const points = [
    { x: 1, sheep: 2, list: [1, 2] },
    { x: 2, trouble: 'step' },
    { x: 3, label: 'NaN' }, // a text, also where a column has no other
  ] as const
  const configurations = manualRuns(CountingModel, { points, rng: 9, maxSteps: 3, dataCollectionPeriod: 1 })
  await new BatchRunner({ configurations, directory, displayProgress: false }).runAll()
  const rows = [...readRows(directory)]
  expect(rows.filter(({ AgentID }) => AgentID !== undefined)).toHaveLength(8)
  const written = (format: 'ndjson' | 'parquet' | 'csv') => join(root, `rows.${format}`)
  for (const format of ['ndjson', 'parquet', 'csv'] as const) {
    const said = await exportRun(directory, { rows: true, format, output: written(format) })
    expect(said).toBe(`the rows of 3 runs in ${written(format)}\n`)
  }
  const lines = readFileSync(written('ndjson'), 'utf8').trim().split('\n')
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const asText = (value: unknown) =>
    typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? null)
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    rows.map((row) => Object.fromEntries(columns.map((name) => [name, asText(row[name])]))),
  )
  expect(lines.some((line) => line.includes('"stage'))).toBe(true)
  expect((await readTable(written('parquet'))).map(({ RunId, Step, label }) => [RunId, Step, label])).toEqual(
    rows.map(({ RunId, Step, label = null }) => [RunId, Step, label]),
  )
  expect(readFileSync(written('csv'), 'utf8').split('\r\n')[0]).toBe(columns.join(','))
})

test('rows are refused of what is no batch of models, and beside another form of table', async () => {
  const { directory } = await search({ optimizee: 'recorded', root: temporaryDirectory(), generations: 1 })
  await expect(exportRun(directory, { rows: true, format: 'ndjson' })).rejects.toThrow(
    '--rows is for what a batch of models has collected, and run 0.0 of',
  )
  await expect(exportRun(directory, { rows: true, reports: true })).rejects.toThrow(
    '--rows has one form only, got --reports as well',
  )
})
