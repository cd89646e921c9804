import { Individual } from '../../../src/core/individual.ts'
import { Objectives } from '../../../src/core/objectives.ts'
import type { Problem } from '../../../src/core/optimizee.ts'
import type { Optimizer } from '../../../src/core/optimizer.ts'
import type { State } from '../../../src/core/plain-data.ts'
import { SearchState } from '../../../src/core/search-state.ts'
import { real, space, vector } from '../../../src/core/space.ts'
import { type Attainment, targets } from './attainment.ts'
import { bbobFunction } from './functions.ts'

export type MakeSearcher = <P>(problem: Problem<P>, seed: number) => Optimizer<State, P>

interface Vector {
  x: number[]
}

/** One search of one function, in this process, until the last target is reached or the budget is spent. */
export function searchBbob(
  make: MakeSearcher,
  { number, instance, dimension }: { readonly number: number; readonly instance: number; readonly dimension: number },
  budget: number,
): Attainment {
  const { evaluate, leastValue } = bbobFunction(number, instance, dimension)
  const problem = { space: vectorSpace(dimension), objectives: new Objectives({ f: 'minimize' }) }
  const optimizer = make(problem, 1000 * instance + number)
  optimizer.horizon = budget
  const search = SearchState.begin(optimizer)
  const reached: number[] = []
  let spent = 0
  for (let generation = 0; spent < budget && reached.length < targets.length; generation++) {
    const proposals = search.ask(optimizer.populationSize)
    if (proposals.length === 0) break
    const individuals = proposals.map(
      ({ parameters }, index) => new Individual({ generation, index, replicate: 0 }, parameters, 0),
    )
    search.expect(individuals)
    const evaluations = individuals.map((individual) => {
      const value = evaluate(individual.parameters.x)
      spent++
      while (reached.length < targets.length && value - leastValue <= targets[reached.length]! && spent <= budget) {
        reached.push(spent)
      }
      return { individual, outcome: 'done' as const, fitness: [value] }
    })
    search.tell(evaluations)
  }
  return { function: number, instance, reached }
}

function vectorSpace(dimension: number) {
  return space<Vector>({ x: vector(real(-5, 5), dimension) })
}
