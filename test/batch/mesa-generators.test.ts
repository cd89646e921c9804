import fc from 'fast-check'
import { expect, test } from 'vitest'
import { latinHypercube } from '../../optimizers/designs/index.ts'
import {
  BatchRunner,
  baseCaseRuns,
  fullFactorialRuns,
  manualRuns,
  scenarioRuns,
  sparseGridRuns,
} from '../../src/batch/mesa/index.ts'
import { space } from '../../src/index.ts'
import CountingModel from '../fixtures/batch/counting-model.ts'
import { DeclaredModel } from '../fixtures/batch/declared-model.ts'

const parametersOf = (runs: readonly { readonly parameters: object }[]) => runs.map(({ parameters }) => parameters)

test('a configuration says which model is run how, and nothing else', () => {
  const options = { parameters: { x: 1 }, rng: 3, maxSteps: 7, dataCollectionPeriod: 2 }
  expect(fullFactorialRuns(CountingModel, options)).toEqual([
    {
      model: CountingModel,
      runId: 0,
      iteration: 0,
      parameters: { x: 1, seed: 3 },
      maxSteps: 7,
      dataCollectionPeriod: 2,
    },
  ])
  const [byDefault] = manualRuns(CountingModel, { points: [{}] })
  expect(byDefault).toMatchObject({ maxSteps: 1000, dataCollectionPeriod: -1, parameters: {} })
})

test('every generator has replications', () => {
  const parameters = { x: [1, 2, 3] }
  for (const runs of [
    fullFactorialRuns(CountingModel, { parameters, iterations: 2 }),
    sparseGridRuns(CountingModel, { parameters, points: 3, iterations: 2 }),
    baseCaseRuns(CountingModel, { reference: { x: 1 }, variations: { x: [2, 3] }, iterations: 2 }),
    manualRuns(CountingModel, { points: [{ x: 1 }, { x: 2 }, { x: 3 }], iterations: 2 }),
    scenarioRuns(CountingModel, { rows: [{ x: 1 }, { x: 2 }, { x: 3 }], iterations: 2 }),
  ]) {
    expect(runs.map(({ runId }) => runId)).toEqual([0, 1, 2, 3, 4, 5])
    expect(runs.map(({ iteration }) => iteration)).toEqual([0, 0, 0, 1, 1, 1])
    expect(runs.slice(3).map(({ parameters }) => parameters)).toEqual(
      runs.slice(0, 3).map(({ parameters }) => parameters),
    )
  }
})

test('a base case is the reference, then each parameter around it, one by one', () => {
  const runs = baseCaseRuns(CountingModel, {
    reference: { x: 0, label: 'base', stopAt: 9 },
    variations: { x: [-1, 0, 1], label: 'other' },
  })
  expect(parametersOf(runs)).toEqual([
    { x: 0, label: 'base', stopAt: 9 },
    { x: -1, label: 'base', stopAt: 9 },
    { x: 1, label: 'base', stopAt: 9 },
    { x: 0, label: 'other', stopAt: 9 },
  ])
  expect(() => baseCaseRuns(CountingModel, { reference: { x: 0 }, variations: { x: [] } })).toThrow('got an empty list')
})

test('a sparse grid is a subset of the full one without repeats, and a larger one begins with the smaller', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(),
      fc.nat(),
      (a, b, seed, of) => {
        const parameters = { x: Array.from({ length: a }, (_, i) => i), stopAt: Array.from({ length: b }, (_, i) => i) }
        const points = 1 + (of % (a * b))
        const choose = (count: number) =>
          parametersOf(sparseGridRuns(CountingModel, { parameters, points: count, choiceSeed: seed }))
        const all = parametersOf(fullFactorialRuns(CountingModel, { parameters }))
        const chosen = choose(points)
        expect(chosen).toHaveLength(points)
        expect(all).toEqual(expect.arrayContaining(chosen))
        expect(new Set(chosen.map((point) => JSON.stringify(point))).size).toBe(points)
        expect(choose(a * b).slice(0, points)).toEqual(chosen)
      },
    ),
  )
})

test('a sparse grid of a grid that is too large to be listed is chosen at once', () => {
  const many = Array.from({ length: 1000 }, (_, i) => i)
  const runs = sparseGridRuns(CountingModel, { parameters: { x: many, stopAt: many, sheep: many }, points: 5 })
  expect(new Set(runs.map(({ parameters }) => JSON.stringify(parameters))).size).toBe(5)
})

test.each([[0], [-1], [1.5], [7]])('a sparse grid of %o points of 6 is refused', (points) => {
  const parameters = { x: [1, 2, 3], label: ['a', 'b'] }
  expect(() => sparseGridRuns(CountingModel, { parameters, points })).toThrow(/sparseGridRuns: .*, got/)
})

test('manual runs take any list of points, and any design of the platform', async () => {
  const design = latinHypercube(space(DeclaredModel.parameters), { points: 6, seed: 1 })
  const configurations = manualRuns(DeclaredModel, { points: design, rng: [1, 2] })
  expect(configurations).toHaveLength(12)
  expect(configurations[7]!.parameters).toEqual({ ...design.at(1), seed: 2 })
  const rows = await new BatchRunner({ configurations, displayProgress: false }).runAll()
  expect(rows.map(({ slope, Step }) => [slope, Step])).toEqual(
    configurations.map(({ parameters }) => [parameters.slope, parameters.rounds]),
  )
  expect(() => manualRuns(CountingModel, { points: [] })).toThrow('manualRuns needs at least one run, got none')
})

// Scenarios from a table.

test('each row of a table is a scenario, its texts are read as the parameters want them, its seed is the seed', () => {
  const rows = [
    { slope: '1.5', rounds: '7', kind: 'fast', seed: '3' },
    { slope: 2, rounds: 1, kind: 'slow', seed: 4 },
  ]
  expect(parametersOf(scenarioRuns(DeclaredModel, { rows }))).toEqual([
    { slope: 1.5, rounds: 7, kind: 'fast', seed: 3 },
    { slope: 2, rounds: 1, kind: 'slow', seed: 4 },
  ])
})

test.each<[string, Record<string, unknown>[], string]>([
  ['a missing column', [{ slope: 1, rounds: 2 }, { slope: 1 }], 'row 2 lacks the column "rounds"'],
  ['a column too much', [{ slope: 1 }, { slope: 1, kind: 'fast' }], 'row 2 has the column "kind"'],
  ['a value out of bounds', [{ slope: 1 }, { slope: '9' }], 'row 2, column "slope" needs a number from -5 to 5, got 9'],
  ['a text for a number', [{ rounds: 'many' }], 'row 1, column "rounds" needs an integer from 1 to 100, got "many"'],
  ['a column that the model does not take', [{ slop: 1 }], 'does not take the parameter "slop", did you mean "slope"?'],
  ['a seed that is none', [{ slope: 1, seed: 'x' }], 'needs every seed to be a whole number of at least 0, got "x"'],
  ['no row', [], 'needs at least one run, got none'],
])('a table with %s is refused', (_, rows, sentence) => {
  expect(() => scenarioRuns(DeclaredModel, { rows })).toThrow(sentence)
})

test('a table for a model that does not say what it takes needs the same columns in every row', () => {
  expect(parametersOf(scenarioRuns(CountingModel, { rows: [{ x: 1 }, { x: 2 }] }))).toEqual([{ x: 1 }, { x: 2 }])
  expect(() => scenarioRuns(CountingModel, { rows: [{ x: 1 }, { label: 'a' }] })).toThrow('row 2 lacks the column "x"')
  expect(() => scenarioRuns(CountingModel, { rows: [{ x: 1 }, { x: 2, label: 'a', y: 1 }] })).toThrow(
    'row 2 has, unlike row 1, the columns "label", "y"',
  )
})
