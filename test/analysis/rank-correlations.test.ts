import fc from 'fast-check'
import { Matrix, solve } from 'ml-matrix'
import { expect, test } from 'vitest'
import { rankCorrelations } from '../../src/analysis/index.ts'
import { ranksOf } from '../../src/analysis/ranks.ts'
import { Random } from '../../src/core/random.ts'

test("Spearman's correlation is that of the textbook", () => {
  // Wikipedia, Spearman's rank correlation coefficient: IQ and hours of television.
  const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110]
  const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]
  expect(rankCorrelations([{ name: 'iq', values: iq }], hours)[0]!.spearman).toBeCloseTo(-29 / 165, 12)
})

test('equal numbers share the mean of their ranks', () => {
  expect([...ranksOf([3, 1, 3, 0, 3])]).toEqual([4, 2, 4, 1, 4])
})

test('what is monotonic correlates fully, in either direction, however bent', () => {
  const x = Array.from({ length: 50 }, (_, i) => (i * 17) % 50)
  const up = rankCorrelations([{ name: 'x', values: x }], x.map(Math.exp))
  const down = rankCorrelations(
    [{ name: 'x', values: x }],
    x.map((v) => -(v ** 3)),
  )
  expect([up[0]!.spearman, up[0]!.partial]).toEqual([1, 1])
  expect([down[0]!.spearman, down[0]!.partial]).toEqual([-1, -1])
})

/** The textbook way: the correlation of the residuals of two regressions. */
function byRegression(factors: readonly number[][], output: readonly number[], at: number): number {
  const others = factors.filter((_, i) => i !== at).map((values) => [...ranksOf(values)])
  const design = new Matrix([output.map(() => 1), ...others]).transpose()
  const residuals = (values: readonly number[]) => {
    const ranks = Matrix.columnVector([...ranksOf(values)])
    return Matrix.sub(ranks, design.mmul(solve(design, ranks, true))).to1DArray()
  }
  const [x, y] = [residuals(factors[at]!), residuals(output)]
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, i) => sum + v * b[i]!, 0)
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y))
}

test('a partial correlation is that of the residuals of two regressions on the ranks', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 6 }), fc.integer(), (dimension, seed) => {
      const random = Random.of(seed)
      const common = Array.from({ length: 60 }, () => random.normal())
      const factors = Array.from({ length: dimension }, () => common.map((c) => c * random.uniform() + random.normal()))
      const output = common.map((_, row) => factors.reduce((sum, f, i) => sum + (i + 1) * f[row]!, random.normal()))
      const found = rankCorrelations(
        factors.map((values, i) => ({ name: String(i), values })),
        output,
      )
      for (const [i, { partial }] of found.entries()) {
        expect(partial).toBeCloseTo(byRegression(factors, output, i), 8)
      }
    }),
    { numRuns: 30 },
  )
})

test('a factor that rides along with another correlates, but not once that one is held', () => {
  const random = Random.of(5)
  const x = Array.from({ length: 500 }, () => random.normal())
  const rider = x.map((v) => v + 0.5 * random.normal())
  const y = x.map((v) => v + 0.5 * random.normal())
  const [first, second] = rankCorrelations(
    [
      { name: 'x', values: x },
      { name: 'rider', values: rider },
    ],
    y,
  )
  expect(second!.spearman).toBeGreaterThan(0.7)
  expect(Math.abs(second!.partial!)).toBeLessThan(0.12)
  expect(first!.partial).toBeGreaterThan(0.6)
})

test('what means nothing is null: no change, no order, twins, more factors than rows', () => {
  const random = Random.of(6)
  const x = Array.from({ length: 40 }, () => random.uniform())
  const z = x.map(() => random.uniform())
  const y = x.map((v, i) => v + z[i]! + random.uniform())
  const found = rankCorrelations(
    [
      { name: 'x', values: x },
      { name: 'twin', values: x.map((v) => 2 * v) },
      { name: 'z', values: z },
      { name: 'still', values: x.map(() => 1) },
      { name: 'kind', values: x.map((_, i) => i % 3), labels: ['a', 'b', 'c'] },
      { name: 'flag', values: x.map((_, i) => i % 2), labels: ['no', 'yes'] },
    ],
    y,
  )
  const byName = Object.fromEntries(found.map(({ name, ...rest }) => [name, rest]))
  expect(byName.still).toEqual({ spearman: null, partial: null })
  expect(byName.kind).toEqual({ spearman: null, partial: null })
  expect(byName.x!.partial).toBeNull()
  expect(byName.twin!.partial).toBeNull()
  expect(byName.z!.partial).toBeGreaterThan(0.4)
  expect(byName.flag!.spearman).not.toBeNull()
  const few = rankCorrelations(
    [
      { name: 'x', values: [1, 2] },
      { name: 'z', values: [2, 1] },
    ],
    [1, 2],
  )
  expect(few.map(({ partial }) => partial)).toEqual([null, null])
  expect(
    rankCorrelations(
      [{ name: 'x', values: x }],
      x.map(() => 3),
    ),
  ).toEqual([{ name: 'x', spearman: null, partial: null }])
})

test('rows without an output are left out', () => {
  const x = [1, 2, 3, 4, 5, 6]
  const y = [1, 2, Number.NaN, 4, Number.POSITIVE_INFINITY, 6]
  expect(rankCorrelations([{ name: 'x', values: x }], y)[0]!.spearman).toBe(1)
})

test('a factor correlates over the rows that have a value of it, and leaves the others their partial correlations', () => {
  const x = Array.from({ length: 40 }, (_, i) => (i * 17) % 40)
  const sometimes = x.map((value, i) => (i % 2 === 0 ? value : Number.NaN))
  const never = x.map(() => Number.NaN)
  const output = x.map((value) => value ** 3)
  const of = (values: readonly (readonly number[])[]) =>
    rankCorrelations(
      values.map((column, i) => ({ name: `f${i}`, values: column })),
      output,
    ).map(({ spearman, partial }) => [spearman, partial])
  expect(of([x, sometimes, never])).toEqual([
    [1, 1],
    [expect.closeTo(1, 12), null],
    [null, null],
  ])
})

test('a factor of another length is refused', () => {
  expect(() => rankCorrelations([{ name: 'x', values: [1, 2] }], [1])).toThrow(
    'rankCorrelations needs as many values of x as outputs, got 2 and 1',
  )
})

test('levels in an order correlate, others do not', () => {
  const grade = Array.from({ length: 40 }, (_, row) => row % 4)
  const labels = ['mild', 'warm', 'hot', 'burning']
  const y = grade.map((g, row) => g ** 3 + (row % 3) / 10)
  const [ordered, unordered] = rankCorrelations(
    [
      { name: 'grade', values: grade, labels, isOrdered: true },
      { name: 'brand', values: grade, labels },
    ],
    y,
  )
  expect(ordered!.spearman).toBeGreaterThan(0.95)
  expect(unordered).toEqual({ name: 'brand', spearman: null, partial: null })
})

test('what differs by rounding shares a rank, also beside a few that do differ', () => {
  const x = Array.from({ length: 60 }, (_, row) => ((row * 37) % 60) * 0.3)
  const y = x.map((v, row) => v + (row % 30 === 5 ? 8 : 7) - v)
  expect(new Set(y).size).toBeGreaterThan(3)
  expect([...ranksOf(y)]).toEqual([...ranksOf(y.map(Math.round))])
  expect([
    ...ranksOf([-1e308, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, 0, Infinity, 1e308]),
  ]).toEqual([3, 1.5, 1.5, 5, 4, 7, 6])
})
