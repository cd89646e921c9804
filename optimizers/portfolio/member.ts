import type { Optimizer } from '../../src/core/optimizer.ts'
import type { State } from '../../src/core/plain-data.ts'

/** One of several optimizers that search together. */
export interface Member<P = Record<string, unknown>> {
  readonly optimizer: Optimizer<State, P>
  /** How many evaluations have been asked for when it joins, and when it has no more turns. */
  readonly from: number
  readonly until: number
  /** Which part of the turns it gets, beside the shares of the others. */
  readonly share: number
  readonly hears: Hearing
  /** What it is there for, as the part of a sentence that follows its name. */
  readonly task: string
}

/**
 * What a member is told of the evaluations of others: each that is better than all before it, the best of all when the
 * member joins, or nothing, since it is there to look elsewhere.
 */
export type Hearing = 'improvements' | 'the best at first' | 'nothing'

/** Who searches together, and why. */
export interface Plan<P = Record<string, unknown>> {
  readonly members: readonly Member<P>[]
  readonly reason: string
}

/** A plan as a sentence. */
export function describePlan<P>({ members, reason }: Plan<P>): string {
  const parts = members.map(({ optimizer, from, task }, place) => {
    const when = place === 0 || from === 0 ? '' : `from evaluation ${from} on `
    return `${when}${optimizer.type}${task === '' ? '' : ` ${task}`}`
  })
  return `auto takes ${parts.join(', ')}: ${reason}.`
}

/** A member with its usual part of the turns, from the start to the end. */
export function memberOf<S extends State, P>(
  optimizer: Optimizer<S, P>,
  given: Partial<Omit<Member<P>, 'optimizer'>> = {},
): Member<P> {
  const usual = { from: 0, until: Number.POSITIVE_INFINITY, share: 1, hears: 'improvements', task: '' } as const
  // The state of a member is its own: nobody else looks into it.
  return { optimizer: optimizer as unknown as Optimizer<State, P>, ...usual, ...given }
}
