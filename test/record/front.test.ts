import { rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dominates } from '../../src/core/front.ts'
import { hypervolume } from '../../src/core/hypervolume.ts'
import { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { temporaryDirectory } from '../temporary.ts'

const objectives = new Objectives({ error: 'minimize', gain: 'maximize' })

type Point = readonly [error: number, gain: number, violation: number]

const individualAt = (generation: number, index: number) =>
  new Individual({ generation, index, replicate: 0 }, { x: index }, 1)

function evaluate(
  record: RecordWriter,
  generation: number,
  index: number,
  [error, gain, violation]: Point,
  more: readonly number[] = [],
): void {
  record.commit({
    attempts: [
      {
        individual: individualAt(generation, index),
        epoch: 1,
        attempt: 1,
        worker: 1,
        verdict: 'accepted',
        fitness: [error, gain, ...more],
        constraints: [violation],
      },
    ],
    reports: [],
    positions: [],
  })
}

const anyPoint = fc.tuple(
  fc.integer({ min: 0, max: 6 }),
  fc.integer({ min: 0, max: 6 }),
  fc.constantFrom(0, 0, 0, 1),
) as fc.Arbitrary<Point>

test.each([2, 4])(
  'the front of %i objectives and its volume after each generation follow from what was evaluated, in whatever order and however often it was opened',
  (count) => {
    const further = ['time', 'price'].slice(0, count - 2)
    const objectives = new Objectives({
      error: 'minimize',
      gain: 'maximize',
      ...Object.fromEntries(further.map((name) => [name, 'minimize'])),
    })
    const moreOf = ([error, gain]: Point) => [(5 * error + 3 * gain) % 6, (error * gain) % 5].slice(0, further.length)
    const reference = { error: 6, gain: 0, ...Object.fromEntries(further.map((name) => [name, 6])) }
    const law = fc.property(
      fc.array(fc.array(anyPoint, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.nat()),
      (generations, draws) => {
        const directory = temporaryDirectory()
        let record = RecordWriter.openForWriting(directory)
        record.writeProblem(['x'], objectives, { reference })
        // All individuals are there from the start, as of blocks that overlap, but the last of each generation.
        const todo: (readonly [number, number])[] = []
        generations.forEach((points, generation) => {
          const added = points.map((_, index) => ({ individual: individualAt(generation, index), after: 0 }))
          record.addGeneration(generation, added)
          for (const { individual } of added) todo.push([individual.generation, individual.index])
        })
        const draw = () => draws.next().value as number
        while (todo.length > 0) {
          const [[generation, index]] = todo.splice(draw() % todo.length, 1) as [[number, number]]
          const point = generations[generation]![index]!
          evaluate(record, generation, index, point, moreOf(point))
          if (draw() % 3 > 0) continue
          record.close()
          record = RecordWriter.openForWriting(directory)
        }
        record.close()

        const all = generations.flatMap((points, generation) =>
          points.map((point, index) => {
            const [error, gain, violation] = point
            return { generation, index, fitness: [error, gain, ...moreOf(point)], violation }
          }),
        )
        const reader = RecordReader.openForReading(directory)
        const front = all.filter((one) => !all.some((other) => dominates(objectives, other, one)))
        const namesOf = (points: readonly { generation: number; index: number }[]) =>
          points.map(({ generation, index }) => `${generation}.${index}`).sort()
        expect(namesOf(reader.front().points)).toEqual(namesOf(front))
        expect(namesOf(reader.best(front.length).map(({ individual }) => individual))).toEqual(namesOf(front))
        expect(reader.front().hypervolumes).toEqual(
          generations.map((_, newest) => {
            const feasible = all.filter(({ generation, violation }) => generation <= newest && violation === 0)
            return hypervolume(
              objectives,
              feasible.map(({ fitness }) => fitness),
              Object.values(reference),
            )
          }),
        )
        expect(reader.best(100).map(({ individual }) => individual.name)).toHaveLength(all.length)
        reader.close()
        rmSync(join(directory), { recursive: true })
      },
    )
    fc.assert(law, { numRuns: 15 })
  },
)

test('a block that becomes larger has the front of all its individuals', () => {
  const directory = temporaryDirectory()
  const record = RecordWriter.openForWriting(directory)
  record.writeProblem(['x'], objectives, { reference: { error: 10, gain: 0 } })
  record.addGeneration(0, [{ individual: individualAt(0, 0), after: 0 }])
  evaluate(record, 0, 0, [5, 1, 0])
  expect(record.frontSize).toBe(1)
  expect(record.front().hypervolumes).toEqual([5])
  record.addIndividuals([{ individual: individualAt(0, 1), after: 1 }])
  evaluate(record, 0, 1, [9, 2, 0])
  expect(record.frontSize).toBe(2)
  expect(record.front().hypervolumes).toEqual([6])
  record.close()
})

test('without a reference the worst of the first generation with two values of each objective is recorded once', () => {
  const directory = temporaryDirectory()
  const record = RecordWriter.openForWriting(directory)
  record.writeProblem(['x'], objectives)
  const generations: readonly (readonly Point[])[] = [
    [[5, 1, 0]],
    [
      [4, 2, 0],
      [3, 1, 0],
    ],
    [[9, 9, 0]],
  ]
  generations.forEach((points, generation) => {
    const individuals = points.map((_, index) => ({ individual: individualAt(generation, index), after: 0 }))
    record.addGeneration(generation, individuals)
    points.forEach((point, index) => {
      evaluate(record, generation, index, point)
    })
  })
  expect(record.manifest().reference).toEqual({ error: 4, gain: 1 })
  expect(record.front()).toMatchObject({ reference: [4, 1], hypervolumes: [null, 0, 0] })
  record.close()
})
