import { afterEach, beforeEach, expect, test } from 'vitest'
import { MissingResult } from '../../src/core/constraints.ts'
import { constraintFrom } from '../../src/experiment-file/expression.ts'
import type { Known } from '../../src/experiment-file/expression-names.ts'
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
  refuseTogether: (names) => (names.length > 1 ? '"step" applies never with "a b"' : undefined),
  values: new Map([['solver', ['euler', 'rk4', 'heun']]]),
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
  ['size(shares) <= size(solver)', -3],
  ['max(height, width) - min(height, width) <= abs(-50)', 9.5],
  ['pow(width, 2) <= 110', 0.25],
  ['parameters["x y"] <= 2', 1],
  ['-height % 40 <= -10', -20],
  ['sqrt(width - 20) <= 1', Number.POSITIVE_INFINITY],
  ['!(height <= 60 && log(width - 20) <= 1)', -10],
  ['step <= -1', 0],
  ['exp(height * width) <= exp(height * height)', 0],
  ['exp(height * width) < exp(height * height)', Number.MIN_VALUE],
  ['height <= 60 && step <= -1', 0],
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

test('what is no number in a result is said as what no simulation gives', () => {
  const violationOf = (text: string, given: object) => {
    const constraint = constraintFrom(text, known)
    if (constraint.of !== 'results') throw new Error('it is one of results')
    return constraint.violation({ ...results, ...given }, parameters)
  }
  expect(() => violationOf('stress <= 160', { stress: 'low' })).toThrow(MissingResult)
  expect(() => violationOf('stress <= 160', { stress: 'low' })).toThrow('needs a number for stress, got "low"')
  expect(() => violationOf('size(stress) <= 3', {})).toThrow('needs a list or a text for stress, got 170')
  expect(() => violationOf('ends.right <= 160', {})).toThrow(MissingResult)
  expect(() => violationOf('stress <= 160', { stress: null })).not.toThrow(MissingResult)
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
  [
    'parameters["a b"] <= 2 || step <= 2',
    '"parameters[\\"a b\\"] <= 2 || step <= 2" can never apply: "step" applies never with "a b"',
  ],
  [
    'solver == heun',
    '"solver == heun" names heun, which is no parameter and no objective; a text stands in quotes ("heun"), a result is results.heun',
  ],
  ['solver in [ruk4]', 'names ruk4, which is no parameter and no objective; a text stands in quotes ("rk4")'],
  ['"eular" != solver', 'compares solver with "eular", which it never is: its values are "euler", "rk4", "heun"'],
  ['height ** 2 <= 3', 'a value was expected and "*" came; a power is pow(x, 2)'],
  ['height <= 3 and width <= 2', 'an operator or the end was expected and "and" came; and is &&'],
  ['height <= 1e400', 'at character 11 a number up to 1.798e+308 was expected and "1e400" came'],
  ['shares.size() <= 3', '"shares.size() <= 3" has shares.size() where a number is wanted; write size(shares)'],
  ['size() <= 3', '"size() <= 3" gives size no values, and it takes 1'],
  ['min() <= 3', '"min() <= 3" gives min no values, and it takes one at least'],
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
  [['size(height) > 1'], 'optimizee.constraints.0: "size(height) > 1" needs a list or a text for height, got '],
  [['height <= solver'], 'optimizee.constraints.0: "height <= solver" needs a number for solver, got "b"'],
  [
    ['height <= 5', 'height <= 5'],
    'optimizee.constraints: constraints need names that differ, got "height <= 5" twice',
  ],
  [['height <= 5', 'height >= 6'], 'No parameters were found that keep all constraints ("height <= 5", "height >= 6")'],
])('constraints that cannot be are refused before anything is started: %o', async (constraints, sentence) => {
  await expect(loadExperiment(folder.write('beam.json', experiment(constraints)))).rejects.toThrow(sentence)
})

test.each([
  ['- a: b', /optimizee\.constraints\.0 needs an expression like .*, got {"a":"b"}; quotes are needed/],
  ['- [height, b]', /needs an expression like .*, got \["height","b"\]; quotes are needed/],
  ['- !adaptive', /line 7, column 5: !adaptive without quotes is a tag in YAML; .*; quotes are needed/],
  ['- *height <= 3', /line 7, column \d+: .*; quotes are needed/],
  ['- *height', /line 7, column 5: \*height without quotes is an alias in YAML, .*; quotes are needed/],
  ['- >= 3', /line 7, column \d+: .*; quotes are needed/],
  ['- height <= 3 && name == "a #b"', /line 7, column 5: what follows # is a comment in YAML; quotes/],
])(
  'a constraint that YAML reads in its own way is refused with the hint that quotes are needed: %s',
  async (line, sentence) => {
    const file = folder.write(
      'beam.yaml',
      `optimizee:
  command: [node, beam.js, "{height}"]
  parameters:
    height: { type: real, low: 0, high: 10 }
  objectives: { mass: minimize }
  constraints:
  ${line}
optimizer: { type: genetic-algorithm }
`,
    )
    await expect(loadExperiment(file)).rejects.toThrow(sentence)
  },
)

test('constraints may be folded, and have comments behind them', async () => {
  const text = `optimizee:
  command: [node, beam.js, "{height}"]
  parameters: { height: { type: real, low: 0, high: 10 } }
  objectives: { mass: minimize }
  constraints:
    - height <= 6 # as the norm has it
    - >
      height
      >= 1
optimizer: { type: genetic-algorithm }
`
  const { optimizee } = await loadExperiment(folder.write('beam.yaml', text))
  expect(optimizee.constraints.violationBy({ height: 7 } as never)).toBe(1)
  expect(optimizee.constraints.violationBy({ height: 0.5 } as never)).toBe(0.5)
})

test('a constraint of parameters that are never there together is refused', async () => {
  const { optimizee } = experiment(['fast + slow <= 3'])
  const parameters = {
    solver: { type: 'choice', values: ['a', 'b', 'c'] },
    height: { type: 'real', low: 0, high: 10 },
    fast: { type: 'real', low: 0, high: 1, when: { solver: ['a', 'b'] } },
    slow: { type: 'real', low: 0, high: 1, when: { solver: 'c' } },
  }
  const file = folder.write('beam.json', { ...experiment([]), optimizee: { ...optimizee, parameters } })
  await expect(loadExperiment(file)).rejects.toThrow(
    '"fast + slow <= 3" can never apply: "fast" applies when solver is "a" or "b", and "slow" when solver is "c"',
  )
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
