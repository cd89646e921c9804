import type { StandInFor } from '../../runtime/runner/open-jobs.ts'
import { Individual } from '../core/individual.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { Random, seedOf } from '../core/random.ts'
import type { Trajectory } from '../core/trajectory.ts'

/** An individual that fails for good is replaced this often; then its place stays empty. */
const mostReplacements = 10

/**
 * Proposes who stands in for an individual of the newest generation that failed for good; it changes nothing.
 *
 * @param told how many evaluations the optimizer has been told when it is asked
 */
export function standInsOf(trajectory: Trajectory, optimizer: Optimizer, told: () => number): StandInFor {
  return ({ generation, index: replaces, replicate }) => {
    const size = trajectory.individuals().length
    if (replaces >= size * mostReplacements) return undefined
    const index = replaces + size
    const { seed } = optimizer.settings
    const parameters = optimizer.replace(optimizer.state, Random.of(seed, 'replace', generation, index))
    const individualSeed = seedOf(seed, 'simulate', generation, index, replicate)
    return {
      individual: new Individual({ generation, index, replicate }, parameters, individualSeed),
      after: told(),
      replaces,
    }
  }
}
