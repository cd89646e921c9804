import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FailedEvaluation } from '../../src/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { openDatabase } from '../../src/system/database.ts'
import { processesNaming } from '../processes.ts'
import { type SearchEnd, search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

/** All that is kept of individuals beside what the canonical export has: what they reported, and wrote in their directories. */
function keptBeside({ directory }: SearchEnd): unknown {
  const database = openDatabase(join(directory, 'trajectory.sqlite'), { readonly: true })
  const reports = database
    .prepare('select generation, "index", step, value from reports order by generation, "index", step')
    .all()
  database.close()
  const individuals = join(directory, 'individuals')
  const names = existsSync(individuals) ? readdirSync(individuals).sort() : []
  return { reports, files: names.map((name) => [name, readFileSync(join(individuals, name, 'x.txt'), 'utf8')]) }
}

/** How many individuals were simulated together, the most of them. */
function mostTogether(journal: string): number {
  return Math.max(...readFileSync(journal, 'utf8').trim().split('\n').map(Number))
}

describe.each([
  ['simulateMany', 'together', {}],
  ['a program that takes many in a line', 'program-together', { takesBatches: true }],
  ['a program that is given many lines ahead', 'program-together', { takesBatches: false }],
])('law 12: by %s', (_, optimizee, more) => {
  test('an individual gives the same in any company, and alone', async () => {
    const root = temporaryDirectory()
    const reference = await searchIn(1, 1)
    expect(mostTogether(journalOf(1, 1))).toBe(1)
    const kept = keptBeside(reference)
    expect(kept).toMatchObject({ reports: { length: 120 } })
    for (const [size, workers] of [
      [7, 2],
      [64, 1],
    ] as const) {
      const other = await searchIn(size, workers)
      expect(other.canonical).toBe(reference.canonical)
      expect(keptBeside(other)).toEqual(kept)
    }

    function journalOf(size: number, workers: number): string {
      return join(root, `journal-${size}-${workers}`)
    }

    async function searchIn(size: number, workers: number): Promise<SearchEnd> {
      return await search({
        root,
        name: `${size}-${workers}`,
        optimizee,
        options: { journal: journalOf(size, workers), ...more },
        runner: { workers, batch: { size } },
        populationSize: 60,
        generations: 2,
      })
    }
  })
})

test('as many individuals are simulated together as are asked for, shared by the workers that have nothing to do', async () => {
  const root = temporaryDirectory()
  const journal = join(root, 'journal')
  const one = { root, optimizee: 'together', populationSize: 60, generations: 1 }
  const runner = { workers: 1, batch: { size: 25 } }
  await search({ ...one, name: 'sized', options: { journal: `${journal}-sized` }, runner })
  expect(readFileSync(`${journal}-sized`, 'utf8')).toBe('25\n25\n10\n')
  await search({ ...one, name: 'usual', options: { journal }, runner: { workers: 1 } })
  expect(readFileSync(journal, 'utf8')).toBe('60\n')
})

const misdeeds = [
  ['together', {}, 'throw', 'threw', 'RangeError: the Jacobian is singular'],
  ['together', {}, 'kill', 'worker-lost', 'SIGKILL'],
  ['together', {}, 'stray', 'threw', 'a stray promise'],
  ['together', {}, 'spin', 'timeout', 'longer than 3000 ms'],
  ['together', {}, 'sleep', 'timeout', 'longer than 3000 ms'],
  ['together', {}, 'refuse', 'threw', '.2 is too stiff'],
  ['together', {}, 'forget', 'bad-result', 'gave no result for this individual'],
  ['program-together', { takesBatches: true }, 'exit', 'exit', 'exit code 5'],
  ['program-together', { takesBatches: false }, 'exit', 'exit', 'exit code 5'],
  ['program-together', { takesBatches: true }, 'hang', 'timeout', 'longer than 3000 ms'],
  ['program-together', { takesBatches: true }, 'refuse', 'threw', 'ValueError: too stiff'],
  ['program-together', { takesBatches: true }, 'refuse all', 'threw', 'ValueError: one of them is too stiff'],
] as const

test.concurrent.each(misdeeds)(
  'of %s %o, only the individual that does %s fails (%s), and no other is blamed',
  async (optimizee, more, misdeed, kind, message) => {
    const root = temporaryDirectory()
    const size = kind === 'timeout' ? 3 : 9 // a batch may take as many timeouts as it has individuals
    const { status, trajectory, directory } = await search({
      root,
      optimizee,
      options: { ...more, misdeed, journal: join(root, 'journal') },
      runner: {
        workers: 1,
        batch: { size },
        retries: 0,
        crashRetries: 0,
        ...(kind === 'timeout' && { timeout: '3s' }),
      },
      populationSize: size,
      generations: 1,
    })
    expect(status).toBe('finished')
    expect(mostTogether(join(root, 'journal'))).toBe('takesBatches' in more && !more.takesBatches ? 1 : size)
    const evaluations = trajectory.evaluations(0)
    expect(evaluations.map(({ outcome }, index) => [index, outcome])).toEqual(
      evaluations.map((_, index) => [index, index === 2 ? 'failed' : 'done']),
    )
    const { cause } = evaluations[2] as FailedEvaluation
    expect(cause.kind).toBe(kind)
    expect(cause.message).toContain(message)
    const record = RecordWriter.openForReading(directory)
    const verdicts = evaluations
      .flatMap(({ individual }) => record.attemptsOf(individual))
      .map(({ verdict }) => verdict)
    record.close()
    expect(verdicts).not.toContain('retried')
    expect(processesNaming(root)).toEqual([])
  },
)
