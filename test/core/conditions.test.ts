import { expect, expectTypeOf, test } from 'vitest'
import { Batch } from '../../src/core/batch.ts'
import { Individual } from '../../src/core/individual.ts'
import { Random } from '../../src/core/random.ts'
import {
  boolean,
  choice,
  integer,
  type Parameter,
  type ParametersOf,
  parameterFrom,
  real,
  Space,
  space,
  vector,
  when,
} from '../../src/core/space.ts'

const solvers = space({
  solver: choice(['rk4', 'adaptive', 'euler']),
  step: when({ solver: ['rk4', 'euler'] }, real(0.001, 0.1, { scale: 'log' })),
  tolerance: when({ solver: 'adaptive' }, real(1e-9, 1e-3, { scale: 'log' })),
  dense: when({ solver: 'adaptive' }, boolean()),
  nodes: when({ solver: 'adaptive', dense: true }, vector(integer(1, 4), 2)),
})

test('a parameter is absent where its condition is not met, as are those whose conditions name it', () => {
  const random = Random.of('conditions')
  const seen = new Set<string>()
  for (let i = 0; i < 300; i++) {
    const parameters = solvers.decode(solvers.samplePoint(random))
    const { solver } = parameters
    const expected =
      solver !== 'adaptive'
        ? ['solver', 'step']
        : ['solver', 'tolerance', 'dense', ...(parameters.dense === true ? ['nodes'] : [])]
    expect(Object.keys(parameters)).toEqual(expected)
    expect(solvers.refuse(parameters)).toBeUndefined()
    expect(solvers.decode(solvers.encode(parameters))).toEqual(parameters)
    seen.add(expected.join())
  }
  expect(seen.size).toBe(3)
})

test('the order in which parameters are named does not matter to their conditions', () => {
  const reversed = new Space<Record<string, unknown>>(
    solvers.definitions.toReversed().map(([name, definition]) => [name, parameterFrom(definition)] as const),
  )
  const { parameters } = { parameters: { solver: 'adaptive', dense: false, tolerance: 1e-3 } }
  expect(reversed.refuse(parameters)).toBeUndefined()
  expect(reversed.decode(reversed.encode(parameters))).toEqual(parameters)
  expect(reversed.refuse({ ...parameters, solver: 'rk4' })).toMatch(/^(dense|tolerance) needs to be absent/)
})

test('points that differ on the axes of absent parameters only are the same parameters, and lie in one place', () => {
  const random = Random.of('hidden')
  for (let i = 0; i < 100; i++) {
    const point = solvers.samplePoint(random)
    const other = [...point]
    solvers.fillHidden(other, random)
    const hidden = solvers.hiddenAxes(point)
    expect(other.flatMap((x, at) => (x === point[at] ? [] : [at]))).toEqual(hidden)
    expect(solvers.decode(other)).toEqual(solvers.decode(point))
    const known = solvers.encode(solvers.decode(point))
    expect(hidden.map((at) => known[at])).toEqual(hidden.map(() => 0.5))
  }
})

test('what is hidden is taken from another point where that says something', () => {
  const random = Random.of('inherited')
  const at = (parameters: Record<string, unknown>) => solvers.encode(parameters as ParametersOf<typeof solvers>)
  const child = at({ solver: 'rk4', step: 0.01 })
  solvers.fillHidden(child, random, at({ solver: 'adaptive', tolerance: 1e-3, dense: false }))
  child[0] = at({ solver: 'adaptive', tolerance: 1e-9, dense: false })[0]!
  expect(solvers.decode(child)).toEqual({ solver: 'adaptive', tolerance: 1e-3, dense: false })
})

test.each([
  [{ solver: 'rk4' }, 'needs the parameter "step", which is missing and applies when solver is "rk4" or "euler"'],
  [
    { solver: 'rk4', step: 0.01, tolerance: 1e-6 },
    'tolerance needs to be absent, since it applies when solver is "adaptive", got 0.000001 with solver "rk4"',
  ],
  [{ solver: 'rk4', step: 1 }, 'step needs a number from 0.001 to 0.1, got 1'],
  [{ step: 0.01 }, 'needs the parameter "solver", which is missing'],
  [{ solver: 'rk4', step: null }, 'step needs a number from 0.001 to 0.1, got null'],
])('parameters %j are refused with why', (parameters, refusal) => {
  expect(solvers.refuse(parameters)).toBe(refusal)
})

const a = boolean()
const wrong: readonly (readonly [string, () => unknown, string])[] = [
  ['on itself', () => space({ a: when({ a: true }, boolean()) }), 'the condition of "a" names "a" itself'],
  [
    'in a circle',
    () => space({ a, x: when({ z: true }, a), y: when({ x: true }, a), z: when({ y: true }, a) }),
    'the conditions of parameters go round in a circle: "x", "z", "y", "x"',
  ],
  [
    'on what is not there',
    () => space({ solver: a, x: when({ sovler: true }, a) }),
    'the condition of "x" names "sovler", which is no parameter, did you mean "solver"?',
  ],
  [
    'on a value that is never taken',
    () => space({ solver: choice(['rk4', 'euler']), x: when({ solver: ['rk4', 'heun'] }, a) }),
    'the condition of "x" can never be met: solver needs one of "rk4", "euler", got "heun"',
  ],
  [
    'against that of a parameter which it names',
    () => space({ x: integer(0, 1), z: when({ x: 0 }, a), y: when({ x: 1, z: true }, a) }),
    'the condition of "y" can never be met: "z" applies when x is 0, and "y" when x is 1',
  ],
  [
    'on two parameters that are never there together',
    () =>
      space({
        w: when({ v: true, z: true }, a),
        v: when({ u: true }, a),
        u: when({ x: 1 }, a),
        z: when({ x: [0, 2] }, a),
        x: integer(0, 2),
      }),
    'the condition of "w" can never be met: "u" applies when x is 1, and "z" when x is 0 or 2',
  ],
  [
    'on a continuous parameter',
    () => space({ rate: real(0, 1), x: when({ rate: 0.5 }, a) }),
    'the condition of "x" needs a parameter with values that can be listed, but "rate" is a real without a step',
  ],
  [
    'on a vector',
    () => space({ v: vector(a, 2), x: when({ v: true }, a) }),
    'the condition of "x" needs a parameter with values that can be listed, but "v" is a vector',
  ],
  [
    'of nothing',
    () => when({}, a),
    "when(condition, parameter) needs a condition like { solver: 'rk4' } or { solver: ['rk4', 'euler'] }, got {}",
  ],
  [
    'twice',
    () => when({ a: true }, when({ b: true }, a)),
    'when(condition, parameter) needs one condition, which may name several parameters',
  ],
  [
    'of elements',
    () => vector(when({ a: true }, real(0, 1)) as Parameter<number>, 2),
    'vector(of, length) needs elements without a condition, got {"a":true}; give it to the whole',
  ],
  [
    'of what a table cannot tell from nothing',
    () => when({ a: true }, choice(['x', null])),
    'when(condition, parameter) needs values that a table can tell from an absent one, got null',
  ],
]

test.each(wrong)('a condition %s is refused in a sentence', (_, make, sentence) => {
  expect(make).toThrow(new RangeError(sentence))
})

test('a condition may name integers, steps and ordered choices', () => {
  const layered = space({
    layers: integer(1, 3),
    second: when({ layers: [2, 3] }, real(0, 1)),
    dose: real(0, 1, { step: 0.5 }),
    more: when({ dose: 0.5 }, boolean()),
  })
  expect(layered.refuse({ layers: 1, dose: 0 })).toBeUndefined()
  expect(layered.refuse({ layers: 2, second: 0.1, dose: 0.5, more: true })).toBeUndefined()
})

test('a parameter with a condition may be undefined, to the compiler, and is nothing else than before', () => {
  expectTypeOf<ParametersOf<typeof solvers>>().toEqualTypeOf<{
    solver: 'rk4' | 'adaptive' | 'euler'
    step: number | undefined
    tolerance: number | undefined
    dense: boolean | undefined
    nodes: number[] | undefined
  }>()
})

test('the definitions are plain data, and make the same space again', () => {
  const plain = JSON.parse(JSON.stringify(solvers.definitions)) as typeof solvers.definitions
  expect(plain[1]).toEqual([
    'step',
    { type: 'real', low: 0.001, high: 0.1, scale: 'log', when: { solver: ['rk4', 'euler'] } },
  ])
  const again = new Space(plain.map(([name, definition]) => [name, parameterFrom(definition)] as const))
  const point = solvers.samplePoint(Random.of('again'))
  expect(again.decode(point)).toEqual(solvers.decode(point))
})

test('the columns of a batch have a place for what is absent', () => {
  const individual = (index: number, parameters: object) =>
    new Individual({ generation: 0, index, replicate: 0 }, parameters as ParametersOf<typeof solvers>, 1)
  const { columns } = new Batch(
    [
      individual(0, { solver: 'rk4', step: 0.01 }),
      individual(1, { solver: 'adaptive', tolerance: 1e-6, dense: false }),
    ],
    solvers,
  )
  expect(columns.step).toEqual([0.01, undefined])
  expect(columns.tolerance).toEqual([undefined, 1e-6])
})
