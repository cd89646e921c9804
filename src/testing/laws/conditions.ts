import { Individual } from '../../core/individual.ts'
import { Objectives } from '../../core/objectives.ts'
import { Random } from '../../core/random.ts'
import { boolean, choice, integer, real, Space, vector, when } from '../../core/space.ts'
import { type AnyParameters, proposedIn, type Simulate } from '../drive.ts'
import { expectSame } from '../expect-same.ts'
import { expect } from '../peers.ts'
import { play } from '../play.ts'
import type { Tested } from '../tested.ts'

/** Parameters that do not apply: they are in no proposal, and nothing follows from them. */
export function lawsOfConditions({ law, make, abilities, ordersOf }: Tested): void {
  if (abilities.conditions !== true) return
  const optimizerOf = (space: Space<AnyParameters>, seed: number) =>
    make({ space, objectives: new Objectives({ cost: 'minimize' }) }, { seed })

  for (const order of ordersOf) {
    law(`in the order ${order}, what does not apply is in no proposal, and no two differ in that alone`, () => {
      const space = new Space<AnyParameters>(solvers)
      const proposed = proposedIn(play(optimizerOf(space, 2), cost, { evaluations: 300, order }))
      for (const given of proposed) expect(space.refuse(given)).toBeUndefined()
      const cases = new Set(proposed.map((given) => Object.keys(given).join()))
      expect(cases.size).toBe(4)
      if (abilities.budgets) return // a point is met again with more of the budget
      expect(new Set(proposed.map((given) => JSON.stringify(given))).size).toBe(proposed.length)
    })

    law(`in the order ${order}, the search is the same whatever stands on the axes of what does not apply`, () => {
      const search = (space: Space<AnyParameters>) => {
        const random = Random.of('known')
        const known = Array.from({ length: 20 }, (_, index) => {
          const parameters = space.decode(space.samplePoint(random))
          const individual = new Individual({ generation: -1, index, replicate: 0 }, parameters, 0)
          return { individual, outcome: 'done' as const, fitness: cost(parameters, index)! }
        })
        return proposedIn(play(optimizerOf(space, 4), cost, { evaluations: 300, order, known }))
      }
      expectSame(search(new OtherwiseHidden(solvers)), search(new Space<AnyParameters>(solvers)))
    })
  }
}

const solvers = {
  solver: choice(['none', 'rk4', 'adaptive']),
  order: when({ solver: ['rk4', 'adaptive'] }, integer(1, 8)),
  step: when({ solver: 'rk4' }, real(1e-4, 1, { scale: 'log' })),
  tolerance: when({ solver: 'adaptive' }, real(1e-9, 1e-3, { scale: 'log' })),
  dense: when({ solver: 'adaptive' }, boolean()),
  nodes: when({ dense: true }, vector(real(0, 1), 2)),
}

/** The best is an adaptive solver with dense output, and the others are not far. */
const cost: Simulate = ({ solver, order, step, tolerance, dense, nodes }) => {
  if (solver === 'none') return [8]
  const ofOrder = Math.abs((order as number) - 5)
  if (solver === 'rk4') return [2 + ofOrder + Math.log10((step as number) / 0.01) ** 2]
  const ofNodes = dense === true ? (nodes as number[]).reduce((sum, x) => sum + (x - 0.3) ** 2, 0) : 1
  return [ofOrder + Math.log10((tolerance as number) / 1e-6) ** 2 / 3 + ofNodes]
}

/** The same space, but for where absent parameters lie. */
class OtherwiseHidden extends Space<AnyParameters> {
  override encode(parameters: AnyParameters): number[] {
    const point = super.encode(parameters)
    for (const at of this.hiddenAxes(point)) point[at] = 0.97
    return point
  }
}
