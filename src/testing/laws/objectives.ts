import { expect } from 'vitest'
import type { ObjectiveMap } from '../../core/objectives.ts'
import { real, vector } from '../../core/space.ts'
import { drive, type Simulate, toldIn } from '../drive.ts'
import { distance, problemOf } from '../problems.ts'
import type { Tested } from '../tested.ts'

/** What several objectives mean. */
export function lawsOfObjectives({ law, make, abilities, evaluations }: Tested): void {
  if (!abilities.searches || abilities.objectives === 'one') return

  law('of several objectives, the weights say which matters', () => {
    const simulate: Simulate = ({ x }) => {
      const point = x as number[]
      return [distance(point, [0.2, 0.2]), -distance(point, [0.8, 0.8])]
    }
    const found = (weights: ObjectiveMap) => {
      const { objectives } = problemOf({ x: real(0, 1) }, weights)
      const optimizer = make(problemOf({ x: vector(real(0, 1), 2) }, weights), { seed: 3 })
      const told = toldIn(drive(optimizer, simulate, { evaluations }))
      const best = told.reduce((a, b) => (objectives.score(a) >= objectives.score(b) ? a : b))
      return best.individual.parameters.x as number[]
    }
    // The optimum of the weighted sum lies between the two centres, by their weights.
    for (const x of found({ error: -3, gain: 1 })) expect(x).toBeCloseTo(0.35, 1)
    for (const x of found({ error: -1, gain: 3 })) expect(x).toBeCloseTo(0.65, 1)
  })
}
