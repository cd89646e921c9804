import { expect, test } from 'vitest'
import { saltelli } from '../../optimizers/designs/index.ts'
import { type SobolIndices, sobolIndices } from '../../src/analysis/index.ts'
import { Random } from '../../src/core/random.ts'
import { exact, ishigami, ishigamiSpace } from './ishigami.ts'

function outputsOf(points: number, { secondOrder = false, seed = 1 } = {}): number[] {
  return [...saltelli(ishigamiSpace, { points, secondOrder, seed })].map((point) => ishigami(point))
}

const random = () => Random.of(1, 'bootstrap')

test('the exact values are those of the literature', () => {
  expect(exact.first.map((s) => s.toFixed(4))).toEqual(['0.3139', '0.4424', '0.0000'])
  expect(exact.total.map((s) => s.toFixed(4))).toEqual(['0.5576', '0.4424', '0.2437'])
})

test('the indices of the Ishigami function come out within 0.01 of the exact ones, and the intervals hold them', () => {
  const indices = sobolIndices({ dimension: 3, outputs: outputsOf(4096), random: random(), resamples: 500 })
  expect(indices).toMatchObject({ rows: 4096, incomplete: 0 })
  expect(indices.mean).toBeCloseTo(exact.mean, 2)
  expect(Math.abs(indices.variance / exact.variance - 1)).toBeLessThan(0.01)
  for (const order of ['first', 'total'] as const) {
    indices[order].forEach(({ value, low, high }, i) => {
      expect(Math.abs(value - exact[order][i]!)).toBeLessThan(0.01)
      expect(low).toBeLessThanOrEqual(exact[order][i]!)
      expect(high).toBeGreaterThanOrEqual(exact[order][i]!)
      expect(high - low).toBeLessThan(0.12)
    })
  }
})

test('indices of second order find the one interaction that there is', () => {
  const outputs = outputsOf(8192, { secondOrder: true })
  const { second, first } = sobolIndices({ dimension: 3, secondOrder: true, outputs, random: random(), resamples: 200 })
  expect(second!.map(({ factors }) => factors)).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ])
  second!.forEach(({ value, low, high }, i) => {
    expect(Math.abs(value - exact.second[i]!)).toBeLessThan(0.02)
    expect(low).toBeLessThanOrEqual(exact.second[i]!)
    expect(high).toBeGreaterThanOrEqual(exact.second[i]!)
  })
  first.forEach(({ value }, i) => {
    expect(Math.abs(value - exact.first[i]!)).toBeLessThan(0.01)
  })
})

test('intervals of 90 % hold the exact value about that often when A and B are drawn at random', () => {
  let held = 0
  const searches = 150
  for (let seed = 0; seed < searches; seed++) {
    const draw = Random.of(seed, 'points')
    const outputs: number[] = []
    for (let row = 0; row < 200; row++) {
      const [a, b] = [ishigamiSpace.samplePoint(draw), ishigamiSpace.samplePoint(draw)]
      const points = [a, ...a.map((_, i) => a.with(i, b[i]!)), b]
      outputs.push(...points.map((point) => ishigami(ishigamiSpace.decode(point))))
    }
    const options = { random: Random.of(seed, 'bootstrap'), resamples: 200, confidence: 0.9 }
    const { first, total } = sobolIndices({ dimension: 3, outputs, ...options })
    const holds = (estimates: SobolIndices['first'], values: readonly number[]) =>
      estimates.filter(({ low, high }, i) => low <= values[i]! && values[i]! <= high).length
    held += holds(first, exact.first) + holds(total, exact.total)
  }
  expect(held / (6 * searches)).toBeGreaterThan(0.84)
  expect(held / (6 * searches)).toBeLessThan(0.95)
})

test('a row of A and B with an output that is missing is left out as a whole, and counted', () => {
  const outputs = outputsOf(1024)
  const without = outputs.filter((_, i) => Math.floor(i / 5) !== 3 && Math.floor(i / 5) !== 700)
  const holes = outputs.with(3 * 5 + 2, Number.NaN).with(700 * 5, Number.NaN)
  const options = { dimension: 3, resamples: 20 }
  const indices = sobolIndices({ ...options, outputs: holes, random: random() })
  expect(indices).toMatchObject({ rows: 1022, incomplete: 2 })
  expect({ ...indices, incomplete: 0 }).toEqual(sobolIndices({ ...options, outputs: without, random: random() }))
})

test('a large mean does not spoil the indices', () => {
  const outputs = outputsOf(1024)
  const options = { dimension: 3, resamples: 5 }
  const plain = sobolIndices({ ...options, outputs, random: random() })
  const shifted = sobolIndices({ ...options, outputs: outputs.map((y) => y + 1e6), random: random() })
  for (const [i, { value }] of plain.first.entries()) expect(shifted.first[i]!.value).toBeCloseTo(value, 6)
})

test('the same random numbers give the same intervals', () => {
  const input = { dimension: 3, outputs: outputsOf(64), resamples: 50 }
  expect(sobolIndices({ ...input, random: random() })).toEqual(sobolIndices({ ...input, random: random() }))
})

test.each([
  [{ outputs: new Array(11).fill(1) }, 'sobolIndices needs outputs of whole rows of 5 points, got 11'],
  [{ outputs: new Array(10).fill(1) }, 'sobolIndices needs outputs that differ, got the same everywhere'],
  [
    { outputs: [1, 2, 3, 4, 5, 1, 2, Number.NaN, 4, 5] },
    'sobolIndices needs at least 2 rows that are complete, got 1 of 2',
  ],
  [{ outputs: outputsOf(4), resamples: 0 }, 'sobolIndices needs a whole number of resamples of at least 1, got 0'],
  [{ outputs: outputsOf(4), confidence: 95 }, 'sobolIndices needs a confidence between 0 and 1, got 95'],
])('it refuses what it cannot analyse: %#', (input, sentence) => {
  expect(() => sobolIndices({ dimension: 3, random: random(), ...input })).toThrow(sentence)
})
