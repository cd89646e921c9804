import type { Random } from '../../../src/core/random.ts'
import { pickWeighted } from '../distributions/bayesian-gaussian-mixture.ts'

/** How likely each level is, for each axis without an order. */
export type Categories = readonly Float64Array[]

export function uniformCategories(levels: readonly number[]): Categories {
  return levels.map((count) => new Float64Array(count).fill(1 / count))
}

export function drawLevels(categories: Categories, random: Random): Int32Array {
  return Int32Array.from(categories, (probabilities) => pickWeighted(probabilities, random))
}

/**
 * A natural gradient step towards the levels of the selected samples. No level becomes less likely than a margin, which
 * leaves .73 for all the likeliest ones together (Hamano, Uchida, Shirakawa, Morinaga and Akimoto 2025, "CatCMA with
 * Margin").
 *
 * @param selected with weights of sum 1
 */
export function learnLevels(
  categories: Categories,
  selected: readonly { readonly weight: number; readonly levels: Int32Array }[],
): Categories {
  return categories.map((old, at) => {
    const count = old.length
    if (count === 1) return old
    const rate = 1 / (count - 1 + Math.sqrt(categories.length))
    const stepped = old.map((probability) => (1 - rate) * probability)
    for (const { weight, levels } of selected) stepped[levels[at]!]! += rate * weight
    return withMargin(stepped, (1 - 0.73 ** (1 / categories.length)) / (count - 1))
  })
}

function withMargin(probabilities: Float64Array, margin: number): Float64Array {
  const least = Math.min(margin, 1 / probabilities.length)
  const above = probabilities.map((probability) => Math.max(0, probability - least))
  const total = above.reduce((sum, value) => sum + value, 0)
  const free = 1 - least * probabilities.length
  return above.map((value) => least + (total > 0 ? (free * value) / total : free / probabilities.length))
}
