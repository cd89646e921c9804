import type { BudgetRange } from './budget.ts'
import type { Constraints } from './constraints.ts'
import type { Evaluation } from './evaluation.ts'
import type { IndividualId } from './individual.ts'
import type { State } from './plain-data.ts'
import type { Proposal } from './proposal.ts'
import type { Random } from './random.ts'
import type { Space } from './space.ts'

/**
 * What a search needs of an optimizer: pure functions of a state, with randomness as an argument. `Optimizer` says what
 * each of them means.
 */
export interface Algorithm<S extends State = State, P = Record<string, unknown>> {
  readonly type: string
  readonly version: number
  readonly populationSize: number
  readonly settings: { readonly seed: number }
  readonly space: Space<P>
  readonly constraints: Constraints<P>
  readonly budget: BudgetRange | undefined
  refuse(parameters: P): string | undefined
  start(random: Random): S
  ask(state: S, room: number, random: Random): Asked<S, P>
  tell(state: S, evaluations: readonly Evaluation<P>[], random: Random): S
  report?(state: S, individual: IndividualId, step: number, value: number, random: Random): Reported<S>
  recommend(state: S): readonly Recommendation<P>[]
  generationSize(state: S): number
  needs(state: S): readonly IndividualId[]
  summarize(state: S): Readonly<Record<string, unknown>>
}

/** Proposals, and the state that waits for them. */
export interface Asked<S, P = Record<string, unknown>> {
  readonly state: S
  readonly proposals: readonly Proposal<P>[]
}

/** What an optimizer answers when it is asked what it has found. */
export interface Recommendation<P = Record<string, unknown>> {
  readonly parameters: P
  /** `seen`: it was simulated. `model`: where the algorithm believes the optimum to be, as the mean under noise. */
  readonly by: 'seen' | 'model'
  /** The individual that was seen. */
  readonly individual?: IndividualId | undefined
}

/** What a running individual has reported, and whether anything of it is still wanted. */
export interface Reported<S> {
  readonly state: S
  /** The individuals that need not go on: they are stopped, and told as far as they came. */
  readonly stop: readonly IndividualId[]
}
