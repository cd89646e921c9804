import { expect, test } from 'vitest'
import { definitionInWords } from '../../src/core/parameters/definition-in-words.ts'
import type { ParameterDefinition } from '../../src/core/parameters/parameter.ts'

test.each<[ParameterDefinition, string]>([
  [{ type: 'real', low: -1, high: 1 }, '-1 to 1'],
  [{ type: 'real', low: 0.1, high: 100, scale: 'log' }, '0.1 to 100, on a logarithmic scale'],
  [
    { type: 'real', low: 1, high: 9, prior: { type: 'lognormal', mean: 1, sd: 2 } },
    '1 to 9, its logarithm expected at 1 with a standard deviation of 2',
  ],
  [{ type: 'integer', low: 0, high: 10, step: 5 }, 'whole, 0 to 10, by steps of 5'],
  [{ type: 'choice', values: ['euler', '1', 1, 'null', null, ''] }, 'one of euler, "1", 1, "null", null, ""'],
  [{ type: 'ordinal', values: ['low', 'high'] }, 'low < high'],
  [{ type: 'boolean' }, 'true or false'],
  [{ type: 'vector', of: { type: 'real', low: 0, high: 1 }, length: 3 }, '3 of 0 to 1'],
  [{ type: 'matrix', of: { type: 'boolean' }, rows: 2, columns: 3 }, '2 x 3 of true or false'],
  [
    { type: 'real', low: 0, high: 1, when: { solver: ['rk4', 'euler'], adaptive: true } },
    '0 to 1, where solver is rk4 or euler and adaptive is true',
  ],
])('%j is told as %s', (definition, words) => {
  expect(definitionInWords(definition)).toBe(words)
})
