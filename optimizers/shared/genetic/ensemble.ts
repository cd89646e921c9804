import type { Random } from '../../../src/core/random.ts'
import { clipUnit } from '../../../src/core/space.ts'

/**
 * A child of many parents, which lies as they do however the axes are turned: the real-coded ensemble crossover REX (Kobayashi
 * 2009, "The frontiers of real-coded genetic algorithms"), moved towards the better parents as in AREX (Akimoto, Sakuma, Ono
 * and Kobayashi 2009, "Adaptation of expansion rate for real-coded crossovers").
 *
 * @param parents best first, two at least
 * @param descent how far the child's middle lies from the parents' mean, in steps from there to their weighted mean
 */
export function ensembleOf(parents: readonly (readonly number[])[], descent: number, random: Random): number[] {
  const count = parents.length
  const n = parents[0]!.length
  // Relative to the mean <x>: the weights of rank sum to 1 and fall linearly; the normal ones of REX have the variance 1 / (k - 1).
  let sum = 0
  const total = parents[0]!.slice().fill(0)
  const weighted = total.slice()
  const spread = Math.sqrt(count - 1)
  // Parent by parent: in thousands of axes, reading all of them for each axis takes ten times as long.
  for (let k = 0; k < count; k++) {
    const ofRank = (2 * (count - k)) / (count * (count + 1)) - 1 / count
    const weight = descent * ofRank + random.normal() / spread
    sum += weight
    const parent = parents[k]!
    for (let i = 0; i < n; i++) {
      const x = parent[i]!
      total[i]! += x
      weighted[i]! += weight * x
    }
  }
  for (let i = 0; i < n; i++) {
    const mean = total[i]! / count
    total[i] = clipUnit(mean + weighted[i]! - sum * mean) // <x> + sum over k of w_k (x_k - <x>)
  }
  return total
}
