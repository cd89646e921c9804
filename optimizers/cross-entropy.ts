import { z } from 'zod'
import type { Asked, Recommendation } from '../src/core/algorithm.ts'
import type { Evaluation } from '../src/core/evaluation.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings, Optimizer } from '../src/core/optimizer.ts'
import type { State } from '../src/core/plain-data.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings, SettingsError } from '../src/core/settings.ts'
import { type Axis, coordinateOf, levelOf } from '../src/core/space.ts'
import { pickWeighted } from './shared/distributions/bayesian-gaussian-mixture.ts'
import { fitCategorical } from './shared/distributions/categorical.ts'
import {
  type Distribution,
  distributionSettings,
  fitDistribution,
  mostCorrelated,
  refuseDimension,
  samplerOf,
} from './shared/distributions/index.ts'
import { GenomeMap } from './shared/genome-map.ts'
import { rank } from './shared/ranking.ts'
import { meanScore, plainNumber, scoreOf } from './shared/score.ts'

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z.int().min(2).default(64).describe('How many individuals a generation has'),
  eliteFraction: z
    .number()
    .gt(0)
    .max(1)
    .default(0.25)
    .describe(
      'Which part of a generation, the best, the next distribution is fitted to (rho); at least two individuals',
    ),
  smoothing: z.number().min(0).lt(1).default(0.4).describe('How much of the old distribution stays'),
  temperatureDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'What is left of the temperature (1 at first, in units of the weighted fitness) after each generation: others ' +
        'join the elite with probability exp((fitness - threshold) / temperature); 0 lets none join',
    ),
  stopAt: z
    .number()
    .optional()
    .describe('The weighted fitness that is good enough: the search ends (negative for what is minimized)'),
  distribution: distributionSettings
    .default({ type: 'gaussian' })
    .describe('What is fitted to the elite, on the real and integer axes'),
})

type Settings = z.output<typeof settings>

type Best = {
  readonly genome: readonly number[]
  readonly fitness: readonly number[]
  readonly generation: number
  readonly index: number
}

export type CrossEntropyState = {
  /** The generation that is waited for. */
  readonly generation: number
  /** How many individuals are waited for. */
  readonly pending: number
  /** Whether what was found is good enough. */
  readonly hasEnded: boolean
  /** What the next generation is drawn from; null as long as nothing has been fitted. */
  readonly model: Model | null
  readonly temperature: number
  /** The weighted fitness that made an individual elite in the last generation. */
  readonly threshold: number | null
  /** The mean weighted fitness of the last generation, without those that failed. */
  readonly average: number | null
  readonly failed: number
  /** How many the model was last fitted to. */
  readonly elite: number
  /** The best ever. */
  readonly best: Best | null
}

type Model = {
  /** Over the real and integer axes together; null if there are none. */
  readonly distribution: Distribution | null
  /** How likely each level is, for each choice and boolean axis. */
  readonly categories: readonly (readonly number[])[]
}

/**
 * The cross-entropy method: a distribution is fitted to the best part of a generation, and the next one is drawn from it
 * (Rubinstein and Kroese 2004, "The Cross-Entropy Method", sections 4.2 and 5.1).
 *
 * Real and integer axes share one distribution, in high dimensions one that takes each axis by itself; every choice and boolean axis has probabilities of its own for its
 * levels. A sample outside of the unit cube is drawn again, and clipped if that keeps failing.
 */
export class CrossEntropy<P = Record<string, unknown>> extends Optimizer<CrossEntropyState, P, Settings> {
  static readonly type = 'cross-entropy'
  static readonly summary = 'Fits a distribution to the best part of each generation and draws the next one from it'
  static override readonly version = 2
  static readonly settings = settings

  /** The axes that have an order, and those that have none. */
  readonly #ordered: readonly number[]
  readonly #unordered: readonly { readonly at: number; readonly levels: number }[]
  /** The least variance of each ordered axis. */
  readonly #floors: readonly number[]

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}) {
    super(problem, parseSettings(settings, given, 'optimizer'))
    const { axes } = this.space
    const all = axes.map((_, at) => at)
    this.#ordered = all.filter((at) => isOrdered(axes[at]!))
    this.#floors = this.#ordered.map((at) => leastVariance(axes[at]!))
    const refusal = refuseDimension(this.settings.distribution, this.#ordered.length)
    if (refusal !== undefined) throw new SettingsError(`optimizer: ${refusal}`)
    this.#unordered = all.flatMap((at) => {
      const axis = axes[at]!
      return axis.kind === 'choice' || axis.kind === 'boolean' ? [{ at, levels: axis.levels }] : []
    })
  }

  override upgrade(state: State, version: number): CrossEntropyState | undefined {
    return version === 1 ? fromVersion1(state as unknown as Version1) : undefined
  }

  /** Says so where the axes are too many to learn how they go together. */
  override announce(): string | undefined {
    const dimension = this.#ordered.length
    if (dimension <= mostCorrelated) return undefined
    return `The space has ${dimension} real and integer axes: above ${mostCorrelated}, cross-entropy fits each of them by itself.`
  }

  override start(): CrossEntropyState {
    return {
      generation: 0,
      pending: 0,
      hasEnded: false,
      model: null,
      temperature: 1,
      threshold: null,
      average: null,
      failed: 0,
      elite: 0,
      best: null,
    }
  }

  override ask(state: CrossEntropyState, _room: number, random: Random): Asked<CrossEntropyState, P> {
    if (state.pending > 0 || state.hasEnded) return { state, proposals: [] }
    const points = state.model === null ? this.#firstPoints(random) : this.#sample(state.model, random)
    return {
      state: { ...state, pending: points.length },
      proposals: points.map((point, place) => ({ parameters: this.space.decode(point), tag: place })),
    }
  }

  override tell(state: CrossEntropyState, evaluations: readonly Evaluation<P>[], random: Random): CrossEntropyState {
    return state.pending === 0 ? this.#learnBefore(state, evaluations, random) : this.#learn(state, evaluations, random)
  }

  /** The first distribution is fitted to the best that are known from elsewhere, as many as of a generation. */
  #learnBefore(state: CrossEntropyState, evaluations: readonly Evaluation<P>[], random: Random): CrossEntropyState {
    const seen = new GenomeMap<true>()
    const ranked = this.#rank(evaluations).filter(({ genome }) => {
      const isNew = !seen.has(genome)
      seen.add(genome, true)
      return isNew // a search that had converged has its best many times, and they would leave no variance
    })
    const best = this.#bestOf(state.best, ranked[0])
    if (ranked.length < 2) return { ...state, best } // nothing to fit to
    const elite = ranked.slice(0, this.#eliteCount(ranked))
    return {
      ...state,
      model: this.#fit(null, elite, random),
      threshold: plainNumber(elite.at(-1)!.score),
      average: meanScore(ranked.map(({ score }) => score)),
      elite: elite.length,
      best,
    }
  }

  #learn(state: CrossEntropyState, evaluations: readonly Evaluation<P>[], random: Random): CrossEntropyState {
    const { temperatureDecay, stopAt } = this.settings
    const ranked = this.#rank(evaluations)
    const elite = this.#elite(ranked, state.temperature, random)
    const best = this.#bestOf(state.best, ranked[0])
    return {
      generation: state.generation + 1,
      pending: 0,
      hasEnded: stopAt !== undefined && best !== null && scoreOf(this.objectives, best.fitness) >= stopAt,
      model: elite.length === 0 ? state.model : this.#fit(state.model, elite, random),
      temperature: temperatureDecay === 0 ? state.temperature : state.temperature * temperatureDecay,
      threshold: ranked.length === 0 ? null : plainNumber(ranked[this.#eliteCount(ranked) - 1]!.score),
      average: meanScore(ranked.map(({ score }) => score)),
      failed: evaluations.length - ranked.length,
      elite: elite.length,
      best,
    }
  }

  override recommend({ best }: CrossEntropyState): Recommendation<P>[] {
    if (best === null) return []
    const { genome, generation, index } = best
    return [{ parameters: this.space.decode(genome), by: 'seen', individual: { generation, index, replicate: 0 } }]
  }

  /** Best, average and threshold are weighted sums of the fitness: larger is better. */
  override summarize(state: CrossEntropyState): Readonly<Record<string, unknown>> {
    const { generation, pending, temperature, threshold, average, failed, elite } = state
    const best = state.best ? plainNumber(scoreOf(this.objectives, state.best.fitness)) : null
    return { generation, best, average, threshold, temperature, elite, failed, individuals: pending }
  }

  #firstPoints(random: Random): number[][] {
    return Array.from({ length: this.settings.populationSize }, () => this.space.encode(this.createIndividual(random)))
  }

  /** What was done, best first; of equals, the first that was asked. */
  #rank(evaluations: readonly Evaluation<P>[]): Ranked[] {
    return rank(this.objectives, evaluations).map(({ evaluation: { fitness, individual }, score }) => {
      const { parameters, generation, index } = individual
      return { score, genome: this.space.encode(parameters), fitness, generation, index }
    })
  }

  #eliteCount(ranked: readonly Ranked[]): number {
    const { eliteFraction, populationSize } = this.settings
    return Math.min(ranked.length, Math.max(2, Math.floor(eliteFraction * populationSize)))
  }

  #elite(ranked: readonly Ranked[], temperature: number, random: Random): readonly Ranked[] {
    const count = this.#eliteCount(ranked)
    const elite = ranked.slice(0, count)
    if (this.settings.temperatureDecay === 0 || temperature === 0 || count === 0) return elite
    const threshold = elite[count - 1]!.score
    return [
      ...elite,
      ...ranked.slice(count).filter(({ score }) => random.chance(Math.exp((score - threshold) / temperature))),
    ]
  }

  #bestOf(best: Best | null, candidate: Ranked | undefined): Best | null {
    if (candidate === undefined) return best
    if (best !== null && scoreOf(this.objectives, best.fitness) >= candidate.score) return best
    const { genome, fitness, generation, index } = candidate
    return { genome, fitness, generation, index }
  }

  #fit(old: Model | null, elite: readonly Ranked[], random: Random): Model {
    const { smoothing, distribution } = this.settings
    const points = elite.map(({ genome }) => this.#ordered.map((at) => genome[at]!))
    return {
      distribution:
        this.#ordered.length === 0
          ? null
          : fitDistribution(
              old?.distribution ?? undefined,
              points,
              distribution,
              { smoothing, floors: this.#floors },
              random,
            ),
      categories: this.#unordered.map(({ at, levels }, i) => {
        const observed = elite.map(({ genome }) => levelOf(genome[at]!, levels))
        return fitCategorical(old?.categories[i], observed, levels, smoothing)
      }),
    }
  }

  #sample({ distribution, categories }: Model, random: Random): number[][] {
    const sampler = distribution && samplerOf(distribution, random)
    return Array.from({ length: this.settings.populationSize }, () => {
      const point = new Array<number>(this.space.dimension).fill(0)
      const values = sampler ? drawInside(sampler, random) : []
      this.#ordered.forEach((at, i) => {
        point[at] = values[i]!
      })
      this.#unordered.forEach(({ at, levels }, i) => {
        point[at] = coordinateOf(pickWeighted(categories[i]!, random), levels)
      })
      return point
    })
  }
}

interface Ranked extends Best {
  readonly score: number
}

/** How often a sample outside of the unit cube is drawn again before it is clipped: more would push the search off the bounds. */
const redraws = 1

function drawInside(sampler: (random: Random) => number[], random: Random): number[] {
  let point = sampler(random)
  for (let redraw = 0; redraw < redraws && !point.every(isInUnit); redraw++) point = sampler(random)
  return point.map((value) => (value > 0 ? Math.min(value, 1) : 0))
}

function isInUnit(value: number): boolean {
  return value >= 0 && value <= 1
}

function isOrdered(axis: Axis): boolean {
  return axis.kind === 'real' || axis.kind === 'integer'
}

/** Reals may be found to 12 digits; an integer stays uncertain by its rounding (Sheppard), so that it can still move. */
function leastVariance(axis: Axis): number {
  return axis.kind === 'real' ? 1e-24 : 1 / axis.levels ** 2 / 12
}

/** The state of version 1, which held the points that it waited for. */
interface Version1 extends Omit<CrossEntropyState, 'pending' | 'hasEnded'> {
  readonly points: readonly (readonly number[])[]
}

function fromVersion1({ points, ...others }: Version1): CrossEntropyState {
  return { ...others, pending: points.length, hasEnded: points.length === 0 }
}
