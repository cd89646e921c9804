import { expect, onTestFinished, test } from 'vitest'
import { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import type { AttemptRecord } from '../../src/core/record.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { temporaryDirectory } from '../temporary.ts'

/** More than the largest statement takes, and some that are left over for each of the smaller ones. */
const size = 64 + 2 * 16 + 4 + 3

function prepareRecord(): RecordWriter {
  const record = RecordWriter.openForWriting(temporaryDirectory())
  onTestFinished(() => record.close())
  record.writeProblem(['x'], new Objectives({ cost: 'minimize' }))
  return record
}

function proposed(generation: number, x: (index: number) => unknown = (index) => index / 7) {
  return Array.from({ length: size }, (_, index) => {
    const individual = new Individual({ generation, index, replicate: 0 }, { x: x(index) }, 1000 + index)
    const origin = index % 5 === 0 ? { operator: 'crossover', parents: [] } : undefined
    return { individual, after: generation * size, origin }
  })
}

function answers(generation: number, more: (index: number) => Partial<AttemptRecord> = () => ({})): AttemptRecord[] {
  return Array.from({ length: size }, (_, index) => ({
    individual: { generation, index, replicate: 0 },
    epoch: 1,
    attempt: 1 + (index % 3),
    worker: index % 2,
    verdict: 'accepted',
    fitness: [index / 3],
    milliseconds: index,
    began: 5000 + index,
    ended: 6000 + index,
    ...more(index),
  }))
}

test('rows that are stored many at once have each its own values, those with more columns among them', () => {
  const record = prepareRecord()
  record.addGeneration(0, proposed(0))
  const more = (index: number) => (index % 4 === 0 ? { outputs: { steps: index } } : {})
  record.commit({ attempts: answers(0, more), reports: [], positions: [] })
  const rows = [...record.rows()]
  expect(rows).toHaveLength(size)
  for (const [index, row] of rows.entries()) {
    expect(row).toMatchObject({
      index,
      seed: 1000 + index,
      parameters: JSON.stringify({ x: index / 7 }),
      origin: index % 5 === 0 ? '[0]' : null,
      outcome: 'done',
      fitness: JSON.stringify([index / 3]),
      outputs: index % 4 === 0 ? JSON.stringify({ steps: index }) : null,
      told: index,
    })
    const [tried] = record.attemptsOf(row)
    const { attempt, worker, milliseconds, began, ended } = answers(0)[index]!
    expect(tried).toMatchObject({ attempt, worker, milliseconds, began, ended, verdict: 'accepted' })
  }
  expect(record.counts()).toMatchObject({ individuals: size, done: size, attempts: size })
})

test('of a transaction that fails nothing comes into the next one', () => {
  const record = prepareRecord()
  const unwritable = (index: number) => (index === size - 1 ? 1n : index)
  expect(() => record.addGeneration(0, proposed(0, unwritable))).toThrow('BigInt')
  record.addGeneration(0, proposed(0))
  const twice = [...answers(0), answers(0)[3]!]
  expect(() => record.commit({ attempts: twice, reports: [], positions: [] })).toThrow('UNIQUE')
  expect(record.counts()).toMatchObject({ individuals: size, done: 0 })
  record.commit({ attempts: answers(0), reports: [], positions: [] })
  expect([...record.rows()].map(({ index, fitness }) => [index, fitness])).toEqual(
    answers(0).map(({ individual, fitness }) => [individual.index, JSON.stringify(fitness)]),
  )
})
