import { checkArgument, numberFrom, someNumbers, wholeFrom } from '../../src/core/options.ts'

/**
 * Whether a local search has come to rest: the best scores of its newest generations all lie within `tolerance` of each
 * other (Hansen 2016, "The CMA Evolution Strategy: A Tutorial", B.3, EqualFunValues and TolFun).
 *
 * @param generations how many of the newest are looked at; with fewer than that there is no rest yet
 */
export function isAtRest(bestScores: readonly number[], generations: number, tolerance: number): boolean {
  checkArgument('isAtRest', 'the best scores', bestScores, someNumbers)
  checkArgument('isAtRest', 'generations', generations, wholeFrom(1))
  checkArgument('isAtRest', 'tolerance', tolerance, numberFrom(0))
  if (bestScores.length < generations) return false
  const newest = bestScores.slice(-generations)
  return Math.max(...newest) - Math.min(...newest) <= tolerance
}

/** How many generations the test looks at: 10 + 30 n / lambda (B.3, EqualFunValues). */
export function generationsToRest(dimension: number, populationSize: number): number {
  checkArgument('generationsToRest', 'dimension', dimension, wholeFrom(0))
  checkArgument('generationsToRest', 'populationSize', populationSize, wholeFrom(1))
  return 10 + Math.ceil((30 * dimension) / populationSize)
}

/**
 * The population after so many restarts, each `factor` times as large (IPOP: Auger and Hansen 2005); a thousand times as
 * large at most, since restarts are many where little is left to be simulated.
 */
export function grownPopulation(populationSize: number, restarts: number, factor = 2): number {
  checkArgument('grownPopulation', 'populationSize', populationSize, wholeFrom(1))
  checkArgument('grownPopulation', 'restarts', restarts, wholeFrom(0))
  checkArgument('grownPopulation', 'factor', factor, numberFrom(0))
  return Math.round(populationSize * Math.min(mostGrowth, factor ** restarts))
}

const mostGrowth = 1024

/** The best score since a search began anew, and for how many generations it has stood. */
export type Stagnation = {
  readonly best: number | null
  readonly stagnant: number
}

export function stagnationOf({ best, stagnant }: Stagnation, score: number): Stagnation {
  return best !== null && score <= best ? { best, stagnant: stagnant + 1 } : { best: score, stagnant: 0 }
}
