import { z } from 'zod'
import { allAxes } from '../src/core/abilities.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings } from '../src/core/optimizer.ts'
import type { State } from '../src/core/plain-data.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings, SettingsError } from '../src/core/settings.ts'
import { distributionSettings, mostCorrelated } from './shared/distributions/index.ts'
import { type MixedModel, MixedModels } from './shared/distributions/mixed-model.ts'
import { rankedInCube } from './shared/rank-shaping.ts'
import { bestScoreOf, type KnownPoint, type Sample, SampledSearch, type SampledState } from './shared/sampled-search.ts'
import { stopAt } from './shared/starts.ts'

const size = z.int().min(1).optional()

const settings = z.strictObject({
  ...commonSettings,
  minPopSize: size.describe(
    `How many samples are drawn from a new distribution at least; 2 n in n dimensions by default, 64 at least with choices or mixtures, ${2 * mostCorrelated} at most`,
  ),
  maxPopSize: size.describe('How many are drawn from one distribution at most; 20 times minPopSize by default'),
  nElite: z
    .int()
    .min(2)
    .optional()
    .describe('How many of the best a distribution is fitted to; half of minPopSize by default, 2 at least'),
  nExpand: z
    .int()
    .min(1)
    .optional()
    .describe('How many more are drawn when neither the best nor the elite became better; minPopSize by default'),
  smoothing: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe('How much of the old distribution stays; by default as little as the size of the elite allows'),
  tempDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'What is left of the temperature (1 at first, in units of the weighted fitness) after each fit: others ' +
        'join the elite with probability exp((fitness - threshold) / temperature); 0 lets none join',
    ),
  restarts: z
    .boolean()
    .default(true)
    .describe('Whether a search of which maxPopSize samples were in vain begins anew elsewhere; it ends otherwise'),
  stopAt,
  distribution: distributionSettings
    .default({ type: 'gaussian' })
    .describe('What is fitted to the elite, on the real and integer axes'),
})

type Settings = z.output<typeof settings>

export type FaceModel = {
  /** How often the search began anew. */
  readonly restarts: number
  /** Whether maxPopSize samples were in vain and nothing is left to be done. */
  readonly hasDiverged: boolean
  /** What samples are drawn from; null as long as nothing has been fitted. */
  readonly mixed: MixedModel | null
  /** How many samples are drawn next. */
  readonly draws: number
  /** All samples of the present distribution. */
  readonly pool: readonly Sample[]
  readonly temperature: number
  /** The best of the last elite, and the score that made its last member elite (gamma). */
  readonly best: number | null
  readonly threshold: number | null
}

type Model = FaceModel

/**
 * FACE, the fully adaptive cross-entropy method: as many samples as it takes until the best or the elite becomes better
 * (Rubinstein and Kroese 2004, "The Cross-Entropy Method", section 5.3: Algorithm 5.3.1). Samples of one distribution are kept together, so that
 * none is drawn in vain.
 */
export class Face<P = Record<string, unknown>> extends SampledSearch<Model, P, Settings> {
  static readonly type = 'face'
  static readonly summary = 'The cross-entropy method with as many samples as each step of the way takes'
  static override readonly version = 2
  static readonly since = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    conditions: true,
    objectives: 'weighted',
    pace: 'generation',
    searches: true,
  } as const

  readonly #models: MixedModels
  readonly #least: number
  readonly #most: number
  readonly #elite: number
  readonly #expand: number

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    const { minPopSize, maxPopSize, nElite, nExpand } = this.settings
    const { dimension } = this.space
    this.#models = new MixedModels(this.space, this.settings.distribution)
    const isSimple = this.settings.distribution.type === 'gaussian' && this.#models.ordered.length === dimension
    const usual = Math.max(isSimple ? 6 : 64, 2 * Math.min(mostCorrelated, dimension))
    this.#least = minPopSize ?? Math.min(usual, maxPopSize ?? usual)
    this.#most = maxPopSize ?? 20 * this.#least
    this.#elite = nElite ?? Math.max(2, this.#least >> 1)
    this.#expand = nExpand ?? this.#least
    if (this.#most < this.#least) {
      throw new SettingsError(
        `optimizer: maxPopSize needs a number at least minPopSize (${this.#least}), got ${maxPopSize}`,
      )
    }
  }

  override get populationSize(): number {
    return this.#least
  }

  /** States are the same; of a single point that did not fail, version 1 had fitted a distribution without spread. */
  override upgrade(state: State, version: number): SampledState<Model> | undefined {
    return version === 1 ? (state as unknown as SampledState<Model>) : undefined
  }

  protected override begin(known: readonly KnownPoint[], random: Random): Model {
    const beginning = this.#beginning(0)
    if (known.length < 2) return beginning
    const elite = known.slice(0, this.#elite).map(({ point }) => point)
    const mixed = this.#models.fit(null, elite, this.settings.smoothing, random)
    return { ...beginning, mixed, best: known[0]!.score, threshold: known[elite.length - 1]!.score }
  }

  protected override draw({ hasDiverged, mixed, draws }: Model, random: Random): number[][] {
    if (hasDiverged) return []
    if (mixed) return this.#models.draw(mixed, draws, random)
    return Array.from({ length: draws }, () => this.createPoint(random))
  }

  protected override learn(model: Model, samples: readonly Sample[], random: Random): Model {
    const pool = [...model.pool, ...samples]
    const widths = model.mixed ? this.#models.deviations(model.mixed) : this.space.axes.map(() => 1)
    const ranked = rankedInCube(pool, widths).flatMap((at) => (pool[at]!.score === null ? [] : [pool[at]!]))
    if (ranked.length < 2) return this.#expanded({ ...model, pool }) // one point has no spread
    const elite = ranked.slice(0, this.#elite)
    const best = bestScoreOf(elite)
    const threshold = elite.at(-1)!.score!
    const isBetter = model.best === null || best > model.best || threshold > model.threshold!
    if (!isBetter) return this.#expanded({ ...model, pool })
    const { temperature } = model
    const joined = ranked.slice(this.#elite).filter(({ score }) => this.#joins(score! - threshold, temperature, random))
    const points = [...elite, ...joined].map(({ drawn }) => drawn)
    return {
      ...model,
      mixed: this.#models.fit(model.mixed, points, this.settings.smoothing, random),
      draws: Math.floor((pool.length + this.#least) / 2), // back towards the least, by half of the way
      pool: [],
      temperature: temperature * this.settings.tempDecay,
      best,
      threshold,
    }
  }

  protected override describeModel({ restarts, threshold, temperature, pool, draws }: Model) {
    return { restarts, threshold, temperature, samples: pool.length + draws }
  }

  #joins(difference: number, temperature: number, random: Random): boolean {
    return this.settings.tempDecay > 0 && temperature > 0 && random.chance(Math.exp(difference / temperature))
  }

  #expanded(model: Model): Model {
    if (model.pool.length + this.#expand <= this.#most) return { ...model, draws: this.#expand }
    return this.settings.restarts ? this.#beginning(model.restarts + 1) : { ...model, pool: [], hasDiverged: true }
  }

  #beginning(restarts: number): Model {
    const empty = { mixed: null, pool: [], best: null, threshold: null }
    return { ...empty, restarts, hasDiverged: false, draws: this.#least, temperature: 1 }
  }
}
