import { z } from 'zod'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings } from '../src/core/optimizer.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings, SettingsError } from '../src/core/settings.ts'
import { normalPoint } from './shared/distributions/gaussian.ts'
import { gradientSettings, mostDeviation, usualRate } from './shared/natural-gradient.ts'
import { utilitiesOf } from './shared/rank-shaping.ts'
import { generationsToRest, grownPopulation, isAtRest } from './shared/restarts.ts'
import { bestScoreOf, type KnownPoint, type Sample, SampledSearch } from './shared/sampled-search.ts'
import { plainNumber } from './shared/score.ts'
import { leastDeviations, perAxis, startNear } from './shared/starts.ts'

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z
    .int()
    .min(1)
    .optional()
    .describe(
      'How many samples a generation has, two at least unless mirrored; 2 (4 + 3 ln n) in n dimensions by default',
    ),
  learningRateMu: z.number().positive().default(1).describe('How far the mean moves'),
  learningRateSigma: z
    .number()
    .positive()
    .optional()
    .describe('How fast the deviations change; (3 + ln n) / (5 sqrt(n)) by default'),
  mu: z
    .union([z.number().min(0).max(1), z.array(z.number().min(0).max(1))])
    .optional()
    .describe("Where the mean begins, as a part of each parameter's range; anywhere by default"),
  sigma: z
    .union([z.number().positive().max(1), z.array(z.number().positive().max(1))])
    .default(0.2)
    .describe("The deviations at first, as a part of each parameter's range"),
  mirroredSamplingEnabled: z.boolean().default(false).describe('Whether every sample has its mirror image beside it'),
  ...gradientSettings,
})

type Settings = z.output<typeof settings>

export type NaturalEvolutionStrategiesModel = {
  /** How often the search began anew. */
  readonly restarts: number
  readonly mean: readonly number[]
  readonly deviations: readonly number[]
  /** The best scores of the newest generations. */
  readonly bests: readonly number[]
}

type Model = NaturalEvolutionStrategiesModel

/**
 * Separable natural evolution strategies: a normal distribution without correlations follows the natural gradient of the
 * expected utility (Schaul, Glasmachers and Schmidhuber 2011, "High dimensions and heavy tails for natural evolution
 * strategies", Algorithm 1; Wierstra et al. 2014, "Natural evolution strategies", Algorithm 6).
 */
export class NaturalEvolutionStrategies<P = Record<string, unknown>> extends SampledSearch<Model, P, Settings> {
  static readonly type = 'natural-evolution-strategies'
  static readonly summary = 'A normal distribution that learns the step of each axis by itself, in any dimension'
  static override readonly version = 1
  static readonly settings = settings
  readonly #least: readonly number[]
  readonly #mu: readonly number[] | undefined
  readonly #sigma: readonly number[]

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    if (this.settings.populationSize === 1 && !this.settings.mirroredSamplingEnabled) {
      throw new SettingsError(
        'optimizer: populationSize needs a number at least 2, or 1 with mirroredSamplingEnabled: true, got 1',
      )
    }
    this.#least = leastDeviations(this.space.axes)
    const { mu, sigma } = this.settings
    this.#mu = mu === undefined ? undefined : perAxis('mu', mu, this.space.dimension)
    this.#sigma = perAxis('sigma', sigma, this.space.dimension)
  }

  override get populationSize(): number {
    return this.#samplesAfter(0)
  }

  protected override begin(known: readonly KnownPoint[], random: Random): Model {
    const { mean, deviations } = startNear(known, this.#sigma, random)
    return this.#modelAt((known.length === 0 && this.#mu) || mean, deviations, 0)
  }

  protected override draw({ restarts, mean, deviations }: Model, random: Random): number[][] {
    const { mirroredSamplingEnabled } = this.settings
    const points: number[][] = []
    while (points.length < this.#samplesAfter(restarts)) {
      const s = normalPoint(mean.length, random)
      points.push(mean.map((m, i) => m + deviations[i]! * s[i]!))
      if (mirroredSamplingEnabled) points.push(mean.map((m, i) => m - deviations[i]! * s[i]!))
    }
    return points
  }

  protected override learn(model: Model, samples: readonly Sample[], random: Random): Model {
    const { learningRateMu, fitnessShapingEnabled } = this.settings
    const n = model.mean.length
    const rate = this.settings.learningRateSigma ?? usualRate(n)
    const utilities = utilitiesOf(samples, model.deviations, fitnessShapingEnabled)
    const mean = [...model.mean]
    const deviations = [...model.deviations]
    for (let i = 0; i < n; i++) {
      let [gradientOfMean, gradientOfDeviation] = [0, 0]
      samples.forEach(({ drawn }, k) => {
        const s = (drawn[i]! - model.mean[i]!) / model.deviations[i]!
        gradientOfMean += utilities[k]! * s // Algorithm 6, line 7
        gradientOfDeviation += utilities[k]! * (s * s - 1) // line 8
      })
      mean[i] = plainNumber(model.mean[i]! + learningRateMu * model.deviations[i]! * gradientOfMean) + 0
      const growth = Math.exp(Math.max(-1, Math.min(1, (rate / 2) * gradientOfDeviation)))
      deviations[i] = Math.min(mostDeviation, Math.max(this.#least[i]!, model.deviations[i]! * growth))
    }
    const window = generationsToRest(n, this.#samplesAfter(model.restarts))
    const bests = [...model.bests, bestScoreOf(samples)].slice(-window)
    const next = { ...model, mean, deviations, bests }
    return this.settings.restarts && this.#isAtRest(next, window) ? this.#restart(next, random) : next
  }

  protected override describeModel({ restarts, deviations }: Model): Readonly<Record<string, number>> {
    return { restarts, sigma: Math.max(...deviations) }
  }

  #isAtRest({ bests, deviations }: Model, window: number): boolean {
    return isAtRest(bests, window, 1e-12) || deviations.every((deviation, i) => deviation <= this.#least[i]!)
  }

  #restart({ restarts }: Model, random: Random): Model {
    const { mean, deviations } = startNear([], this.#sigma, random)
    return this.#modelAt(mean, deviations, restarts + 1)
  }

  #modelAt(mean: readonly number[], deviations: readonly number[], restarts: number): Model {
    return { restarts, mean, deviations: deviations.map((width, i) => Math.max(width, this.#least[i]!)), bests: [] }
  }

  #samplesAfter(restarts: number): number {
    const n = this.space.dimension
    const size = this.settings.populationSize ?? 2 * (4 + Math.floor(3 * Math.log(n)))
    const samples = grownPopulation(size, restarts)
    return this.settings.mirroredSamplingEnabled ? 2 * samples : samples
  }
}
