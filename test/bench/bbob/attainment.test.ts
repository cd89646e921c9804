import { expect, test } from 'vitest'
import { type Attainment, areaWithin, expectedRunningTime, reachedWithin, targets } from './attainment.ts'

const quick: Attainment = { function: 1, instance: 1, reached: targets.map((_, i) => (i === 50 ? 80 : 10)) }
const slow: Attainment = { function: 2, instance: 1, reached: [20] }

test('the part of the targets that was reached counts every search alike', () => {
  expect(reachedWithin([quick, slow], 9)).toBe(0)
  expect(reachedWithin([quick, slow], 20)).toBe(51 / 102)
  expect(reachedWithin([quick, slow], 80)).toBe(52 / 102)
})

test('the area is over the logarithm of the evaluations, from the dimension on', () => {
  const half = { function: 1, instance: 1, reached: targets.map(() => 20) } // half of the way from 2 to 200
  expect(areaWithin([half], 200, 2)).toBeCloseTo(0.5)
  const atOnce = { function: 1, instance: 1, reached: targets.map(() => 1) }
  expect(areaWithin([atOnce], 200, 2)).toBeCloseTo(1)
})

test('the expected running time adds what was spent in vain', () => {
  expect(expectedRunningTime([quick, slow], 100)).toBe(180)
  expect(expectedRunningTime([slow], 100)).toBeNull()
})
