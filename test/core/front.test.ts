import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byBalance, type Compared, dominates, Front } from '../../src/core/front.ts'
import { hypervolume } from '../../src/core/hypervolume.ts'
import { Objectives } from '../../src/core/objectives.ts'
import { mostSpread, standingsOf } from '../../src/core/standing.ts'

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

test('standings are what repeated fronts give, and crowding does not depend on scales', () => {
  const law = fc.property(
    fc.integer({ min: 2, max: 4 }).chain((dimension) => vectors(dimension)),
    fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 12, maxLength: 12 }),
    (all, violations) => {
      const dimension = all[0]?.length ?? 2
      const directions = Array.from(
        { length: dimension },
        (_, i) => [`f${i}`, i % 2 ? 'maximize' : 'minimize'] as const,
      )
      const several = new Objectives(Object.fromEntries(directions))
      const points = all.map((fitness, i) => ({ fitness, violation: violations[i]! || undefined }))
      const standings = standingsOf(several, points)
      let left = points.map((point, i) => ({ point, i }))
      for (let front = 0; left.length > 0; front++) {
        const first = left.filter(({ point }) => !left.some((other) => dominates(several, other.point, point)))
        for (const { i } of first) expect(standings[i]!.front).toBe(front)
        left = left.filter((one) => !first.includes(one))
      }
      const stretched = points.map(({ fitness, ...one }) => ({
        ...one,
        fitness: fitness.map((x, i) => x * 4 ** i - i),
      }))
      const again = standingsOf(several, stretched)
      again.forEach(({ crowding }, i) => {
        if (Number.isFinite(crowding)) expect(crowding).toBeCloseTo(standings[i]!.crowding, 9)
        else expect(standings[i]!.crowding).toBe(crowding)
      })
    },
  )
  fc.assert(law)
})

test('the neighbours of a point on its front say how crowded it is', () => {
  const points = [
    [0, 0],
    [1, 10],
    [2, 40],
    [4, 100],
    [4, 0],
  ].map((fitness) => ({ fitness }))
  const standings = standingsOf(objectives, points)
  expect(standings.map(({ front }) => front)).toEqual([0, 0, 0, 0, 1])
  const { POSITIVE_INFINITY: end } = Number
  expect(standings.map(({ crowding }) => crowding)).toEqual([end, 2 / 4 + 40 / 100, 3 / 4 + 90 / 100, end, 0])
})

test('the most balanced of a front comes first, whatever the scales', () => {
  const front = [
    [0, 0],
    [3, 900],
    [4, 1000],
    [1, 300],
  ].map((fitness) => ({ fitness }))
  // Of the ranges 0 to 4 and 0 to 1000, the worst shortfalls are 1, .75, 1 and .7.
  expect(byBalance(objectives, front).map(({ fitness }) => fitness[0])).toEqual([1, 3, 0, 4])
  expect(byBalance(objectives, [])).toEqual([])
})

test('those of a front that are left lie farther apart than those that leave one after the other', () => {
  // The third leaves first, after which the second has room.
  const front = [
    [0, 0],
    [1, 1],
    [1.1, 1.1],
    [2, 2],
    [4, 4],
  ]
  expect(mostSpread(front, 4)).toEqual([0, 1, 3, 4])
  expect(mostSpread(front, 3)).toEqual([0, 3, 4])
  expect(mostSpread(front, 2)).toEqual([0, 4])
  expect(mostSpread([], 2)).toEqual([])
})
