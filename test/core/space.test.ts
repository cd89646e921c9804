import fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import { parameterFrom } from '../../src/core/space.ts'
import {
  boolean,
  choice,
  integer,
  matrix,
  ordinal,
  type ParametersOf,
  Random,
  real,
  Space,
  space,
  vector,
  when,
} from '../../src/index.ts'

const everything = space({
  rate: real(0.1, 100, { scale: 'log' }),
  shift: real(-3, 1e6),
  count: integer(-2, 9),
  size: integer(1, 100_000, { scale: 'log' }),
  solver: choice(['euler', 'rk4', 7, null]),
  adaptive: boolean(),
  offsets: vector(real(-1, 1), 3),
  kernel: matrix(integer(0, 3), 2, 2),
})
const point = fc.array(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 0.5)), {
  minLength: everything.dimension,
  maxLength: everything.dimension,
})

test('what was decoded comes back exactly through the unit cube', () => {
  fc.assert(
    fc.property(point, (unit) => {
      const parameters = everything.decode(unit)
      expect(everything.decode(everything.encode(parameters))).toEqual(parameters)
      expect(everything.refuse(parameters)).toBeUndefined()
      expect(JSON.parse(JSON.stringify(parameters))).toEqual(parameters)
    }),
    { numRuns: 3000 },
  )
})

test('reals of any range and scale come back exactly', () => {
  const bounds = fc
    .tuple(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.double({ min: 1e-9, max: 1e9, noNaN: true }))
    .filter(([low, width]) => low + width > low)
  fc.assert(
    fc.property(bounds, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), ([low, width], unit, isLog) => {
      const from = isLog ? Math.abs(low) + 1e-6 : low
      if (!(from + width > from)) return
      const one = space({ x: real(from, from + width, { scale: isLog ? 'log' : 'linear' }) })
      const { x } = one.decode([unit])
      expect(one.decode(one.encode({ x })).x).toBe(x)
      expect(x).toBeGreaterThanOrEqual(from)
      expect(x).toBeLessThanOrEqual(from + width)
    }),
    { numRuns: 3000, examples: [[[2.8166341567928206, 1e-9], 5e-324, true]] },
  )
})

test('integers come back exactly in ranges with more integers than the axis has coordinates', () => {
  const bound = fc.maxSafeInteger()
  const law = fc.property(
    bound,
    bound,
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.boolean(),
    (a, b, unit, isLog) => {
      const [low, high] = a < b ? [a, b] : [b, a]
      const from = isLog ? Math.max(1, low) : low
      if (high < from) return
      const one = space({ n: integer(from, high, { scale: isLog ? 'log' : 'linear' }) })
      const { n } = one.decode([unit])
      expect(Number.isSafeInteger(n)).toBe(true)
      expect(one.decode(one.encode({ n })).n).toBe(n)
    },
  )
  fc.assert(law, { numRuns: 2000, examples: [[Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 0.7, false]] })
})

test('a range that is wider than the largest number is searched from end to end', () => {
  const { MAX_VALUE } = Number
  for (const [low, high] of [
    [-MAX_VALUE, MAX_VALUE],
    [-1e308, 1.7e308],
  ] as const) {
    const one = space({ x: real(low, high) })
    const values = Array.from({ length: 101 }, (_, i) => one.decode([i / 100]).x)
    expect(values[0]).toBe(low)
    expect(values[100]).toBe(high)
    for (let i = 1; i < values.length; i++) expect(values[i]!).toBeGreaterThan(values[i - 1]!)
    for (const x of values) expect(one.decode(one.encode({ x })).x).toBe(x)
    expect(one.encode({ x: 0 })[0]).toBeCloseTo(-low / 2 / (high / 2 - low / 2), 12)
  }
})

test('a parameter whose bounds are one value is held at it', () => {
  const one = space({ n: integer(3, 3), r: real(0.5, 0.5), rate: real(2, 2, { scale: 'log' }) })
  const held = { n: 3, r: 0.5, rate: 2 }
  for (const unit of [0, 0.3, 1]) expect(one.decode([unit, unit, unit])).toEqual(held)
  expect(one.decode(one.encode(held))).toEqual(held)
  for (const coordinate of one.encode(held)) expect(coordinate).toBeGreaterThanOrEqual(0)
  expect(one.refuse({ ...held, r: 0.6 })).toBe('r needs a number from 0.5 to 0.5, got 0.6')
})

test('the corners of the cube are the bounds, and what lies outside is brought to them', () => {
  const one = space({ rate: real(0.1, 100, { scale: 'log' }), count: integer(3, 5) })
  expect(one.decode([0, 0])).toEqual({ rate: 0.1, count: 3 })
  expect(one.decode([1, 1])).toEqual({ rate: 100, count: 5 })
  expect(one.decode([-4, 7])).toEqual({ rate: 0.1, count: 5 })
  expect(one.decode([Number.NaN, Number.POSITIVE_INFINITY])).toEqual({ rate: 0.1, count: 5 })
})

test('every integer and every choice owns an equal part of its axis', () => {
  const one = space({ n: integer(1, 4), c: choice(['a', 'b', 'c']) })
  const random = Random.of(1)
  const counts = new Map<unknown, number>()
  for (let i = 0; i < 12_000; i++) {
    const { n, c } = one.decode(one.samplePoint(random))
    for (const value of [n, c]) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  for (const n of [1, 2, 3, 4]) expect(Math.abs(counts.get(n)! - 3000)).toBeLessThan(250)
  for (const c of ['a', 'b', 'c']) expect(Math.abs(counts.get(c)! - 4000)).toBeLessThan(250)
})

test('names are names and nothing more', () => {
  const names = ['__proto__', 'a.b', 'constructor', 'Ünï✓', '', ' ', '"', "'", 'toString', '\u0000']
  const odd = new Space(names.map((name) => [name, real(0, 1)] as const))
  const parameters = odd.decode(names.map((_, i) => i / 10))
  expect(Object.keys(parameters).sort()).toEqual([...names].sort())
  expect(Object.getPrototypeOf(parameters)).toBe(Object.prototype)
  expect(odd.toValues(JSON.parse(JSON.stringify(parameters)))).toEqual(names.map((_, i) => i / 10))
})

test('what is wrong with parameters is said', () => {
  const one = space({ x: real(0, 1), v: vector(integer(0, 2), 2) })
  expect(one.refuse({ x: 2, v: [0, 1] })).toBe('x needs a number from 0 to 1, got 2')
  expect(one.refuse({ x: 1, v: [0, 3] })).toBe('v element 1 needs an integer from 0 to 2, got 3')
  expect(one.refuse({ x: 1 })).toBe('needs the parameter "v", which is missing')
  expect(one.refuse({ x: 1, v: [0, 0], y: 1 })).toBe('has no parameter "y"')
})

test('impossible parameters are refused when they are defined', () => {
  expect(() => real(3, 1)).toThrow('real(low, high) needs low <= high, got 3 and 1')
  expect(() => real(0, 1, { scale: 'log' })).toThrow('real(low, high) on a log scale needs low > 0, got 0')
  expect(() => real(0, Number.NaN)).toThrow('needs finite bounds')
  expect(() => integer(0.5, 2)).toThrow('integer(low, high) needs whole numbers, got 0.5')
  expect(() => choice([])).toThrow('needs at least one value')
  expect(() => choice(['a', 'a'])).toThrow('needs values that differ')
  for (const value of [{ layers: 1 }, [64, 64], Number.NaN]) {
    expect(() => choice(['a', value as never])).toThrow('needs texts, finite numbers, true, false or null, got')
  }
  expect(() => vector(boolean(), 0)).toThrow('needs a whole length of at least 1, got 0')
  expect(() => vector(boolean(), { length: 3 } as never)).toThrow('of at least 1, got {"length":3}')
  expect(() => boolean(...([true] as never[]))).toThrow('boolean() takes nothing, got true')
  expect(() => space({})).toThrow('needs at least one parameter')
})

test('a definition as plain data makes the same space', () => {
  const copy = new Space(everything.definitions.map(([name, definition]) => [name, parameterFrom(definition)] as const))
  const unit = everything.samplePoint(Random.of(5))
  expect(copy.decode(unit)).toEqual(everything.decode(unit))
})

test('types flow from the space to its parameters', () => {
  expectTypeOf<ParametersOf<typeof everything>>().toEqualTypeOf<{
    rate: number
    shift: number
    count: number
    size: number
    solver: 'euler' | 'rk4' | 7 | null
    adaptive: boolean
    offsets: number[]
    kernel: number[][]
  }>()
  // @ts-expect-error there is no such parameter
  everything.decode([]).unknown
})

test('values in steps are the numbers that they are meant to be, and own equal parts of their axis', () => {
  const one = space({ x: real(0, 1, { step: 0.1 }), n: integer(2, 11, { step: 4 }) })
  const valuesOf = (units: number) => [
    ...new Set(Array.from({ length: units }, (_, i) => one.decode([i / units, i / units])).map(({ x }) => x)),
  ]
  expect(valuesOf(1000)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
  expect([0, 0.4, 0.99].map((unit) => one.decode([0, unit]).n)).toEqual([2, 6, 10])
  for (const x of valuesOf(1000)) expect(one.decode(one.encode({ x, n: 6 }))).toEqual({ x, n: 6 })
  expect(one.refuse({ x: 0.25, n: 6 })).toBe('x needs a number from 0 to 1 in steps of 0.1, got 0.25')
  expect(one.refuse({ x: 0.2, n: 11 })).toBe('n needs a number from 2 to 11 in steps of 4, got 11')
  expect(() => real(0, 1, { step: 0 })).toThrow('real(low, high, { step }) needs a step above 0 and at most 1, got 0')
  expect(() => integer(0, 9, { step: 0.5 })).toThrow('needs a whole step above 0 and at most 9, got 0.5')
  expect(() => real(1, 9, { step: 1, scale: 'log' } as never)).toThrow("takes scale: 'log' or a step, got both")
})

test('ordered choices lie on an axis with an order', () => {
  const one = space({ effort: ordinal(['none', 'some', 'much']) })
  expect(one.axes).toEqual([{ kind: 'integer', levels: 3 }])
  expect([0, 0.5, 1].map((unit) => one.decode([unit]).effort)).toEqual(['none', 'some', 'much'])
  expectTypeOf<ParametersOf<typeof one>>().toEqualTypeOf<{ effort: 'none' | 'some' | 'much' }>()
  expect(parameterFrom({ type: 'ordinal', values: ['none'] }).definition).toEqual({ type: 'ordinal', values: ['none'] })
  expect(one.refuse({ effort: 'all' })).toBe('effort needs one of "none", "some", "much", got "all"')
})

test('equal parts of the axis hold equal shares of a prior, and what was decoded comes back exactly', () => {
  const prior = { type: 'normal', mean: 100, sd: 15 } as const
  const one = space({ x: real(0, 200, { prior }) })
  // statistics.NormalDist(100, 15).inv_cdf of Python
  for (const [unit, x] of [
    [0.5, 100],
    [0.975, 129.3994597681],
    [0.1, 80.77672651683],
    [1e-6, 28.69863537666],
  ] as const) {
    expect(one.decode([unit]).x).toBeCloseTo(x, 4)
  }
  expect([one.decode([0]).x, one.decode([1]).x]).toEqual([0, 200])
  const inTail = space({ x: real(130, 200, { prior }) })
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (unit) => {
      for (const truncated of [one, inTail, space({ x: real(0, 70, { prior }) })]) {
        const { x } = truncated.decode([unit])
        expect(truncated.refuse({ x })).toBeUndefined()
        expect(truncated.decode(truncated.encode({ x })).x).toBe(x)
      }
    }),
    { numRuns: 3000 },
  )
  expect(inTail.decode([0.5]).x).toBeCloseTo(134.164, 3) // the median beyond two standard deviations
  expect(() => real(0, 1, { prior })).toThrow('a prior needs bounds that hold some of it, got 0 to 1')
  expect(() => real(0, 1, { prior: { type: 'normal', mean: 0, sd: 0 } })).toThrow('needs a prior like')
  expect(() => real(1, 2, { prior, scale: 'log' } as never)).toThrow("takes scale: 'log' or a prior, got both")
})

test('a lognormal prior is a normal one of the logarithm', () => {
  const prior = { type: 'lognormal', mean: Math.log(10), sd: 0.5 } as const
  const one = space({ x: real(1e-3, 1e4, { prior }) })
  // The exponential of statistics.NormalDist(log(10), 0.5).inv_cdf of Python
  for (const [unit, x] of [
    [0.5, 10],
    [0.975, 26.644],
    [0.1, 5.26886],
  ] as const) {
    expect(one.decode([unit]).x).toBeCloseTo(x, 3)
  }
  expect([one.decode([0]).x, one.decode([1]).x]).toEqual([1e-3, 1e4])
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (unit) => {
      for (const truncated of [one, space({ x: real(20, 30, { prior }) })]) {
        const { x } = truncated.decode([unit])
        expect(truncated.refuse({ x })).toBeUndefined()
        expect(truncated.decode(truncated.encode({ x })).x).toBe(x)
      }
    }),
    { numRuns: 3000 },
  )
  expect(() => real(0, 1, { prior })).toThrow('with a lognormal prior needs low > 0, got 0')
  expect(() => real(1, 2, { prior: { ...prior, mean: 10 } })).toThrow(
    'a prior needs bounds that hold some of it, got 1 to 2 with the mean 10 and the sd 0.5 of the logarithm',
  )
})

test('in whatever order names come, and whoever holds the values, parameters are encoded and checked alike', () => {
  const plain = space({ a: real(0, 1), b: integer(0, 9), c: choice(['x', 'y']) })
  const odd = space({ a: real(0, 1), constructor: integer(0, 9), c: choice(['x', 'y']) })
  for (const one of [plain, odd] as unknown as Space[]) {
    const [a, b, c] = one.names as [string, string, string]
    const inOrder = { [a]: 0.25, [b]: 3, [c]: 'y' }
    const turned = { [c]: 'y', [b]: 3, [a]: 0.25 }
    expect(one.encode(turned)).toEqual(one.encode(inOrder))
    expect(one.refuse(turned)).toBeUndefined()
    expect(one.refuse({ [a]: 0.25, [b]: 3 })).toBe('needs the parameter "c", which is missing')
    expect(one.refuse(Object.assign(Object.create({ [c]: 'y' }), { [a]: 0.25, [b]: 3 }))).toMatch(
      /"c", which is missing/,
    )
    expect(one.refuse({ ...inOrder, d: 1 })).toBe('has no parameter "d"')
    expect(one.refuse({ ...inOrder, [b]: 10 })).toBe(`${b} needs an integer from 0 to 9, got 10`)
  }
})

test('the canonical point is where the parameters lie that a point decodes to', () => {
  const conditional = space({ on: boolean(), rate: when({ on: true }, real(0, 1)), steps: integer(1, 5) })
  const named = space({ toString: real(0, 1), constructor: integer(1, 5) })
  for (const one of [everything, conditional, named] as unknown as Space[]) {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), exactly(one.dimension)), (unit) => {
        expect(one.canonicalPoint(unit)).toEqual(one.encode(one.decode(unit)))
      }),
    )
  }
})

function exactly(length: number) {
  return { minLength: length, maxLength: length }
}
