import type { State } from '../../src/core/plain-data.ts'
import type { Member } from './member.ts'

/** Where one member stands. */
export type Turns = {
  readonly state: State
  /** How many of its proposals there were, and how many of them are waited for. */
  readonly asked: number
  readonly pending: number
  /** What it was given, in units of its share: the least is the next. */
  readonly clock: number
}

/** What decides whose turn it is. */
export type TurnTaking = {
  readonly members: readonly Turns[]
  /** That of the member that had the latest turn: whoever joins begins there. */
  readonly clock: number
  readonly asked: number
}

/**
 * The places of the members in the order in which they are asked: of those whose time it is, first whoever has had the
 * least for its share (start-time fair queueing: Goyal, Vin and Cheng 1997). Where nothing is waited for, and they have
 * nothing to propose, the others follow, so that a search ends only when nobody has anything.
 */
export function inTurn(
  { members, clock, asked }: TurnTaking,
  plan: readonly Pick<Member, 'from' | 'until'>[],
): number[] {
  const places = [...members.keys()]
  const isActive = (place: number) => asked >= plan[place]!.from && asked < plan[place]!.until
  const clockOf = (place: number) => (members[place]!.asked === 0 ? clock : members[place]!.clock)
  const active = places.filter(isActive).sort((a, b) => clockOf(a) - clockOf(b))
  if (members.some(({ pending }) => pending > 0)) return active
  return [...active, ...places.filter((place) => !isActive(place)).sort((a, b) => plan[a]!.from - plan[b]!.from)]
}

/** The round after a turn of the member at this place, in which it proposed so many. */
export function afterTurn<R extends TurnTaking>(
  round: R,
  place: number,
  { state, count, share }: { readonly state: State; readonly count: number; readonly share: number },
): R {
  const old = round.members[place]!
  const clock = old.asked === 0 ? round.clock : old.clock
  const member = { state, asked: old.asked + count, pending: old.pending + count, clock: clock + count / share }
  return { ...round, members: round.members.with(place, member), clock, asked: round.asked + count }
}
