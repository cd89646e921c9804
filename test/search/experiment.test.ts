import { expect, test } from 'vitest'
import { Experiment } from '../../src/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const failing = {
  optimizee: 'misbehaving',
  options: { does: 'throw' },
  populationSize: 4,
  generations: 3,
  runner: { retries: 0, onFailure: 'stop' },
} as const

test('a search that a failure has stopped stays stopped with the same sentence, also if it was killed before it said so', async () => {
  const root = temporaryDirectory()
  const sentence = /Individual 0\.2 failed for good: RangeError: the Jacobian is singular/
  await expect(search({ ...failing, root })).rejects.toThrow(sentence)
  await expect(search({ ...failing, root })).rejects.toThrow(sentence)
  const record = RecordWriter.openForWriting(`${root}/run`)
  const attempts = record.counts().attempts
  expect(record.manifest()).toMatchObject({ status: 'failed' })
  record.writeManifest({ status: 'running', reason: null })
  record.close()
  await expect(search({ ...failing, root })).rejects.toThrow(sentence)
  const after = RecordWriter.openForReading(`${root}/run`)
  expect(after.counts().attempts).toBe(attempts)
  expect(after.manifest()).toMatchObject({ status: 'failed', reason: expect.stringMatching(sentence) })
  after.close()
})

test('what the simulation was given is a group of the trajectory, beside those of optimizer and runner', async () => {
  const few = { optimizee: 'recorded', populationSize: 4, generations: 1 }
  const { trajectory } = await search({ ...few, options: { sleep: 1 }, root: temporaryDirectory() })
  const settings = trajectory.group('optimizee').entries()
  expect(settings.map(({ key, value }) => [key, value])).toEqual([
    ['module', 'recorded'],
    ['sleep', 1],
  ])
  expect(trajectory.group('optimizer').get('populationSize')).toBe(4)
})

test('an experiment that is given no name is called as in L2L', async () => {
  const root = temporaryDirectory()
  await using experiment = new Experiment({ root })
  expect((await experiment.prepareExperiment()).directory).toBe(`${root}/L2L-run`)
})
