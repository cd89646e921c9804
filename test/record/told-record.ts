import { onTestFinished } from 'vitest'
import { Individual, Objectives } from '../../src/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { temporaryDirectory } from '../temporary.ts'

/** The record of a search for the least cost over x, until the test has finished. */
export function openRecord(): RecordWriter {
  const record = RecordWriter.openForWriting(temporaryDirectory())
  onTestFinished(() => record.close())
  record.writeProblem(['x'], new Objectives({ cost: 'minimize' }))
  return record
}

export const proposal = (generation: number, index: number, after = 0) => ({
  individual: new Individual({ generation, index, replicate: 0 }, { x: index } as Record<string, unknown>, 1),
  after,
})

/** Stores that individuals of a generation have been evaluated, each with its index as its cost. */
export function evaluate(record: RecordWriter, generation: number, ...indices: readonly number[]): void {
  const attempts = indices.map((index) => ({
    individual: { generation, index, replicate: 0 },
    epoch: 1,
    attempt: 1,
    worker: 1,
    verdict: 'accepted' as const,
    fitness: [index],
  }))
  record.commit({ attempts, reports: [], positions: [] })
}
