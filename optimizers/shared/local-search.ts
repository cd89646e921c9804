import { z } from 'zod'
import type { Asked, Recommendation } from '../../src/core/algorithm.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import { commonSettings, Optimizer } from '../../src/core/optimizer.ts'
import type { State } from '../../src/core/plain-data.ts'
import type { Proposal } from '../../src/core/proposal.ts'
import type { Random } from '../../src/core/random.ts'
import { freshPoint, keyedPoint } from './fresh-point.ts'
import { scoreAt, withPoint } from './known-points.ts'
import { nothingSeen, recommendBest, type Seen, type SeenPoint, see, summarizeSeen } from './seen.ts'

/** The settings of every local method. */
export const localSettings = {
  ...commonSettings,
  generations: commonSettings.generations.describe(
    'How many generations to run at most, of which many have one individual; 1000 unless it is given, or a limit bounds the search',
  ),
  restarts: z
    .int()
    .min(0)
    .optional()
    .describe(
      'How often a search that came to rest begins again elsewhere; for as long as the limits allow unless given',
    ),
  searches: z
    .int()
    .min(1)
    .default(1)
    .describe('How many searches go on side by side, where there is room for more than one can ask for'),
}

export type LocalSettings = z.output<z.ZodObject<typeof localSettings>>

/** What a local method wants to know before it goes on: the costs of some points, all of them at once. */
export type Round<M extends State> = {
  readonly memory: M
  /** In the unit cube. */
  readonly points: readonly (readonly number[])[]
}

/** Where a local search begins. */
export interface Start {
  readonly point: readonly number[]
  /** How far around it to look first, as a part of each range; null if nothing is known of that. */
  readonly spread: number | null
}

/** One search on its way through the points of a round. */
type Running<M extends State> = {
  readonly round: Round<M>
  /** What the points are known by. */
  readonly keys: readonly number[]
  /** How many of the points were asked for, or known before. */
  readonly asked: number
}

export type LocalState<M extends State> = {
  readonly seen: Seen
  readonly searches: readonly Running<M>[]
  /** How many searches have begun. */
  readonly begun: number
  /** What the points are known by that are waited for. */
  readonly pending: readonly number[]
  /** The best that was told without having been asked for, as long as no search has begun there. */
  readonly guess: { readonly point: readonly number[]; readonly spread: number | null } | null
}

/** The cost of a point that failed; finite, as a state wants it. */
export const failedCost = Number.MAX_VALUE

/** How many rounds whose points were all known are gone through in a row, before a point is drawn at random. */
const mostKnownRounds = 200

/**
 * A search that walks downhill from a start, and begins again elsewhere when it has come to rest. A method says what it
 * wants to know, round after round; this class simulates what of that is not known, in any portions, and restarts.
 *
 * What was not asked for and is better than all before becomes the start of the first search.
 */
export abstract class LocalSearch<M extends State, P, S extends LocalSettings> extends Optimizer<LocalState<M>, P, S> {
  /** The first round of a search. */
  protected abstract begin(start: Start, random: Random): Round<M>

  /** What it wants to know next; null if it has come to rest. Costs are finite; that of a failure is `failedCost`. */
  protected abstract next(round: Round<M>, costs: readonly number[], random: Random): Round<M> | null

  override get usualGenerations(): number {
    return 1000
  }

  override get populationSize(): number {
    return Math.max(32, 2 * this.space.dimension + 1)
  }

  override start(): LocalState<M> {
    return { seen: nothingSeen, searches: [], begun: 0, pending: [], guess: null }
  }

  override ask(state: LocalState<M>, room: number, random: Random): Asked<LocalState<M>, P> {
    const proposals: Proposal<P>[] = []
    let now = state
    while (proposals.length < room) {
      const asked = this.#askOne(now, random)
      if (!asked) break
      now = asked.state
      proposals.push(asked.proposal)
    }
    return { state: now, proposals }
  }

  override tell(state: LocalState<M>, evaluations: readonly Evaluation<P>[]): LocalState<M> {
    const pending = new Set(state.pending)
    const elsewhere: SeenPoint[] = []
    let { seen } = state
    for (const evaluation of evaluations) {
      const taken = see(seen, evaluation, this.space, this.objectives)
      seen = taken.seen
      const { key, score } = taken.told
      // What was proposed may have been repaired: what came of it counts for the point that was asked for, too.
      const asked = typeof evaluation.tag === 'number' ? evaluation.tag : key
      if (asked !== key) seen = { ...seen, known: withPoint(seen.known, asked, score) }
      pending.delete(asked)
      if (evaluation.tag === undefined && taken.told.score !== null) elsewhere.push(taken.told)
    }
    return { ...state, seen, pending: [...pending], guess: guessOf(elsewhere, state.seen) ?? state.guess }
  }

  override recommend({ seen }: LocalState<M>): Recommendation<P>[] {
    return recommendBest(seen, this.space)
  }

  override summarize({ seen, begun, pending }: LocalState<M>): Readonly<Record<string, unknown>> {
    return { ...summarizeSeen(seen), searches: begun, pending: pending.length }
  }

  /** The next point that is not known, of the first search that has one; of another search, if there may be more. */
  #askOne(state: LocalState<M>, random: Random): { state: LocalState<M>; proposal: Proposal<P> } | undefined {
    let now = state.guess === null ? state : this.#follow(state, random)
    let left = mostKnownRounds
    for (let place = 0; place < this.settings.searches; place++) {
      for (; left > 0; left--) {
        if (place === now.searches.length) {
          if (!this.#mayBegin(now)) break
          now = this.#begin(now, place, this.#drawStart(now, random), random)
        }
        const running = now.searches[place]!
        const at = running.keys.findIndex((key, i) => i >= running.asked && !this.#isTaken(now, key))
        if (at >= 0) return this.#propose(now, place, at)
        const costs = running.keys.map((key) => costOf(scoreAt(now.seen.known, key)))
        if (costs.includes(undefined)) break // some of the round are still waited for
        const round = this.next(running.round, costs as number[], random)
        now = round === null ? without(now, place) : withSearch(now, place, this.#running(round))
      }
    }
    if (left > 0) return undefined
    // Where nearly all is known, as in a small discrete space, whatever is not is worth a look.
    const fresh = freshPoint(this.space, (key) => this.#isTaken(now, key), random)
    if (!fresh) return undefined
    const proposal = { parameters: this.space.decode(fresh.point), tag: fresh.key, origin: { operator: 'random' } }
    return { state: { ...now, pending: [...now.pending, fresh.key] }, proposal }
  }

  #propose(state: LocalState<M>, place: number, at: number): { state: LocalState<M>; proposal: Proposal<P> } {
    const running = state.searches[place]!
    const next = withSearch(state, place, { ...running, asked: at + 1 })
    const parameters = this.space.decode(running.round.points[at]!)
    const key = running.keys[at]!
    return { state: { ...next, pending: [...next.pending, key] }, proposal: { parameters, tag: key } }
  }

  #isTaken({ pending, seen }: LocalState<M>, key: number): boolean {
    return pending.includes(key) || scoreAt(seen.known, key) !== undefined
  }

  #mayBegin({ begun }: LocalState<M>): boolean {
    const { restarts, searches } = this.settings
    return restarts === undefined || begun < searches + restarts
  }

  /** Lets the first search go on from what is known to be better. */
  #follow(state: LocalState<M>, random: Random): LocalState<M> {
    return this.#begin({ ...state, guess: null }, 0, state.guess!, random)
  }

  #begin(state: LocalState<M>, place: number, start: Start, random: Random): LocalState<M> {
    return withSearch({ ...state, begun: state.begun + 1 }, place, this.#running(this.begin(start, random)))
  }

  #running(round: Round<M>): Running<M> {
    return { round, keys: round.points.map((point) => keyedPoint(this.space, point).key), asked: 0 }
  }

  /** The first as the simulation has it, the others away from the bounds. */
  #drawStart({ begun }: LocalState<M>, random: Random): Start {
    if (begun === 0) return { point: this.space.encode(this.createIndividual(random)), spread: null }
    return { point: this.space.samplePoint(random).map((x) => 0.1 + 0.8 * x), spread: null }
  }
}

/** The best of what was told from elsewhere, if it is better than all that was seen, and how wide the better half lies around it. */
function guessOf(elsewhere: readonly SeenPoint[], { best }: Seen): Start | null {
  const ranked = elsewhere.toSorted((a, b) => b.score! - a.score!)
  const first = ranked[0]
  if (first === undefined || (best !== null && best.score >= first.score!)) return null
  const near = ranked.slice(1, Math.max(2, ranked.length / 2))
  if (near.length === 0) return { point: first.point, spread: null }
  const squares = near.flatMap(({ point }) => point.map((x, i) => (x - first.point[i]!) ** 2))
  return { point: first.point, spread: Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length) }
}

/** Undefined as long as nothing is known. */
function costOf(score: number | null | undefined): number | undefined {
  return score === undefined ? undefined : score === null ? failedCost : -score
}

function withSearch<M extends State>(state: LocalState<M>, place: number, running: Running<M>): LocalState<M> {
  return { ...state, searches: state.searches.toSpliced(place, 1, running) }
}

function without<M extends State>(state: LocalState<M>, place: number): LocalState<M> {
  return { ...state, searches: state.searches.toSpliced(place, 1) }
}
