import { z } from 'zod'
import { stopAt } from './starts.ts'

/** Settings of searches that follow the gradient of what is expected of a normal distribution. */
export const gradientSettings = {
  fitnessShapingEnabled: z.boolean().default(true).describe('Whether ranks count, and not the weighted fitness itself'),
  restarts: z
    .boolean()
    .default(true)
    .describe('Whether a search that has come to rest begins anew elsewhere, with twice the population'),
  stopAt,
}

/** How fast deviations adapt in n dimensions (Wierstra et al. 2014, "Natural evolution strategies", Table 1). */
export function usualRate(n: number): number {
  return (3 + Math.log(n)) / (5 * Math.sqrt(n))
}

/** No step of an axis is larger than its range. */
export const mostDeviation = 1
