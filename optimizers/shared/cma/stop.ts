import { generationsToRest } from '../restarts.ts'
import type { CmaAxes } from './axes.ts'
import { type CmaRun, historyLength, medianOf } from './run.ts'
import { axisOf, conditionOf, deviationsOf } from './shape.ts'

/** Why a run has nothing more to find; named as in appendix B.3 of the tutorial, but for `outdone`. */
export type StopReason =
  | 'failures'
  | 'outdone'
  | 'tolFun'
  | 'equalFunValues'
  | 'tolX'
  | 'conditionCov'
  | 'noEffectAxis'
  | 'noEffectCoord'
  | 'stagnation'
  | 'maxIter'

/**
 * The first reason for a run to stop; undefined if there is none.
 *
 * @param leastOfAll the least cost of all runs; undefined where no run is to stop for lack of promise
 */
export function stopReason(run: CmaRun, axes: CmaAxes, leastOfAll?: number): StopReason | undefined {
  const { mean, sigma, shape, generation, lambda, bests, failures } = run
  const n = mean.length
  if (failures >= 5) return 'failures'
  if (generation >= 100 + (150 * (n + 3) ** 2) / Math.sqrt(lambda)) return 'maxIter'
  const rest = generationsToRest(n, lambda)
  if (bests.length >= rest) {
    const newest = bests.subarray(-rest)
    const range = newest.reduce((most, best) => Math.max(most, best)) - newest.reduce((least, b) => Math.min(least, b))
    if (range === 0) return 'equalFunValues'
    const gain = Math.max(range, run.range)
    if (gain < 1e-12) return 'tolFun'
    if (leastOfAll !== undefined && gain < hopeless * (newest.at(-1)! - leastOfAll)) return 'outdone'
  }
  if (isStagnant(run)) return 'stagnation'
  const reals = [...axes.cells.keys()].filter((i) => axes.cells[i]!(0.5) === 0)
  if (reals.length === 0) return undefined // integers alone come to rest in their cells
  const deviations = deviationsOf(shape, n)
  const least = 1e-12 * run.startSigma
  if (reals.every((i) => sigma * deviations[i]! < least && sigma * Math.abs(run.path[i]!) < least)) return 'tolX'
  if (conditionOf(shape, n) > 1e14) return 'conditionCov'
  if (reals.some((i) => mean[i] === mean[i]! + 0.2 * sigma * deviations[i]!)) return 'noEffectCoord'
  const axis = axisOf(shape, generation % n, n)
  if (mean.every((value, i) => value === value + 0.1 * sigma * axis[i]!)) return 'noEffectAxis'
  return undefined
}

/**
 * A run comes to rest in a lesser optimum when what it gains is so small a part of what it lacks to the best of all runs: to
 * learn that optimum to the last digit would take as long again.
 */
const hopeless = 0.01

/** Neither the best nor the median cost of the last part of a long history is better than that of its first part. */
function isStagnant({ bests, medians, mean, lambda }: CmaRun): boolean {
  const length = historyLength(mean.length, lambda)
  if (bests.length < length) return false
  const part = Math.floor(0.3 * length)
  return [bests, medians].every((history) => medianOf(history.subarray(-part)) >= medianOf(history.subarray(0, part)))
}
