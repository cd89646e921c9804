import { findMissingAbility } from '../../../src/core/abilities.ts'
import { Objectives } from '../../../src/core/objectives.ts'
import type { Problem } from '../../../src/core/optimizee.ts'
import type { Optimizer } from '../../../src/core/optimizer.ts'
import type { State } from '../../../src/core/plain-data.ts'
import { steps } from '../../../src/testing/index.ts'
import { type DiscreteProblem, discreteProblems } from './problems.ts'

type MakeOptimizer = (problem: Problem, seed: number) => Optimizer<State>

/** How one optimizer does on one problem. */
export interface DiscreteFigures {
  readonly problem: string
  /** How many of the searches solved it. */
  readonly solved: number
  readonly searches: number
  /** Evaluations spent in all for each search that solved it; null where none did. */
  readonly expectedRunningTime: number | null
}

/** What an optimizer cannot search by its abilities, it is not given. */
export function searchDiscrete(make: MakeOptimizer, seeds: number): DiscreteFigures[] {
  return discreteProblems.map((problem) => {
    const searches = canSearch(make, problem) ? seeds : 0
    const spent = Array.from({ length: searches }, (_, seed) => evaluationsToSolve(make, problem, seed))
    const solved = spent.filter((count) => count !== undefined).length
    const all = spent.reduce<number>((sum, count) => sum + (count ?? problem.budget), 0)
    return { problem: problem.name, solved, searches, expectedRunningTime: solved === 0 ? null : all / solved }
  })
}

function canSearch(make: MakeOptimizer, { space }: DiscreteProblem): boolean {
  const problem = { space, objectives: new Objectives({ f: 'minimize' }) }
  return findMissingAbility(make(problem, 0).abilities, { ...problem, budget: undefined }) === undefined
}

/** How many evaluations one search needs; undefined if its budget is not enough, or if it ends before. */
function evaluationsToSolve(make: MakeOptimizer, problem: DiscreteProblem, seed: number): number | undefined {
  const { space, cost, solvedAt, budget } = problem
  const optimizer = make({ space, objectives: new Objectives({ f: 'minimize' }) }, seed)
  optimizer.horizon = budget
  let spent = 0
  const simulate = (parameters: Record<string, unknown>) => {
    const value = cost(parameters)
    return value === undefined ? undefined : [value]
  }
  for (const { told } of steps(optimizer, simulate, { evaluations: budget })) {
    for (const evaluation of told) {
      spent++
      if (evaluation.outcome === 'done' && evaluation.fitness[0]! <= solvedAt) return spent
    }
  }
  return undefined
}
