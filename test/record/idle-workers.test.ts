import { expect, onTestFinished, test } from 'vitest'
import { Individual, Objectives } from '../../src/index.ts'
import { idleWorkersOf } from '../../src/record/idle-workers.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { temporaryDirectory } from '../temporary.ts'

const individual = (generation: number, index: number) =>
  new Individual({ generation, index, replicate: 0 }, { x: index } as Record<string, unknown>, 1)

/** A search in blocks of two, in which some of four individuals have been evaluated. */
function recordWith(...evaluated: readonly (readonly [generation: number, index: number])[]): RecordWriter {
  const record = RecordWriter.openForWriting(temporaryDirectory())
  onTestFinished(() => record.close())
  record.writeProblem(['x'], new Objectives({ cost: 'minimize' }))
  for (const generation of [0, 1]) {
    record.addGeneration(
      generation,
      [0, 1].map((index) => ({ individual: individual(generation, index), after: 0 })),
    )
  }
  const attempts = evaluated.map(([generation, index]) => ({
    individual: { generation, index, replicate: 0 },
    epoch: 1,
    attempt: 1,
    worker: 1,
    verdict: 'accepted' as const,
    fitness: [index],
  }))
  record.commit({ attempts, reports: [], positions: [] })
  return record
}

const running = { status: 'running', order: 'ordered', window: 3, workers: { launched: 4, alive: 3, lost: 0 } } as const

test('workers are idle because of the window as long as what is told next holds up all others', () => {
  const heldUp = recordWith([0, 0], [1, 0], [1, 1])
  expect(idleWorkersOf(heldUp, running)).toEqual({ workers: 2, waitFor: '0.1' })
  expect(idleWorkersOf(heldUp, { ...running, status: 'stopped' })).toBeNull()
  // At its end a search asks for nothing more, whatever the window.
  expect(idleWorkersOf(recordWith([0, 0], [0, 1], [1, 0]), running)).toBeNull()
  expect(idleWorkersOf(recordWith([0, 0]), running)).toBeNull()
  expect(idleWorkersOf(recordWith([0, 0]), { ...running, window: null })).toBeNull()
})

test('who stands in for an individual that failed holds up all others as that one did', () => {
  const record = recordWith([0, 0], [0, 1], [1, 0], [1, 1])
  expect(idleWorkersOf(record, running)).toBeNull()
  const standIns = [{ individual: individual(0, 3), replaces: 1, after: 0 }]
  record.commit({ attempts: [], reports: [], positions: [], standIns })
  expect(idleWorkersOf(record, running)).toEqual({ workers: 2, waitFor: '0.1' })
})

test('in the order of arrival nobody waits for another: workers beyond the window are idle', () => {
  const record = recordWith([0, 0], [1, 0])
  const arrival = { ...running, order: 'arrival', window: 2 }
  expect(idleWorkersOf(record, arrival)).toEqual({ workers: 1, waitFor: null })
  expect(idleWorkersOf(record, { ...arrival, window: 3 })).toBeNull()
})
