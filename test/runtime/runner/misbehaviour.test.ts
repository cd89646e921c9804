import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FailedEvaluation } from '../../../src/index.ts'
import { RecordWriter } from '../../../src/record/writer.ts'
import type { Misbehaviour } from '../../fixtures/optimizees/misbehaving.ts'
import { processesNaming } from '../../processes.ts'
import { search } from '../../search.ts'
import { temporaryDirectory } from '../../temporary.ts'

const failures: readonly (readonly [Misbehaviour, FailedEvaluation['cause']['kind'], RegExp])[] = [
  ['throw', 'threw', /RangeError: the Jacobian is singular/],
  ['throw-text', 'threw', /just a text/],
  ['reject-later', 'threw', /a stray promise/],
  ['throw-in-microtask', 'worker-lost', /exit code 1/],
  ['exit-0', 'worker-lost', /exit code 0/],
  ['exit-129', 'worker-lost', /exit code 129/],
  ['kill', 'worker-lost', /SIGKILL/],
  ['terminate', 'worker-lost', /asked to end by SIGTERM/],
  ['spin', 'timeout', /longer than 3000 ms/],
  ['sleep', 'timeout', /longer than 3000 ms/],
  ['nan', 'bad-result', /finite number for cost, got NaN/],
  ['nothing', 'bad-result', /got nothing/],
  ['garbage', 'bad-result', /finite number for cost/],
  ['two-numbers', 'bad-result', /got \[1,2\]/],
]

test.concurrent.each(failures)(
  'an individual that does %s fails with its cause (%s), and the search goes on',
  async (does, kind, message) => {
    const root = temporaryDirectory()
    const { status, trajectory, directory } = await search({
      root,
      optimizee: 'misbehaving',
      options: { does },
      runner: { retries: 1, crashRetries: 1, ...(kind === 'timeout' && { timeout: '3s' }) },
      populationSize: 5,
      generations: 1,
    })
    expect(status).toBe('finished')
    const evaluations = trajectory.evaluations(0)
    expect(evaluations.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'failed', 'done', 'done'])
    const { cause } = evaluations[2] as FailedEvaluation
    expect(cause.kind).toBe(kind)
    expect(cause.message).toMatch(message)
    expect(trajectory.best(1)[0]!.individual.index).not.toBe(2)
    const record = RecordWriter.openForReading(directory)
    const counted = record
      .attemptsOf({ generation: 0, index: 2, replicate: 0 })
      .filter(({ verdict }) => verdict === 'retried' || verdict === 'accepted')
    record.close()
    expect(counted).toHaveLength(2) // one retry
    expect(processesNaming(root)).toEqual([])
  },
)

test('an error that an individual leaves behind is not the fault of who runs then: any number of workers gives the same', async () => {
  const ends = await Promise.all(
    [1, 3].map((workers) =>
      search({
        root: temporaryDirectory(),
        optimizee: 'stray',
        runner: { workers, retries: 0, crashRetries: 0 },
        populationSize: 6,
        generations: 2,
      }),
    ),
  )
  expect(ends.map(({ trajectory }) => trajectory.evaluations(1).map(({ outcome }) => outcome))).toEqual(
    Array(2).fill(Array(6).fill('done')),
  )
  expect(ends[0]!.canonical).toBe(ends[1]!.canonical)
})

test('a command that was killed for lack of memory is told as that, and counts as a crash', async () => {
  const { directory } = await search({
    root: temporaryDirectory(),
    optimizee: 'misbehaving',
    options: { does: 'lose-command' },
    runner: { retries: 0, crashRetries: 2 },
    generations: 1,
  })
  const record = RecordWriter.openForReading(directory)
  const attempts = record.attemptsOf({ generation: 0, index: 2, replicate: 0 })
  record.close()
  expect(attempts.map(({ verdict }) => verdict)).toEqual(['retried', 'retried', 'accepted'])
  for (const { cause } of attempts) expect(JSON.parse(cause!)).toMatchObject({ kind: 'exit', detail: 'out-of-memory' })
})

test('an individual whose first attempts fail is tried again and counts once', async () => {
  const root = temporaryDirectory()
  const marks = join(root, 'marks')
  for (const [does, times] of [
    ['throw', 1],
    ['kill', 2],
  ] as const) {
    mkdirSync(join(marks, does), { recursive: true })
    const { trajectory } = await search({
      root,
      name: does,
      optimizee: 'misbehaving',
      options: { does, marks: join(marks, does), times },
      runner: { retries: 2 },
      populationSize: 4,
      generations: 2,
    })
    expect(trajectory.evaluations(1).map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done', 'done'])
    expect(readdirSync(join(marks, does))).toHaveLength(2 * times)
  }
})

test('an individual that failed twice in the same way is not tried a third time', async () => {
  const { trajectory, directory } = await search({
    root: temporaryDirectory(),
    optimizee: 'misbehaving',
    options: { does: 'throw' },
    runner: { retries: 5 },
    populationSize: 4,
    generations: 1,
  })
  expect(trajectory.evaluations(0)[2]!.outcome).toBe('failed')
  const record = RecordWriter.openForReading(directory)
  const verdicts = record.attemptsOf({ generation: 0, index: 2, replicate: 0 }).map(({ verdict }) => verdict)
  record.close()
  expect(verdicts).toEqual(['retried', 'accepted'])
})

test('an individual that kills its worker among many short ones is found out, and none of the others is blamed', async () => {
  const { trajectory, directory } = await search({
    root: temporaryDirectory(),
    optimizee: 'misbehaving',
    options: { does: 'kill' },
    runner: { retries: 0, crashRetries: 0 },
    populationSize: 300,
    generations: 2,
  })
  const record = RecordWriter.openForReading(directory)
  const { done, failed } = record.counts()
  record.close()
  expect({ done, failed }).toEqual({ done: 598, failed: 2 })
  expect((trajectory.evaluations(1)[2] as FailedEvaluation).cause.kind).toBe('worker-lost')
})

test('onFailure stop ends the search with the sentence; replace puts a fresh individual in the place', async () => {
  const root = temporaryDirectory()
  const optimizee = { optimizee: 'misbehaving', options: { does: 'throw' }, populationSize: 4, generations: 3 }
  const stop = search({ root, name: 'stop', ...optimizee, runner: { retries: 0, onFailure: 'stop' } })
  await expect(stop).rejects.toThrow(/Individual 0\.2 failed for good: RangeError: the Jacobian is singular/)
  const { trajectory, directory } = await search({
    root,
    name: 'replace',
    ...optimizee,
    runner: { retries: 0, onFailure: 'replace' },
  })
  const outcomes = trajectory.evaluations(2).map(({ individual, outcome }) => [individual.index, outcome])
  expect(outcomes).toEqual([
    [0, 'done'],
    [1, 'done'],
    [2, 'failed'],
    [3, 'done'],
    [6, 'done'],
  ])
  const record = RecordWriter.openForReading(directory)
  expect(record.replacements(2).map(({ replaces, individual }) => [replaces, individual.index])).toEqual([[2, 6]])
  record.close()
  expect(processesNaming(root)).toEqual([])
})

test('a worker that cannot start at all fails the run at once, with what it printed', async () => {
  const root = temporaryDirectory()
  const start = (exec: string[]) =>
    search({ root, name: exec[0]!.replaceAll('/', '_'), optimizee: 'recorded', runner: { exec } })
  await expect(start(['/bin/false'])).rejects.toThrow(/No worker can be started: it ended with exit code 1/)
  await expect(start(['/no/such/program'])).rejects.toThrow(
    /No worker can be started: it could not be started .*ENOENT/,
  )
  await expect(start([process.execPath, '--no-such-option'])).rejects.toThrow(/bad option/)
})
