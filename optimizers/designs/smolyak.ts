import { anything, checkOptions } from '../../src/core/options.ts'
import { parameterFrom, type Space } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'
import { checkCall, checkCount, checkSize, checkUnconditional } from './check.ts'
import type { DesignPoints } from './design-points.ts'
import { valuesOnLevels } from './levels.ts'
import { parametersOf } from './subspace.ts'
import { unitDesign } from './unit-design.ts'

const mostLevel = 20

/**
 * Smolyak's sparse grid over the nested points of Clenshaw and Curtis: of the grids whose axes are refined to levels
 * that sum up to at most `level`, all points (Smolyak 1963; Gerstner and Griebel 1998, "Numerical integration using
 * sparse grids", section 3). The points come level by level, so that a higher level begins with the lower one.
 *
 * @example smolyak(space, { level: 3 })
 */
export function smolyak<P>(
  space: Space<P>,
  options: { readonly level: number },
  ...surplus: readonly never[]
): DesignPoints<P> {
  checkCall('smolyak', space, surplus)
  checkUnconditional('smolyak', space)
  checkOptions('smolyak', options, { level: anything })
  const { level } = options
  checkCount('smolyak', 'level', level, 0)
  if (level > mostLevel) throw new RangeError(`smolyak needs a level of at most ${mostLevel}, got ${level}`)
  checkAxes(space, level)
  const { size, pointAt } = smolyakUnit(space.dimension, level)
  return unitDesign(space, checkSize('smolyak', size), { kind: 'smolyak', level }, pointAt, valuesOnLevels(space))
}

/** The points in the unit cube. */
function smolyakUnit(dimension: number, level: number) {
  const counts = countsByLevel(dimension, level)
  const size = counts[dimension]!.reduce((sum, count) => sum + count, 0)
  const pointAt = (index: number): number[] => {
    let rest = index
    let left = 0
    while (rest >= counts[dimension]![left]!) rest -= counts[dimension]![left++]!
    const point: number[] = []
    for (let axis = dimension - 1; axis >= 0; axis--) {
      const others = counts[axis]!
      let own = 0
      for (; rest >= newNodes(own) * others[left - own]!; own++) rest -= newNodes(own) * others[left - own]!
      left -= own
      point.push(newNode(own, Math.floor(rest / others[left]!)))
      rest %= others[left]!
    }
    return point
  }
  return { size, pointAt }
}

/** How many points of so many axes have levels that sum up to exactly each number, up to `level`. */
function countsByLevel(dimension: number, level: number): number[][] {
  const counts = [new Array<number>(level + 1).fill(0).with(0, 1)]
  for (let axes = 1; axes <= dimension; axes++) {
    const fewer = counts[axes - 1]!
    counts.push(
      Array.from({ length: level + 1 }, (_, sum) => {
        let count = 0
        for (let own = 0; own <= sum; own++) count += newNodes(own) * fewer[sum - own]!
        return count
      }),
    )
  }
  return counts
}

/** How many points an axis gains when it is refined to a level: in all 1, 3, 5, 9, 17 ... */
function newNodes(level: number): number {
  return level === 0 ? 1 : level === 1 ? 2 : 2 ** (level - 1)
}

/** The extrema of a Chebyshev polynomial that the level before does not have. */
function newNode(level: number, i: number): number {
  if (level === 0) return 0.5
  if (level === 1) return i
  return (1 - Math.cos((Math.PI * (2 * i + 1)) / 2 ** level)) / 2
}

/** Nodes that fall on one value would be simulated many times over. */
function checkAxes<P>(space: Space<P>, level: number): void {
  for (const { name, leaves } of parametersOf(space)) {
    for (const leaf of leaves) {
      if (leaf.type === 'real' && leaf.step === undefined) continue
      if (leaf.type !== 'real' && leaf.type !== 'integer' && leaf.type !== 'ordinal') {
        throw new RangeError(
          `smolyak needs parameters with an order, but ${show(name)} is a ${leaf.type}; cross it instead`,
        )
      }
      const parameter = parameterFrom(leaf)
      const nodes = Array.from({ length: level + 1 }, (_, l) =>
        Array.from({ length: newNodes(l) }, (_, i) => newNode(l, i)),
      ).flat()
      const values = new Set(nodes.map((node) => parameter.decode([node], 0)))
      if (values.size < nodes.length) {
        throw new RangeError(
          `smolyak of level ${level} needs ${nodes.length} different values of ${show(name)}, but it meets only ${values.size}${leaf.type === 'ordinal' ? '' : ` from ${leaf.low} to ${leaf.high}`}; cross it instead`,
        )
      }
    }
  }
}
