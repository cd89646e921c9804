import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Factor, importances, mainEffects, markCrossed, swings } from '../../src/analysis/index.ts'
import { Random } from '../../src/core/random.ts'
import { exact, ishigami, ishigamiSpace } from './ishigami.ts'

test('in a full factorial design of an additive function the shares are those of the analysis of variance', () => {
  const a = [0, 0, 0, 1, 1, 1]
  const b = [0, 1, 2, 0, 1, 2]
  const y = a.map((v, i) => 10 * v + [0, 1, 5][b[i]!]!)
  const [effectA, effectB] = mainEffects(
    [
      { name: 'a', values: a },
      { name: 'b', values: b, labels: ['low', 'mid', 'high'] },
    ],
    y,
  )
  expect(effectA!.levels).toEqual([
    { low: 0, high: 0, runs: 3, failed: 0, mean: 2 },
    { low: 1, high: 1, runs: 3, failed: 0, mean: 12 },
  ])
  expect(effectB!.levels.map(({ label, mean }) => [label, mean])).toEqual([
    ['low', 5],
    ['mid', 6],
    ['high', 10],
  ])
  expect([effectA!.range, effectB!.range]).toEqual([10, 5])
  // Sums of squares: 6 * 5^2 = 150 of a; 2 * (4 + 1 + 9) = 28 of b.
  expect(effectA!.share).toBeCloseTo(150 / 178, 12)
  expect(effectB!.share).toBeCloseTo(28 / 178, 12)
})

test('many values become parts with about as many rows each, equal values together', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 200, maxLength: 400 }), (values) => {
      const [effect] = mainEffects([{ name: 'x', values }], values)
      const { levels } = effect!
      expect(levels.reduce((sum, { runs }) => sum + runs, 0)).toBe(values.length)
      expect(levels.length).toBeLessThanOrEqual(20)
      for (const [i, level] of levels.entries()) {
        expect(level.low).toBeLessThanOrEqual(level.high)
        if (i > 0) expect(levels[i - 1]!.high).toBeLessThan(level.low)
      }
    }),
  )
})

test('an output that never changes has no shares, and failed runs are not counted', () => {
  const [still] = mainEffects([{ name: 'x', values: [1, 2, 3] }], [4, 4, 4])
  expect(still).toMatchObject({ range: 0, share: null })
  const [some] = mainEffects([{ name: 'x', values: [1, 1, 2] }], [1, Number.NaN, 3])
  expect(some!.levels.map(({ runs }) => runs)).toEqual([1, 1])
  expect(mainEffects([{ name: 'x', values: [] }], [])[0]).toMatchObject({ levels: [], range: 0, share: null })
})

test.each([0.1, 0.3, -1e-30, 1 / 3, 1e300])(
  'an output that is %d everywhere has no shares and no importance',
  (value) => {
    const values = Array.from({ length: 30 }, (_, row) => row % 3)
    const ten = Array.from({ length: 30 }, (_, row) => Math.floor(row / 3))
    const factors = [
      { name: 'x', values },
      { name: 'y', values: ten },
    ]
    for (const output of [values.map(() => value), values.map((v) => value * (1 + v * Number.EPSILON))]) {
      expect(mainEffects(factors, output).map(({ share }) => share)).toEqual([null, null])
      expect(importances(factors, output).map(({ importance }) => importance)).toEqual([null, null])
    }
  },
)

test('shares are the same at any size of the output', () => {
  const factors = [{ name: 'x', values: [0, 0, 1, 1, 2, 2] }]
  const output = [1, 2, 3, 4, 6, 8]
  const [plain] = mainEffects(factors, output)
  for (const unit of [2 ** 1020, 2 ** -1000]) {
    const [found] = mainEffects(
      factors,
      output.map((value) => value * unit),
    )
    expect(found!.share).toBe(plain!.share)
    expect(found!.levels.map(({ mean }) => mean! / unit)).toEqual([1.5, 3.5, 7])
  }
})

test('in a grid of any number of levels all are kept, so that the shares of an additive function add up to 1', () => {
  const rows = Array.from({ length: 40 * 31 }, (_, row) => row)
  const factors: Factor[] = [
    { name: 'a', values: rows.map((row) => row % 40) },
    { name: 'b', values: rows.map((row) => Math.floor(row / 40)) },
  ]
  const found = mainEffects(
    markCrossed(factors),
    rows.map((row) => Math.sin(row % 40) + Math.floor(row / 40) ** 2),
  )
  expect(found.map(({ levels }) => levels.length)).toEqual([40, 31])
  expect(found[0]!.share! + found[1]!.share!).toBeCloseTo(1, 10)
  // One combination less, and it is no grid any more.
  const fewer = factors.map((factor) => ({ ...factor, values: Array.from(factor.values).slice(1) }))
  expect(markCrossed(fewer)).toEqual(fewer)
})

test('a level of which nothing has an output is there without a mean', () => {
  const [x] = mainEffects([{ name: 'x', values: [1, 1, 2, 2, Number.NaN] }], [5, 7, Number.NaN, Number.NaN, 3])
  expect(x!.levels).toEqual([
    { low: 1, high: 1, runs: 2, failed: 0, mean: 6 },
    { low: 2, high: 2, runs: 0, failed: 2, mean: null },
  ])
  expect(x).toMatchObject({ range: 0, share: 0 })
})

test('importance sees what is not monotonic, in the order of the indices, and nothing where there is nothing', () => {
  const random = Random.of(2)
  const points = Array.from({ length: 4000 }, () => ({
    ...ishigamiSpace.decode(ishigamiSpace.samplePoint(random)),
    idle: random.uniform(),
  }))
  const factors = (['x1', 'x2', 'x3', 'idle'] as const).map((name) => ({ name, values: points.map((p) => p[name]) }))
  const found = importances(
    factors,
    points.map((p) => ishigami(p)),
  )
  expect(found.slice(0, 2).map(({ name }) => name)).toEqual(['x2', 'x1'])
  const byName = Object.fromEntries(found.map(({ name, importance }) => [name, importance!]))
  expect(Math.abs(byName.x1! - exact.first[0]!)).toBeLessThan(0.08)
  expect(Math.abs(byName.x2! - exact.first[1]!)).toBeLessThan(0.08)
  expect(byName.x3).toBeLessThan(0.02)
  expect(byName.idle).toBeLessThan(0.01)
})

test('chance explains nothing, however few rows there are', () => {
  let sum = 0
  for (let seed = 0; seed < 200; seed++) {
    const random = Random.of(seed)
    const values = Array.from({ length: 30 }, () => random.uniform())
    sum += importances(
      [{ name: 'x', values }],
      values.map(() => random.uniform()),
    )[0]!.importance!
  }
  expect(sum / 200).toBeLessThan(0.06) // without the correction: 0.07 and more, since 2 of 29 parts are always explained
})

test('what an importance cannot be told of comes last, as null', () => {
  const values = [1, 2, 3, 4, 5, 6, 7, 8]
  const found = importances(
    [
      { name: 'still', values: values.map(() => 1) },
      { name: 'x', values: [1, 1, 1, 1, 2, 2, 2, 2] },
    ],
    values,
  )
  expect(found.map(({ name }) => name)).toEqual(['x', 'still'])
  expect(found[1]!.importance).toBeNull()
})

test('swings say how far each parameter moves the output from the reference', () => {
  const at = (x: number, mode: string, output: number) => ({ parameters: { x, mode }, output })
  const found = swings([at(1, 'a', 10), at(0, 'a', 7), at(2, 'a', 12), at(1, 'b', Number.NaN), at(1, 'c', 11)])
  expect(found).toEqual([
    {
      name: 'x',
      changes: [
        { value: 0, output: 7, difference: -3 },
        { value: 2, output: 12, difference: 2 },
      ],
      low: 7,
      high: 12,
      swing: 5,
    },
    {
      name: 'mode',
      changes: [
        { value: 'b', output: null, difference: null },
        { value: 'c', output: 11, difference: 1 },
      ],
      low: 10,
      high: 11,
      swing: 1,
    },
  ])
  expect(swings([at(1, 'a', Number.NaN), at(2, 'a', 3)])[0]).toMatchObject({ low: null, high: null, swing: null })
  expect(() => swings([at(1, 'a', 1), at(2, 'b', 1)])).toThrow(
    'swings needs scenarios that differ from the reference in one parameter, got 2 in scenario 1',
  )
  expect(() => swings([])).toThrow('swings needs a reference scenario, got none')
})

test.each([0, 1e9, -1e15, 2 ** 53])('shares and ranges are the same on top of %d', (offset) => {
  const a = Array.from({ length: 24 }, (_, row) => row % 4)
  const b = a.map((_, row) => Math.floor(row / 4))
  const y = a.map((v, row) => offset + 64 * v + 16 * b[row]!)
  const effects = mainEffects(
    [
      { name: 'a', values: a },
      { name: 'b', values: b },
    ],
    y,
  )
  expect(effects.map(({ range }) => range)).toEqual([192, 80])
  // Variances: 64^2 * 15/12 of a, 16^2 * 35/12 of b.
  const [ofA, ofB] = [4096 * 1.25, (256 * 35) / 12]
  expect(effects[0]!.share).toBeCloseTo(ofA / (ofA + ofB), 12)
  expect(effects[1]!.share).toBeCloseTo(ofB / (ofA + ofB), 12)
})

test('what changes by rounding alone has no range and no swing', () => {
  const x = Array.from({ length: 30 }, (_, row) => row / 7)
  const near = x.map((_, row) => (row % 2 ? 0.1 : 0.1 + 2 ** -56))
  expect(new Set(near).size).toBe(2)
  expect(mainEffects([{ name: 'x', values: x.map((_, row) => row % 2) }], near)[0]).toMatchObject({
    range: 0,
    share: null,
  })
  const [swing] = swings([
    { parameters: { x: 0 }, output: 0.1 },
    { parameters: { x: 1 }, output: 0.1 + 2 ** -56 },
    { parameters: { x: 2 }, output: Number.NaN },
  ])
  expect(swing!.swing).toBe(0)
  expect(swing!.changes.map(({ difference }) => difference)).toEqual([0, null])
})
