import { expect, test } from 'vitest'
import { createOptimizer, Design, GridSearch } from '../../optimizers/index.ts'
import { choice, integer, real, vector } from '../../src/core/space.ts'
import { drive, leastOf, proposedIn, toldIn } from '../../src/testing/drive.ts'
import { landscapeProblem, problemOf } from './search.ts'

test('a script of L2L is carried over: an array has every combination of its axis, ends included', () => {
  const rastrigin = landscapeProblem('rastrigin2d')
  const optimizer = new GridSearch(rastrigin, { paramGrid: { coords: [-5, 5, 30] } })
  const all = drive(optimizer, ({ coords }) => [rastrigin.cost({ coords })], { evaluations: 2000 })
  const proposed = proposedIn(all)
  expect(proposed).toHaveLength(31 ** 2)
  expect(proposed[0]).toEqual({ coords: [-5, -5] })
  expect(proposed.at(-1)).toEqual({ coords: [5, 5] })
  expect(leastOf(toldIn(all))).toBe(rastrigin.cost({ coords: [0, 0] }))
})

test('it is the full factorial design of the same values, also of several parameters and objectives', () => {
  const parameters = { rate: real(0, 1), n: integer(0, 9), solver: choice(['euler', 'rk4']) }
  const problem = problemOf(parameters, { error: 'minimize', gain: 'maximize' })
  const grid = new GridSearch(problem, { paramGrid: { rate: [0.2, 0.8, 2], n: [1, 7, 3] }, chunk: 10 })
  const values = { rate: [0.2, 0.5, 0.8], n: [1, 3, 5, 7] }
  const design = new Design(problem, { design: { kind: 'full-factorial', values }, chunk: 10 })
  const simulate = () => [1, 2]
  const played = proposedIn(drive(grid, simulate, { evaluations: 100 }))
  expect(played).toEqual(proposedIn(drive(design, simulate, { evaluations: 100 })))
  expect(played).toHaveLength(24)
  expect(grid.allGenerations).toBe(3)
  const tenths = new GridSearch(problemOf({ x: real(-0.3, 0.6) }), { paramGrid: { x: [-0.3, 0.6, 9] } })
  const tried = proposedIn(drive(tenths, () => [0], { evaluations: 10 })).map(({ x }) => x)
  expect(tried).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
  expect(createOptimizer(problem, { type: 'grid-search', ...grid.settings }).settings).toEqual(grid.settings)
})

test('numbers that are not named have three steps over their range', () => {
  const problem = problemOf({ x: real(0, 1), n: integer(0, 9) })
  const played = proposedIn(
    drive(new GridSearch(problem, { paramGrid: { x: [0, 1, 1] } }), () => [0], { evaluations: 99 }),
  )
  expect(played.map(({ n }) => n)).toEqual([0, 3, 6, 9, 0, 3, 6, 9])
})

test('a grid that the space does not hold is refused', () => {
  const problem = problemOf({ x: real(0, 1), n: integer(0, 9) })
  const make = (paramGrid: Record<string, [number, number, number]>) => () => new GridSearch(problem, { paramGrid })
  expect(make({ x: [0, 2, 4], n: [0, 9, 3] })).toThrow('x needs a number from 0 to 1, got 1.5')
  expect(make({ x: [0, 1, 4], n: [0, 9, 2] })).toThrow('n needs an integer from 0 to 9, got 4.5')
  expect(make({ y: [0, 1, 4] })).toThrow('"y"')
  const wide = problemOf({ x: vector(real(0, 1), 9) })
  expect(() => new GridSearch(wide, { paramGrid: { x: [0, 1, 9] } })).toThrow(
    'optimizer: paramGrid.x needs at most 1000000 combinations of its 9 elements, got 1000000000',
  )
})
