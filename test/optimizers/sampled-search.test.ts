import { describe, expect, test } from 'vitest'
import { createOptimizer } from '../../optimizers/index.ts'
import { integer } from '../../src/core/space.ts'
import { drive, leastOf, proposedIn, toldIn } from '../../src/testing/drive.ts'
import { problemOf } from '../../src/testing/problems.ts'

/** The optimizers that draw generations from a model and take discrete axes. */
describe.each(['cross-entropy', 'evolution-strategies', 'natural-evolution-strategies'])('%s', (type) => {
  test('no point of a discrete space is simulated twice, and a small one is searched to its end', () => {
    const problem = problemOf({ a: integer(0, 14), b: integer(0, 14) })
    const cost = ({ a, b }: Record<string, unknown>) => [((a as number) - 9) ** 2 + ((b as number) - 4) ** 2]
    const played = drive(createOptimizer(problem, { type }), cost, { evaluations: 1000 })
    const proposed = proposedIn(played).map((parameters) => JSON.stringify(parameters))
    expect(new Set(proposed).size).toBe(proposed.length)
    expect(proposed).toHaveLength(225)
    expect(leastOf(toldIn(played))).toBe(0)
  })

  test('it ends when what was found is good enough', () => {
    const problem = problemOf({ a: integer(0, 1000) })
    const optimizer = createOptimizer(problem, { type, stopAt: -25 })
    const played = drive(optimizer, ({ a }) => [((a as number) - 777) ** 2], { evaluations: 900 })
    expect(leastOf(toldIn(played.slice(0, -1)))).toBeGreaterThan(25)
    expect(leastOf(toldIn(played))).toBeLessThanOrEqual(25)
  })
})
