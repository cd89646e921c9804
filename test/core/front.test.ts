import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Compared, dominates, Front } from '../../src/core/front.ts'
import { hypervolume } from '../../src/core/hypervolume.ts'
import { Objectives } from '../../src/core/objectives.ts'

const objectives = new Objectives({ error: 'minimize', gain: 'maximize' })

test('what is at least as good in all objectives and better in one dominates; feasible comes first', () => {
  const is = (a: Compared, b: Compared) => dominates(objectives, a, b)
  expect(is({ fitness: [1, 5] }, { fitness: [2, 5] })).toBe(true)
  expect(is({ fitness: [1, 5] }, { fitness: [1, 5] })).toBe(false)
  expect(is({ fitness: [1, 5] }, { fitness: [0, 4] })).toBe(false)
  expect(is({ fitness: [9, 0] }, { fitness: [0, 9], violation: 0.1 })).toBe(true)
  expect(is({ fitness: [9, 0], violation: 1 }, { fitness: [0, 9], violation: 2 })).toBe(true)
  expect(is({ fitness: [0, 9], violation: 1 }, { fitness: [9, 0], violation: 1 })).toBe(false)
})

const vectors = (dimension: number) =>
  fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: dimension, maxLength: dimension }), { maxLength: 12 })

test('no member of a front dominates another, and what is left out is dominated by one', () => {
  const law = fc.property(vectors(2), (all) => {
    const front = new Front<Compared>(objectives)
    for (const fitness of all) front.add({ fitness })
    const { members } = front
    for (const a of members) for (const b of members) expect(dominates(objectives, a, b)).toBe(false)
    for (const fitness of all) {
      const isIn = members.some((member) => member.fitness === fitness)
      expect(isIn || members.some((member) => dominates(objectives, member, { fitness }))).toBe(true)
    }
  })
  fc.assert(law)
})

test.each([1, 2, 3, 4, 5])(
  'a hypervolume is as many unit cubes as some point dominates, in %i dimensions',
  (dimension) => {
    const down = new Objectives(Object.fromEntries(Array.from({ length: dimension }, (_, i) => [`f${i}`, 'minimize'])))
    const reference = new Array<number>(dimension).fill(5)
    const cubes = (at: readonly number[]): (readonly number[])[] =>
      at.length === dimension ? [at] : [0, 1, 2, 3, 4].flatMap((x) => cubes([...at, x]))
    const all = cubes([])
    const law = fc.property(vectors(dimension), (points) => {
      const count = all.filter((cube) => points.some((point) => point.every((x, i) => x <= cube[i]!))).length
      expect(hypervolume(down, points, reference)).toBeCloseTo(count, 9)
    })
    fc.assert(law, { numRuns: 25 })
  },
)

test('a hypervolume looks in the direction of each objective', () => {
  expect(hypervolume(objectives, [[1, 5]], [3, 1])).toBe(8)
  expect(hypervolume(objectives, [[3, 5]], [3, 1])).toBe(0)
})
