import type { Algorithm, Asked, Recommendation, Reported } from './algorithm.ts'
import { refuseBudget } from './budget.ts'
import { type IndividualId, nameOf } from './individual.ts'
import { nearest } from './nearest.ts'
import { findNotPlain, isMap, type State } from './plain-data.ts'
import type { Origin, Proposal } from './proposal.ts'
import { show } from './text.ts'

// What an algorithm answers is looked at where it is given: classes from outside may be plain JavaScript. Each function here
// says what is wrong with an answer, as the end of a sentence, or undefined.

export function refuseAsked(given: unknown): string | undefined {
  const { state, proposals } = (given ?? {}) as { readonly state?: unknown; readonly proposals?: unknown }
  const isAsked =
    state !== undefined && Array.isArray(proposals) && proposals.every((one) => isMap(one) && isMap(one.parameters))
  if (!isAsked) return `it needs to give { state, proposals: [{ parameters }, ...] }, and gave ${shownAnswer(given)}`
  const surplus = refuseKeys(given, keysOfAsked, ['what it gives', 'it'])
  if (surplus !== undefined) return surplus
  return refuseMisspelt(proposals) ?? refusePlaces(proposals)
}

/** A misspelt key may stand in one proposal alone: each operator makes its own. */
function refuseMisspelt(proposals: readonly Proposal<unknown>[]): string | undefined {
  for (let i = 0; i < proposals.length; i++) {
    const proposal = proposals[i]!
    if (isUsual(proposal)) continue
    const refusal =
      refuseKeys(proposal, keysOfProposals, [`proposal ${i}`, 'a proposal']) ??
      refuseKeys(proposal.origin, keysOfOrigins, [`the origin of proposal ${i}`, 'an origin'])
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** Whether all keys are those that most have: told by comparing names alone, in a fifth of the time that a look into a list takes. */
function isUsual(proposal: Proposal<unknown>): boolean {
  for (const key in proposal) if (key !== 'parameters' && key !== 'tag' && key !== 'origin') return false
  for (const key in proposal.origin) if (key !== 'operator' && key !== 'parents') return false
  return true
}

/** Whether two proposals name one place: the index, with the replicate, in their generation. */
export function refusePlaces(proposals: readonly Proposal<unknown>[]): string | undefined {
  if (proposals.every(({ index }) => index === undefined)) return undefined
  const taken = new Map<string, number>()
  for (const [i, { index = i, replicate = 0 }] of proposals.entries()) {
    const place = `${index}.${replicate}`
    const other = taken.get(place)
    if (other !== undefined) {
      return `proposals ${other} and ${i} have the same index, ${index}: each individual of a generation needs one of its own`
    }
    taken.set(place, i)
  }
  return undefined
}

function refuseKeys(
  given: unknown,
  known: ReadonlySet<string>,
  [one, any]: readonly [string, string],
): string | undefined {
  if (!isMap(given)) return undefined
  for (const key in given) {
    if (known.has(key) || !Object.hasOwn(given, key)) continue
    const names = [...known]
    const meant = nearest(key, names)
    return `${one} has ${show(key)}${meant ? ` (did you mean ${meant}?)` : ''}, and ${any} has ${names.join(', ')}`
  }
  return undefined
}

function keysOf<T>(keys: Readonly<Record<keyof T, true>>): ReadonlySet<string> {
  return new Set(Object.keys(keys))
}

const keysOfAsked = keysOf<Asked<State>>({ state: true, proposals: true })

const keysOfReported = keysOf<Reported<State>>({ state: true, stop: true })

const keysOfOrigins = keysOf<Origin>({ operator: true, parents: true })

const keysOfProposals = keysOf<Proposal>({
  parameters: true,
  tag: true,
  origin: true,
  seed: true,
  replicate: true,
  index: true,
  budget: true,
  continues: true,
})

/** What is wrong with the first that is refused. */
export function refuseProposals<P>(
  optimizer: Pick<Algorithm<State, P>, 'refuse' | 'budget'>,
  proposals: readonly Proposal<P>[],
): string | undefined {
  for (let i = 0; i < proposals.length; i++) {
    const refusal = refuseProposal(optimizer, proposals[i]!)
    if (refusal !== undefined) return `proposal ${i} ${refusal}`
  }
  return undefined
}

function refuseProposal<P>(
  optimizer: Pick<Algorithm<State, P>, 'refuse' | 'budget'>,
  proposal: Proposal<P>,
): string | undefined {
  const { parameters, budget, tag, origin, seed, replicate, index, continues } = proposal
  return (
    optimizer.refuse(parameters) ??
    (budget === undefined ? undefined : refuseBudget(optimizer.budget, budget)) ??
    (continues === undefined ? undefined : refuseContinuation(optimizer, continues)) ??
    (tag === undefined ? undefined : refuseTag(tag)) ??
    (origin === undefined ? undefined : refuseOrigin(origin)) ??
    refuseNumber('seed', seed, Number.MIN_SAFE_INTEGER) ??
    refuseNumber('replicate', replicate, 0) ??
    refuseNumber('index', index, 0)
  )
}

type Spaced = { readonly space: { refuse(parameters: unknown): string | undefined } }

export function refuseRecommendations(optimizer: Spaced, given: unknown): string | undefined {
  if (!Array.isArray(given)) return `it needs to give a list, and gave ${shownAnswer(given)}`
  for (const [i, one] of (given as readonly Recommendation[]).entries()) {
    const refusal = refuseRecommendation(optimizer, one)
    if (refusal !== undefined) return `recommendation ${i} ${refusal}`
  }
  return undefined
}

function refuseRecommendation({ space }: Spaced, one: Recommendation): string | undefined {
  if (!isMap(one) || !isMap(one.parameters)) return `needs to be { parameters, by }, got ${show(one)}`
  const { parameters, by, individual } = one
  if (by !== 'seen' && by !== 'model') return `needs by: 'seen' or by: 'model', got ${show(by)}`
  if (individual !== undefined && !isId(individual)) return `has as its individual ${wantedId}, got ${show(individual)}`
  return space.refuse(parameters)
}

export function refuseSummary(given: unknown): string | undefined {
  if (!isMap(given)) return `it needs to give numbers by their names, and gave ${shownAnswer(given)}`
  const found = findNotPlain(given, 'written')
  return found && `what it says is recorded, but ${found}`
}

export function refuseNeeds(given: unknown): string | undefined {
  if (Array.isArray(given) && given.every(isId)) return undefined
  return `it needs to give a list of individuals, each of them ${wantedId}, and gave ${shownAnswer(given)}`
}

export function refuseReported(given: unknown): string | undefined {
  const { state, stop } = (given ?? {}) as { readonly state?: unknown; readonly stop?: unknown }
  if (state === undefined || !Array.isArray(stop)) {
    return `it needs to give { state, stop: [individual, ...] }, and gave ${shownAnswer(given)}`
  }
  const surplus = refuseKeys(given, keysOfReported, ['what it gives', 'it'])
  if (surplus !== undefined) return surplus
  const wrong = stop.find((one) => !isId(one))
  return wrong === undefined ? undefined : `it stops what is not ${wantedId}: ${show(wrong)}`
}

export function refuseGenerationSize(given: unknown): string | undefined {
  if (Number.isSafeInteger(given) && (given as number) >= 0) return undefined
  return `it needs to give a whole number from 0, and gave ${shownAnswer(given)}`
}

/** A tag comes back as the record has kept it, if the search was stopped in between. */
function refuseTag(tag: unknown): string | undefined {
  const found = findNotPlain(tag)
  return found && `has a tag that must be plain data, but ${found}`
}

function refuseOrigin(origin: unknown): string | undefined {
  const { operator, parents } = (origin ?? {}) as { readonly operator?: unknown; readonly parents?: unknown }
  if (typeof operator !== 'string') return `needs an origin like { operator: 'mutation' }, got ${show(origin)}`
  if (parents === undefined) return undefined
  if (!Array.isArray(parents)) return `needs a list of the parents in its origin, got ${show(parents)}`
  const wrong = parents.find((parent) => !isId(parent))
  return wrong === undefined ? undefined : `has a parent in its origin that is not ${wantedId}: ${show(wrong)}`
}

function refuseContinuation({ budget }: Pick<Algorithm, 'budget'>, continues: unknown): string | undefined {
  if (!isId(continues)) return `goes on from what is not ${wantedId}: ${show(continues)}`
  return budget === undefined
    ? `goes on from individual ${nameOf(continues)}, and the problem has no budget`
    : undefined
}

function refuseNumber(name: string, value: unknown, least: number): string | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least)) return undefined
  return `needs a whole number${least === 0 ? ' from 0' : ''} as its ${name}, got ${show(value)}`
}

function isId(value: unknown): value is IndividualId {
  const { generation, index, replicate } = (value ?? {}) as Partial<IndividualId>
  return Number.isSafeInteger(generation) && Number.isSafeInteger(index) && Number.isSafeInteger(replicate)
}

const wantedId = 'an individual by { generation, index, replicate }'

/** A method that was written with `async` is told so. */
function shownAnswer(given: unknown): string {
  return given instanceof Promise ? 'a promise: it has to answer at once' : show(given)
}
