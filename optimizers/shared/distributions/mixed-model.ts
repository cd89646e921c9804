import type { Random } from '../../../src/core/random.ts'
import { SettingsError } from '../../../src/core/settings.ts'
import { coordinateOf, levelOf, type Space } from '../../../src/core/space.ts'
import { leastDeviations } from '../starts.ts'
import { pickWeighted } from './bayesian-gaussian-mixture.ts'
import { fitCategorical } from './categorical.ts'
import {
  type Distribution,
  type DistributionSettings,
  deviationsOf,
  fitDistribution,
  refuseDimension,
  samplerOf,
  usualSmoothing,
} from './index.ts'

/** What points of any space are drawn from. */
export type MixedModel = {
  /** Over the real and integer axes together; null if there are none. */
  readonly distribution: Distribution | null
  /** How likely each level is, for each choice and boolean axis. */
  readonly categories: readonly (readonly number[])[]
}

/**
 * Fits models to points and draws points from them: one distribution for the axes that have an order, and probabilities of
 * its own for every axis that has none.
 */
export class MixedModels {
  /** The axes that have an order. */
  readonly ordered: readonly number[]
  readonly #unordered: readonly { readonly at: number; readonly levels: number }[]
  readonly #floors: readonly number[]
  readonly #settings: DistributionSettings
  readonly #dimension: number

  /** @throws SettingsError if the distribution cannot be fitted in so many dimensions */
  constructor({ axes, dimension }: Pick<Space, 'axes' | 'dimension'>, settings: DistributionSettings) {
    const least = leastDeviations(axes)
    this.#dimension = dimension
    this.#settings = settings
    this.ordered = axes.flatMap(({ kind }, at) => (kind === 'real' || kind === 'integer' ? [at] : []))
    this.#floors = this.ordered.map((at) => least[at]! ** 2)
    this.#unordered = axes.flatMap((axis, at) =>
      axis.kind === 'choice' || axis.kind === 'boolean' ? [{ at, levels: axis.levels }] : [],
    )
    const refusal = refuseDimension(settings, this.ordered.length)
    if (refusal !== undefined) throw new SettingsError(`optimizer: ${refusal}`)
  }

  /** The model of points, best first. @param smoothing how much of the old model stays; undefined learns as fast as it may */
  fit(
    old: MixedModel | null,
    points: readonly (readonly number[])[],
    smoothing: number | undefined,
    random: Random,
  ): MixedModel {
    const ordered = points.map((point) => this.ordered.map((at) => point[at]!))
    const options = { smoothing, floors: this.#floors }
    return {
      distribution:
        this.ordered.length === 0
          ? null
          : fitDistribution(old?.distribution ?? undefined, ordered, this.#settings, options, random),
      categories: this.#unordered.map(({ at, levels }, i) => {
        const observed = points.map((point) => levelOf(point[at]!, levels))
        return fitCategorical(old?.categories[i], observed, levels, smoothing ?? usualSmoothing)
      }),
    }
  }

  draw({ distribution, categories }: MixedModel, count: number, random: Random): number[][] {
    const sampler = distribution && samplerOf(distribution, random)
    return Array.from({ length: count }, () => {
      const point = new Array<number>(this.#dimension).fill(0)
      const values = sampler ? sampler(random) : []
      this.ordered.forEach((at, i) => {
        point[at] = values[i]!
      })
      this.#unordered.forEach(({ at, levels }, i) => {
        point[at] = coordinateOf(pickWeighted(categories[i]!, random), levels)
      })
      return point
    })
  }

  /** How wide the model is along each axis; 1 where there is no order. */
  deviations({ distribution }: MixedModel): number[] {
    const widths = new Array<number>(this.#dimension).fill(1)
    const ordered = distribution ? deviationsOf(distribution) : []
    this.ordered.forEach((at, i) => {
      widths[at] = ordered[i]!
    })
    return widths
  }

  /** Whether there is nothing left to learn: no axis is wider than its floor. */
  hasSettled({ distribution, categories }: MixedModel): boolean {
    const isNarrow =
      !distribution || deviationsOf(distribution).every((width, i) => width ** 2 <= 10 * this.#floors[i]!)
    return isNarrow && categories.every((probabilities) => Math.max(...probabilities) > 0.95)
  }
}
