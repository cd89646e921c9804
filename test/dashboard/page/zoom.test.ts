import { expect, test } from 'vitest'
import { partAfter, type SeenPart } from '../../../src/dashboard/page/zoom.ts'

const whole = {
  x: { scale: 'linear', low: 0, high: 1000 },
  y: { scale: 'log', low: 0.01, high: 100 },
} as const

/** What is seen after some keys, with values as short as people read them. */
function after(...keys: readonly string[]) {
  let part: SeenPart = whole
  for (const key of keys) {
    const next = partAfter(key, part, whole)
    if (next === undefined || next === 'whole') return next
    part = next
  }
  const ends = ({ low, high }: typeof part.x) => [low, high].map((value) => Number(value.toPrecision(6)))
  return [ends(part.x), ends(part.y)]
}

test('keys look closer and farther, and move to other parts, on a logarithmic axis by magnitudes', () => {
  expect(after('+')).toEqual([
    [250, 750],
    [0.1, 10],
  ])
  expect(after('+', 'ArrowRight', 'ArrowDown')).toEqual([
    [375, 875],
    [Number((10 ** -1.5).toPrecision(6)), Number((10 ** 0.5).toPrecision(6))],
  ])
  expect(after('+', 'Escape')).toBe('whole')
  expect(after('a')).toBeUndefined()
})

test('keys never lead beyond the whole, nor so close that nothing is left between two ends', () => {
  const all = [
    [0, 1000],
    [0.01, 100],
  ]
  expect(after('-')).toEqual(all)
  expect(after('ArrowLeft')).toEqual(all)
  expect(after('+', ...Array<string>(9).fill('ArrowRight'))).toEqual([
    [500, 1000],
    [0.1, 10],
  ])
  let near: SeenPart = whole
  for (let i = 0; i < 60; i++) near = partAfter('+', near, whole) as SeenPart
  expect([near.x.low < near.x.high, near.y.low < near.y.high]).toEqual([true, true])
})
