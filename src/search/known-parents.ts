import { type IndividualId, nameOf } from '../core/individual.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { OptimizerError, whatFailed } from '../core/optimizer-error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { RecordReader } from '../record/reader.ts'

/**
 * Refuses proposals that name parents which the search does not have. Those of a warm start have names of another run.
 *
 * @param isFresh whether an individual is one that the record is about to be given
 * @throws OptimizerError
 */
export function requireParents(
  optimizer: Optimizer,
  proposals: readonly Proposal[],
  record: RecordReader,
  isFresh: (parent: IndividualId) => boolean = () => false,
): void {
  const found = new Set<string>()
  for (const [i, { origin }] of proposals.entries()) {
    for (const parent of origin?.parents ?? []) {
      const name = nameOf(parent)
      if (found.has(name)) continue
      if (!isFresh(parent) && !record.hasIndividual(parent) && record.manifest().warmStart === undefined) {
        const what = `proposal ${i} has the parent ${name} in its origin, and the search has no such individual`
        throw new OptimizerError(whatFailed(optimizer, 'ask', optimizer.search.told, what))
      }
      found.add(name)
    }
  }
}
