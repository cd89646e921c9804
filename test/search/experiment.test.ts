import { expect, test } from 'vitest'
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
