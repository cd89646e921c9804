import type { ReadCache } from './read-cache.ts'

/** What a simulation environment begins from: a snapshot of another, a cache of slow reads, or nothing. */
export interface Beginning<S = unknown> {
  /** Belongs to the run: its typed arrays are copies, everything else is frozen, so that no run changes another's. */
  readonly snapshot?: S | undefined
  readonly cache?: ReadCache | undefined
}

/** The world that a simulation function acts in; not to be confused with `Environment`, the loop. */
export interface SimulationEnvironment<S = unknown> {
  /** Its whole state as plain data; an environment that is made from it has the same. */
  toSnapshot(): S
}

export interface SimulationEnvironmentClass<E, S = unknown> {
  new (seed: number, beginning: Beginning<S>): E
}
