import fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import { concat, Design, fullFactorial, manual, repeat, sobol } from '../../../optimizers/designs/index.ts'
import { Constraints } from '../../../src/core/constraints.ts'
import type { DoneEvaluation } from '../../../src/core/evaluation.ts'
import type { Individual } from '../../../src/core/individual.ts'
import { Objectives } from '../../../src/core/objectives.ts'
import type { Problem } from '../../../src/core/optimizee.ts'
import { type SearchCheckpoint, SearchState } from '../../../src/core/search-state.ts'
import { describeSettings } from '../../../src/core/settings.ts'
import { boolean, choice, integer, type Parameter, real, Space, space, vector } from '../../../src/core/space.ts'
import { Trajectory } from '../../../src/core/trajectory.ts'
import { cube, mixed } from './spaces.ts'

function problemOver<P>(space: Space<P>): Problem<P> {
  return { space, objectives: new Objectives({ error: 'minimize' }) }
}

const problem = problemOver(mixed)
const line = problemOver(cube(1))
const tenPoints = { kind: 'full-factorial', levels: 10 } as const

function evaluate<P>(individuals: readonly Individual<P>[]): DoneEvaluation<P>[] {
  return individuals.map((individual) => ({ individual, outcome: 'done', fitness: [0] }))
}

/** All generations of a design, as the loop plays them; with `restart`, each by a new optimizer from the saved state. */
function play<P>(make: () => Design<P>, restart = false): Individual<P>[][] {
  const trajectory = new Trajectory<P>()
  const generations: Individual<P>[][] = []
  let design = make()
  for (;;) {
    const before = trajectory.generation
    if (restart) {
      const saved = JSON.parse(JSON.stringify(design.search.checkpoint())) as SearchCheckpoint
      design = make()
      design.search = SearchState.resume(design, saved)
    }
    design.postProcess(trajectory, before < 0 ? [] : evaluate(trajectory.individuals()))
    if (trajectory.generation === before) return generations
    generations.push([...trajectory.individuals()])
  }
}

const places = (individuals: readonly Individual<unknown>[]) =>
  individuals.map(({ index, replicate }) => [index, replicate])
const seedsOf = (individuals: readonly Individual<unknown>[]) => individuals.map(({ seed }) => seed)

test('a design is played in chunks, to its end, however many generations that takes', () => {
  const make = () => new Design(line, { design: tenPoints, chunk: 3 })
  expect(make().allGenerations).toBe(4)
  const generations = play(make)
  expect(generations.map((generation) => generation.length)).toEqual([3, 3, 3, 1])
  const grid = [...fullFactorial(line.space, { levels: 10 })]
  expect(generations.flat().map(({ parameters }) => parameters)).toEqual(grid)
  expect(generations.map((generation) => generation[0]!.index)).toEqual([0, 0, 0, 0])
  expect(play(() => new Design(line, { design: { kind: 'full-factorial', levels: 77 }, chunk: 1 }))).toHaveLength(77)
})

test('generations that are asked for are no more, and a larger number goes on from there', () => {
  const [first] = play(() => new Design(line, { design: tenPoints, chunk: 3, generations: 1 }))
  const all = play(() => new Design(line, { design: tenPoints, chunk: 3 }))
  expect(first).toEqual(all[0])
  expect(play(() => new Design(line, { design: tenPoints, chunk: 3, generations: 2 }))).toEqual(all.slice(0, 2))
})

test.each([
  [{ design: tenPoints, replications: 3 }, 'The design has 10 points, 30 simulations in all.'],
  [
    { design: tenPoints, chunk: 3, generations: 1 },
    'The design has 10 points, 10 simulations in all; 1 generation of 4 will be run.',
  ],
  [{ design: { kind: 'full-factorial', levels: 1 } }, 'The design has 1 point, 1 simulation in all.'],
  [
    { design: { kind: 'full-factorial', levels: 1e9 }, seeds: 'common', replications: 2 },
    'The design has 1000000000 points, 2000000000 simulations in all.',
  ],
] as const)('how much there is to simulate is known before anything is: %j', (settings, sentence) => {
  expect(new Design(line, settings).announce()).toBe(sentence)
})

test('a design that goes on from its saved state gives what it gives when it never stopped', () => {
  const law = fc.property(
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 12 }),
    fc.nat(),
    (points, replications, chunk, seed) => {
      const make = () => new Design(problem, { design: { kind: 'latin-hypercube', points }, replications, chunk, seed })
      const whole = play(make)
      expect(play(make, true)).toEqual(whole)
      expect(whole.flat()).toHaveLength(points * replications)
      expect(make().design.runs).toBe(points * replications)
      expect(make().allGenerations).toBe(whole.length)
    },
  )
  fc.assert(law)
})

test('the state is how far it is, and asking does not change it', () => {
  const design = new Design(line, { design: tenPoints, chunk: 4 })
  const state = Object.freeze(design.start())
  expect(state).toEqual({ next: 0, pending: 0 })
  expect(design.ask(state)).toEqual(design.ask(state))
  expect(design.ask({ next: 10, pending: 0 }).proposals).toEqual([])
  const first = design.ask(state)
  expect(first.state).toEqual({ next: 4, pending: 4 })
  expect(design.ask(first.state).proposals).toEqual([])
  const second = design.ask(design.tell(first.state))
  expect(second.state).toEqual({ next: 8, pending: 4 })
  expect(design.summarize(second.state)).toEqual({ from: 4, to: 8, points: 10, runs: 10 })
})

test('the replicates of a point are in one generation, at one index', () => {
  const generations = play(() => new Design(line, { design: tenPoints, replications: 3, chunk: 7 }))
  expect(generations.map((generation) => generation.length)).toEqual([6, 6, 6, 6, 6])
  expect(places(generations[1]!)).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 1],
    [1, 2],
  ])
  const wide = play(() => new Design(line, { design: tenPoints, replications: 5, chunk: 2 }))
  expect(wide.map((generation) => generation.length)).toEqual(new Array(10).fill(5))
})

test('a design makes at once as many individuals as it has, or a chunk of them', () => {
  expect(new Design(line, { design: tenPoints, replications: 3 }).mostAtOnce).toBe(30)
  expect(new Design(line, { design: tenPoints, chunk: 4 }).mostAtOnce).toBe(4)
  expect(new Design(line, { design: tenPoints, chunk: 4 }).populationSize).toBe(4)
})

test('derived seeds differ from run to run, follow from the seed, and not from the chunks', () => {
  const run = (seed: number, chunk: number) =>
    seedsOf(play(() => new Design(line, { design: tenPoints, replications: 4, seed, chunk })).flat())
  expect(new Set(run(1, 100)).size).toBe(40)
  expect(run(1, 100)).toEqual(run(1, 8))
  expect(run(1, 100)).not.toEqual(run(2, 100))
})

test('common random numbers are the same seeds for every point, and follow from the seed', () => {
  const run = (seed: number) =>
    seedsOf(play(() => new Design(line, { design: tenPoints, replications: 3, seeds: 'common', seed })).flat())
  const [first, second, third] = run(1)
  expect(new Set([first, second, third]).size).toBe(3)
  expect(run(1)).toEqual(Array.from({ length: 10 }, () => [first, second, third]).flat())
  expect(run(2)[0]).not.toBe(first)
})

test('a list of seeds is taken as it stands, and a count is 0 to one less', () => {
  const run = (seeds: number | number[]) => seedsOf(play(() => new Design(line, { design: tenPoints, seeds })).flat())
  expect(run([42, 7])).toEqual(Array.from({ length: 10 }, () => [42, 7]).flat())
  expect(run(3)).toEqual(Array.from({ length: 10 }, () => [0, 1, 2]).flat())
})

test('parts of a design keep their own replicates', () => {
  const point = (x0: number) => manual(line.space, [{ x0 }])
  const design = concat(repeat(point(0), 3, 'common'), point(1), repeat(point(0.5), undefined, [9]))
  const make = () => new Design(line, { design, chunk: 6 })
  expect(make().design.runs).toBe(5)
  const generations = play(make)
  expect(generations.map(places)).toEqual([
    [
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
    ],
    [[0, 0]],
  ])
  expect(generations[1]![0]!.seed).toBe(9)
  expect(() => new Design(line, { design, replications: 2 })).toThrow('repeat needs designs that are not repeated')
})

test('a design of a thousand million points starts at once and goes on in the middle', () => {
  const nine = problemOver(cube(9))
  const design = new Design(nine, { design: { kind: 'full-factorial', levels: 10 }, replications: 2 })
  expect([design.design.size, design.design.runs, design.allGenerations]).toEqual([1e9, 2e9, 200_000])
  expect(design.ask(design.start()).proposals).toHaveLength(10_000)
  expect(design.ask({ next: 1e9 - 1, pending: 0 }).proposals.map(({ parameters }) => parameters)).toEqual(
    new Array(2).fill(Object.fromEntries(nine.space.names.map((name) => [name, 1]))),
  )
})

const definitions = [
  [{ kind: 'full-factorial', levels: 2, values: { steps: [1, 2, 3] } }, 2 * 3 * 3 * 2 * 4],
  [{ kind: 'sparse-grid', levels: 4, points: 9 }, 9],
  [{ kind: 'latin-hypercube', points: 11 }, 11],
  [{ kind: 'latin-hypercube', points: 11, criterion: 'maximin', iterations: 50, centered: true }, 11],
  [{ kind: 'sobol', points: 16 }, 16],
  [{ kind: 'sobol', points: 16, scramble: 'shift' }, 16],
  [{ kind: 'halton', points: 16 }, 16],
  [
    {
      kind: 'base-case',
      reference: { rate: 1, steps: 5, solver: 'rk4', adaptive: false, offsets: [0, 0] },
      variations: { rate: [0.5, 2], steps: [4, 5, 6] },
    },
    5,
  ],
  [{ kind: 'one-at-a-time', levels: 3 }, 1 + 2 + 2 + 2 + 1 + 4],
  [{ kind: 'morris', trajectories: 5 }, 5 * 7],
  [{ kind: 'saltelli', points: 8 }, 8 * 8],
  [{ kind: 'saltelli', points: 8, secondOrder: true }, 8 * 14],
  [{ kind: 'manual', rows: [{ rate: 1, steps: 5, solver: 'rk4', adaptive: false, offsets: [0, 0] }] }, 1],
  [
    {
      kind: 'cross',
      designs: [
        { kind: 'full-factorial', parameters: ['solver', 'adaptive'] },
        { kind: 'smolyak', level: 2, parameters: ['rate', 'offsets'] },
        { kind: 'full-factorial', values: { steps: [2, 4] }, parameters: ['steps'] },
      ],
    },
    6 * 25 * 2,
  ],
  [
    {
      kind: 'concat',
      designs: [
        { kind: 'repeat', design: { kind: 'sobol', points: 4 }, replications: 3 },
        { kind: 'halton', points: 5 },
      ],
    },
    9,
  ],
  [
    {
      kind: 'zip',
      designs: [
        { kind: 'latin-hypercube', points: 6, parameters: ['rate', 'offsets'] },
        { kind: 'latin-hypercube', points: 6, parameters: ['steps', 'solver', 'adaptive'] },
      ],
    },
    6,
  ],
] as const

test.each(definitions)('a definition as in YAML is played: %j', (definition, size) => {
  const make = (seed: number) => new Design(problem, { design: definition as never, seed, chunk: 7 })
  expect(make(1).design.size).toBe(size)
  const points = (seed: number) =>
    play(() => make(seed))
      .flat()
      .map(({ parameters }) => parameters)
  for (const point of points(1)) {
    expect(mixed.refuse(point)).toBeUndefined()
    expect(Object.keys(point)).toEqual(mixed.names)
  }
  expect(points(1)).toEqual(points(1))
})

test('a definition in YAML takes its random numbers from the seed of the search, unless it has its own', () => {
  const points = (seed: number, own?: number) => [
    ...new Design(problem, { design: { kind: 'sobol', points: 8, seed: own }, seed }).design,
  ]
  expect(points(1)).not.toEqual(points(2))
  expect(points(1, 5)).toEqual(points(2, 5))
  expect(points(0, 5)).toEqual([...sobol(mixed, { points: 8, seed: 5 })])
})

test('what decides the results is in the settings, and they are plain data', () => {
  const { settings } = new Design(problem, { design: sobol(mixed, { points: 8, seed: 3 }), replications: 2 })
  expect(JSON.parse(JSON.stringify(settings))).toEqual({
    seed: 0,
    replications: 2,
    chunk: 10_000,
    design: { kind: 'sobol', points: 8, scramble: 'owen', seed: 3 },
  })
})

test('the settings can be listed', () => {
  expect(
    describeSettings(Design.settings)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['chunk', 'design', 'generations', 'replications', 'seed', 'seeds'])
})

test('parameters are typed through', () => {
  const design = new Design(problem, { design: sobol(mixed, { points: 2 }) })
  expectTypeOf(design.ask(design.start()).proposals[0]!.parameters.solver).toEqualTypeOf<'euler' | 'rk4' | 'verlet'>()
})

const otherSpace = cube(2)
test.each<[unknown, string]>([
  [{ design: { kind: 'sobol', points: 0 } }, 'optimizer: design.points needs a number at least 1, got 0'],
  [{ design: { kind: 'sobol', points: 1.5 } }, 'optimizer: design.points needs a whole number, got 1.5'],
  [{ design: { kind: 'sobol' } }, 'optimizer: design.points is missing'],
  [
    { design: { kind: 'sobol', point: 3, points: 3 } },
    'optimizer: design.point is not a setting, did you mean points?',
  ],
  [{ design: { kind: 'grid', levels: 3 } }, 'optimizer: design.kind needs one of full-factorial, sparse-grid'],
  [{ design: { kind: 'full-factorial', levels: 2, values: { steps: [] } } }, 'an empty list'],
  [{ design: { kind: 'full-factorial', levels: 2, values: { stps: [1] } } }, 'the space has no parameter "stps"'],
  [
    { design: { kind: 'full-factorial', levels: 2, values: 3 } },
    'design.values needs values by the names of parameters',
  ],
  [
    { design: { kind: 'sobol', points: 2, parameters: ['rate', 'rate'] } },
    'needs every parameter once, got "rate" twice',
  ],
  [
    { design: { kind: 'sobol', points: 2, parameters: ['rate', 'steps'] } },
    'got none for "solver", "adaptive", "offsets"',
  ],
  [{ design: { kind: 'sobol', points: 2 }, replications: 0 }, 'replications needs a number at least 1, got 0'],
  [{ design: { kind: 'sobol', points: 2 }, replications: 1.5 }, 'replications needs a whole number, got 1.5'],
  [{ design: { kind: 'sobol', points: 2 }, replications: 3, seeds: [1] }, 'as many seeds as replications, got 1 and 3'],
  [{ design: sobol(otherSpace, { points: 2 }) }, 'a design: the space has no parameter "x0"'],
  [{ design: { kind: 'cross', designs: [] } }, 'design.designs needs a length of at least 1'],
])('settings %j are refused in one sentence', (given, sentence) => {
  expect(() => new Design(problem, given as never)).toThrow(sentence)
})

test('a design that was made for wider bounds is refused', () => {
  const narrow = problemOver(space({ x0: real(0, 0.25) }))
  const design = manual(space({ x0: real(0, 1) }), [{ x0: 0.5 }])
  expect(() => new Design(narrow, { design })).toThrow(
    'point 0 of the design: x0 needs a number from 0 to 0.25, got 0.5',
  )
})

const anyParameter: fc.Arbitrary<Parameter> = fc.oneof(
  fc
    .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }))
    .map(([low, width]) => real(low, low + width)),
  fc
    .tuple(fc.double({ min: 1e-9, max: 1e3, noNaN: true }), fc.double({ min: 1.01, max: 1e9, noNaN: true }))
    .map(([low, factor]) => real(low, low * factor, { scale: 'log' })),
  fc
    .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 1e6 }), fc.boolean())
    .map(([low, width, isLog]) => integer(low, low + width, { scale: isLog ? 'log' : 'linear' })),
  fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 5 }).map((values) => choice(values)),
  fc.constant(boolean()),
) as fc.Arbitrary<Parameter>

test('in any space the points of every design are within the bounds, and its state is plain data', () => {
  const anySpace = fc
    .uniqueArray(
      fc.tuple(fc.oneof(fc.string(), fc.constant('__proto__')), anyParameter, fc.integer({ min: 0, max: 3 })),
      {
        minLength: 1,
        maxLength: 4,
        selector: ([name]) => name,
      },
    )
    .map(
      (entries) =>
        new Space(entries.map(([name, of, length]) => [name, length === 0 ? of : vector(of, length)] as const)),
    )
  const anyKind = fc.constantFrom(
    { kind: 'sparse-grid', levels: 3, points: 1 },
    { kind: 'full-factorial', levels: 2 },
    { kind: 'latin-hypercube', points: 13 },
    { kind: 'sobol', points: 13 },
    { kind: 'halton', points: 13 },
    { kind: 'one-at-a-time', levels: 4 },
    { kind: 'morris', trajectories: 9 },
    { kind: 'saltelli', points: 2, secondOrder: true },
  )
  const law = fc.property(anySpace, anyKind, fc.nat(1000), (space, design, seed) => {
    const optimizer = new Design(problemOver(space), { design: design as never, seed, chunk: 50 })
    const state = optimizer.start()
    expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state)
    const asked = optimizer.ask(state).proposals
    for (const { parameters } of asked) expect(space.refuse(parameters)).toBeUndefined()
    // Numbers that JSON would change, such as -0, would not be the same after a stop.
    for (const { parameters } of asked) expect(space.refuse(JSON.parse(JSON.stringify(parameters)))).toBeUndefined()
    expect(JSON.stringify(asked)).toBe(JSON.stringify(optimizer.ask(state).proposals))
  })
  fc.assert(law, { numRuns: 200 })
})

test('points that violate constraints of parameters are left out, and the design says which', () => {
  const constraints = new Constraints<Record<string, unknown>>([
    { name: 'edge', of: 'parameters', violation: ({ x0 }) => 0.5 - (x0 as number) },
  ])
  const make = () => new Design({ ...line, constraints } as typeof line, { design: tenPoints, chunk: 4 })
  const left = make()
  expect(left.announce()).toBe(
    'The design has 10 points, 10 simulations in all. 5 of them violate constraints and are left out (points 0, 1, 2, 3, 4, counted from 0).',
  )
  // The first chunk has none that is left, and is passed over.
  const played = play(make)
  expect(played.map(places)).toEqual([
    [
      [1, 0],
      [2, 0],
      [3, 0],
    ],
    [
      [0, 0],
      [1, 0],
    ],
  ])
  expect(play(make, true)).toEqual(played)
  const none = new Constraints<Record<string, unknown>>([{ name: 'no', of: 'parameters', violation: () => 1 }])
  expect(() => play(() => new Design({ ...line, constraints: none } as typeof line, { design: tenPoints }))).toThrow(
    'all 10 points of the design violate constraints',
  )
})
