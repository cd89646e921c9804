import type { Space } from '../../src/core/space.ts'
import { DesignPoints } from './design-points.ts'

/** In a space with conditions all points are looked at before any is played. */
const mostLookedAt = 1_000_000

/**
 * The points of a design without the values of parameters that do not apply; of points that differ in nothing else, the
 * first. In a space without conditions, the design as it is.
 *
 * @throws RangeError if there are too many to look at
 */
export function distinctPoints<P>(space: Space<P>, design: DesignPoints<unknown>): DesignPoints<P> {
  const isOfSpace = space.names.every((name) => design.names.includes(name)) // else it is refused by whoever plays it
  if (!space.isConditional || !isOfSpace) return design as DesignPoints<P>
  if (design.size > mostLookedAt) {
    throw new RangeError(
      `a design over parameters with conditions needs at most ${mostLookedAt} points to look at, got ${design.size}`,
    )
  }
  const order = space.names.map((name) => design.names.indexOf(name))
  const wholeAt = (index: number) => {
    const values = design.valuesAt(index)
    return order.map((place) => values[place])
  }
  const kept: number[] = []
  const seen = new Map<string, string>()
  let begin = 0
  const stretches = design.stretches.map(({ size, replication }) => {
    const before = kept.length
    for (let index = begin; index < begin + size; index++) {
      const whole = wholeAt(index)
      const key = JSON.stringify(space.withoutAbsent(whole))
      const first = seen.get(key)
      if (first === undefined) seen.set(key, JSON.stringify(whole))
      if (first === undefined || first === JSON.stringify(whole)) kept.push(index)
    }
    begin += size
    return { size: kept.length - before, replication }
  })
  return new DesignPoints<P>({
    names: space.names,
    size: kept.length,
    description: design.description,
    valuesAt: (index) => space.withoutAbsent(wholeAt(kept[index]!)),
    stretches,
  })
}
