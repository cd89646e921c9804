import { z } from 'zod'
import { allAxes } from '../src/core/abilities.ts'
import type { Evaluation } from '../src/core/evaluation.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings } from '../src/core/optimizer.ts'
import type { State } from '../src/core/plain-data.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings, SettingsError } from '../src/core/settings.ts'
import { distributionSettings, mostCorrelated } from './shared/distributions/index.ts'
import { type MixedModel, MixedModels } from './shared/distributions/mixed-model.ts'
import { type Leader, leadersAmong } from './shared/leaders.ts'
import { rankedInCube } from './shared/rank-shaping.ts'
import { generationsToRest, grownPopulation, stagnationOf } from './shared/restarts.ts'
import { bestScoreOf, type KnownPoint, type Sample, SampledSearch, type SampledState } from './shared/sampled-search.ts'
import { nothingSeen } from './shared/seen.ts'
import { stopAt } from './shared/starts.ts'

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z
    .int()
    .min(1)
    .optional()
    .describe(
      `How many individuals a generation has; 2 n in n dimensions by default, 64 at least with choices or mixtures, ${2 * mostCorrelated} at most. ` +
        'Smaller generations than four are learned from together, as many individuals at a time as it has by default',
    ),
  eliteFraction: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe(
      'Which part of a generation, the best, the next distribution is fitted to (rho), at least two individuals; ' +
        'half by default, a quarter with choices or mixtures',
    ),
  smoothing: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe('How much of the old distribution stays; by default as little as the size of the elite allows'),
  temperatureDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'What is left of the temperature (1 at first, in units of the weighted fitness) after each generation: others ' +
        'join the elite with probability exp((fitness - threshold) / temperature); 0 lets none join',
    ),
  restarts: z
    .boolean()
    .default(true)
    .describe('Whether a search that gains nothing more begins anew elsewhere, with a larger population'),
  stopAt,
  distribution: distributionSettings
    .default({ type: 'gaussian' })
    .describe('What is fitted to the elite, on the real and integer axes'),
})

type Settings = z.output<typeof settings>

export type CrossEntropyModel = {
  /** How often the search began anew. */
  readonly restarts: number
  /** What the next generation is drawn from; null as long as nothing has been fitted. */
  readonly mixed: MixedModel | null
  readonly temperature: number
  /** The weighted fitness that made an individual elite in the last generation. */
  readonly threshold: number | null
  /** How many the model was last fitted to. */
  readonly elite: number
  /** Drawn from this model, and too few to fit the next one to. */
  readonly gathered: readonly Sample[]
  /** Where a front is looked for, the elite of all that was told since the search began anew. */
  readonly leaders?: readonly Leader[]
  /** The best score since the search began anew, and for how many generations it has stood. */
  readonly best: number | null
  readonly stagnant: number
}

type Model = CrossEntropyModel

/**
 * The cross-entropy method: a distribution is fitted to the best part of a generation, and the next one is drawn from it
 * (Rubinstein and Kroese 2004, "The Cross-Entropy Method", sections 4.2 and 5.1).
 *
 * Real and integer axes share one distribution, in high dimensions one that takes each axis by itself; every choice and
 * boolean axis has probabilities of its own for its levels. By default the distribution follows a small generation as fast as its half
 * allows; with `smoothing` it is the textbook's.
 *
 * Where a front is looked for, the elite is of all that was told so far: front after front, and of the last of these what lies
 * far apart (as in Bekker and Aldrich 2011, "The cross-entropy method in multi-objective optimisation: An assessment").
 */
export class CrossEntropy<P = Record<string, unknown>> extends SampledSearch<Model, P, Settings> {
  static readonly type = 'cross-entropy'
  static readonly summary = 'Fits a distribution to the best part of each generation and draws the next one from it'
  static override readonly version = 4
  static readonly since = 3
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    conditions: true,
    objectives: 'many',
    pace: 'generation',
    searches: true,
  } as const

  readonly #models: MixedModels

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    this.#models = new MixedModels(this.space, this.settings.distribution)
    const { wantsFront, names } = this.objectives
    const other = (['temperatureDecay', 'stopAt'] as const).find((name) => this.settings[name])
    if (wantsFront && other !== undefined) {
      throw new SettingsError(
        `optimizer: ${other} goes by one number, and ${names.join(', ')} have directions without weights; leave it out`,
      )
    }
  }

  override get populationSize(): number {
    return this.#populationAfter(0)
  }

  /** Says so where the axes are too many to learn how they go together. */
  override announce(): string | undefined {
    const dimension = this.#models.ordered.length
    if (dimension <= mostCorrelated) return undefined
    return `The space has ${dimension} real and integer axes: above ${mostCorrelated}, cross-entropy fits each of them by itself.`
  }

  override upgrade(state: State, version: number): SampledState<Model> | undefined {
    switch (version) {
      case 2:
        return fromVersion2(state as unknown as Version2, this.objectives.weigh.bind(this.objectives))
      case 3:
        return fromVersion3(state as unknown as Version3)
      default:
        return undefined
    }
  }

  /** The first distribution is fitted to the best that are known from elsewhere, as many as of a generation. */
  protected override begin(known: readonly KnownPoint[], random: Random, told: readonly Evaluation<P>[]): Model {
    if (this.objectives.wantsFront) return this.#learnFront(beginning(0), told, random)
    if (known.length < 2) return beginning(0) // nothing to fit to
    const elite = known.slice(0, this.#eliteCount(this.populationSize, known.length))
    const points = elite.map(({ point }) => point)
    const mixed = this.#models.fit(null, points, this.settings.smoothing, random)
    return { ...beginning(0), mixed, threshold: elite.at(-1)!.score, elite: elite.length }
  }

  protected override draw({ restarts, mixed }: Model, random: Random): number[][] {
    const count = this.#populationAfter(restarts)
    if (mixed) return this.#models.draw(mixed, count, random)
    return Array.from({ length: count }, () => this.createPoint(random))
  }

  protected override learn(
    before: Model,
    drawn: readonly Sample[],
    random: Random,
    told: readonly Evaluation<P>[],
  ): Model {
    if (this.objectives.wantsFront) return this.#learnFront(before, told, random, drawn)
    const samples = [...before.gathered, ...drawn]
    if (!this.#sufficesToFit(samples)) return { ...before, gathered: samples }
    const model = { ...before, gathered: [] }
    const { temperatureDecay, smoothing } = this.settings
    const widths = model.mixed ? this.#models.deviations(model.mixed) : this.space.axes.map(() => 1)
    const ranked = rankedInCube(samples, widths).flatMap((at) => (samples[at]!.score === null ? [] : [samples[at]!]))
    const count = this.#eliteCount(samples.length, ranked.length)
    const elite = this.#elite(ranked, count, model.temperature, random)
    const points = elite.map(({ drawn }) => drawn)
    const next = {
      ...model,
      mixed: this.#models.fit(model.mixed, points, smoothing, random),
      temperature: temperatureDecay === 0 ? model.temperature : model.temperature * temperatureDecay,
      threshold: ranked[count - 1]!.score,
      elite: elite.length,
      ...stagnationOf(model, bestScoreOf(samples)),
    }
    return this.settings.restarts && this.#isAtRest(next) ? beginning(model.restarts + 1) : next
  }

  /** Threshold is a weighted sum of the fitness: larger is better. */
  protected override describeModel({ restarts, temperature, threshold, elite }: Model) {
    return { restarts, threshold, temperature, elite }
  }

  /** Fits to the leaders, as soon as they are as many as an elite that has a spread. */
  #learnFront(model: Model, told: readonly Evaluation<P>[], random: Random, drawn: readonly Sample[] = []): Model {
    const size = Math.max(this.#leastFitted, this.#populationAfter(model.restarts))
    const leaders = leadersAmong(model.leaders ?? [], told, this.#eliteCount(size, size), this, drawn)
    if (told.length === 0 || leaders.length < 2) return { ...model, leaders }
    const points = leaders.map(({ point }) => {
      const filled = [...point]
      this.space.fillHidden(filled, random)
      return filled
    })
    const mixed = this.#models.fit(model.mixed, points, this.settings.smoothing, random)
    const next = { ...model, leaders, mixed, elite: leaders.length }
    return this.settings.restarts && this.#isAtRest(next) ? beginning(model.restarts + 1) : next
  }

  #eliteCount(samples: number, done: number): number {
    const fraction = this.settings.eliteFraction ?? (this.#isSimple ? 0.5 : 0.25)
    return Math.min(done, Math.max(2, Math.floor(fraction * samples)))
  }

  #elite(ranked: readonly Sample[], count: number, temperature: number, random: Random): readonly Sample[] {
    const elite = ranked.slice(0, count)
    if (this.settings.temperatureDecay === 0 || temperature === 0) return elite
    const threshold = elite[count - 1]!.score!
    return [
      ...elite,
      ...ranked.slice(count).filter(({ score }) => random.chance(Math.exp((score! - threshold) / temperature))),
    ]
  }

  #isAtRest({ mixed, restarts, stagnant }: Model): boolean {
    const fitted = Math.max(this.#leastFitted, this.#populationAfter(restarts))
    const patience = 10 + generationsToRest(this.space.dimension, fitted)
    return stagnant >= patience || (mixed !== null && this.#models.hasSettled(mixed))
  }

  /** A gaussian alone learns from fewer samples than mixtures and probabilities of levels do. */
  get #isSimple(): boolean {
    return this.settings.distribution.type === 'gaussian' && this.#models.ordered.length === this.space.dimension
  }

  #populationAfter(restarts: number): number {
    return grownPopulation(this.settings.populationSize ?? this.#usualSize, restarts, growth)
  }

  get #usualSize(): number {
    return Math.max(this.#isSimple ? 6 : 64, 2 * Math.min(mostCorrelated, this.space.dimension))
  }

  /** Half of four are an elite that has a spread, and is better than the others; generations of less are gathered. */
  get #leastFitted(): number {
    return this.populationSize < 4 ? this.#usualSize : 4
  }

  #sufficesToFit(samples: readonly Sample[]): boolean {
    return samples.length >= this.#leastFitted && samples.filter(({ score }) => score !== null).length >= 2
  }
}

/** How much larger the population is after a restart. */
const growth = 1.5

function beginning(restarts: number): Model {
  return { restarts, mixed: null, temperature: 1, threshold: null, elite: 0, gathered: [], best: null, stagnant: 0 }
}

/** The state of version 2, which knew no point but the best. */
interface Version2 {
  readonly generation: number
  readonly pending: number
  readonly hasEnded: boolean
  readonly model: MixedModel | null
  readonly temperature: number
  readonly threshold: number | null
  readonly average: number | null
  readonly failed: number
  readonly elite: number
  readonly best: {
    readonly genome: readonly number[]
    readonly fitness: readonly number[]
    readonly generation: number
    readonly index: number
  } | null
}

/** Nothing is learned from the generation that was waited for, whose points version 2 did not keep. */
function fromVersion2(state: Version2, weigh: (fitness: readonly number[]) => number): SampledState<Model> {
  const { model: mixed, temperature, threshold, elite, best, ...others } = state
  const score = best === null ? null : weigh(best.fitness)
  const found = best && {
    point: best.genome,
    score: score!,
    generation: best.generation,
    index: best.index,
    replicate: 0,
  }
  return {
    ...others,
    drawn: [],
    seen: { ...nothingSeen, best: found },
    model: { ...beginning(0), mixed, temperature, threshold, elite, best: score },
  }
}

/** The state of version 3, which fitted to whatever a generation gave. */
type Version3 = Omit<SampledState<Model>, 'model'> & { readonly model: Omit<Model, 'gathered'> }

function fromVersion3(state: Version3): SampledState<Model> {
  return { ...state, model: { ...state.model, gathered: [] } }
}
