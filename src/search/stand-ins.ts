import type { StandInFor } from '../../runtime/runner/open-jobs.ts'
import { Individual } from '../core/individual.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { Random, seedOf } from '../core/random.ts'
import { repair } from '../core/repair.ts'
import type { Environment } from './environment.ts'

/** An individual that fails for good is replaced this often; then its place stays empty. */
const mostReplacements = 10

/**
 * Proposes who stands in for an individual that failed for good: somebody from anywhere in the space, who has its place
 * and an index that is higher by the size of its generation or block. It changes nothing.
 */
export function standInsOf(optimizer: Optimizer, environment: Pick<Environment, 'size' | 'told'>): StandInFor {
  return ({ generation, index: replaces, replicate, budget }) => {
    const { size, told } = environment
    if (replaces >= size * mostReplacements) return undefined
    const index = replaces + size
    const { seed } = optimizer.settings
    const random = Random.of(seed, 'replace', generation, index)
    const drawn = optimizer.createIndividual(random)
    const parameters = repair(optimizer.space, optimizer.constraints, drawn, random)
    if (parameters === undefined) return undefined // none that keeps the constraints was found
    const individualSeed = seedOf(seed, 'simulate', generation, index, replicate)
    return {
      individual: new Individual({ generation, index, replicate }, parameters, individualSeed, { budget }),
      after: told,
      replaces,
    }
  }
}
