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

test('of a design the best so far is the best mean, not the luckiest replicate, and no point of which one has failed', () => {
  const record = RecordWriter.openForWriting(temporaryDirectory())
  onTestFinished(() => record.close())
  record.writeProblem(['x'], objectives)
  const seen: (number | undefined)[] = []
  const tally = new Tally(record, { objectives, budget: undefined }, ({ best }) => seen.push(best?.fitness[0]))
  const costs = [
    [5, 5, 5],
    [0, 9, 9],
    [1, undefined, 1],
    [4, 5, 3],
  ]
  const individuals = costs.flatMap((own, index) =>
    own.map((_, replicate) => new Individual({ generation: 0, index, replicate }, { x: index }, index)),
  )
  tally.expect(individuals, [])
  for (const individual of individuals) {
    const cost = costs[individual.index]![individual.replicate]
    const cause = { kind: 'threw', message: 'no' } as const
    tally.count(
      cost === undefined ? { individual, outcome: 'failed', cause } : { individual, outcome: 'done', fitness: [cost] },
    )
    tally.report({ generation: 0, generations: 1, size: 12, evaluated: 1 })
  }
  expect(seen).toEqual([undefined, undefined, 5, 5, 5, 5, 5, 5, 5, 5, 5, 4])
})
