import { describe, expect, test } from 'vitest'
import {
  baseCase,
  cross,
  Design,
  type DesignPoints,
  designFromRows,
  fullFactorial,
  halton,
  latinHypercube,
  manual,
  morris,
  oneAtATime,
  repeat,
  saltelli,
  smolyak,
  sobol,
  sparseGrid,
  subspace,
} from '../../../optimizers/designs/index.ts'
import { Objectives } from '../../../src/core/objectives.ts'
import { boolean, choice, integer, type ParametersOf, real, space, when } from '../../../src/core/space.ts'

const solvers = space({
  solver: choice(['none', 'rk4', 'adaptive']),
  step: when({ solver: 'rk4' }, real(0.01, 1)),
  tolerance: when({ solver: 'adaptive' }, real(0.001, 0.1)),
  dense: when({ solver: 'adaptive' }, boolean()),
})
type Parameters = ParametersOf<typeof solvers>

function expectDistinct(points: readonly unknown[]): void {
  for (const point of points) expect(solvers.refuse(point)).toBeUndefined()
  expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(points.length)
}

test('a full factorial has each case once, whatever the levels of what does not apply', () => {
  const points = [...fullFactorial(solvers, { levels: 2 })]
  expectDistinct(points)
  expect(points).toEqual([
    { solver: 'none' },
    { solver: 'rk4', step: 0.01 },
    { solver: 'rk4', step: 1 },
    { solver: 'adaptive', tolerance: 0.001, dense: false },
    { solver: 'adaptive', tolerance: 0.001, dense: true },
    { solver: 'adaptive', tolerance: 0.1, dense: false },
    { solver: 'adaptive', tolerance: 0.1, dense: true },
  ])
})

const filling: Readonly<Record<string, () => DesignPoints<Parameters>>> = {
  'latin-hypercube': () => latinHypercube(solvers, { points: 60, seed: 1 }),
  sobol: () => sobol(solvers, { points: 60, seed: 1 }),
  halton: () => halton(solvers, { points: 60, seed: 1 }),
  'sparse-grid': () => sparseGrid(solvers, { levels: 8, points: 25, seed: 1 }),
}

test.each(Object.entries(filling))('the points of %s differ in more than what does not apply', (_, make) => {
  const design = make()
  expectDistinct([...design])
  expect(new Set([...design].map(({ solver }) => solver))).toEqual(new Set(['none', 'rk4', 'adaptive']))
  expect(design.size).toBeGreaterThan(9)
})

test('around a reference, what a parameter makes apply lies in the middle, and what does not apply is not varied', () => {
  const reference: Parameters = { solver: 'rk4', step: 0.5, tolerance: undefined, dense: undefined }
  expect([...oneAtATime(solvers, { reference, levels: { solver: 3, step: 2, tolerance: 5, dense: 2 } })]).toEqual([
    { solver: 'rk4', step: 0.5 },
    { solver: 'none' },
    { solver: 'adaptive', tolerance: expect.closeTo(0.0505, 9), dense: true },
    { solver: 'rk4', step: 0.01 },
    { solver: 'rk4', step: 1 },
  ])
  expect([...baseCase(solvers, { reference, variations: { step: [0.1], dense: [true, false] } })]).toHaveLength(2)
})

describe('played', () => {
  const play = (design: DesignPoints<Parameters>) => {
    const problem = { space: solvers, objectives: new Objectives({ error: 'minimize' }) }
    const optimizer = new Design(problem, { design })
    return { said: optimizer.announce(), proposed: optimizer.ask(optimizer.start()).proposals }
  }

  test('designs over parts of the space are crossed, and conditions decide what of a point applies', () => {
    const parts = cross(
      fullFactorial(subspace(solvers, ['solver', 'dense'])),
      sobol(subspace(solvers, ['step', 'tolerance']), { points: 4 }),
    ) as unknown as DesignPoints<Parameters>
    const { said, proposed } = play(parts)
    expectDistinct(proposed.map(({ parameters }) => parameters))
    expect(said).toContain('13 points') // 1 + 4 + 2 x 4
  })

  test('replicates of a point stay together', () => {
    const { proposed } = play(repeat(fullFactorial(solvers, { levels: 1 }), 3))
    expect(proposed.map(({ index, replicate }) => [index, replicate])).toEqual(
      [0, 1, 2, 3].flatMap((index) => [0, 1, 2].map((replicate) => [index, replicate])),
    )
  })

  test('a point that a list has twice is played twice, as ever', () => {
    const points = [{ solver: 'none' }, { solver: 'rk4', step: 0.1 }, { solver: 'none' }] as Parameters[]
    expect(play(manual(solvers, points)).proposed.map(({ parameters }) => parameters)).toEqual(points)
  })
})

test('empty cells of a table are absent parameters, and those of parameters that apply are refused', () => {
  const rows = [
    { solver: 'rk4', step: '0.5', tolerance: '', dense: '' },
    { solver: 'adaptive', step: '', tolerance: '0.01', dense: 'True' },
    { solver: 'none', step: '', tolerance: 'NaN', dense: '' },
  ]
  expect([...designFromRows(solvers, rows)]).toEqual([
    { solver: 'rk4', step: 0.5 },
    { solver: 'adaptive', tolerance: 0.01, dense: true },
    { solver: 'none' },
  ])
  expect(() => designFromRows(solvers, [{ ...rows[0], step: '' }])).toThrow(
    'the table: row 1 needs the parameter "step", which is missing and applies when solver is "rk4"',
  )
  expect(() => designFromRows(solvers, [{ ...rows[0], tolerance: '0.01' }])).toThrow(
    'the table: row 1 tolerance needs to be absent, since it applies when solver is "adaptive", got 0.01 with solver "rk4"',
  )
})

const layered = space({ layers: integer(1, 9), width: when({ layers: 9 }, real(0, 1)) })

test.each([
  ['morris', () => morris(layered, { trajectories: 2 })],
  ['saltelli', () => saltelli(layered, { points: 4 })],
  ['smolyak', () => smolyak(layered, { level: 1 })],
] as const)('%s, whose analysis has no place for absent parameters, is refused', (name, make) => {
  expect(make).toThrow(`${name} needs parameters that always apply, but "width" has a condition`)
})
