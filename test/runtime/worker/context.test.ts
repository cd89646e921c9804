import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPrinted } from '../../../runtime/runner/log-archive.ts'
import type { DoneEvaluation } from '../../../src/index.ts'
import { RecordWriter } from '../../../src/record/writer.ts'
import { openDatabase } from '../../../src/system/database.ts'
import { search } from '../../search.ts'
import { temporaryDirectory } from '../../temporary.ts'

test('a simulation has its snapshot, its random numbers, its reports, its directory and its printed text', async () => {
  const root = temporaryDirectory()
  const journal = join(root, 'journal')
  const { trajectory, directory } = await search({
    root,
    optimizee: 'all-of-context',
    options: { journal },
    populationSize: 5,
    generations: 2,
  })
  const evaluations = trajectory.evaluations(0) as DoneEvaluation[]
  expect(evaluations.map(({ fitness }) => fitness)).toEqual(Array(5).fill([Math.PI, 1000]))
  expect(readFileSync(journal, 'utf8')).toBe('snapshot made\n') // once, for all workers and generations
  const draws = evaluations.map(({ outputs }) => outputs!.draw)
  expect(new Set(draws).size).toBe(5)
  expect(evaluations[4]!.outputs).toEqual({
    draw: draws[4],
    seed: evaluations[4]!.individual.seed,
    odd: 'NaN',
    list: [1, 2],
  })

  expect(readdirSync(join(directory, 'individuals')).sort()).toEqual(['0.3', '1.3'])
  expect(readFileSync(join(directory, 'individuals/0.3/file.txt'), 'utf8')).toBe('0.3')

  const database = openDatabase(join(directory, 'trajectory.sqlite'), { readonly: true })
  const reports = database.prepare('select step, value from reports where generation = 0 order by step').all()
  database.close()
  const { n } = evaluations[2]!.individual.parameters as { n: number }
  expect(reports).toEqual([0, 1, 2, 3, 4].map((step) => ({ step, value: n / (step + 1) })))
})

test('what an individual printed is found by attempt, and packed into one file a generation', async () => {
  const root = temporaryDirectory()
  const { directory } = await search({
    root,
    optimizee: 'all-of-context',
    options: { journal: join(root, 'journal') },
    populationSize: 5,
    generations: 3,
  })
  expect(readdirSync(join(directory, 'logs'))).toEqual([0, 1, 2].map((g) => `generation-00000${g}.zip`))
  const record = RecordWriter.openForReading(directory)
  const individual = { generation: 1, index: 1, replicate: 0 }
  const attempts = record.attemptsOf(individual)
  record.close()
  const texts = await Promise.all(
    attempts.map((attempt) =>
      readPrinted(directory, { ...attempt, individual, printed: JSON.parse(attempt.printed!) }),
    ),
  )
  expect(texts).toEqual([
    { stdout: 'out of 1.1, attempt 1\n', stderr: 'err of 1.1\n' },
    { stdout: 'out of 1.1, attempt 2\n', stderr: 'err of 1.1\n' },
  ])
  expect(existsSync(join(directory, 'workers/000001/stdout.txt'))).toBe(true)
})
