import type { Asked, Recommendation } from '../../src/core/algorithm.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import { type CommonSettings, Optimizer } from '../../src/core/optimizer.ts'
import type { Proposal } from '../../src/core/proposal.ts'
import type { Random } from '../../src/core/random.ts'
import { freshPoint, type KeyedPoint } from './fresh-point.ts'
import { scoreAt } from './known-points.ts'
import { PendingKeys } from './pending-keys.ts'
import { nothingSeen, recommendBest, type Seen, type SeenPoint, see, summarizeSeen } from './seen.ts'

export type SamplingState = {
  readonly seen: Seen
  /** What the points are known by that are waited for. */
  readonly pending: readonly number[]
  /** How many points were drawn. */
  readonly drawn: number
}

/** How often a point is drawn that is known before all points are looked at. */
const mostDraws = 64

/** A search that learns nothing: it draws points, none of them twice, until a discrete space has no others. */
export abstract class Sampling<P, Settings extends CommonSettings> extends Optimizer<SamplingState, P, Settings> {
  /** The point of this number; undefined if there are no more. */
  protected abstract draw(number: number, random: Random): KeyedPoint | undefined

  readonly #pendingKeys = new PendingKeys<number>((pending) => new Set(pending))

  override start(): SamplingState {
    return { seen: nothingSeen, pending: [], drawn: 0 }
  }

  override ask(state: SamplingState, room: number, random: Random): Asked<SamplingState, P> {
    const taken = this.#pendingKeys.take(state.pending)
    const isTaken = (key: number) => taken.has(key) || scoreAt(state.seen.known, key) !== undefined
    const proposals: Proposal<P>[] = []
    const keys: number[] = []
    let { drawn } = state
    while (proposals.length < room) {
      let found: KeyedPoint | undefined
      let next = drawn
      for (let draw = 0; draw < mostDraws; draw++) {
        found = this.draw(next++, random)
        if (!found || !isTaken(found.key)) break
      }
      if (!found || isTaken(found.key)) found = freshPoint(this.space, isTaken, random)
      if (!found) break
      drawn = next
      taken.add(found.key)
      keys.push(found.key)
      proposals.push({ parameters: this.space.decode(found.point) })
    }
    const pending = state.pending.length > 0 ? state.pending.concat(keys) : keys
    this.#pendingKeys.settle(pending)
    return { state: { ...state, pending, drawn }, proposals }
  }

  override tell(state: SamplingState, evaluations: readonly Evaluation<P>[]): SamplingState {
    const told: SeenPoint[] = []
    let { seen } = state
    for (const evaluation of evaluations) {
      const taken = see(seen, evaluation, this.space, this.objectives)
      seen = taken.seen
      told.push(taken.told)
    }
    const pending = withoutTold(state.pending, told)
    this.#pendingKeys.tell(state.pending, pending, told)
    return { ...state, seen, pending }
  }

  override recommend({ seen }: SamplingState): Recommendation<P>[] {
    return recommendBest(seen, this.space)
  }

  override summarize({ seen, pending }: SamplingState): Readonly<Record<string, unknown>> {
    return { ...summarizeSeen(seen), pending: pending.length }
  }
}

/** The keys of what is still pending. */
function withoutTold(pending: readonly number[], told: readonly SeenPoint[]): readonly number[] {
  const [first] = told
  if (first && told.length === 1) {
    const place = pending.indexOf(first.key)
    return place < 0 ? pending : pending.slice(0, place).concat(pending.slice(place + 1))
  }
  const answered = new Set(told.map(({ key }) => key))
  return pending.filter((key) => !answered.has(key))
}
