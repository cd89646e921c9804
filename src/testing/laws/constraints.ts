import type { Constraint } from '../../core/constraints.ts'
import type { Evaluation } from '../../core/evaluation.ts'
import { real, vector } from '../../core/space.ts'
import { type AnyParameters, isBelow, leastOf, type Simulate, steps, toldIn, toldUntil } from '../drive.ts'
import { expect } from '../peers.ts'
import { play } from '../play.ts'
import { distance, problemOf } from '../problems.ts'
import type { Tested } from '../tested.ts'

/** Constraints are kept where they can be, and what violates less is better. */
export function lawsOfConstraints({ law, make, abilities, ordersOf, evaluations }: Tested): void {
  law('nothing is simulated that violates a constraint of parameters, in any order', () => {
    // Kept by a sixth of the space: of two numbers, one is to be well below the other.
    const steep: Constraint = {
      name: 'steep',
      of: 'parameters',
      violation: ({ x }) => (x as number[])[1]! - 0.5 * (x as number[])[0]! + 0.1,
    }
    for (const order of ordersOf) {
      const problem = problemOf({ x: vector(real(0, 1), 2) }, { f: 'minimize' }, [steep])
      const simulate: Simulate = ({ x }) => [distance(x as number[], [0.2, 0.8])]
      const told = toldIn(play(make(problem, { seed: 8 }), simulate, { evaluations: 150, order }))
      for (const { individual } of told)
        expect(steep.of === 'parameters' && steep.violation(individual.parameters)).toBeLessThanOrEqual(0)
    }
  })

  if (!abilities.searches) return

  for (const of of ['parameters', 'results'] as const) {
    law(`it finds an optimum that lies where a constraint of ${of} begins to be violated`, () => {
      const first = ({ x }: AnyParameters) => 0.6 - (x as number[])[0]!
      const constraint: Constraint =
        of === 'parameters'
          ? { name: 'right', of, violation: first }
          : { name: 'right', of, violation: (_, parameters) => first(parameters) }
      const optimizer = make(problemOf({ x: vector(real(0, 1), 3) }, { f: 'minimize' }, [constraint]), { seed: 2 })
      const simulate: Simulate = ({ x }) => [distance(x as number[], [0.2, 0.4, 0.6])]
      const isKept = (evaluation: Evaluation) => evaluation.outcome === 'done' && evaluation.violation === undefined
      const isFound = isBelow(0.42 ** 2)
      const told = toldUntil(steps(optimizer, simulate, { evaluations }), (one) => isKept(one) && isFound(one))
      const kept = told.filter(isKept)
      expect(leastOf(kept)).toBeLessThan(0.42 ** 2)
      expect(leastOf(kept)).toBeGreaterThanOrEqual(0.4 ** 2 - 1e-9)
    })
  }

  law('what violates a constraint of results is recommended only where nothing keeps it', () => {
    const low: Constraint = { name: 'low', of: 'results', violation: ({ f }) => (f as number) - 0.5 }
    const high: Constraint = { name: 'high', of: 'results', violation: ({ f }) => 0.05 - (f as number) }
    const optimizer = make(problemOf({ x: vector(real(0, 1), 3) }, { f: 'minimize' }, [low, high]), { seed: 2 })
    const simulate: Simulate = ({ x }) => [distance(x as number[], [0.2, 0.4, 0.6])]
    let isKnown = false
    for (const { state, told } of play(optimizer, simulate, { evaluations: 300 })) {
      for (const { parameters: found, by } of isKnown ? optimizer.recommend(state) : []) {
        if (by === 'seen') expect(distance(found.x as number[], [0.2, 0.4, 0.6])).toBeGreaterThanOrEqual(0.05)
        break // the first is what it holds to be best
      }
      isKnown ||= told.some((evaluation) => evaluation.outcome === 'done' && evaluation.violation === undefined)
    }
    expect(isKnown).toBe(true)
  })
}
