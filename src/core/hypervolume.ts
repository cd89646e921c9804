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
  // As lengths of boxes whose corner is the reference.
  const boxes = points
    .map((point) => weights.map((weight, i) => Math.sign(weight) * (point[i]! - reference[i]!)))
    .filter((box) => box.every((length) => length > 0))
  return volumeOf(boxes)
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

/** From the widest on, each box adds what it is higher than those before it. */
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
 * "A fast way of calculating exact hypervolumes", section III).
 */
function exclusiveSum(boxes: readonly (readonly number[])[]): number {
  const order = boxes.toSorted((a, b) => b[0]! - a[0]!)
  return order.reduce((sum, box, i) => {
    const limited = order.slice(i + 1).map((other) => other.map((length, m) => Math.min(length, box[m]!)))
    return sum + box.reduce((product, length) => product * length, 1) - volumeOf(largest(limited))
  }, 0)
}

/** Boxes that lie within another one add nothing. */
function largest(boxes: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return boxes.filter(
    (box, i) =>
      !boxes.some((other, j) => {
        const isWithin = box.every((length, m) => length <= other[m]!)
        return j !== i && isWithin && (j < i || other.some((length, m) => length > box[m]!))
      }),
  )
}
