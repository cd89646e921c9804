import { Batch } from './batch.ts'
import { Individual } from './individual.ts'
import type { MeantBy, Space } from './space.ts'

/** An individual as a simulation is given it: with what its names stand for in their place. */
export function meant<P>(individual: Individual<P>, space: Space<P>): Individual<MeantBy<P>> {
  if (!space.hasMeanings) return individual as unknown as Individual<MeantBy<P>>
  return new Individual(individual, space.meaningOf(individual.parameters), individual.seed, individual)
}

/** The same of individuals that are simulated together. */
export function meantTogether<P>(batch: Batch<P>, space: Space<P>): Batch<MeantBy<P>> {
  if (!space.hasMeanings) return batch as unknown as Batch<MeantBy<P>>
  const individuals = batch.individuals.map((individual) => meant(individual, space))
  return new Batch(individuals, space as unknown as Space<MeantBy<P>>)
}
