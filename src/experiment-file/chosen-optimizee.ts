import type { Optimizee, OptimizeeSource } from '../core/optimizee.ts'
import type { NamedSimulation } from '../search/run-identity.ts'
import type { SimulationPolicy } from './definition.ts'
import { policySchema } from './schema.ts'

/** The simulation that an experiment names. */
export interface ChosenOptimizee {
  readonly optimizee: Optimizee
  /** Where workers find the simulation. */
  readonly source: OptimizeeSource
  readonly policy: SimulationPolicy
  /** What the experiment says of it: the same words mean the same simulation. */
  readonly simulation: NamedSimulation
}

/** Where workers find a simulation of this package. */
export function sourceOf({ source }: Optimizee): OptimizeeSource {
  if (!source) throw new Error('an optimizee of this package does not say where workers find it')
  return source
}

/** What the experiment asks of all attempts, as it was given: durations are read once, together with the runner's settings. */
export function policyOf(given: object): SimulationPolicy {
  const entries = Object.entries(given).filter(([key]) => Object.hasOwn(policySchema.shape, key))
  return Object.fromEntries(entries)
}
