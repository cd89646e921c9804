import type { Random } from '../../../src/core/random.ts'
import type { KeyedPoint } from '../fresh-point.ts'
import type { KnownPoints } from '../known-points.ts'
import type { Bred, FamiliesState } from './families.ts'
import type { Famous } from './hall-of-fame.ts'
import type { Member } from './members.ts'

export type GeneticAlgorithmState = {
  /** The families of children that compete for places; null if populations are bred in generations. */
  readonly families: FamiliesState | null
  /** How many generations have been bred; blocks of as many in a steady search. */
  readonly generation: number
  /** Whether it was asked while individuals were pending: then each answer changes the population that is bred from. */
  readonly isSteady: boolean
  /** What is bred from next: the survivors of the last generation and what was told since, or the steady population. */
  readonly members: readonly Member[]
  readonly pending: readonly Pending[]
  /** All points that were told, none of which is simulated again. */
  readonly known: KnownPoints
  /** How many genomes were proposed. */
  readonly proposed: number
  /** The best ever, best first; no two have the same parameters. */
  readonly hallOfFame: readonly Famous[]
  /** The mean weighted fitness of the last population, without those that failed. */
  readonly average: number | null
  /** How many evaluations have failed since the last generation was bred. */
  readonly failed: number
}

/** A genome that is being simulated, by the tag of its proposal. */
export type Pending = {
  readonly serial: number
  readonly genome: readonly number[]
  /** How it was bred, if it is a child of families. */
  readonly bred?: Bred
}

/** A genome that is to be simulated, and what made it. */
export interface Offspring {
  readonly keyed: KeyedPoint
  readonly operator: string
  readonly bred?: Bred
}

/** What of the state asking changes, beside what is pending. */
export type Asking = Pick<GeneticAlgorithmState, 'generation' | 'isSteady' | 'members' | 'average' | 'failed'>

/** What of the state results change that depends on how populations are bred. */
export type Telling = Partial<Pick<GeneticAlgorithmState, 'families' | 'members' | 'average'>>

/** What comes of asking: the offspring, and the state beside it. */
export interface Litter {
  readonly state: Asking
  readonly offspring: readonly Offspring[]
}

/** One who was simulated, by the tag of its proposal; with none it is known from elsewhere. */
export interface Told {
  readonly member: Member
  readonly serial: number | undefined
}

/** How a population becomes the next one. */
export interface Breeding {
  ask(state: GeneticAlgorithmState, room: number, random: Random): Litter
  /** The members, and what else depends on how they are bred, after results; those are not pending any more. */
  tell(before: GeneticAlgorithmState, told: readonly Told[]): Telling
}
