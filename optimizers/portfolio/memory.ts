import type { Evaluation } from '../../src/core/evaluation.ts'
import { Individual } from '../../src/core/individual.ts'
import { mostInfeasible, type Objectives, violationOfScore } from '../../src/core/objectives.ts'
import type { State } from '../../src/core/plain-data.ts'
import { type KnownPoints, scoreAt, withPoint } from '../shared/known-points.ts'

/** Which points are known, and which are simulated, so that no two members have one simulated. */
export type Memory = {
  readonly known: KnownPoints
  readonly awaited: readonly Awaited[]
}

/** A point that is simulated, and whoever else has proposed it meanwhile. */
type Awaited = { readonly key: number; readonly others: readonly Interest[] }

/** The place of a member, and what it said with its proposal. */
export type Interest = { readonly member: number; readonly tag: State }

export const nothingRemembered: Memory = { known: [], awaited: [] }

/** What is known of a point: the score that came of it, that it is awaited, or nothing. */
export function lookUp(
  { known, awaited }: Memory,
  key: number,
): { readonly score: number | null } | 'awaited' | undefined {
  const score = scoreAt(known, key)
  if (score !== undefined) return { score }
  return awaited.some((point) => point.key === key) ? 'awaited' : undefined
}

/** A point is simulated from now on. */
export function withAwaited({ known, awaited }: Memory, key: number): Memory {
  return { known, awaited: [...awaited, { key, others: [] }] }
}

/** Another member waits for a point that is simulated already. */
export function withInterest({ known, awaited }: Memory, key: number, interest: Interest): Memory {
  const joined = awaited.map((point) => (point.key === key ? { key, others: [...point.others, interest] } : point))
  return { known, awaited: joined }
}

/**
 * A point has been told. What was proposed may have been repaired: what came of it counts for both.
 * @returns who else waits for it
 */
export function withTold(
  { known, awaited }: Memory,
  { proposed, simulated }: { readonly proposed: number | null; readonly simulated: number },
  score: number | null,
): { readonly memory: Memory; readonly others: readonly Interest[] } {
  const told = withPoint(known, simulated, score)
  if (proposed === null) return { memory: { known: told, awaited }, others: [] }
  const others = awaited.find(({ key }) => key === proposed)?.others ?? []
  const memory = { known: withPoint(told, proposed, score), awaited: awaited.filter(({ key }) => key !== proposed) }
  return { memory, others }
}

/** What is remembered of a point, as an evaluation that ranks as the one that it was. */
export function recalled<P>(
  { weights }: Objectives,
  parameters: P,
  score: number | null,
  tag: State | undefined,
): Evaluation<P> {
  const individual = new Individual({ generation: -1, index: 0, replicate: 0 }, parameters, 0)
  const told = tag === undefined ? { individual } : { individual, tag }
  if (score === null) return { ...told, outcome: 'failed', cause: { kind: 'threw', message: 'It had failed before.' } }
  if (score <= mostInfeasible) {
    return { ...told, outcome: 'done', fitness: weights.map(() => 0), violation: violationOfScore(score) }
  }
  return { ...told, outcome: 'done', fitness: weights.map((weight, i) => (i === 0 ? score / weight : 0)) }
}
