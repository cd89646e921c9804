import { z } from 'zod'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings } from '../src/core/optimizer.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings } from '../src/core/settings.ts'
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
      'How many steps from the parent a generation has, without mirror images; 4 + 3 ln n in n dimensions by default',
    ),
  learningRate: z
    .number()
    .positive()
    .default(1)
    .describe('How far the parent moves, in steps of the noise; of the plain fitness, by its gradient'),
  noiseStd: z
    .union([z.number().positive().max(1), z.array(z.number().positive().max(1))])
    .default(0.2)
    .describe("The standard deviation of the noise at first, as a part of each parameter's range"),
  noiseLearningRate: z
    .number()
    .min(0)
    .optional()
    .describe('How fast the noise adapts; (3 + ln n) / (5 sqrt(n)) by default, 0 keeps it as it is'),
  mirroredSamplingEnabled: z.boolean().default(true).describe('Whether every step is taken in both directions'),
  ...gradientSettings,
})

type Settings = z.output<typeof settings>

export type EvolutionStrategiesModel = {
  /** How often the search began anew. */
  readonly restarts: number
  /** The point that steps are taken from, theta. */
  readonly parent: readonly number[]
  /** How large the noise of each axis is. */
  readonly deviations: readonly number[]
  /** The best scores of the newest generations. */
  readonly bests: readonly number[]
}

type Model = EvolutionStrategiesModel

/**
 * Evolution strategies as a stochastic gradient of the smoothed fitness (Salimans, Ho, Chen, Sidor and Sutskever 2017,
 * "Evolution strategies as a scalable alternative to reinforcement learning", Algorithm 1 and section 2.1): mirrored
 * noise, shaped by ranks, around one parent, which is simulated, too.
 *
 * The noise is one size for all axes and adapts as in natural evolution strategies (Wierstra et al. 2014, "Natural
 * evolution strategies", Eq. 11, for one deviation): of a fixed size, it would be the accuracy of the search.
 */
export class EvolutionStrategies<P = Record<string, unknown>> extends SampledSearch<Model, P, Settings> {
  static readonly type = 'evolution-strategies'
  static readonly summary = 'Follows mirrored noise around one parent, by ranks; for many parameters and many workers'
  static override readonly version = 1
  static readonly settings = settings
  readonly #least: readonly number[]
  readonly #noise: readonly number[]

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    this.#least = leastDeviations(this.space.axes)
    this.#noise = perAxis('noiseStd', this.settings.noiseStd, this.space.dimension)
  }

  override get populationSize(): number {
    return this.#stepsAfter(0) * (this.settings.mirroredSamplingEnabled ? 2 : 1) + 1
  }

  protected override begin(known: readonly KnownPoint[], random: Random): Model {
    return this.#modelAt(known, 0, random)
  }

  protected override draw({ restarts, parent, deviations }: Model, random: Random): number[][] {
    const points: number[][] = []
    for (let step = 0; step < this.#stepsAfter(restarts); step++) {
      const noise = normalPoint(parent.length, random).map((z, i) => deviations[i]! * z)
      points.push(parent.map((x, i) => x + noise[i]!))
      if (this.settings.mirroredSamplingEnabled) points.push(parent.map((x, i) => x - noise[i]!))
    }
    return [...points, [...parent]]
  }

  protected override learn(model: Model, samples: readonly Sample[], random: Random): Model {
    const next = this.#step(model, samples)
    const window = generationsToRest(next.parent.length, this.#stepsAfter(model.restarts))
    const bests = [...model.bests, bestScoreOf(samples)].slice(-window)
    const hasSettled = isAtRest(bests, window, 1e-12) || next.deviations.every((width, i) => width <= this.#least[i]!)
    if (this.settings.restarts && hasSettled) return this.#modelAt([], model.restarts + 1, random)
    return { ...next, bests }
  }

  #step({ parent, deviations, ...others }: Model, all: readonly Sample[]): Model {
    const { learningRate, noiseLearningRate, fitnessShapingEnabled } = this.settings
    const n = parent.length
    const samples = all.filter(({ drawn }) => drawn.some((x, i) => x !== parent[i])) // the parent has no direction
    const utilities = utilitiesOf(samples, deviations, fitnessShapingEnabled)
    const gradient = new Array<number>(n).fill(0)
    let growth = 0
    samples.forEach(({ drawn }, k) => {
      let square = 0
      for (let i = 0; i < n; i++) {
        const z = (drawn[i]! - parent[i]!) / deviations[i]!
        gradient[i]! += utilities[k]! * z
        square += z * z
      }
      growth += utilities[k]! * (square / n - 1)
    })
    const rate = noiseLearningRate ?? usualRate(n)
    const factor = fitnessShapingEnabled ? Math.exp(Math.max(-1, Math.min(1, (rate / 2) * growth))) : 1
    return {
      ...others,
      parent: parent.map((x, i) => {
        // Algorithm 1, line 5, divides by the noise; ranks have no unit, so that with them the noise is the measure.
        const scale = fitnessShapingEnabled ? deviations[i]! : 1 / deviations[i]!
        return plainNumber(x + learningRate * scale * gradient[i]!) + 0
      }),
      deviations: deviations.map((width, i) => Math.min(mostDeviation, Math.max(this.#least[i]!, width * factor))),
    }
  }

  protected override describeModel({ restarts, deviations }: Model): Readonly<Record<string, number>> {
    return { restarts, noise: Math.max(...deviations) }
  }

  #modelAt(known: readonly KnownPoint[], restarts: number, random: Random): Model {
    const { mean, deviations } = startNear(known, this.#noise, random)
    const widths = deviations.map((width, i) => Math.max(width, this.#least[i]!))
    return { restarts, parent: mean, deviations: widths, bests: [] }
  }

  #stepsAfter(restarts: number): number {
    const size = this.settings.populationSize ?? 4 + Math.floor(3 * Math.log(this.space.dimension))
    return grownPopulation(size, restarts)
  }
}
