import type { Algorithm } from './algorithm.ts'
import type { State } from './plain-data.ts'
import type { Proposal } from './proposal.ts'
import { Random } from './random.ts'
import { repair, triesOfRepair } from './repair.ts'
import { printable } from './text.ts'

/**
 * Proposals of which what violates constraints of parameters, and is never simulated, is replaced by what keeps them nearby.
 *
 * @param asked how many had been asked for before
 * @throws RangeError if nothing was found that keeps them
 */
export function repairProposals<P>(
  { constraints, space, settings }: Pick<Algorithm<State, P>, 'constraints' | 'space' | 'settings'>,
  proposals: readonly Proposal<P>[],
  asked: number,
): readonly Proposal<P>[] {
  return proposals.map((proposal, i) => {
    if (constraints.violationBy(proposal.parameters) === 0) return proposal
    const random = Random.of(settings.seed, 'repair', asked + i)
    const parameters = repair(space, constraints, proposal.parameters, random)
    if (parameters === undefined) {
      const what = printable(constraints.refuse(proposal.parameters)!)
      throw new RangeError(`proposal ${i} ${what}, and none of ${triesOfRepair} points tried keeps all constraints.`)
    }
    const { operator = 'proposal', parents } = proposal.origin ?? {}
    return { ...proposal, parameters, origin: { operator: `${operator}, repaired`, parents } }
  })
}
