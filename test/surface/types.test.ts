import { expectTypeOf, test } from 'vitest'
import {
  boolean,
  choice,
  defineExperiment,
  defineOptimizee,
  Experiment,
  GeneticAlgorithm,
  integer,
  matrix,
  type Optimizee,
  type ParametersOf,
  real,
  sobol,
  space,
  vector,
  when,
} from '../../src/index.ts'

// What must not compile stands under @ts-expect-error: the compiler fails where it does. Nothing of it is run.
const unused = (_: () => unknown): void => {}

test('parameters are typed from the space to the simulation', () => {
  const point = space({
    rate: real(0, 1),
    steps: integer(1, 10),
    solver: choice(['euler', 'rk4']),
    adaptive: boolean(),
    offsets: vector(real(-1, 1), 3),
    kernel: matrix(real(0, 1), 2, 2),
  })
  type Parameters = {
    rate: number
    steps: number
    solver: 'euler' | 'rk4'
    adaptive: boolean
    offsets: number[]
    kernel: number[][]
  }
  expectTypeOf<ParametersOf<typeof point>>().toEqualTypeOf<Parameters>()
  unused(() =>
    defineOptimizee({
      parameters: { rate: real(0, 1), solver: choice(['euler', 'rk4']) },
      objectives: { error: 'minimize' },
      simulate({ parameters, seed }, { random, signal }) {
        expectTypeOf(parameters).toEqualTypeOf<{ rate: number; solver: 'euler' | 'rk4' }>()
        expectTypeOf(seed).toEqualTypeOf<number>()
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        expectTypeOf(random.uniform()).toEqualTypeOf<number>()
        // @ts-expect-error: there is no such parameter
        return parameters.speed
      },
    }),
  )
})

test('first guesses have the parameters of the space, a reference and a target the objectives', () => {
  unused(() => {
    const optimizee = defineOptimizee({
      parameters: { solver: choice(['euler', 'rk4']), step: when({ solver: 'rk4' }, real(0, 1)) },
      objectives: { error: 'minimize', effort: 'minimize' },
      reference: { error: 1, effort: 2 },
      simulate: () => ({ error: 1, effort: 2 }),
    })
    defineExperiment({ optimizee, start: [{ solver: 'euler' }, { solver: 'rk4', step: 0.5 }] })
    // @ts-expect-error: there is no such parameter
    defineExperiment({ optimizee, start: [{ solver: 'euler', speed: 1 }] })
    // @ts-expect-error: the solver is missing
    defineExperiment({ optimizee, start: [{ step: 1 }] })
    defineExperiment({ optimizee, limits: { evaluations: 100, target: { error: 0.1 } } })
    defineExperiment({ optimizee: { default: optimizee }, limits: { target: 0.1 } })
    // @ts-expect-error: there is no such objective
    defineExperiment({ optimizee, limits: { target: { costs: 1 } } })
    defineExperiment({ optimizee: {} as Optimizee<{ rate: number }>, limits: { target: { any: 1 } } })
    defineOptimizee({
      parameters: { rate: real(0, 1) },
      objectives: { error: 'minimize', effort: 'minimize' },
      // @ts-expect-error: there is no such objective
      reference: { error: 1, costs: 2 },
      simulate: () => ({ error: 1, effort: 2 }),
    })
  })
})

test('a simulation of several at once has a column for each parameter, and gives what each of them gives', () => {
  const parameters = {
    rate: real(0, 1),
    steps: integer(1, 9),
    solver: choice(['euler', 'rk4']),
    scale: choice([1, 10]),
  }
  unused(() => [
    defineOptimizee({
      parameters,
      objectives: { error: 'minimize' },
      batch: { size: 16 },
      simulateMany({ columns, individuals, length }, context) {
        expectTypeOf(columns.rate).toEqualTypeOf<Float64Array>()
        expectTypeOf(columns.scale).toEqualTypeOf<Float64Array>()
        expectTypeOf(columns.solver).toEqualTypeOf<readonly ('euler' | 'rk4')[]>()
        expectTypeOf(individuals[0]!.parameters.solver).toEqualTypeOf<'euler' | 'rk4'>()
        expectTypeOf(context.of(0).random.uniform()).toEqualTypeOf<number>()
        // @ts-expect-error: there is no such parameter
        void columns.speed
        return new Float64Array(length)
      },
    }),
    defineOptimizee({
      parameters,
      objectives: { error: 'minimize' },
      *simulateMany(batch) {
        for (const position of batch.individuals.keys()) yield [position, { error: 1, curve: [1, 2] }] as const
      },
    }),
    defineOptimizee({
      parameters,
      objectives: { error: 'minimize' },
      simulateMany: async () => [{ error: 1 }, new Error('too stiff')],
    }),
    defineOptimizee({
      parameters,
      objectives: { error: 'minimize' },
      // @ts-expect-error: error is not there
      simulateMany: () => [{ wrong: 1 }],
    }),
    // @ts-expect-error: without simulateMany there is nothing to be given several
    defineOptimizee({ parameters, objectives: { error: 'minimize' }, simulate: () => 1, batch: { size: 2 } }),
    // @ts-expect-error: it simulates nothing
    defineOptimizee({ parameters, objectives: { error: 'minimize' } }),
  ])
})

test('a simulation gives every objective, by number, as a list, or by name with other outputs beside it', () => {
  const parameters = { x: real(0, 1) }
  const objectives = { c: 'minimize' } as const
  unused(() => [
    defineOptimizee({ parameters, objectives, simulate: () => 1 }),
    defineOptimizee({
      parameters,
      objectives: { c: 'minimize' },
      simulate: () => ({ c: 1, curve: [1, 2], of: 'what' }),
    }),
    defineOptimizee({ parameters, objectives: { c: 'minimize', d: -2 }, simulate: async () => [1, 2] }),
    defineOptimizee({ parameters, objectives: { c: 'minimize', d: -2 }, simulate: async () => ({ c: 1, d: 2 }) }),
    // @ts-expect-error: c is not there
    defineOptimizee({ parameters, objectives: { c: 'minimize' }, simulate: () => ({ wrong: 1 }) }),
    // @ts-expect-error: d is not there
    defineOptimizee({ parameters, objectives: { c: 'minimize', d: -2 }, simulate: async () => ({ c: 1 }) }),
    // @ts-expect-error: of which objective?
    defineOptimizee({ parameters, objectives: { c: 'minimize', d: -2 }, simulate: () => 1 }),
    // @ts-expect-error: c is no number
    defineOptimizee({ parameters, objectives: { c: 'minimize' }, simulate: () => ({ c: 'low' }) }),
    // @ts-expect-error: nothing is given
    defineOptimizee({ parameters, objectives: { c: 'minimize' }, simulate: () => {} }),
    // @ts-expect-error: a text is no direction
    defineOptimizee({ parameters, objectives: { c: 'down' }, simulate: () => 1 }),
  ])
})

test('options are known by name', () => {
  const square = space({ x: real(0, 1) })
  unused(() => [
    // @ts-expect-error: it is `scale: 'log'`
    real(1, 2, { log: true }),
    // @ts-expect-error: it is { scale: 'log' }
    real(1, 2, 'log'),
    real(0, 1, { scale: 'linear', step: 0.1 }),
    real(0, 1, { prior: { type: 'normal', mean: 0, sd: 1 } }),
    // @ts-expect-error: a step or a scale
    real(0.1, 1, { step: 0.1, scale: 'log' }),
    // @ts-expect-error: a step or a prior
    real(0, 1, { step: 0.1, prior: { type: 'normal', mean: 0, sd: 1 } }),
    // @ts-expect-error: a step or a scale
    integer(1, 9, { step: 2, scale: 'log' }),
    // @ts-expect-error: it is 'none'
    sobol(square, { points: 4, scramble: false }),
    // @ts-expect-error: it is `root`
    new Experiment({ rootDir: 'runs' }),
  ])
})

test('an optimizer and its optimizee have the same parameters', () => {
  unused(async () => {
    const optimizee = {} as Optimizee<{ x: number }>
    const optimizer = new GeneticAlgorithm(optimizee, { generations: 1 })
    await new Experiment().runExperiment(optimizer, optimizee)
    // @ts-expect-error: the optimizer searches x
    await new Experiment().runExperiment(optimizer, {} as Optimizee<{ y: number }>)
  })
})

test('an experiment is typed to its report', () => {
  unused(() =>
    defineExperiment({
      optimizee: defineOptimizee({
        parameters: { x: real(-5, 5) },
        objectives: { height: 'minimize' },
        simulate: ({ parameters: { x } }) => x,
      }),
      optimizer: { type: 'genetic-algorithm', generations: 100, seed: 1 },
      report: ({ best }) => {
        expectTypeOf(best.individual.parameters).toEqualTypeOf<{ x: number }>()
        return ''
      },
    }),
  )
  unused(() =>
    defineExperiment({
      optimizee: {
        command: ['run'],
        parameters: { x: { type: 'real', low: 0, high: 1 } },
        objectives: { c: 'minimize' },
      },
      // @ts-expect-error: there is no such algorithm
      optimizer: { type: 'genetic' },
    }),
  )
})
