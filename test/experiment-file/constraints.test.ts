import { afterEach, beforeEach, expect, test } from 'vitest'
import { constraintFrom, type Known } from '../../src/experiment-file/expression.ts'
import { loadExperiment } from '../../src/experiment-file/load.ts'
import { UserFolder } from '../cli/folder.ts'

let folder: UserFolder

beforeEach(() => {
  folder = new UserFolder()
})

afterEach(() => {
  folder[Symbol.dispose]()
})

const known: Known = {
  parameters: ['height', 'width', 'solver', 'adaptive', 'shares', 'x y', 'step', 'a b'],
  conditional: new Set(['step', 'a b']),
  objectives: ['mass'],
  outputs: ['stress', 'ends'],
}
const parameters = { height: 70, width: 10.5, solver: 'euler', adaptive: true, shares: [0.5, 0.75], 'x y': 3 }
const results = { mass: 4, stress: 170, ends: { left: 1 } }

test.each([
  ['height <= 6 * width', 7],
  ['6 * width >= height', 7],
  ['height / 2 <= 1 / 2 * height', 0],
  ['height < 70', Number.MIN_VALUE],
  ['height <= 70', 0],
  ['height <= 60 && width >= 12', 11.5],
  ['height <= 80 && width <= 11', -0.5],
  ['height <= 60 || width >= 12', 1.5],
  ['!(height <= 6 * width)', -7],
  ['solver == "rk4"', 1],
  ['solver != "rk4"', 0],
  ['solver in ["euler", "heun"]', 0],
  ['!(solver in ["euler", "heun"])', 1],
  ['adaptive', 0],
  ['!adaptive', 1],
  ['adaptive ? height <= 60 : height <= 10', 10],
  ['sum(shares) <= 1', 0.25],
  ['shares[0] <= 0.25', 0.25],
  ['max(height, width) - min(height, width) <= abs(-50)', 9.5],
  ['pow(width, 2) <= 110', 0.25],
  ['parameters["x y"] <= 2', 1],
  ['-height % 40 <= -10', -20],
  ['step <= -1', 0],
  ['height <= 60 && step <= -1', 0],
  ['parameters["a b"] <= 2 || parameters.step <= 2', 0],
])('by how much an expression of parameters is violated: %s', (text, amount) => {
  const constraint = constraintFrom(text, known)
  if (constraint.of !== 'parameters') throw new Error('it is one of parameters')
  expect(constraint.violation(parameters)).toBe(amount)
})

test.each([
  ['stress <= 160', 10],
  ['stress <= 2 * height', 30],
  ['mass <= 5', -1],
  ['ends.left == 1', 0],
  ['results["stress"] < 171', -1],
])('what names results is decided by them: %s', (text, amount) => {
  const constraint = constraintFrom(text, known)
  if (constraint.of !== 'results') throw new Error('it is one of results')
  expect(constraint.violation(results, parameters)).toBe(amount)
})

test.each([
  ['height <= 6 +* width', '"height <= 6 +* width" does not parse: at character 14 a value was expected and "*" came'],
  ['height <=', '"height <=" does not parse: at character 10 a value was expected and the end came'],
  ['stress 160', '"stress 160" does not parse: at character 8 an operator or the end was expected and "160" came'],
  ['height = 3', '"height = 3" does not parse: at character 8 a comparison (==, <=, >=) was expected and "=" came'],
  ['(height < 3', '"(height < 3" does not parse: at character 12 a closing parenthesis was expected and the end came'],
  [
    'height <= widht',
    '"height <= widht" names widht (did you mean width?), which is no parameter and no result; there are height, width, ',
  ],
  ['parameters.hight <= 3', '"parameters.hight <= 3" names hight (did you mean height?), which is no parameter'],
  [
    'results["strain"] <= 3',
    '"results[\\"strain\\"] <= 3" names strain, which is no parameter and no result; there are ',
  ],
  ['height * 2', '"height * 2" needs a comparison, as in height <= 6 * width, and height * 2 is none'],
  ['1 < width < 3', '"1 < width < 3" has 1 < width where a number is wanted; say && between comparisons'],
  ['root(height) < 3', '"root(height) < 3" calls root, and there are abs, sqrt, '],
  ['pow(height) < 3', '"pow(height) < 3" gives pow 1 values, and it takes 2'],
])('an expression that is none is refused in a sentence: %s', (text, sentence) => {
  expect(() => constraintFrom(text, known)).toThrow(sentence)
})

const experiment = (constraints: unknown, more: object = {}) => ({
  optimizee: {
    command: ['node', 'beam.js', '{height}', '{solver}'],
    parameters: { height: { type: 'real', low: 0, high: 10 }, solver: { type: 'choice', values: ['a', 'b'] } },
    objectives: { mass: 'minimize' },
    constraints,
  },
  optimizer: { type: 'genetic-algorithm' },
  ...more,
})

test.each([
  ['height <= 3', 'optimizee.constraints needs a list, got "height <= 3"'],
  [['height <= solver'], 'optimizee.constraints.0: "height <= solver" needs a number for solver, got "b"'],
  [
    ['height <= 5', 'height <= 5'],
    'optimizee.constraints: constraints need names that differ, got "height <= 5" twice',
  ],
  [['height <= 5', 'height >= 6'], 'No parameters were found that keep all constraints ("height <= 5", "height >= 6")'],
])('constraints that cannot be are refused before anything is started: %o', async (constraints, sentence) => {
  await expect(loadExperiment(folder.write('beam.json', experiment(constraints)))).rejects.toThrow(sentence)
})

test('a first guess that violates a constraint of parameters is refused', async () => {
  const file = folder.write('beam.json', experiment(['height <= 5'], { start: [{ height: 7, solver: 'a' }] }))
  await expect(loadExperiment(file)).rejects.toThrow('start[0] violates the constraint "height <= 5" by 2.')
})

test('constraints are part of what makes two searches the same, where there are any', async () => {
  const without = await loadExperiment(folder.write('beam.json', experiment(undefined)))
  const constrained = await loadExperiment(folder.write('beam.json', experiment(['height <= 5'])))
  expect(without.configuration).not.toHaveProperty('constraints')
  expect(constrained.configuration).toEqual({ ...without.configuration, constraints: ['height <= 5'] })
})
