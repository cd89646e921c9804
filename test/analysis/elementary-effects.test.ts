import { expect, test } from 'vitest'
import { morris } from '../../optimizers/designs/index.ts'
import { axisRangesOf, elementaryEffects } from '../../src/analysis/index.ts'
import { boolean, choice, integer, real, type Space, space } from '../../src/core/space.ts'

interface Unit {
  readonly a: number
  readonly b: number
  readonly c: number
}

const unit = space<Unit>({ a: real(0, 1), b: real(0, 1), c: real(0, 1) })
const levels = 4
/** The positions along the axes of a space at points of it. */
const positionsIn = <P>(of: Space<P>, points: readonly P[]) => {
  const ranges = axisRangesOf(of)
  return points.map((point) => of.toValues(point).map((value, axis) => ranges[axis]!.positionOf(value)))
}

function effectsOf(simulate: (p: Unit) => number, trajectories = 50) {
  const design = [...morris(unit, { trajectories, levels, seed: 3 })]
  return elementaryEffects({ points: positionsIn(unit, design), outputs: design.map(simulate) })
}

test('a linear function has its coefficients as effects, everywhere the same', () => {
  const [a, b, c] = effectsOf((p) => 3 * p.a - 2 * p.b + 7)
  expect(a!.mu).toBeCloseTo(3, 10)
  expect(a!.muStar).toBeCloseTo(3, 10)
  expect(a!.sigma).toBeCloseTo(0, 10)
  expect(b!.mu).toBeCloseTo(-2, 10)
  expect(b!.muStar).toBeCloseTo(2, 10)
  expect(c).toMatchObject({ mu: 0, muStar: 0, sigma: 0, effects: 50 })
})

test('an interaction shows in sigma, and what goes up and down in the difference of mu and mu*', () => {
  const [a, b, c] = effectsOf((p) => p.a * p.b + 20 * (p.c - 0.5) ** 2, 400)
  // The effect of a is b, which is one of 0, 1/3, 2/3, 1, each as likely.
  for (const factor of [a!, b!]) {
    expect(factor.mu).toBeCloseTo(0.5, 1)
    expect(factor.sigma).toBeCloseTo(Math.sqrt(5) / 6, 1)
  }
  // From 0 to 2/3 and from 1/3 to 1 of a parabola: the effects are -20/3 and 20/3 with equal probability.
  expect(Math.abs(c!.mu!)).toBeLessThan(1)
  expect(c!.muStar).toBeCloseTo(20 / 3, 8)
})

test('effects count per range of the parameter, for integers, choices and booleans too', () => {
  const mixed = space({ n: integer(0, 9), flag: boolean(), mode: choice(['x', 'y']), r: real(0, 100) })
  const design = [...morris(mixed, { trajectories: 30, levels, seed: 1 })]
  const outputs = design.map(({ flag, r }) => (flag ? 6 : 0) + r)
  const [n, flag, mode, r] = elementaryEffects({ points: positionsIn(mixed, design), outputs })
  expect(n!.muStar).toBe(0)
  expect(mode!.muStar).toBe(0)
  expect(flag!.mu).toBeCloseTo(6, 10)
  expect(r!.mu).toBeCloseTo(100, 8)
})

test('integers that lie coarser than the grid, and choices without an order, count over their whole range', () => {
  const mixed = space({ k: integer(1, 3), c: choice(['a', 'b', 'c', 'd', 'e']), s: real(1e-3, 1, { scale: 'log' }) })
  const design = [...morris(mixed, { trajectories: 40, levels, seed: 3 })]
  const outputs = design.map(({ k, c, s }) => 2 * k + (c === 'd' ? 100 : 0) + Math.log10(s))
  const [k, c, s] = elementaryEffects({
    points: positionsIn(mixed, design),
    outputs,
    unordered: axisRangesOf(mixed).map(({ isOrdered }) => !isOrdered),
  })
  expect(k!.mu).toBeCloseTo(4, 10)
  expect(s!.mu).toBeCloseTo(3, 10)
  expect(c).toMatchObject({ mu: null, sigma: null, effects: 40 })
  // Each round of five trajectories goes to d once and away from it once, but for the first and the last.
  expect(c!.muStar).toBeCloseTo(40, -1)
})

test('what differs by rounding only is no effect', () => {
  const effects = effectsOf((p) => 0.1 * 3 + (p.a > 0.5 ? 0.3 : 0.1 + 0.2), 10)
  expect(effects.map(({ muStar }) => muStar)).toEqual([0, 0, 0])
})

test('an output that is missing costs the two effects it belongs to and no more', () => {
  const design = [...morris(unit, { trajectories: 2, levels, seed: 3 })]
  const points = positionsIn(unit, design)
  const outputs = design.map((p) => p.a).with(1, Number.NaN)
  const effects = elementaryEffects({ points, outputs })
  expect(effects.map((e) => e.effects).sort()).toEqual([1, 1, 2])
  expect(effects.find((e) => e.effects === 1)!.sigma).toBeNull()
  const none = elementaryEffects({ points, outputs: outputs.map(() => Number.NaN) })
  expect(none[0]).toEqual({ muStar: null, mu: null, sigma: null, effects: 0 })
})

test.each([
  [
    [
      [0, 0],
      [1, 0],
    ],
    'elementaryEffects needs whole trajectories of 3 points, got 2',
  ],
  [
    [
      [0, 0],
      [1, 1],
      [1, 0],
    ],
    'elementaryEffects needs one axis to move between points 0 and 1, got 2',
  ],
  [
    [
      [0, 0],
      [1, 0],
      [0, 0],
    ],
    'elementaryEffects needs every axis to move once between points 0 and 2',
  ],
])('it refuses points that are no trajectory: %#', (points, sentence) => {
  expect(() => elementaryEffects({ points, outputs: points.map(() => 1) })).toThrow(sentence)
})
