import fc from 'fast-check'
import { expect, test } from 'vitest'
import { freshPoint, keyedPoint } from '../../optimizers/shared/fresh-point.ts'
import {
  countOf,
  type KnownPoints,
  keyOf,
  scoreAt,
  withPoint,
  withPoints,
} from '../../optimizers/shared/known-points.ts'
import { findNotPlain } from '../../src/core/plain-data.ts'
import { Random } from '../../src/core/random.ts'
import { boolean, choice, integer, real, Space } from '../../src/core/space.ts'

test('a point that was told is known by its first score, and old states know what they knew', () => {
  const told = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 40 }), fc.option(fc.double({ noNaN: true, min: -9, max: 9 }))),
  )
  fc.assert(
    fc.property(told, (points) => {
      const scores = new Map<number, number | null>()
      const states: [KnownPoints, Map<number, number | null>][] = [[[], new Map()]]
      let known: KnownPoints = []
      for (const [key, score] of points) {
        known = withPoint(known, key, score)
        if (!scores.has(key)) scores.set(key, score)
        states.push([known, new Map(scores)])
      }
      for (const [state, expected] of states) {
        expect(findNotPlain(state)).toBeUndefined()
        expect(countOf(state)).toBe(expected.size)
        for (let key = 0; key <= 40; key++) expect(scoreAt(state, key)).toBe(expected.get(key))
      }
    }),
  )
})

test('the runs of ten thousand points are few', () => {
  let known: KnownPoints = []
  for (let key = 0; key < 10_000; key++) known = withPoint(known, (key * 7919) % 10_007, key)
  expect(countOf(known)).toBe(10_000)
  expect(known.length).toBeLessThan(16)
})

test('points are told apart by their last bit, and by where a coordinate stands', () => {
  const random = Random.of('keys')
  const keys = new Set<number>()
  for (let i = 0; i < 1000; i++) {
    const point = [random.uniform(), random.uniform()]
    for (const near of [point, [point[0]! + 2 ** -53, point[1]!], [point[1]!, point[0]!]]) keys.add(keyOf(near))
  }
  expect(keys.size).toBe(3000)
  for (const key of keys) expect(Number.isSafeInteger(key)).toBe(true)
})

test('every point of a discrete space is found, the rare ones too, and none when all are taken', () => {
  const space = new Space({
    n: integer(1, 40, { scale: 'log' }),
    c: choice(['a', 'b', 'c']),
    b: boolean(),
    held: real(2, 2),
  })
  const taken = new Set<number>()
  const random = Random.of('fresh')
  const found: unknown[] = []
  for (;;) {
    const fresh = freshPoint(space, (key) => taken.has(key), random)
    if (!fresh) break
    expect(fresh).toEqual(keyedPoint(space, fresh.point))
    taken.add(fresh.key)
    found.push(space.decode(fresh.point))
  }
  expect(new Set(found.map((parameters) => JSON.stringify(parameters))).size).toBe(240)
})

test('many points at once are known as if they had come one after another, the first of equal ones with its score', () => {
  const keys = Array.from({ length: 300 }, (_, i) => keyOf([((i * 7) % 41) + Math.floor(i / 100)]))
  const scores = keys.map((_, i) => (i % 5 === 0 ? null : i))
  let apart: KnownPoints = []
  let together: KnownPoints = []
  for (let from = 0; from < keys.length; from += 60) {
    const portion = keys.slice(from, from + 60)
    portion.forEach((key, i) => {
      apart = withPoint(apart, key, scores[from + i]!)
    })
    together = withPoints(together, portion, scores.slice(from, from + 60))
  }
  expect(countOf(together)).toBe(new Set(keys).size)
  expect(keys.map((key) => scoreAt(together, key))).toEqual(keys.map((key) => scoreAt(apart, key)))
})

test('of ten thousand points each is found by its hash, and no hash beside it', () => {
  const random = Random.of('found')
  const keys = Array.from({ length: 10_000 }, () => keyOf([random.uniform()]))
  let known: KnownPoints = []
  for (let from = 0; from < keys.length; from += 700) {
    const portion = keys.slice(from, from + 700)
    known = withPoints(
      known,
      portion,
      portion.map((_, i) => from + i),
    )
  }
  expect(keys.map((key) => scoreAt(known, key))).toEqual(keys.map((_, i) => i))
  for (const key of keys.slice(0, 1000)) {
    expect(scoreAt(known, key + 1)).toBeUndefined()
    expect(scoreAt(known, key - 1)).toBeUndefined()
  }
  for (const key of [0, 1, 2 ** 53 - 1]) expect(scoreAt(known, key)).toBeUndefined()
})
