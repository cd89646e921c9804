import { expect, test } from 'vitest'
import { createOptimizer, optimizers } from '../../optimizers/index.ts'
import { type Abilities, findMissingAbility } from '../../src/core/abilities.ts'
import { choice, integer, type ParameterMap, real, vector } from '../../src/core/space.ts'
import { drive } from '../../src/testing/index.ts'
import { problemOf } from './search.ts'

const x = vector(real(-5, 5), 3)
const n = integer(0, 9)
const c = choice(['a', 'b', 'c'])

/** The least cost is where bounds meet, so that samples from beyond them come to the same points. */
function costOf({ x, n = 0, c = 'b' }: Record<string, unknown>): number {
  return (n as number) + (c === 'b' ? 0 : 1) - (x as number[]).reduce((sum, value) => sum + value, 0)
}

/** What plays a fixed list of points, which may say one twice, and what goes on with the same ones. */
const excused = new Set(['design', 'grid-search', 'successive-halving', 'hyperband', 'asha', 'median-stopping'])

test.each<{ name: string; order: 'generations' | 'arrival'; parameters: ParameterMap<Record<string, unknown>> }>([
  { name: 'real numbers', order: 'generations', parameters: { x } },
  { name: 'numbers of both kinds', order: 'arrival', parameters: { x, n } },
  { name: 'numbers and choices', order: 'generations', parameters: { x, n, c } },
  { name: 'numbers and choices', order: 'arrival', parameters: { x, n, c } },
])('of $name, in the order $order, no optimizer simulates a point again that it knows', ({ order, parameters }) => {
  const problem = problemOf(parameters)
  const able = Object.entries<{ readonly abilities: Abilities }>(optimizers).filter(
    ([type, { abilities }]) =>
      !excused.has(type) && findMissingAbility(abilities, { ...problem, budget: undefined }, order) === undefined,
  )
  for (const [type] of able) {
    const known = new Set<string>()
    const again: string[] = []
    const optimizer = createOptimizer(problem, { type, seed: 5 })
    for (const { proposed, told } of drive(optimizer, (point) => [costOf(point)], { evaluations: 200, order })) {
      again.push(...proposed.map((point) => JSON.stringify(point)).filter((point) => known.has(point)))
      for (const { individual } of told) known.add(JSON.stringify(individual.parameters))
    }
    expect(again, type).toEqual([])
    expect(known.size, type).toBeGreaterThan(50)
  }
})
