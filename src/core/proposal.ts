import type { IndividualId } from './individual.ts'
import type { State } from './plain-data.ts'

/** Parameters that are to be simulated, and what the optimizer says with them. */
export interface Proposal<P = Record<string, unknown>> {
  readonly parameters: P
  /** Any small plain data; comes back with the evaluation, so that nothing has to be found again or encoded anew. */
  readonly tag?: State | undefined
  /** How it was made; recorded. */
  readonly origin?: Origin | undefined
  /** Derived from the search's seed unless it is given, as designs do. */
  readonly seed?: number | undefined
  /** Which of several simulations of the same point this is; given by designs only. */
  readonly replicate?: number | undefined
  /** The place in the generation; consecutive places are given to proposals that name none. */
  readonly index?: number | undefined
  /** How much of the simulation is wanted, where the problem has a budget; all of it unless it says so. */
  readonly budget?: number | undefined
  /** The individual whose checkpoint this one goes on from. */
  readonly continues?: IndividualId | undefined
}

/** How a proposal came about. */
export interface Origin {
  /** What made it, in the algorithm's own word: `crossover`, `mutation`, `random`. */
  readonly operator: string
  readonly parents?: readonly IndividualId[] | undefined
}
