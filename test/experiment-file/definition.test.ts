import { expect, expectTypeOf, test } from 'vitest'
import { defineExperiment } from '../../src/experiment-file/definition.ts'
import { choice, defineOptimizee, integer, real, vector } from '../../src/index.ts'

const optimizer = { type: 'genetic-algorithm', populationSize: 8, generations: 3, seed: 1 } as const

const pendulum = defineOptimizee({
  parameters: {
    length: real(0.1, 2, { scale: 'log' }),
    steps: integer(1, 10),
    solver: choice(['euler', 'rk4']),
    offsets: vector(real(-1, 1), 3),
  },
  objectives: { error: 'minimize' },
  simulate({ parameters }) {
    expectTypeOf(parameters).toEqualTypeOf<{
      length: number
      steps: number
      solver: 'euler' | 'rk4'
      offsets: number[]
    }>()
    // @ts-expect-error there is no such parameter
    parameters.lenght
    // @ts-expect-error a choice has its values and no others
    return parameters.solver === 'heun' ? 1 : parameters.length
  },
})

test('the types of the parameters reach the simulation and the report', () => {
  const experiment = defineExperiment({
    name: 'pendulum',
    optimizee: pendulum,
    optimizer,
    report({ best, directory }) {
      expectTypeOf(directory).toEqualTypeOf<string>()
      expectTypeOf(best.individual.parameters.solver).toEqualTypeOf<'euler' | 'rk4'>()
      // @ts-expect-error there is no such parameter
      best.individual.parameters.lenght
      return `${best.individual.parameters.length}`
    },
  })
  expect(experiment.optimizee).toBe(pendulum)
})

test('a module that was imported as a whole stands for its default export', () => {
  const module = { default: pendulum }
  const experiment = defineExperiment({ optimizee: module, optimizer })
  expect(experiment.optimizee).toBe(pendulum)
})

test('a definition is taken as it is', () => {
  const definition = {
    name: 'spring',
    optimizee: {
      command: ['python3', 'simulate.py', '--stiffness', '{stiffness}', 3],
      parameters: { stiffness: { type: 'real', low: 0.1, high: 100, scale: 'log' } },
      objectives: { error: 'minimize' },
      timeout: '30s',
      onFailure: 'replace',
    },
    optimizer,
    runner: { workers: 2, grace: '5m' },
  } as const
  expect(defineExperiment(definition)).toBe(definition)
})

test('what an experiment cannot say does not compile', () => {
  const optimizee = { type: 'epidemic' } as const
  // @ts-expect-error no such optimizer
  defineExperiment({ optimizee, optimizer: { type: 'genetic-algoritm' } })
  // @ts-expect-error no such setting
  defineExperiment({ optimizee, optimizer: { type: 'genetic-algorithm', populationsize: 8 } })
  // @ts-expect-error no such simulation
  defineExperiment({ optimizee: { type: 'epidemics' }, optimizer })
  // @ts-expect-error no such launcher
  defineExperiment({ optimizee, optimizer, runner: { launcher: 'rocket' } })
  // @ts-expect-error no such key
  defineExperiment({ optimizee, optimizer, generations: 3 })
  // @ts-expect-error a command needs objectives
  defineExperiment({ optimizee: { command: ['true'], parameters: { x: { type: 'boolean' } } }, optimizer })
  const parameters = { x: real(0, 1) }
  // @ts-expect-error no such direction
  expect(() => defineOptimizee({ parameters, objectives: { error: 'smallest' }, simulate: () => 1 })).toThrow()
  // @ts-expect-error text is no fitness
  defineOptimizee({ parameters, objectives: { error: 'minimize' }, simulate: () => 'good' })
  expect(defineExperiment({ optimizee, optimizer }).optimizee).toBe(optimizee)
})
