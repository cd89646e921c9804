import { type Compared, dominates } from './front.ts'
import type { Objectives } from './objectives.ts'

/** Where one of several points stands among them, if no objective counts more than another. */
export interface Standing {
  /** 0 is what no other dominates, 1 what only those dominate, and so on. */
  readonly front: number
  /** How far its neighbours on the front are apart, over all objectives; infinite at the ends. */
  readonly crowding: number
}

/**
 * Fronts and crowding distances of points (Deb et al. 2002, "A fast and elitist multiobjective genetic algorithm: NSGA-II",
 * sections III.A and III.B), those that violate constraints behind all others by their violation. Fronts are found one
 * point after the other from the best on, by bisection (Zhang et al. 2015, "An efficient approach to nondominated sorting").
 */
export function standingsOf(objectives: Pick<Objectives, 'weights'>, points: readonly Compared[]): Standing[] {
  const fronts = sortIntoFronts(objectives, points)
  const standings = new Array<Standing>(points.length)
  fronts.forEach((members, front) => {
    const crowding = crowdingOf(members.map((i) => points[i]!.fitness))
    members.forEach((i, at) => {
      standings[i] = { front, crowding: crowding[at]! }
    })
  })
  return standings
}

/** The places of the points of each front. */
function sortIntoFronts({ weights }: Pick<Objectives, 'weights'>, points: readonly Compared[]): number[][] {
  // Sorted so, nothing is dominated by what comes after it.
  const order = points
    .map((_, i) => i)
    .sort((i, j) => {
      const [a, b] = [points[i]!, points[j]!]
      const more = (a.violation ?? 0) - (b.violation ?? 0)
      if (more !== 0) return more
      for (let m = 0; m < weights.length; m++) {
        const gain = Math.sign(weights[m]!) * (b.fitness[m]! - a.fitness[m]!)
        if (gain !== 0) return gain
      }
      return i - j
    })
  const fronts: number[][] = []
  // Of two objectives the newest member of a front is the best in the second, and dominates what any of them does.
  const lookedAt = weights.length === 2 ? 1 : Number.POSITIVE_INFINITY
  const isDominatedBy = (front: readonly number[], i: number) => {
    const last = Math.max(0, front.length - lookedAt)
    for (let at = front.length - 1; at >= last; at--) {
      if (dominates({ weights }, points[front[at]!]!, points[i]!)) return true
    }
    return false
  }
  for (const i of order) {
    let [low, high] = [0, fronts.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isDominatedBy(fronts[middle]!, i)) low = middle + 1
      else high = middle
    }
    if (low === fronts.length) fronts.push([])
    fronts[low]!.push(i)
  }
  return fronts
}

/** For each point of a front, the distance of its neighbours in each objective as a part of the range, summed. */
function crowdingOf(front: readonly (readonly number[])[]): number[] {
  const crowding = new Array<number>(front.length).fill(0)
  const order = front.map((_, i) => i)
  for (let m = 0; m < (front[0]?.length ?? 0); m++) {
    order.sort((i, j) => front[i]![m]! - front[j]![m]!)
    const [first, last] = [order[0]!, order.at(-1)!]
    const [least, most] = [front[first]![m]!, front[last]![m]!]
    const scale = Math.max(Math.abs(least), Math.abs(most)) // the range of very large numbers overflows
    const range = most / scale - least / scale
    if (!(range > 0)) continue
    crowding[first] = Number.POSITIVE_INFINITY
    crowding[last] = Number.POSITIVE_INFINITY
    for (let at = 1; at + 1 < order.length; at++) {
      const [before, after] = [front[order[at - 1]!]![m]!, front[order[at + 1]!]![m]!]
      crowding[order[at]!]! += (after / scale - before / scale) / range
    }
  }
  return crowding
}
