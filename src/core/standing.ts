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
  const chains = chainsOf(front)
  return front.map((_, i) => crowdingAt(chains, i))
}

/**
 * The places of so many points of a front that lie far apart: whoever has the nearest neighbours leaves, one after the other,
 * so that those who are left count as neighbours of each other (Kukkonen and Deb 2006, "Improved pruning of non-dominated
 * solutions based on crowding distance for bi-objective optimization problems").
 */
export function mostSpread(front: readonly (readonly number[])[], count: number): number[] {
  const chains = chainsOf(front)
  const crowding = front.map((_, i) => crowdingAt(chains, i))
  const left = new Set(front.keys())
  while (left.size > count) {
    let least = -1
    for (const i of left) if (least < 0 || crowding[i]! < crowding[least]!) least = i
    left.delete(least)
    for (const { before, after } of chains) {
      const [low, high] = [before[least]!, after[least]!]
      if (low >= 0) after[low] = high
      if (high >= 0) before[high] = low
    }
    for (const { before, after } of chains) {
      for (const i of [before[least]!, after[least]!]) if (i >= 0) crowding[i] = crowdingAt(chains, i)
    }
  }
  return [...left]
}

/** Points in the order of an objective: the place of the one before and of the one after each, -1 at the ends. */
interface Chain {
  /** The values as parts of their range; none where all are the same. */
  readonly values: readonly number[] | undefined
  readonly before: number[]
  readonly after: number[]
}

function chainsOf(front: readonly (readonly number[])[]): readonly Chain[] {
  return Array.from({ length: front[0]?.length ?? 0 }, (_, m) => chainOf(front.map((fitness) => fitness[m]!)))
}

function chainOf(values: readonly number[]): Chain {
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!)
  const [before, after] = [new Array<number>(values.length), new Array<number>(values.length)]
  order.forEach((i, at) => {
    before[i] = order[at - 1] ?? -1
    after[i] = order[at + 1] ?? -1
  })
  const [least, most] = [values[order[0]!]!, values[order.at(-1)!]!]
  const range = most / 2 - least / 2 // halved, as the range of very large numbers overflows
  return { values: range > 0 ? values.map((value) => (value / 2 - least / 2) / range) : undefined, before, after }
}

function crowdingAt(chains: readonly Chain[], i: number): number {
  return chains.reduce((sum, chain) => sum + gapAt(chain, i), 0)
}

function gapAt({ values, before, after }: Chain, i: number): number {
  if (values === undefined) return 0
  const [low, high] = [before[i]!, after[i]!]
  return low < 0 || high < 0 ? Number.POSITIVE_INFINITY : values[high]! - values[low]!
}
