import type { Abilities } from '../core/abilities.ts'
import { type Order, orders, takesOrder } from '../core/abilities.ts'
import type { ObjectiveMap } from '../core/objectives.ts'
import type { Problem } from '../core/optimizee.ts'
import type { CommonSettings, Optimizer } from '../core/optimizer.ts'
import { type Parameter, real } from '../core/space.ts'
import { everyKindOf, problemOf } from './problems.ts'

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
  /** How many evaluations it may spend when it is compared with random search. */
  readonly evaluations: number
  /** A test, unless the optimizer is excused from it. */
  readonly law: (title: string, check: () => void) => void
}

export function testedFrom(make: MakeOptimizer, evaluations: number, law: Tested['law']): Tested {
  const { abilities } = make(problemOf({ x: real(0, 1) }), {})
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
