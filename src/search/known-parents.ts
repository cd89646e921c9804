import { type Individual, type IndividualId, nameOf } from '../core/individual.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { OptimizerError, whatFailed } from '../core/optimizer-error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { RecordReader } from '../record/reader.ts'

/**
 * Refuses proposals that name parents which the search does not have. Those of a warm start have names of another run.
 *
 * @param isKnown whether the search knows without its record that it has an individual
 * @throws OptimizerError
 */
export function requireParents(
  optimizer: Optimizer,
  proposals: readonly Proposal[],
  record: RecordReader,
  isKnown: (parent: IndividualId) => boolean,
): void {
  let found: Set<string> | undefined
  for (let i = 0; i < proposals.length; i++) {
    const parents = proposals[i]!.origin?.parents
    if (parents === undefined) continue
    for (const parent of parents) {
      if (isKnown(parent)) continue
      const name = nameOf(parent)
      found ??= new Set()
      if (found.has(name)) continue
      if (!record.hasIndividual(parent) && record.manifest().warmStart === undefined) {
        const what = `proposal ${i} has the parent ${name} in its origin, and the search has no such individual`
        throw new OptimizerError(whatFailed(optimizer, 'ask', optimizer.search.told, what))
      }
      found.add(name)
    }
  }
}

/** Who the newest generations have, where their indices say it: the parents that are named are mostly of these. */
export class KnownGenerations {
  readonly #sizes = new Map<number, number>()

  add(generation: number, individuals: readonly Individual[]): void {
    if (!individuals.every(({ index, replicate }, i) => index === i && replicate === 0)) return
    this.#sizes.set(generation, individuals.length)
    this.#sizes.delete(generation - mostGenerations)
  }

  has({ generation, index, replicate }: IndividualId): boolean {
    return replicate === 0 && index >= 0 && index < (this.#sizes.get(generation) ?? 0)
  }
}

const mostGenerations = 1000
