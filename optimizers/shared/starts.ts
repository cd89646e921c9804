import { z } from 'zod'
import type { Random } from '../../src/core/random.ts'
import { SettingsError } from '../../src/core/settings.ts'
import type { Axis } from '../../src/core/space.ts'
import type { KnownPoint } from './sampled-search.ts'

/** A setting that holds for all axes, or for each of them. */
export type PerAxis = number | readonly number[]

/** One number for each axis. @throws SettingsError if a list is not as long as there are axes */
export function perAxis(name: string, given: PerAxis, dimension: number): readonly number[] {
  if (typeof given === 'number') return new Array<number>(dimension).fill(given)
  if (given.length === dimension) return given
  throw new SettingsError(`optimizer: ${name} needs a number or one for each of ${dimension} axes, got ${given.length}`)
}

/** The setting that ends a search at a fitness. */
export const stopAt = z
  .number()
  .optional()
  .describe('The weighted fitness that is good enough: the search ends (negative for what is minimized)')

/** Reals may be found to 12 digits; an integer stays uncertain by its rounding (Sheppard), so that it can still move. */
export function leastDeviations(axes: readonly Axis[]): number[] {
  return axes.map((axis) => (axis.kind === 'real' ? 1e-12 : 1 / axis.levels / Math.sqrt(12)))
}

/**
 * Where a normal distribution begins: anywhere but close to the bounds, or at the best that is known, as wide as the
 * better half of what is known lies around it.
 *
 * @param widths the deviations unless less is called for
 */
export function startNear(known: readonly KnownPoint[], widths: readonly number[], random: Random) {
  const best = known[0]?.point
  if (best === undefined) return { mean: widths.map(() => 0.1 + 0.8 * random.uniform()), deviations: widths }
  const others = known.slice(1, 1 + Math.floor(known.length / 2))
  if (others.length === 0) return { mean: best, deviations: widths }
  const deviations = widths.map((width, i) => {
    const square = others.reduce((sum, { point }) => sum + (point[i]! - best[i]!) ** 2, 0) / others.length
    return Math.min(width, Math.max(leastWarmth * width, Math.sqrt(square)))
  })
  return { mean: best, deviations }
}

/** What is known from elsewhere may be all but one point, from which nothing could be left any more. */
const leastWarmth = 1e-3
