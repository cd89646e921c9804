import { z } from 'zod'
import type { Asked, Recommendation } from '../src/core/algorithm.ts'
import type { Evaluation } from '../src/core/evaluation.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings, Optimizer } from '../src/core/optimizer.ts'
import type { Proposal } from '../src/core/proposal.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings } from '../src/core/settings.ts'
import { clipToCube } from './shared/bounds.ts'
import { normalPoint } from './shared/distributions/gaussian.ts'
import { freshPoint, keyedPoint } from './shared/fresh-point.ts'
import { scoreAt } from './shared/known-points.ts'
import { affine, diagonal, eigenOf, type SquareMatrix } from './shared/matrix.ts'
import { generationsToRest, isAtRest } from './shared/restarts.ts'
import { nothingSeen, recommendBest, type Seen, type SeenPoint, see, summarizeSeen } from './shared/seen.ts'

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z
    .int()
    .min(4)
    .optional()
    .describe('How many samples one step is made of (lambda): 4 + 3 ln n for n parameters unless given'),
  sigma: z
    .number()
    .gt(0)
    .max(1)
    .default(0.2)
    .describe("How wide the first distribution is, as a part of each parameter's range"),
  growth: z.number().min(1).default(1).describe('How many times as many samples a step has after each restart'),
})

type Settings = z.output<typeof settings>

/** What was drawn, in the coordinates of the distribution, and what came of it. */
type Sample = {
  readonly normal: readonly number[]
  /** How far outside of the bounds it was, in units of the distribution. */
  readonly outside: number
  readonly score: number | null
}

type Distribution = {
  readonly mean: readonly number[]
  readonly sigma: number
  /** The shape, of determinant 1 (B). */
  readonly shape: SquareMatrix
}

export type XnesState = {
  readonly seen: Seen
  readonly restarts: number
  readonly distribution: Distribution | null
  /** Told since the last step. */
  readonly samples: readonly Sample[]
  /** The best score of each step of this distribution. */
  readonly bests: readonly number[]
  readonly steps: number
  /** The best that was told without having been asked for, as long as no distribution has begun there. */
  readonly guess: { readonly point: readonly number[]; readonly spread: number } | null
  /** What the points are known by that are waited for. */
  readonly pending: readonly number[]
}

/** What a proposal carries. */
type Drawn = { readonly restarts: number; readonly normal: readonly number[]; readonly outside: number }

/**
 * Exponential natural evolution strategies: Glasmachers, Schaul, Sun, Wierstra and Schmidhuber 2010, "Exponential natural
 * evolution strategies"; the form of Wierstra et al. 2014, JMLR 15, Algorithm 5.
 *
 * A step is made of as many samples as were told, whatever distribution they were drawn from: each keeps the normal numbers
 * it was made of. What lies outside of the bounds is simulated at the nearest point and ranks behind by how far outside it
 * was. A distribution that has come to rest is followed by another one elsewhere.
 */
export class Xnes<P = Record<string, unknown>> extends Optimizer<XnesState, P, Settings> {
  static readonly type = 'xnes'
  static readonly summary =
    'Follows the natural gradient of a normal distribution with all its correlations; restarts elsewhere'
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: ['real', 'integer'],
    mostAxes: 500, // it multiplies square matrices of them
    objectives: 'weighted',
    pace: 'steady',
    searches: true,
  } as const

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
  }

  override get populationSize(): number {
    return this.settings.populationSize ?? 4 + Math.floor(3 * Math.log(this.space.dimension))
  }

  override start(): XnesState {
    return {
      seen: nothingSeen,
      restarts: -1,
      distribution: null,
      samples: [],
      bests: [],
      steps: 0,
      guess: null,
      pending: [],
    }
  }

  override ask(state: XnesState, room: number, random: Random): Asked<XnesState, P> {
    const taken = new Set(state.pending)
    const isTaken = (key: number) => taken.has(key) || scoreAt(state.seen.known, key) !== undefined
    const now = state.distribution === null ? this.#begin(state, random) : state
    const proposals: Proposal<P>[] = []
    while (proposals.length < room) {
      const drawn = this.#draw(now, isTaken, random)
      if (!drawn) break
      taken.add(drawn.key)
      proposals.push(drawn.proposal)
    }
    return proposals.length === 0 ? { state, proposals } : { state: { ...now, pending: [...taken] }, proposals }
  }

  override tell(state: XnesState, evaluations: readonly Evaluation<P>[]): XnesState {
    let now = state
    const elsewhere: SeenPoint[] = []
    for (const evaluation of evaluations) {
      const { seen, told } = see(now.seen, evaluation, this.space, this.objectives)
      now = { ...now, seen, pending: now.pending.filter((key) => key !== told.key) }
      const drawn = evaluation.tag as Drawn | undefined
      if (drawn === undefined) {
        if (told.score !== null) elsewhere.push(told)
      } else if (drawn.restarts === now.restarts && drawn.normal.length > 0) {
        const { normal, outside } = drawn
        now = { ...now, samples: [...now.samples, { normal, outside, score: told.score }] }
      }
      if (now.samples.length >= this.#samplesOf(now)) now = this.#step(now)
    }
    return elsewhere.length === 0 ? now : follow(now, elsewhere, state.seen)
  }

  override recommend({ seen }: XnesState): Recommendation<P>[] {
    return recommendBest(seen, this.space)
  }

  override summarize({ seen, steps, restarts, distribution }: XnesState): Readonly<Record<string, unknown>> {
    return { ...summarizeSeen(seen), steps, restarts: Math.max(0, restarts), sigma: distribution?.sigma ?? null }
  }

  #samplesOf({ restarts }: XnesState): number {
    return Math.round(this.populationSize * this.settings.growth ** Math.max(0, restarts))
  }

  #begin(state: XnesState, random: Random): XnesState {
    const { guess, restarts } = state
    const drawn = () =>
      restarts < 0 ? this.space.encode(this.createIndividual(random)) : this.space.samplePoint(random)
    const mean = guess?.point ?? drawn().map((x) => 0.1 + 0.8 * x)
    const sigma = Math.min(this.settings.sigma, Math.max(1e-6, guess?.spread ?? 1))
    const distribution = { mean, sigma, shape: diagonal(mean.map(() => 1)) }
    return { ...state, restarts: restarts + 1, distribution, samples: [], bests: [], guess: null }
  }

  #draw({ distribution, restarts }: XnesState, isTaken: (key: number) => boolean, random: Random) {
    const { mean, sigma, shape } = distribution!
    for (let attempt = 0; attempt < attempts; attempt++) {
      const normal = normalPoint(mean.length, random)
      const step = affine(
        mean.map(() => 0),
        shape,
        normal,
      ) // prettier-ignore
      const wanted = mean.map((x, i) => x + sigma * step[i]!)
      const { point, key } = keyedPoint(this.space, wanted)
      if (isTaken(key)) continue
      const outside = clipToCube(wanted).reduce((sum, x, i) => sum + ((x - wanted[i]!) / sigma) ** 2, 0) / mean.length
      const tag: Drawn = { restarts, normal, outside }
      return { key, proposal: { parameters: this.space.decode(point), tag } }
    }
    const fresh = freshPoint(this.space, isTaken, random) // all around the mean is known
    if (!fresh) return undefined
    const tag: Drawn = { restarts, normal: [], outside: 0 }
    return { key: fresh.key, proposal: { parameters: this.space.decode(fresh.point), tag } }
  }

  /** The natural gradient step (Algorithm 5); none is made of samples that all failed. */
  #step(state: XnesState): XnesState {
    const { mean, sigma, shape } = state.distribution!
    const n = mean.length
    const ranked = rankedWithin(state.samples)
    const bests = [...state.bests, ranked[0]!.score ?? -Number.MAX_VALUE]
    const next = { ...state, samples: [], bests, steps: state.steps + 1 }
    const rest = generationsToRest(n, ranked.length)
    if (sigma < leastSigma || isAtRest(bests, rest, 1e-13)) return { ...next, distribution: null }
    if (ranked[0]!.score === null) return next
    const utilities = utilitiesOf(ranked.length)
    const rate = (9 + 3 * Math.log(n)) / (5 * n * Math.sqrt(n)) // eta_sigma and eta_B, Table 1
    const shift = mean.map((_, i) => ranked.reduce((sum, { normal }, k) => sum + utilities[k]! * normal[i]!, 0))
    const gradient = mean.map((_, i) =>
      mean.map((_, j) =>
        ranked.reduce((sum, { normal }, k) => sum + utilities[k]! * (normal[i]! * normal[j]! - (i === j ? 1 : 0)), 0),
      ),
    )
    const trace = gradient.reduce((sum, row, i) => sum + row[i]!, 0) / n
    const shapeGradient = gradient.map((row, i) =>
      row.map((value, j) => (rate / 2) * (i === j ? value - trace : value)),
    )
    const moved = affine(
      mean.map(() => 0),
      shape,
      shift,
    ) // prettier-ignore
    return {
      ...next,
      distribution: {
        mean: clipToCube(mean.map((x, i) => x + sigma * moved[i]!)),
        sigma: Math.min(0.5, sigma * Math.exp((rate / 2) * trace)),
        shape: timesExponential(shape, shapeGradient),
      },
    }
  }
}

const attempts = 16
const leastSigma = 1e-12

/** Best first; what was outside of the bounds is put behind by that, in units of what the scores differ by. */
function rankedWithin(samples: readonly Sample[]): readonly Sample[] {
  const scores = samples.flatMap(({ score }) => (score === null ? [] : [score])).sort((a, b) => a - b)
  const quarter = Math.floor(scores.length / 4)
  const scale = scores.length === 0 ? 0 : 2 * (scores.at(-1 - quarter)! - scores[quarter]!)
  const value = ({ score, outside }: Sample) =>
    score === null
      ? Number.NEGATIVE_INFINITY
      : outside === 0
        ? score
        : score - Math.min(Number.MAX_VALUE, scale) * outside
  return samples.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)]
    return x > y ? -1 : x < y ? 1 : 0
  })
}

/** The weights of the ranks, which sum up to 0 (Section 3.1). */
function utilitiesOf(count: number): number[] {
  const raw = Array.from({ length: count }, (_, k) => Math.max(0, Math.log(count / 2 + 1) - Math.log(k + 1)))
  const total = raw.reduce((sum, value) => sum + value, 0)
  return raw.map((value) => value / total - 1 / count)
}

/** A matrix times the exponential of a symmetric one. */
function timesExponential(matrix: SquareMatrix, exponent: SquareMatrix): number[][] {
  const { values, vectors } = eigenOf(exponent)
  const exponential = exponent.map((row, i) =>
    row.map((_, j) => values.reduce((sum, value, k) => sum + Math.exp(value) * vectors[k]![i]! * vectors[k]![j]!, 0)),
  )
  return matrix.map((row) => exponential.map((_, j) => row.reduce((sum, x, k) => sum + x * exponential[k]![j]!, 0)))
}

/** What is known from elsewhere, and better than all before, becomes the mean of the next distribution, which begins at once. */
function follow(state: XnesState, elsewhere: readonly SeenPoint[], { best }: Seen): XnesState {
  const ranked = elsewhere.toSorted((a, b) => b.score! - a.score!)
  const first = ranked[0]!
  if (best !== null && best.score >= first.score!) return state
  const near = ranked.slice(1, Math.max(2, ranked.length / 2))
  const squares = near.flatMap(({ point }) => point.map((x, i) => (x - first.point[i]!) ** 2))
  const spread = squares.length === 0 ? 1 : Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length)
  return { ...state, guess: { point: first.point, spread }, distribution: null, samples: [] }
}
