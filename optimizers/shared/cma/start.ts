import { type CmaAxes, split } from './axes.ts'
import { learnLevels, uniformCategories } from './categories.ts'
import { factorise, rowAt } from './packed.ts'
import type { RunStart } from './run.ts'
import { type Shape, sphere } from './shape.ts'
import type { ShapeType } from './strategy.ts'

/** What was known before a search: how much, and the best of it, best first. */
export type KnownBefore = {
  readonly count: number
  readonly best: readonly { readonly point: readonly number[]; readonly cost: number }[]
}

export const nothingKnown: KnownBefore = { count: 0, best: [] }

const mostKept = 200

export function withPrior({ count, best }: KnownBefore, point: readonly number[], cost: number): KnownBefore {
  const place = best.findIndex((other) => other.cost > cost)
  const at = place < 0 ? best.length : place
  return { count: count + 1, best: [...best.slice(0, at), { point, cost }, ...best.slice(at)].slice(0, mostKept) }
}

/** The first run begins in the middle of what the simulation draws its individuals from; others, at one of them. */
export function startAmong(
  points: readonly (readonly number[])[],
  given: { readonly sigma: number; readonly lambda: number; readonly type: ShapeType },
  axes: CmaAxes,
): RunStart {
  const mean = new Float64Array(axes.ordered.length)
  for (const point of points) {
    const { x } = split(axes, point)
    for (let i = 0; i < mean.length; i++) mean[i]! += (0.1 + 0.8 * x[i]!) / points.length // the inner part of each range
  }
  const { sigma, lambda, type } = given
  return { mean, sigma, lambda, shape: sphere(type, mean.length), categories: startCategories(axes) }
}

/**
 * A run begins where the best tenth of what is known lies (Nomura, Watanabe, Akimoto, Ozaki and Onishi 2021, "Warm
 * Starting CMA-ES for Hyperparameter Optimization", with alpha = 0.1); with fewer than four, at the best one.
 */
export function warmStart(
  { count, best }: KnownBefore,
  { sigma, lambda, type }: { readonly sigma: number; readonly lambda: number; readonly type: ShapeType },
  axes: CmaAxes,
): RunStart {
  const chosen = best.slice(0, Math.max(4, Math.ceil(count / 10))).map(({ point }) => split(axes, point))
  const n = axes.ordered.length
  if (chosen.length < 4) {
    return { mean: chosen[0]!.x, sigma, lambda, shape: sphere(type, n), categories: startCategories(axes) }
  }
  const mean = new Float64Array(n)
  for (const { x } of chosen) for (let i = 0; i < n; i++) mean[i]! += x[i]! / chosen.length
  const categories = learnLevels(
    startCategories(axes),
    chosen.map(({ levels }) => ({ weight: 1 / chosen.length, levels })),
  )
  const spread = new Float64Array(rowAt(n))
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j <= i; j++, at++) {
      for (const { x } of chosen) spread[at]! += ((x[i]! - mean[i]!) * (x[j]! - mean[j]!)) / chosen.length
      if (i === j) spread[at]! += 0.1 ** 2
    }
  }
  return { mean, lambda, categories, ...shapeOf(spread, n, type) }
}

/** The covariance as a step size and a shape of determinant 1. */
function shapeOf(
  covariance: Float64Array,
  n: number,
  type: ShapeType,
): { readonly sigma: number; readonly shape: Shape } {
  const variances = Float64Array.from({ length: n }, (_, i) => covariance[rowAt(i) + i]!)
  switch (type) {
    case 'full': {
      const { factor } = factorise(covariance, n)
      let logarithms = 0
      for (let i = 0; i < n; i++) logarithms += Math.log(factor[rowAt(i) + i]!)
      const sigma = Math.exp(logarithms / Math.max(1, n))
      const scaled = covariance.map((value) => value / sigma ** 2)
      return { sigma, shape: { type, ...factorise(scaled, n), age: 0 } }
    }
    case 'separable': {
      const sigma = Math.exp(variances.reduce((sum, variance) => sum + Math.log(variance), 0) / (2 * n))
      return { sigma, shape: { type, variances: variances.map((variance) => variance / sigma ** 2) } }
    }
    case 'limited-memory':
      return { sigma: Math.sqrt(variances.reduce((sum, variance) => sum + variance, 0) / n), shape: sphere(type, n) }
  }
}

function startCategories({ categories }: CmaAxes) {
  return uniformCategories(categories.map(({ levels }) => levels))
}
