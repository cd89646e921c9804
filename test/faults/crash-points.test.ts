import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RecordWriter } from '../../src/record/writer.ts'
import { crashAtEachPoint } from '../chaos/crash-points.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

// Every point would take minutes: `npm run chaos -- --crash-points` does, and `npm run chaos -- --kills N` the moments between.
test('a runner that dies at any of its writes goes on to the same end', async () => {
  const { crashes, failures } = await crashAtEachPoint('printing', { step: 15 })
  expect(failures).toEqual([])
  expect(crashes).toBeGreaterThan(5)
})

// What belongs together is one transaction: what a kill leaves before or after it is a search that goes on.
// Ranking writes what every search does: `npm run chaos -- --crash-points` takes all of its points. Steps are odd: every other
// point is before a transaction, and the others after one. What all three write at their beginning is met at different points.
test.each([
  ['replacing', 7, 1],
  ['stopping', 7, 2],
  ['ranking', 9, 3],
] as const)(
  'a %s runner that dies before or after its transactions goes on to the same end',
  async (name, step, begin) => {
    const { crashes, failures } = await crashAtEachPoint(name, { points: 'transactions', begin, step })
    expect(failures).toEqual([])
    expect(crashes).toBeGreaterThan(2)
  },
  1_800_000,
)

test('a runner that dies between the number of a worker and its folder goes on', async () => {
  const root = temporaryDirectory()
  const { directory } = await search({ root, optimizee: 'recorded', generations: 1 })
  const record = RecordWriter.openForWriting(directory)
  record.addWorker('local')
  record.close()
  const further = await search({ root, optimizee: 'recorded', generations: 2 })
  const whole = await search({ root, name: 'whole', optimizee: 'recorded', generations: 2 })
  expect(further.canonical).toBe(whole.canonical)
})

test('a worker that dies at any of its writes is replaced, and nothing counts twice', async () => {
  const one = { optimizee: 'recorded', populationSize: 6, generations: 2 }
  const { canonical } = await search({ ...one, root: temporaryDirectory() })
  const script = join(import.meta.dirname, '../fixtures/programs/crash-in-worker.sh')
  for (const at of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const root = temporaryDirectory()
    const runner = { workers: 1, exec: ['sh', script, join(root, 'crashed'), String(at), process.execPath] }
    const end = await search({ ...one, root, runner })
    expect(end.canonical, `crash point ${at}`).toBe(canonical)
  }
})
