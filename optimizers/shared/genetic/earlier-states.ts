import type { State } from '../../../src/core/plain-data.ts'
import type { Famous } from './hall-of-fame.ts'
import type { Member } from './members.ts'

/** The state of an earlier version of the genetic algorithm as one of version 2; undefined if there was no such version. */
export function asVersion2(state: State, version: number): Version2 | undefined {
  switch (version) {
    case 1:
      return fromVersion1(state as unknown as Version1)
    case 2:
      return state as unknown as Version2
    default:
      return undefined
  }
}

/** The state of version 2, which knew no points but its members. */
interface Version2 {
  readonly generation: number
  readonly isSteady: boolean
  readonly members: readonly Member[]
  readonly pending: readonly { readonly serial: number; readonly genome: readonly number[] }[]
  readonly proposed: number
  readonly hallOfFame: readonly Famous[]
  readonly average: number | null
  readonly failed: number
}

/** The state of version 1, which held the genomes that it waited for and forgot those that were told. */
interface Version1 {
  readonly generation: number
  readonly survivors: readonly Member[]
  readonly offspring: readonly (readonly number[])[]
  readonly hallOfFame: readonly Famous[]
  readonly average: number | null
  readonly failed: number
}

function fromVersion1({ offspring, survivors, failed: _, ...others }: Version1): Version2 {
  const pending = offspring.map((genome, serial) => ({ serial, genome }))
  return { ...others, isSteady: false, members: survivors, pending, proposed: offspring.length, failed: 0 }
}
