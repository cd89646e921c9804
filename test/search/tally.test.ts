import { expect, onTestFinished, test } from 'vitest'
import { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { type Progress, Tally } from '../../src/search/tally.ts'
import { temporaryDirectory } from '../temporary.ts'

const objectives = new Objectives({ cost: 'minimize' })

/** Who is said to be the best of a generation, each given as its cost and by how much it violates the constraints. */
function bestOf(...individuals: readonly (readonly [cost: number, violation?: number])[]): number | undefined {
  const record = RecordWriter.openForWriting(temporaryDirectory())
  onTestFinished(() => record.close())
  record.writeProblem(['x'], objectives)
  let seen: Progress | undefined
  const tally = new Tally(record, { objectives, budget: undefined }, (progress) => {
    seen = progress
  })
  individuals.forEach(([cost, violation], index) => {
    const individual = new Individual({ generation: 0, index, replicate: 0 }, { x: index }, index)
    tally.count({ individual, outcome: 'done', fitness: [cost], outputs: {}, violation })
  })
  tally.report({ generation: 0, generations: 1, size: individuals.length, evaluated: individuals.length })
  return seen?.best?.index
}

test('the best so far is the first of the best fitness, of those that keep the constraints', () => {
  expect(bestOf([3], [1], [1], [0, 0.1])).toBe(1)
})

test('where none keeps the constraints the best so far violates them least, and of those alike has the better fitness', () => {
  expect(bestOf([1, 2], [3, 1], [2, 1], [2.5, 1])).toBe(2)
})
