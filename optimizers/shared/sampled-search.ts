import type { Abilities } from '../../src/core/abilities.ts'
import type { Asked, Recommendation } from '../../src/core/algorithm.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import { type CommonSettings, Optimizer } from '../../src/core/optimizer.ts'
import type { State } from '../../src/core/plain-data.ts'
import type { Random } from '../../src/core/random.ts'
import { feasibleScore } from './best.ts'
import { clipToCube } from './bounds.ts'
import { freshPoint, type KeyedPoint, keyedPoint } from './fresh-point.ts'
import { type KnownPoints, scoreAt } from './known-points.ts'
import { compareScores } from './ranking.ts'
import { meanScore } from './score.ts'
import { nothingSeen, recommendBest, type Seen, type SeenPoint, see } from './seen.ts'

/** A point that was drawn from a model, with what came of it. */
export type Sample = {
  /** As it was drawn: it may lie outside of the unit cube, or between the values of a discrete axis. */
  readonly drawn: readonly number[]
  /** What was simulated for it. */
  readonly point: readonly number[]
  /** Larger is better; null if it failed. */
  readonly score: number | null
}

/** A point that was simulated elsewhere. */
export interface KnownPoint {
  readonly point: readonly number[]
  readonly score: number
}

export type SampledState<M extends State> = {
  /** How many generations were learned from. */
  readonly generation: number
  readonly model: M
  /** The points of the generation that is waited for, as they were drawn; none if they lie anywhere. */
  readonly drawn: readonly (readonly number[])[]
  /** How many individuals are waited for. */
  readonly pending: number
  /** Whether what was found is good enough. */
  readonly hasEnded: boolean
  readonly seen: Seen
  /** The mean weighted fitness of the last generation, without those that failed. */
  readonly average: number | null
  /** How many of the last generation failed. */
  readonly failed: number
}

export interface SampledSettings extends CommonSettings {
  readonly stopAt?: number | undefined
}

/**
 * A search that draws a generation of points from a model, and learns the next model from them. An algorithm is the model:
 * how it begins, what is drawn from it, and what it learns.
 *
 * No point is simulated twice: a sample that is known has its score at once. While most of what is drawn is known, as in
 * a discrete space, more is drawn.
 */
export abstract class SampledSearch<
  M extends State,
  P = Record<string, unknown>,
  Settings extends SampledSettings = SampledSettings,
> extends Optimizer<SampledState<M>, P, Settings> {
  static override readonly abilities: Abilities = {
    axes: ['real', 'integer'],
    objectives: 'weighted',
    pace: 'generation',
    searches: true,
  }

  /**
   * The first model.
   * @param known what was simulated elsewhere and did not fail, best first, no point twice
   * @param told the same as it was told, for what looks for a front
   */
  protected abstract begin(known: readonly KnownPoint[], random: Random, told: readonly Evaluation<P>[]): M

  /** The points of a generation; what is simulated for each is the nearest point of the space. None ends the search. */
  protected abstract draw(model: M, random: Random): number[][]

  /**
   * What follows from samples in the order of drawing, at least one of which did not fail; of one draw or of several.
   * @param told what is new of them, for what looks for a front; nothing where all of them were known
   */
  protected abstract learn(model: M, samples: readonly Sample[], random: Random, told: readonly Evaluation<P>[]): M

  /** What follows when a whole generation failed: it is drawn again, from the same model. */
  protected afterFailure(model: M, _random: Random): M {
    return model
  }

  /** Numbers of the model that are recorded with each generation. */
  protected abstract describeModel(model: M): Readonly<Record<string, number | null>>

  override start(random: Random): SampledState<M> {
    return {
      generation: 0,
      model: this.begin([], random, []),
      drawn: [],
      pending: 0,
      hasEnded: false,
      seen: nothingSeen,
      average: null,
      failed: 0,
    }
  }

  override ask(state: SampledState<M>, _room: number, random: Random): Asked<SampledState<M>, P> {
    if (state.pending > 0 || state.hasEnded) return { state, proposals: [] }
    const { known } = state.seen
    let { model } = state
    for (let wasted = 0; wasted < mostWasted; ) {
      const { drawn, unknown } = this.#draw(model, known, random)
      if (unknown.length > 0) return this.#propose({ ...state, model, drawn }, unknown)
      if (drawn.length === 0) return { state: { ...state, model, hasEnded: true }, proposals: [] }
      model = this.#learn(model, drawn, known, random, [])
      wasted += drawn.length
    }
    return this.#propose({ ...state, model, drawn: [] }, this.#drawAnywhere(known, random))
  }

  #propose(state: SampledState<M>, unknown: readonly KeyedPoint[]): Asked<SampledState<M>, P> {
    const proposals = unknown.map(({ point }) => ({ parameters: this.space.decode(point) }))
    return { state: { ...state, pending: proposals.length }, proposals }
  }

  override tell(state: SampledState<M>, evaluations: readonly Evaluation<P>[], random: Random): SampledState<M> {
    let { seen } = state
    const told = evaluations.map((evaluation) => {
      const after = see(seen, evaluation, this.space, this.objectives)
      seen = after.seen
      return after.told
    })
    const hasEnded = this.#isGoodEnough(seen)
    if (state.pending === 0) {
      const model =
        state.generation === 0 ? this.begin(this.#filled(ranked(told), random), random, evaluations) : state.model
      return { ...state, model, seen, hasEnded }
    }
    const scores = told.flatMap(({ score }) => (score === null ? [] : [score]))
    return {
      generation: state.generation + 1,
      model: this.#learn(state.model, state.drawn, seen.known, random, evaluations),
      drawn: [],
      pending: 0,
      hasEnded,
      seen,
      average: meanScore(scores),
      failed: told.length - scores.length,
    }
  }

  override recommend({ seen }: SampledState<M>): Recommendation<P>[] {
    return recommendBest(seen, this.space)
  }

  /** Best and average are weighted sums of the fitness: larger is better. Where a front is looked for, how many points it has. */
  override summarize(state: SampledState<M>): Readonly<Record<string, unknown>> {
    const { generation, model, pending, seen, average, failed } = state
    const found = seen.front ? { front: seen.front.length } : { best: feasibleScore(seen.best), average }
    return { generation, ...found, ...this.describeModel(model), failed, individuals: pending }
  }

  #filled(known: readonly KnownPoint[], random: Random): readonly KnownPoint[] {
    if (!this.space.isConditional) return known
    return known.map(({ point, score }) => {
      const filled = [...point]
      this.space.fillHidden(filled, random)
      return { point: filled, score }
    })
  }

  #isGoodEnough({ best }: Seen): boolean {
    const { stopAt } = this.settings
    return stopAt !== undefined && best !== null && best.score >= stopAt
  }

  #learn(
    model: M,
    drawn: readonly (readonly number[])[],
    known: KnownPoints,
    random: Random,
    told: readonly Evaluation<P>[],
  ): M {
    const samples = drawn.map((one): Sample => {
      const { point, key } = keyedPoint(this.space, clipToCube(one))
      return { drawn: one, point, score: scoreAt(known, key) ?? null }
    })
    return samples.some(({ score }) => score !== null)
      ? this.learn(model, samples, random, told)
      : this.afterFailure(model, random)
  }

  /** Draws until half as many as a draw gives are unknown, if that comes soon. */
  #draw(model: M, known: KnownPoints, random: Random) {
    const all: number[][] = []
    const unknown: KeyedPoint[] = []
    const taken = new Set<number>()
    for (let draw = 0; draw < mostDraws; draw++) {
      const drawn = this.draw(model, random)
      for (const one of drawn) {
        const keyed = keyedPoint(this.space, clipToCube(one))
        if (!taken.has(keyed.key) && scoreAt(known, keyed.key) === undefined) unknown.push(keyed)
        taken.add(keyed.key)
      }
      all.push(...drawn)
      if (2 * unknown.length >= drawn.length) break
    }
    return { drawn: all, unknown }
  }

  /** Unknown points, wherever they lie, when all that the model gives is known; fewer or none in a small space. */
  #drawAnywhere(known: KnownPoints, random: Random): KeyedPoint[] {
    const found: KeyedPoint[] = []
    const taken = new Set<number>()
    while (found.length < this.populationSize) {
      const fresh = freshPoint(this.space, (key) => taken.has(key) || scoreAt(known, key) !== undefined, random)
      if (!fresh) break
      taken.add(fresh.key)
      found.push(fresh)
    }
    return found
  }
}

function ranked(told: readonly SeenPoint[]): KnownPoint[] {
  const taken = new Set<number>()
  const done = told.flatMap(({ point, key, score }) => {
    if (score === null || taken.has(key)) return []
    taken.add(key)
    return [{ point, score }]
  })
  return done.sort((a, b) => compareScores(b.score, a.score))
}

/** How many known points in a row a model is given to learn from before points are drawn from all of the space. */
const mostWasted = 5000
/** How often points are drawn from one model. */
const mostDraws = 4

/** The best score of samples, at least one of which did not fail. */
export function bestScoreOf(samples: readonly Sample[]): number {
  return samples.reduce((best, { score }) => (score === null ? best : Math.max(best, score)), -Number.MAX_VALUE)
}
