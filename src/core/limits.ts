import type { Replications } from './replications.ts'

/** What ends a search: totals, which may be raised later. */
export interface Limits<Name extends string = string> {
  /** How many generations, or blocks of a steady search, there are at most. */
  readonly generations?: number | undefined
  /** How many individuals are simulated at most, replicates of one counted once, stand-ins not at all. */
  readonly evaluations?: number | undefined
  /** How many simulations there are at most, each replicate counted, stand-ins not at all. */
  readonly simulations?: number | undefined
  /** The value of the objective that is good enough, in its direction; by name, where all that are named must be. */
  readonly target?: number | Readonly<Partial<Record<Name, number>>> | undefined
  /** How many evaluations in a row may bring nothing better. */
  readonly stagnation?: number | undefined
  /** How long it may take, over all its starts: `12h`, or a number of seconds. */
  readonly time?: number | string | undefined
}

/** How many individuals limits allow: of whichever of the two that count them is reached first. */
export function mostEvaluations(
  { evaluations = Number.POSITIVE_INFINITY, simulations = Number.POSITIVE_INFINITY }: Limits,
  replications: Replications | undefined,
): number {
  return Math.min(evaluations, Math.floor(simulations / (replications?.count ?? 1)))
}

/** Whether limits are sure to end any search: a target may never be reached. */
export function boundSearches({ generations, evaluations, simulations, stagnation, time }: Limits): boolean {
  return [generations, evaluations, simulations, stagnation, time].some((limit) => limit !== undefined)
}
