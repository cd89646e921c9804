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
  const { ofRanks, weights, totals, weighted } = roomFor(count, n)
  // Relative to the mean <x>: the weights of rank sum to 1 and fall linearly; the normal ones of REX have the variance 1 / (k - 1).
  random.normals(weights, count)
  const spread = Math.sqrt(count - 1)
  let sum = 0
  for (let k = 0; k < count; k++) {
    const weight = descent * ofRanks[k]! + weights[k]! / spread
    weights[k] = weight
    sum += weight
  }
  for (let i = 0; i < n; i++) {
    totals[i] = 0
    weighted[i] = 0
  }
  // Parent by parent: in thousands of axes, reading all of them for each axis takes ten times as long. Two at a time, which
  // halves how often the sums are read and written.
  let k = count % 2
  if (k === 1) addParent(parents[0]!, weights[0]!, totals, weighted)
  for (; k < count; k += 2) {
    const one = parents[k]!
    const other = parents[k + 1]!
    const weight = weights[k]!
    const otherWeight = weights[k + 1]!
    for (let i = 0; i < n; i++) {
      const x = one[i]!
      const y = other[i]!
      totals[i] = totals[i]! + x + y
      weighted[i] = weighted[i]! + weight * x + otherWeight * y
    }
  }
  const child = parents[0]!.slice()
  for (let i = 0; i < n; i++) {
    const mean = totals[i]! / count
    child[i] = clipUnit(mean + weighted[i]! - sum * mean) // <x> + sum over k of w_k (x_k - <x>)
  }
  return child
}

function addParent(parent: readonly number[], weight: number, totals: Float64Array, weighted: Float64Array): void {
  for (let i = 0; i < parent.length; i++) {
    const x = parent[i]!
    totals[i]! += x
    weighted[i]! += weight * x
  }
}

/** The weights of rank of so many parents, and room for the sums of one child at a time. */
let room = makeRoom(2, 1)

function roomFor(count: number, n: number): typeof room {
  if (room.weights.length !== count || room.totals.length !== n) room = makeRoom(count, n)
  return room
}

function makeRoom(count: number, n: number) {
  const ofRanks = Float64Array.from({ length: count }, (_, k) => (2 * (count - k)) / (count * (count + 1)) - 1 / count)
  return {
    ofRanks,
    weights: new Float64Array(count),
    totals: new Float64Array(n),
    weighted: new Float64Array(n),
  }
}
