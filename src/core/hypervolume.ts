import type { Objectives } from './objectives.ts'

/**
 * The volume between points and a reference point that is worse than them, in all of what at least one of them dominates.
 * Points that are not better than the reference in every objective add nothing.
 */
export function hypervolume(
  { weights }: Pick<Objectives, 'weights'>,
  points: readonly (readonly number[])[],
  reference: readonly number[],
): number {
  return volumeOf(boxesOf(weights, points, reference))
}

/** By how much a further point makes that volume larger. */
export function volumeAddedBy(
  { weights }: Pick<Objectives, 'weights'>,
  point: readonly number[],
  points: readonly (readonly number[])[],
  reference: readonly number[],
): number {
  const [box] = boxesOf(weights, [point], reference)
  if (!box) return 0
  const limited = boxesOf(weights, points, reference).map((other) => limitedTo(box, other))
  return productOf(box) - volumeOf(largest(limited))
}

/** Points as the lengths of boxes whose corner is the reference. */
function boxesOf(
  weights: readonly number[],
  points: readonly (readonly number[])[],
  reference: readonly number[],
): readonly (readonly number[])[] {
  return points
    .map((point) => weights.map((weight, i) => Math.sign(weight) * (point[i]! - reference[i]!)))
    .filter((box) => box.every((length) => length > 0))
}

function volumeOf(boxes: readonly (readonly number[])[]): number {
  const dimension = boxes[0]?.length ?? 0
  switch (dimension) {
    case 0:
      return 0
    case 1:
      return Math.max(...boxes.map(([length]) => length!))
    case 2:
      return areaOf(boxes)
    case 3:
      return slicedVolume(boxes)
    default:
      return exclusiveSum(boxes)
  }
}

/** The area of boxes that stand on the same corner: from the widest on, each adds what it is higher than those before it. */
function areaOf(boxes: readonly (readonly number[])[]): number {
  let area = 0
  let height = 0
  for (const [width, high] of boxes.toSorted((a, b) => b[0]! - a[0]! || b[1]! - a[1]!)) {
    if (high! <= height) continue
    area += width! * (high! - height)
    height = high!
  }
  return area
}

/** Slice after slice from the far end of the third side, each as large as all boxes together that reach so far. */
function slicedVolume(boxes: readonly (readonly number[])[]): number {
  const order = boxes.toSorted((a, b) => b[2]! - a[2]!)
  const stairs = new Stairs()
  let volume = 0
  for (let i = 0; i < order.length; i++) {
    const [width, high, reach] = order[i] as readonly [number, number, number]
    stairs.add(width, high)
    volume += stairs.area * (reach - (order[i + 1]?.[2] ?? 0))
  }
  return volume
}

/** The outline of boxes of two sides in one corner: the widest is the lowest step, and what lies within others is none. */
class Stairs {
  readonly #widths: number[] = []
  readonly #heights: number[] = []
  area = 0

  add(width: number, high: number): void {
    const [widths, heights] = [this.#widths, this.#heights]
    let [low, end] = [0, widths.length]
    while (low < end) {
      const middle = (low + end) >>> 1
      if (widths[middle]! >= width) low = middle + 1
      else end = middle
    }
    if (low > 0 && heights[low - 1]! >= high) return
    const from = low > 0 && widths[low - 1] === width ? low - 1 : low
    let to = low
    while (to < heights.length && heights[to]! <= high) to++
    let below = heights[from - 1] ?? 0
    for (let at = from; at < to; at++) {
      this.area += (width - widths[at]!) * (heights[at]! - below)
      below = heights[at]!
    }
    this.area += (width - (widths[to] ?? 0)) * (high - below)
    widths.splice(from, to - from, width)
    heights.splice(from, to - from, high)
  }
}

/**
 * What each box adds to those behind it: its own volume without what they have of it (While, Bradstreet and Barone 2012,
 * "A fast way of calculating exact hypervolumes", section III). Those behind it reach as far on the last side, which
 * therefore has no part in it (section III.C).
 */
function exclusiveSum(boxes: readonly (readonly number[])[]): number {
  const last = boxes[0]!.length - 1
  const order = boxes.toSorted((a, b) => a[last]! - b[last]!)
  return order.reduce((sum, box, i) => {
    const face = box.slice(0, last)
    const limited = order.slice(i + 1).map((other) => limitedTo(face, other))
    return sum + box[last]! * (productOf(face) - volumeOf(largest(limited)))
  }, 0)
}

/** What a box has of another. */
function limitedTo(box: readonly number[], other: readonly number[]): number[] {
  return box.map((length, m) => Math.min(length, other[m]!))
}

function productOf(lengths: readonly number[]): number {
  return lengths.reduce((product, length) => product * length, 1)
}

/** Boxes that lie within another one add nothing: none does within one whose sides are less in sum. */
function largest(boxes: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const ranked = boxes
    .map((box) => ({ box, sum: box.reduce((sum, length) => sum + length, 0) }))
    .sort((a, b) => b.sum - a.sum)
  const kept: (readonly number[])[] = []
  for (const { box } of ranked) if (!kept.some((other) => isWithin(box, other))) kept.push(box)
  return kept
}

function isWithin(box: readonly number[], other: readonly number[]): boolean {
  for (let m = 0; m < box.length; m++) if (box[m]! > other[m]!) return false
  return true
}
