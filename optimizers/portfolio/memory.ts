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

/** A memory while it changes: each step takes as long however much is awaited. */
export class OpenMemory {
  #known: KnownPoints
  readonly #awaited: Map<number, readonly Interest[]>

  constructor({ known, awaited }: Memory) {
    this.#known = known
    this.#awaited = new Map(awaited.map(({ key, others }) => [key, others]))
  }

  /** The memory as a state holds it. */
  get closed(): Memory {
    return { known: this.#known, awaited: [...this.#awaited].map(([key, others]) => ({ key, others })) }
  }

  /** What is known of a point: the score that came of it, that it is awaited, or nothing. */
  lookUp(key: number): { readonly score: number | null } | 'awaited' | undefined {
    const score = scoreAt(this.#known, key)
    if (score !== undefined) return { score }
    return this.#awaited.has(key) ? 'awaited' : undefined
  }

  /** A point is simulated from now on. */
  await(key: number): void {
    this.#awaited.set(key, [])
  }

  /** Another member waits for a point that is simulated already. */
  join(key: number, interest: Interest): void {
    this.#awaited.set(key, [...this.#awaited.get(key)!, interest])
  }

  /**
   * A point has been told. What was proposed may have been repaired: what came of it counts for both.
   * @returns who else waits for it
   */
  tell(
    { proposed, simulated }: { readonly proposed: number | null; readonly simulated: number },
    score: number | null,
  ): readonly Interest[] {
    this.#known = withPoint(this.#known, simulated, score)
    if (proposed === null) return []
    this.#known = withPoint(this.#known, proposed, score)
    const others = this.#awaited.get(proposed) ?? []
    this.#awaited.delete(proposed)
    return others
  }
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
