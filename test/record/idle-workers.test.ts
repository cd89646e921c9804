import { expect, test } from 'vitest'
import { idleWorkersOf } from '../../src/record/idle-workers.ts'
import type { RecordWriter } from '../../src/record/writer.ts'
import { evaluate, openRecord, proposal } from './told-record.ts'

/** A search in blocks of two, in which some of four individuals have been evaluated. */
function recordWith(...evaluated: readonly (readonly [generation: number, index: number])[]): RecordWriter {
  const record = openRecord()
  for (const generation of [0, 1]) {
    record.addGeneration(
      generation,
      [0, 1].map((index) => proposal(generation, index)),
    )
  }
  for (const [generation, index] of evaluated) evaluate(record, generation, index)
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
  const standIns = [{ ...proposal(0, 3), replaces: 1 }]
  record.commit({ attempts: [], reports: [], positions: [], standIns })
  expect(idleWorkersOf(record, running)).toEqual({ workers: 2, waitFor: '0.1' })
})

test('in the order of arrival nobody waits for another: workers beyond the window are idle', () => {
  const record = recordWith([0, 0], [1, 0])
  const arrival = { ...running, order: 'arrival', window: 2 }
  expect(idleWorkersOf(record, arrival)).toEqual({ workers: 1, waitFor: null })
  expect(idleWorkersOf(record, { ...arrival, window: 3 })).toBeNull()
})
