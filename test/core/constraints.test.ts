import { expect, test } from 'vitest'
import { type Constraint, Constraints, MissingResult, violationOf } from '../../src/core/constraints.ts'
import { Objectives } from '../../src/core/objectives.ts'
import { Random } from '../../src/core/random.ts'
import { repair } from '../../src/core/repair.ts'
import { choice, integer, real, Space } from '../../src/core/space.ts'

const slender: Constraint<{ height: number; width: number }> = {
  name: 'slender',
  of: 'parameters',
  violation: ({ height, width }) => height - 6 * width,
}

test('constraints give a number each, and together by how much they are violated', () => {
  const strong: Constraint<{ height: number; width: number }> = {
    name: 'strong',
    of: 'results',
    violation: ({ stress }) => Number(stress) - 160,
  }
  const constraints = new Constraints([slender, strong])
  const amounts = constraints.judge({ height: 50, width: 10 }, { stress: 163 })
  expect(amounts).toEqual([-10, 3])
  expect(violationOf(amounts)).toBe(3)
  expect(constraints.violationBy({ height: 61, width: 10 })).toBe(1)
  expect(constraints.refuse({ height: 61, width: 10 })).toBe('violates the constraint "slender" by 1')
  expect(() => constraints.judge({ height: 1, width: 1 }, { stress: 'high' })).toThrow(
    'the constraint "strong" needs a number by which it is violated, got NaN',
  )
  const thick: Constraint<{ height: number; width: number }> = {
    name: 'thick',
    of: 'results',
    violation: ({ t, more = 1 }) => Number(t) + Number(more),
  }
  expect(() => new Constraints([thick]).judge({ height: 1, width: 1 }, { t: Number.NaN })).toThrow(
    'the constraint "thick" needs a number by which it is violated, got NaN',
  )
  expect(() => constraints.judge({ height: 1, width: 1 }, { mass: 3, strain: 0.1 })).toThrow(
    new MissingResult('stress', 'the constraint "strong" asks for stress, and the results are mass, strain'),
  )
})

test.each<[object, string]>([
  [{ name: 'a', of: 'parameter', violation: () => 0 }, "constraint \"a\" needs to be of: 'parameters' or 'results'"],
  [{ of: 'results', violation: () => 0 }, 'constraint 0 needs a name, got nothing'],
  [{ name: 'a', of: 'results' }, 'constraint "a" needs a function violation that gives a number, got nothing'],
  [
    'tip >= -8' as unknown as object,
    'constraint 0 needs { name, of, violation }, got "tip >= -8"; expressions stand under optimizee.constraints of an experiment',
  ],
])('a constraint that is none is refused: %o', (given, sentence) => {
  expect(() => new Constraints([given as Constraint])).toThrow(sentence)
})

test('feasible ranks before infeasible, less violation before more, and any of it before failures', () => {
  const objectives = new Objectives({ cost: 'minimize' })
  const ranks = [
    objectives.rankOf([-1e300]),
    objectives.rankOf([5]),
    objectives.rankOf([1e300]),
    objectives.rankOf([-1e300], 1e-300),
    objectives.rankOf([0], 1),
    objectives.rankOf([0], 1 + 1e-9),
    objectives.rankOf([0], Number.MAX_VALUE),
    Number.NEGATIVE_INFINITY,
  ]
  expect(ranks).toEqual([...ranks].sort((a, b) => b - a))
  expect(new Set(ranks).size).toBe(ranks.length)
})

test('what violates constraints is repaired to where they begin to be kept', () => {
  const space = new Space({ height: real(20, 200), width: real(5, 60) })
  const given = { height: 190, width: 10 }
  const repaired = repair(space, new Constraints([slender]), given, Random.of(1))!
  expect(repaired.height).toBeLessThanOrEqual(6 * repaired.width)
  expect(repaired.height).toBeCloseTo(6 * repaired.width, 4)
  expect(repair(space, new Constraints([slender]), given, Random.of(1))).toEqual(repaired)
  const kept = { height: 30, width: 10 }
  expect(repair(space, new Constraints([slender]), kept, Random.of(1))).toBe(kept)
})

test('whole numbers and choices are repaired, too, and what cannot be is given up', () => {
  type P = { n: number; m: number; solver: string }
  const space = new Space<P>({ n: integer(0, 50), m: integer(0, 50), solver: choice(['euler', 'rk4']) })
  const sum: Constraint<P> = { name: 'sum', of: 'parameters', violation: ({ n, m }) => Math.abs(n + m - 17) }
  const stiff: Constraint<P> = {
    name: 'stiff',
    of: 'parameters',
    violation: ({ solver }) => (solver === 'rk4' ? 0 : 1),
  }
  const repaired = repair(space, new Constraints([sum, stiff]), { n: 50, m: 50, solver: 'euler' }, Random.of(2))!
  expect(repaired.n + repaired.m).toBe(17)
  expect(repaired.solver).toBe('rk4')
  const never: Constraint<P> = { name: 'never', of: 'parameters', violation: () => 1 }
  expect(repair(space, new Constraints([never]), repaired, Random.of(2))).toBeUndefined()
})
