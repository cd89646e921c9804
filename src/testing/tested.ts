import { type Abilities, type Order, orders, takesOrder } from '../core/abilities.ts'
import type { BudgetRange } from '../core/budget.ts'
import type { ObjectiveMap } from '../core/objectives.ts'
import type { Problem } from '../core/optimizee.ts'
import type { CommonSettings, Optimizer } from '../core/optimizer.ts'
import { type Parameter, real } from '../core/space.ts'
import { everyKindOf, problemOf } from './problems.ts'

/** The budget of a problem, where it has one. */
export const steps: BudgetRange = { name: 'steps', low: 1, high: 27 }

/** Makes the optimizer that is tested, for a problem. */
export type MakeOptimizer = (problem: Problem, settings: Partial<CommonSettings>) => Optimizer

/** An optimizer before the laws: what it can, the largest problem that it takes, and how a law is put to it. */
export interface Tested {
  readonly make: MakeOptimizer
  readonly abilities: Abilities
  /** Parameters of every kind that it searches. */
  readonly parameters: Readonly<Record<string, Parameter>>
  /** A problem of these parameters. */
  readonly everyKind: (objectives?: ObjectiveMap) => Problem
  /** The orders that it can be played in. */
  readonly ordersOf: readonly Order[]
  /** How many evaluations it may spend when it is compared with random search; no law that is long spends more. */
  readonly evaluations: number
  /** A test, unless the optimizer is excused from it. */
  readonly law: (title: string, check: () => void) => void
}

export function testedFrom(given: MakeOptimizer, evaluations: number, law: Tested['law']): Tested {
  const { abilities } = given({ ...problemOf({ x: real(0, 1) }), budget: steps }, {})
  // Whoever spends a budget finds one in every problem.
  const make: MakeOptimizer = abilities.budgets
    ? (problem, settings) => given({ ...problem, budget: problem.budget ?? steps }, settings)
    : given
  const parameters = everyKindOf(abilities)
  return {
    make,
    abilities,
    parameters,
    everyKind: (objectives) => problemOf(parameters, objectives),
    ordersOf: orders.filter((order) => takesOrder(abilities, order)),
    evaluations,
    law,
  }
}
