import { expect, test } from 'vitest'
import {
  baseCase,
  boolean,
  choice,
  defineOptimizee,
  fullFactorial,
  halton,
  integer,
  latinHypercube,
  morris,
  oneAtATime,
  real,
  saltelli,
  smolyak,
  sobol,
  space,
  sparseGrid,
  subset,
  vector,
} from '../../src/index.ts'

const square = space({ x: real(0, 1), y: real(0, 1) })

/** As somebody writes who has no compiler. */
type Untyped = (...given: readonly unknown[]) => unknown
const untyped = (call: unknown) => call as Untyped

test.each<readonly [string, () => unknown, string]>([
  [
    'a logarithmic scale by another name',
    () => untyped(real)(1, 2, { log: true }),
    `real: "log" is not an option, did you mean scale: 'log'?`,
  ],
  ['a scale in capitals', () => untyped(real)(1, 2, { scale: 'Log' }), 'did you mean "log"?'],
  ['a text for options', () => untyped(real)(1, 2, 'log'), 'real needs options like { scale }, got "log"'],
  ['null for options', () => untyped(integer)(1, 2, null), 'integer needs options like { scale }, got null'],
  ['a step', () => untyped(integer)(0, 10, { step: 2 }), '"step" is not an option; known are scale'],
  ['values one by one', () => untyped(choice)('a', 'b'), 'choice(values) needs a list of values, got "a"'],
  ['a definition for a parameter', () => untyped(vector)({ type: 'boolean' }, 2), 'needs to be made by real, integer'],
  [
    'a function for a parameter',
    () => untyped(space)({ x: boolean }),
    'the parameter "x" of a space needs to be made by',
  ],
  ['no scrambling by false', () => untyped(sobol)(square, { points: 4, scramble: false }), 'got false'],
  [
    'a number for options',
    () => untyped(sobol)(square, 4),
    'sobol needs options like { points, scramble, seed }, got 4',
  ],
  [
    'nothing for options',
    () => untyped(halton)(square),
    'halton needs options like { points, scramble, seed }, got nothing',
  ],
  [
    'a text for a truth',
    () => untyped(halton)(square, { points: 4, scramble: 'owen' }),
    'needs true or false, got "owen"',
  ],
  ['a negative seed', () => sobol(square, { points: 4, seed: -1 }), 'seed needs a whole number of at least 0, got -1'],
  [
    "SALib's word",
    () => untyped(saltelli)(square, { points: 4, calc_second_order: true }),
    'did you mean secondOrder?',
  ],
  ["pyDOE's word", () => untyped(latinHypercube)(square, { points: 4, criterion: 'center' }), 'got "center"'],
  ['a misspelt option', () => untyped(morris)(square, { trajectory: 4 }), 'did you mean trajectories?'],
  ['an option of another design', () => untyped(smolyak)(square, { levels: 4 }), 'did you mean level?'],
  [
    'a count for a grid',
    () => untyped(fullFactorial)(square, 3),
    'fullFactorial needs options like { levels, values }',
  ],
  ['a list for values', () => untyped(fullFactorial)(square, { values: [1] }), 'values needs values by name, got [1]'],
  ['a misspelt count', () => untyped(sparseGrid)(square, { levels: 2, point: 2 }), 'did you mean points?'],
  ['a count of a subset', () => untyped(subset)(fullFactorial(square, { levels: 2 }), 2), 'subset needs options like'],
  ['a misspelt reference', () => untyped(baseCase)(square, { base: {}, variations: {} }), '"base" is not an option'],
  [
    'a stranger',
    () => untyped(oneAtATime)(square, { levels: 2, delta: 1 }),
    '"delta" is not an option; known are levels',
  ],
  [
    'a misspelt member of an optimizee',
    () =>
      untyped(defineOptimizee)({
        parameters: { x: real(0, 1) },
        objectives: { c: 'minimize' },
        simulate,
        snapshots: simulate,
      }),
    'defineOptimizee: "snapshots" is not an option, did you mean snapshot?',
  ],
  [
    'a simulation that cannot be called',
    () => untyped(defineOptimizee)({ parameters: { x: real(0, 1) }, objectives: { c: 'minimize' }, simulate: 1 }),
    'defineOptimizee: simulate needs a function, got 1',
  ],
])('%s is refused in a sentence that says what is known', (_, call, sentence) => {
  expect(call).toThrow(sentence)
})

function simulate() {
  return 0
}
