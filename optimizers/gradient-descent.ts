import { z } from 'zod'
import { mostInfeasible } from '../src/core/objectives.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings } from '../src/core/optimizer.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings } from '../src/core/settings.ts'
import { clipToCube } from './shared/bounds.ts'
import { normalPoint } from './shared/distributions/gaussian.ts'
import { type KnownPoint, type Sample, SampledSearch } from './shared/sampled-search.ts'
import { plainNumber } from './shared/score.ts'
import { startNear, stopAt } from './shared/starts.ts'
import { dot, norm } from './shared/vector.ts'

const rate = z.number().min(0).lt(1)

const settings = z.strictObject({
  ...commonSettings,
  rule: z
    .enum(['classic', 'stochastic', 'rmsprop', 'adam', 'adamax'])
    .default('adam')
    .describe('How a step follows from the gradient'),
  learningRate: z
    .number()
    .positive()
    .default(0.03)
    .describe(
      'How far a step goes: of classic and stochastic times the gradient, of the others as a part of the range',
    ),
  explorationStepSize: z
    .number()
    .positive()
    .max(1)
    .default(0.003)
    .describe('How far from the present point differences are taken, as a part of the range'),
  nRandomSteps: z
    .int()
    .min(1)
    .optional()
    .describe('In how many random directions, both ways; half of the dimension and one more by default'),
  adaptiveSteps: z
    .boolean()
    .default(true)
    .describe(
      'Whether steps grow while they gain and shrink while they do not, the gradient is measured in steps, and a search at rest begins anew',
    ),
  stochasticDeviation: z.number().min(0).default(1).describe('Of the rule stochastic: the noise on the gradient'),
  stochasticDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0.9)
    .describe('Of the rule stochastic: what each step leaves of the noise'),
  momentumDecay: rate.default(0.9).describe('Of the rule rmsprop: how much of the mean square gradient stays'),
  firstOrderDecay: rate
    .default(0.9)
    .describe('Of the rules adam and adamax: how much of the mean gradient stays (beta 1)'),
  secondOrderDecay: rate
    .default(0.999)
    .describe('Of the rules adam and adamax: how much of the mean square, or of the largest, stays (beta 2)'),
  stopAt,
})

type Settings = z.output<typeof settings>

export type GradientDescentModel = {
  /** How often the search began anew. */
  readonly restarts: number
  /** Where the gradient is taken. */
  readonly point: readonly number[]
  /** What steps and differences are multiplied with. */
  readonly scale: number
  /** The best point since the search began anew, with its score. */
  readonly best: { readonly point: readonly number[]; readonly score: number } | null
  /** How many steps were made since then, or since it went back. */
  readonly steps: number
  /** Moments of the gradient, m and v. */
  readonly first: readonly number[]
  readonly second: readonly number[]
}

type Model = GradientDescentModel

/**
 * Gradient descent without derivatives: the gradient is what explains the differences in random directions best, and one of
 * five rules makes a step of it (classic and stochastic; RMSProp: Hinton, Srivastava and Swersky 2012, lecture 6e; Adam and AdaMax: Kingma and Ba
 * 2015, "Adam: a method for stochastic optimization", Algorithms 1 and 2).
 */
export class GradientDescent<P = Record<string, unknown>> extends SampledSearch<Model, P, Settings> {
  static readonly type = 'gradient-descent'
  static readonly summary = 'Follows differences in random directions: classic, stochastic, RMSProp, Adam or AdaMax'
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: ['real'],
    objectives: 'weighted',
    pace: 'generation',
    searches: true,
  } as const

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
  }

  override get populationSize(): number {
    return 2 * this.#directions + 1
  }

  get #directions(): number {
    return this.settings.nRandomSteps ?? Math.floor(this.space.dimension / 2) + 1
  }

  protected override begin([known]: readonly KnownPoint[], random: Random): Model {
    const { mean } = startNear(
      [],
      this.space.axes.map(() => 1),
      random,
    )
    return modelAt(known?.point ?? mean, 0)
  }

  /** The point itself, and pairs on both sides of it. */
  protected override draw({ point, scale }: Model, random: Random): number[][] {
    const step = this.settings.explorationStepSize * scale
    const pairs = Array.from({ length: this.#directions }, () => {
      const direction = normalPoint(point.length, random)
      return [point.map((x, i) => x + step * direction[i]!), point.map((x, i) => x - step * direction[i]!)]
    })
    return [[...point], ...pairs.flat()]
  }

  protected override learn(model: Model, samples: readonly Sample[], random: Random): Model {
    const { adaptiveSteps } = this.settings
    const done = samples.flatMap(({ point, score }) => (score === null ? [] : [{ point, score }]))
    const kept = done.filter(({ score }) => score > mostInfeasible) // violations are of another scale
    const gradient = gradientOf(kept.length > 1 ? kept : done)
    const found = done.reduce((a, b) => (b.score > a.score ? b : a))
    const isBetter = model.best === null || found.score > model.best.score
    const best = isBetter ? found : model.best!
    if (!adaptiveSteps) return this.#step({ ...model, best }, gradient, random)
    const scale = Math.min(mostScale, model.scale * (isBetter ? 1.15 : 0.6))
    if (scale < leastScale) return modelAt(startNear([], model.first, random).mean, model.restarts + 1)
    // After a step in vain the search goes on from the best point, with a shorter memory.
    const from = isBetter ? model.point : best.point
    return this.#step(
      { ...model, point: isBetter && model.best ? found.point : from, best, scale },
      normalized(gradient),
      random,
    )
  }

  /** Back to the best point with smaller steps; elsewhere if there is none. */
  protected override afterFailure(model: Model, random: Random): Model {
    if (model.best === null || model.scale < leastScale) return this.begin([], random)
    return { ...model, point: model.best.point, scale: 0.6 * model.scale }
  }

  /** The gradient ascends the weighted fitness, which is minus what is minimized. */
  #step(model: Model, gradient: readonly number[], random: Random): Model {
    const { learningRate, stochasticDeviation, stochasticDecay } = this.settings
    const steps = model.steps + 1
    const rate = learningRate * model.scale
    const move = (towards: (i: number) => number, moments: Partial<Model> = {}): Model => {
      const point = clipToCube(model.point.map((x, i) => x + plainNumber(rate * towards(i))))
      return { ...model, ...moments, point, steps }
    }
    switch (this.settings.rule) {
      case 'classic':
        return move((i) => gradient[i]!)
      case 'stochastic': {
        const noise = stochasticDeviation * stochasticDecay ** steps
        return move((i) => gradient[i]! + random.normal(0, noise))
      }
      case 'rmsprop': {
        const { momentumDecay: decay } = this.settings
        const second = decayed(model.second, gradient.map(squared), decay)
        return move((i) => gradient[i]! / Math.sqrt(second[i]! + 1e-6), { second })
      }
      case 'adam': {
        const { firstOrderDecay: beta1, secondOrderDecay: beta2 } = this.settings
        const first = decayed(model.first, gradient, beta1)
        const second = decayed(model.second, gradient.map(squared), beta2)
        const unbiased = (i: number) => first[i]! / (1 - beta1 ** steps) // Algorithm 1
        return move((i) => unbiased(i) / (Math.sqrt(second[i]! / (1 - beta2 ** steps)) + 1e-8), { first, second })
      }
      case 'adamax': {
        const { firstOrderDecay: beta1, secondOrderDecay: beta2 } = this.settings
        const first = decayed(model.first, gradient, beta1)
        const second = gradient.map((g, i) => Math.max(beta2 * model.second[i]!, Math.abs(plainNumber(g)))) // Algorithm 2
        return move((i) => first[i]! / (1 - beta1 ** steps) / (second[i]! + 1e-12), { first, second })
      }
    }
  }

  protected override describeModel({ restarts, scale }: Model): Readonly<Record<string, number>> {
    return { restarts, step: scale * this.settings.learningRate }
  }
}

/** Steps are at most a third of the range with the usual learning rate, and at rest below a billionth of it. */
const mostScale = 10
const leastScale = 1e-8

function modelAt(point: readonly number[], restarts: number): Model {
  const none = point.map(() => 0)
  return { restarts, point, scale: 1, best: null, steps: 0, first: none, second: none }
}

/**
 * The gradient that explains the differences from the mean best, and is the shortest of those that do: least squares by
 * conjugate gradients on the normal equations (Hestenes and Stiefel 1952, section 10), exact after as many steps as there are points.
 */
function gradientOf(done: readonly KnownPoint[]): number[] {
  const n = done[0]!.point.length
  const middle = (of: (one: KnownPoint) => number) => done.reduce((sum, one) => sum + of(one) / done.length, 0)
  const centre = done[0]!.point.map((_, i) => middle(({ point }) => point[i]!))
  const level = middle(({ score }) => score)
  const rows = done.map(({ point }) => point.map((x, i) => x - centre[i]!))
  let residual = done.map(({ score }) => plainNumber(score - level))
  const gradient = new Array<number>(n).fill(0)
  const transposed = (of: readonly number[]) =>
    gradient.map((_, i) => rows.reduce((sum, row, k) => sum + row[i]! * of[k]!, 0))
  let descent = transposed(residual)
  let direction = descent
  let square = dot(descent, descent)
  const enough = square * 1e-20
  for (let step = 0; step < Math.min(n, done.length) && square > enough; step++) {
    const image = rows.map((row) => dot(row, direction))
    const length = square / dot(image, image)
    if (!Number.isFinite(length)) break
    direction.forEach((value, i) => {
      gradient[i]! += length * value
    })
    residual = residual.map((value, k) => value - length * image[k]!)
    descent = transposed(residual)
    const next = dot(descent, descent)
    direction = descent.map((value, i) => value + (next / square) * direction[i]!)
    square = next
  }
  return gradient.map(plainNumber)
}

/** A gradient of length 1: then the unit of the fitness does not matter. */
function normalized(gradient: readonly number[]): number[] {
  const largest = Math.max(...gradient.map(Math.abs))
  if (!(largest > 0)) return gradient.map(() => 0)
  const scaled = gradient.map((value) => value / largest)
  const length = norm(scaled)
  return scaled.map((value) => value / length)
}

function decayed(old: readonly number[], fresh: readonly number[], decay: number): number[] {
  return old.map((value, i) => plainNumber(decay * value + (1 - decay) * fresh[i]!))
}

function squared(value: number): number {
  return value * value
}
