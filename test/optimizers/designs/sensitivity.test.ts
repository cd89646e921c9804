import fc from 'fast-check'
import { expect, test } from 'vitest'
import { baseCase, latinHypercube, morris, oneAtATime, saltelli, smolyak } from '../../../optimizers/designs/index.ts'
import { sobolUnit } from '../../../optimizers/designs/sobol.ts'
import { boolean, choice, integer, real, space, vector } from '../../../src/core/space.ts'
import { cube, mixed, numbersOf } from './spaces.ts'

const reference = { rate: 1, steps: 5, solver: 'rk4', adaptive: false, offsets: [0, 0.5] } as const
const scenario = { ...reference, offsets: [...reference.offsets] }

test('a base case is the reference, then each parameter varied around it, one by one', () => {
  const design = baseCase(mixed, {
    reference: scenario,
    variations: { steps: [1, 5, 10], solver: ['euler', 'verlet'], offsets: [[1, 1]] },
  })
  expect([...design]).toEqual([
    scenario,
    { ...scenario, steps: 1 },
    { ...scenario, steps: 10 },
    { ...scenario, solver: 'euler' },
    { ...scenario, solver: 'verlet' },
    { ...scenario, offsets: [1, 1] },
  ])
})

test.each([
  [{ ...scenario, steps: 11 }, {}, 'the reference steps needs an integer from 1 to 10, got 11'],
  [{ rate: 1 }, {}, 'the reference needs the parameter "steps", which is missing'],
  [{ ...scenario, extra: 1 }, {}, 'the reference has no parameter "extra"'],
  [scenario, { stps: [1] }, 'the space has no parameter "stps", did you mean "steps"?'],
  [scenario, { steps: [] }, 'needs at least one value for "steps", got an empty list'],
  [scenario, { rate: [1000] }, 'rate needs a number from 0.01 to 100, got 1000'],
])('a base case with reference %j and variations %j is refused', (given, variations, sentence) => {
  expect(() => baseCase(mixed, { reference: given as never, variations: variations as never })).toThrow(sentence)
})

test('one at a time goes over the range of each parameter while the others stay', () => {
  const small = space({ x: real(0, 4), n: integer(0, 2), c: choice(['a', 'b', 'c']), b: boolean() })
  const design = oneAtATime(small, { levels: 5 })
  const middle = { x: 2, n: 1, c: 'b', b: true }
  expect([...design]).toEqual([
    middle,
    ...[0, 1, 3, 4].map((x) => ({ ...middle, x })),
    ...[0, 2].map((n) => ({ ...middle, n })),
    ...['a', 'c'].map((c) => ({ ...middle, c })),
    { ...middle, b: false },
  ])
})

test('one at a time moves a vector axis by axis, and starts from the reference that is given', () => {
  const design = oneAtATime(mixed, {
    levels: { rate: 3, offsets: 2 },
    values: { steps: [7], solver: 'rk4', adaptive: true },
    reference: scenario,
  })
  expect([...design].slice(1)).toEqual([
    { ...scenario, rate: 0.01 },
    { ...scenario, rate: 100 },
    { ...scenario, steps: 7 },
    { ...scenario, adaptive: true },
    { ...scenario, offsets: [-1, 0.5] },
    { ...scenario, offsets: [1, 0.5] },
    { ...scenario, offsets: [0, -1] },
    { ...scenario, offsets: [0, 1] },
  ])
})

test('every point of one at a time differs from the reference on one axis only', () => {
  const law = fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 2, max: 9 }), (dimension, levels) => {
    const design = oneAtATime(cube(dimension), { levels })
    const each = levels % 2 === 1 ? levels - 1 : levels // the middle is the reference
    expect(design.size).toBe(1 + dimension * each)
    for (const point of [...design].slice(1)) {
      expect(numbersOf(point).filter((x) => x !== 0.5)).toHaveLength(1)
    }
  })
  fc.assert(law)
})

test('one at a time refuses what it does not know or does not get', () => {
  expect(() => oneAtATime(mixed, { levels: { rate: 3 } })).toThrow('needs levels or values for "steps", got neither')
  expect(() => oneAtATime(mixed, { levels: 0 })).toThrow(
    'needs levels of rate to be a whole number of at least 1, got 0',
  )
  expect(() => oneAtATime(mixed, { levels: 3, values: { stps: [1] } as never })).toThrow('did you mean "steps"?')
  expect(() => oneAtATime(mixed, { levels: { rate: 2, steps: 2 }, values: { steps: [1] } } as never)).toThrow(
    'got it twice',
  )
})

test('a Morris trajectory moves each axis once, by delta, one after the other', () => {
  const law = fc.property(
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 10 }),
    fc.nat(),
    (dimension, halfLevels, trajectories, seed) => {
      const levels = 2 * halfLevels
      const design = morris(cube(dimension), { trajectories, levels, seed })
      expect(design.size).toBe(trajectories * (dimension + 1))
      const delta = levels / (2 * (levels - 1))
      for (let trajectory = 0; trajectory < trajectories; trajectory++) {
        const moved = new Set<number>()
        for (let step = 0; step < dimension; step++) {
          const at = trajectory * (dimension + 1) + step
          const from = numbersOf(design.at(at))
          const to = numbersOf(design.at(at + 1))
          const changed = from.flatMap((x, axis) => (x === to[axis] ? [] : [axis]))
          expect(changed).toHaveLength(1)
          expect(Math.abs(from[changed[0]!]! - to[changed[0]!]!)).toBeCloseTo(delta, 12)
          moved.add(changed[0]!)
        }
        expect(moved.size).toBe(dimension)
        for (const x of numbersOf(design.at(trajectory * (dimension + 1)))) {
          expect(x * (levels - 1)).toBeCloseTo(Math.round(x * (levels - 1)), 9)
        }
      }
    },
  )
  fc.assert(law)
})

test('Morris moves integers, choices and booleans as well, and goes up as often as down', () => {
  const design = morris(mixed, { trajectories: 400, seed: 1 })
  const width = mixed.dimension + 1
  let up = 0
  for (let t = 0; t < 400; t++) {
    for (let step = 0; step < width - 1; step++) {
      const [from, to] = [design.at(t * width + step), design.at(t * width + step + 1)].map((p) => mixed.encode(p))
      const changed = from!.flatMap((x, axis) => (x === to![axis] ? [] : [axis]))
      expect(changed).toHaveLength(1)
      if (to![changed[0]!]! > from![changed[0]!]!) up++
    }
  }
  const steps = 400 * (width - 1)
  expect(Math.abs(up / steps - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / steps))
})

test('Morris leaves held parameters alone, and gives every value of a choice its turn', () => {
  const law = fc.property(fc.integer({ min: 3, max: 9 }), fc.nat(), (values, seed) => {
    const odd = space({
      held: real(2, 2),
      mode: choice(Array.from({ length: values }, (_, i) => i)),
      x: real(0, 1),
      one: choice(['only']),
    })
    const design = [...morris(odd, { trajectories: 3 * values, seed })]
    expect(design).toHaveLength(3 * values * 3)
    const visits = Array.from({ length: 3 * values }, (_, t) => [design[3 * t]!.mode, design[3 * t + 2]!.mode] as const)
    for (const [from, to] of visits) expect(from).not.toBe(to)
    for (let round = 0; round < 3; round++) {
      const starts = visits.slice(round * values, (round + 1) * values).map(([from]) => from)
      expect([...starts].sort()).toEqual(Array.from({ length: values }, (_, i) => i))
    }
    for (let i = 1; i < visits.length; i++) expect(visits[i]![0]).toBe(visits[i - 1]![1])
  })
  fc.assert(law)
})

test('Morris refuses what it could not screen', () => {
  const five = space({ c: choice(['a', 'b', 'c', 'd', 'e']) })
  expect(() => morris(five, { trajectories: 3 })).toThrow(
    'morris needs at least 4 trajectories to try all 5 values of "c", got 3',
  )
  expect(morris(five, { trajectories: 4 }).size).toBe(8)
  expect(() => morris(space({ held: integer(1, 1) }), { trajectories: 3 })).toThrow(
    'morris needs a parameter that can move, but all have one value only',
  )
})

test.each([
  [{ trajectories: 0 }, 'needs trajectories to be a whole number of at least 1, got 0'],
  [{ trajectories: 2, levels: 5 }, 'needs an even number of levels, got 5'],
  [{ trajectories: 2, levels: 0 }, 'needs levels to be a whole number of at least 2, got 0'],
])('Morris refuses %j', (options, sentence) => {
  expect(() => morris(cube(2), options)).toThrow(sentence)
})

test("Saltelli's rows are A, A with each axis of B, B with each of A where asked for, and B", () => {
  const law = fc.property(
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 9 }),
    fc.boolean(),
    (d, n, secondOrder) => {
      const design = saltelli(cube(d), { points: n, secondOrder, scramble: 'none' })
      const block = secondOrder ? 2 * d + 2 : d + 2
      expect(design.size).toBe(n * block)
      const sequence = sobolUnit(new Array<number>(2 * d).fill(0), 'none')
      for (let row = 0; row < n; row++) {
        const a = sequence(row).slice(0, d)
        const b = sequence(row).slice(d)
        const points = Array.from({ length: block }, (_, i) => numbersOf(design.at(row * block + i)))
        expect(points[0]).toEqual(a)
        expect(points[block - 1]).toEqual(b)
        for (let axis = 0; axis < d; axis++) {
          expect(points[1 + axis]).toEqual(a.with(axis, b[axis]!))
          if (secondOrder) expect(points[1 + d + axis]).toEqual(b.with(axis, a[axis]!))
        }
      }
    },
  )
  fc.assert(law)
})

test("Saltelli's points give the Sobol' indices of the Ishigami function", () => {
  const d = 3
  const n = 4096
  const design = saltelli(cube(d), { points: n, seed: 1 })
  const ishigami = (point: Record<string, number>) => {
    const [x, y, z] = numbersOf(point).map((u) => (2 * u - 1) * Math.PI)
    return Math.sin(x!) + 7 * Math.sin(y!) ** 2 + 0.1 * z! ** 4 * Math.sin(x!)
  }
  const f = [...design].map(ishigami)
  const at = (row: number, place: number) => f[row * (d + 2) + place]!
  const ab = Array.from({ length: n }, (_, row) => [at(row, 0), at(row, d + 1)]).flat()
  const mean = ab.reduce((sum, y) => sum + y, 0) / ab.length
  const variance = ab.reduce((sum, y) => sum + (y - mean) ** 2, 0) / ab.length
  const first = [0.3139, 0.4424, 0]
  const total = [0.5576, 0.4424, 0.2437]
  for (let axis = 0; axis < d; axis++) {
    let s = 0
    let t = 0
    for (let row = 0; row < n; row++) {
      s += (at(row, d + 1) * (at(row, 1 + axis) - at(row, 0))) / n // Saltelli 2010, table 2 (b)
      t += (at(row, 0) - at(row, 1 + axis)) ** 2 / (2 * n) // (f)
    }
    expect(Math.abs(s / variance - first[axis]!)).toBeLessThan(0.02)
    expect(Math.abs(t / variance - total[axis]!)).toBeLessThan(0.02)
  }
})

test('Saltelli needs two axes of the sequence for each of the space', () => {
  expect(() => saltelli(cube(513), { points: 2 })).toThrow('at most 1024 axes')
  expect(saltelli(cube(512), { points: 2 }).size).toBe(2 * 514)
})

test('levels are the numbers that are meant, not what rounding makes of them', () => {
  const levelled = space({
    rate: real(1e-4, 10, { scale: 'log' }),
    gain: real(-0.3, 0.7),
    few: vector(real(0.1, 0.6), 1),
  })
  const rates = new Set([...morris(levelled, { trajectories: 40, levels: 6 })].map(({ rate }) => rate))
  expect([...rates].sort()).toEqual([0.0001, 0.001, 0.01, 0.1, 1, 10])
  const gains = [...latinHypercube(levelled, { points: 5, centered: true })].map(({ gain }) => gain)
  expect(gains.sort()).toEqual([-0.2, 0, 0.2, 0.4, 0.6])
  const fewOf = [...smolyak(levelled, { level: 1 })].flatMap(({ few }) => few)
  expect(new Set(fewOf)).toEqual(new Set([0.35, 0.1, 0.6]))
})
