import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TrustRegion } from '../../optimizers/index.ts'
import { changeAlong, lowestStep } from '../../optimizers/shared/trust-region-step.ts'
import { Random } from '../../src/core/random.ts'
import { real, vector } from '../../src/core/space.ts'
import { isBelow, toldUntil } from '../../src/testing/drive.ts'
import { drive, leastOf, steps, toldIn } from '../../src/testing/index.ts'
import { proposedOnce } from './repeats.ts'
import { problemOf, rosenbrock, sphere } from './search.ts'

const space = problemOf({ x: vector(real(-5, 5), 4) })
const serial = { order: 'ordered', window: 1 } as const

test('no step within the ball and the cube leads lower than the one that is taken, but for corners', () => {
  const number = fc.double({ min: -3, max: 3, noNaN: true })
  fc.assert(
    fc.property(fc.array(number, { minLength: 9, maxLength: 9 }), fc.nat(999), (values, seed) => {
      const curvature = [
        [values[0]!, values[1]!, values[2]!],
        [values[1]!, values[3]!, values[4]!],
        [values[2]!, values[4]!, values[5]!],
      ]
      const quadratic = { slope: values.slice(6), curvature }
      const point = [0.5, 0.5, 0.5]
      const radius = 0.4
      const taken = changeAlong(quadratic, lowestStep(quadratic, point, radius))
      const random = Random.of(seed, 'steps')
      for (let draw = 0; draw < 200; draw++) {
        const direction = [random.normal(), random.normal(), random.normal()]
        const length = (radius * random.uniform()) / Math.hypot(...direction)
        const other = changeAlong(
          quadratic,
          direction.map((d) => d * length),
        ) // prettier-ignore
        expect(taken).toBeLessThanOrEqual(other + 1e-9)
      }
    }),
  )
})

test('a step stays within the unit cube, and on its ball', () => {
  const flat = {
    slope: [-1, -1],
    curvature: [
      [0, 0],
      [0, 0],
    ],
  } // prettier-ignore
  expect(lowestStep(flat, [0.9, 0.5], 0.2)).toEqual([expect.closeTo(0.1, 9), expect.closeTo(Math.sqrt(0.03), 9)])
  expect(lowestStep(flat, [1, 1], 0.2)).toEqual([0, 0])
})

test('the first points are asked for at once: the start and two on each axis', () => {
  const [first] = drive(new TrustRegion(space, { seed: 1 }), ({ x }) => [sphere(x)], { evaluations: 40 })
  const points = first!.proposed.map(({ x }) => x)
  expect(points.length).toBe(9)
  for (const [i, x] of points.slice(1).entries()) {
    expect(x.map((value, axis) => Math.abs(value - points[0]![axis]!) > 1e-9)).toEqual(
      [0, 1, 2, 3].map((axis) => axis === Math.floor(i / 2)),
    )
  }
})

test('a parabola whose axes are crossed is solved in a few dozen evaluations', () => {
  const cost = ({ x }: { x: number[] }) => {
    const [a, b, c, d] = x as [number, number, number, number]
    return [(a + b - 1) ** 2 + 10 * (a - b) ** 2 + 3 * (c + d + a) ** 2 + (d - 2) ** 2]
  }
  expect(
    leastOf(toldIn(drive(new TrustRegion(space, { seed: 3 }), cost, { evaluations: 80, ...serial }))),
  ).toBeLessThan(1e-10)
})

test('an optimum in a corner is found to the last digit', () => {
  const cost = ({ x }: { x: number[] }) => [x.reduce((sum, value) => sum + (value - 9) ** 2, 0)]
  expect(leastOf(toldIn(drive(new TrustRegion(space, { seed: 3 }), cost, { evaluations: 100, ...serial })))).toBe(64)
})

test('steps into a region that fails are shortened', () => {
  const cost = ({ x }: { x: number[] }) => (x[0]! < 1.2 ? undefined : [sphere(x)])
  const createIndividual = () => ({ x: [4, 4, -4, 1] })
  const told = toldIn(
    drive(new TrustRegion({ ...space, createIndividual }, { seed: 4 }), cost, { evaluations: 400, ...serial }),
  )
  expect(leastOf(told)).toBeLessThan(0.5) // 0.25 where what fails begins
})

test('no point is simulated twice, at a bound either', () => {
  for (const order of ['generations', 'ordered', 'arrival'] as const) {
    proposedOnce(new TrustRegion(space, { seed: 1 }), ({ x }) => [x[0]! - x[1]! + x[2]!], { evaluations: 800, order })
  }
})

test('it walks along a curved valley', () => {
  const found = [1, 2, 3].map((seed) => {
    const options = { evaluations: 1500, ...serial }
    return leastOf(
      toldUntil(
        steps(new TrustRegion(space, { seed }), ({ x }) => [rosenbrock(x)], options),
        isBelow(1e-9),
      ),
    )
  })
  expect(found.sort((a, b) => a - b)[1]).toBeLessThan(1e-9)
})
