import { Random } from '../../src/core/random.ts'

/** Beyond this many points the distances are too many for a start without delay. */
export const mostMaximin = 2000

type Points = readonly (readonly number[])[]

/**
 * The same coordinates on each axis, exchanged between points so that the points lie apart: exchanges of two points'
 * coordinates on one axis that lower the criterion of Morris and Mitchell (1995, "Exploratory designs for computational
 * experiments", Eq. 2.2), the sum of distance^-16 over all pairs. The least distance is never less than that of `points`.
 */
export function maximin(points: Points, seed: number, iterations = defaultIterations(points)): Points {
  const dimension = points[0]?.length ?? 0
  if (points.length < 3 || dimension < 2) return points // no exchange changes a distance
  const random = Random.of(seed)
  const moved = points.map((point) => [...point])
  for (let iteration = 0; iteration < iterations; iteration++) {
    const i = random.integer(points.length)
    const j = (i + 1 + random.integer(points.length - 1)) % points.length
    exchangeIfBetter(moved, i, j, random.integer(dimension))
  }
  return leastDistance(moved) >= leastDistance(points) ? moved : points
}

/** The least Euclidean distance between two points. */
export function leastDistance(points: Points): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < points.length; i++) {
    for (let j = 0; j < i; j++) least = Math.min(least, squaredDistance(points[i]!, points[j]!))
  }
  return Math.sqrt(least)
}

function exchangeIfBetter(points: number[][], i: number, j: number, axis: number): void {
  const before = crowding(points, i, j)
  exchange(points, i, j, axis)
  if (crowding(points, i, j) > before) exchange(points, i, j, axis)
}

/** What two points have to do with all others; their own distance stays the same when they exchange coordinates. */
function crowding(points: Points, i: number, j: number): number {
  const a = points[i]!
  const b = points[j]!
  let sum = 0
  for (let k = 0; k < points.length; k++) {
    if (k !== i && k !== j) sum += repulsion(a, points[k]!) + repulsion(b, points[k]!)
  }
  return sum
}

/** distance^-16 */
function repulsion(a: readonly number[], b: readonly number[]): number {
  const second = squaredDistance(a, b)
  const fourth = second * second
  const eighth = fourth * fourth
  return 1 / (eighth * eighth)
}

function exchange(points: number[][], i: number, j: number, axis: number): void {
  const kept = points[i]![axis]!
  points[i]![axis] = points[j]![axis]!
  points[j]![axis] = kept
}

function squaredDistance(a: readonly number[], b: readonly number[]): number {
  let sum = 0
  for (let axis = 0; axis < a.length; axis++) {
    const difference = a[axis]! - b[axis]!
    sum += difference * difference
  }
  return sum
}

function defaultIterations(points: Points): number {
  const work = points.length * Math.max(1, points[0]?.length ?? 1)
  return Math.max(1000, Math.min(20_000, Math.floor(4e7 / work)))
}
