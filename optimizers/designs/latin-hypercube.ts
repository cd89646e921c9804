import { anything, checkOptions, oneOf, trueOrFalse, wholeFrom } from '../../src/core/options.ts'
import { seedOf } from '../../src/core/random.ts'
import type { Space } from '../../src/core/space.ts'
import { checkCall, checkCount } from './check.ts'
import type { DesignPoints } from './design-points.ts'
import { hashWords } from './hash.ts'
import { valuesOnLevels } from './levels.ts'
import { maximin, mostMaximin } from './maximin.ts'
import { permutation } from './permutation.ts'
import { axisSeeds, unitDesign } from './unit-design.ts'

export interface LatinHypercubeOptions {
  readonly points: number
  /** `maximin` moves the points apart: their least distance is the largest that a search finds. */
  readonly criterion?: 'plain' | 'maximin' | undefined
  /** Where in its stratum a point lies: anywhere, or in the middle. */
  readonly centered?: boolean | undefined
  /** How many exchanges maximin tries; by default as many as take about a second at most. */
  readonly iterations?: number | undefined
  readonly seed?: number | undefined
}

/**
 * A Latin hypercube: each axis is cut into as many equal strata as there are points, and each stratum has one point
 * (McKay, Beckman and Conover 1979).
 *
 * @example latinHypercube(space, { points: 100, criterion: 'maximin', seed: 1 })
 */
export function latinHypercube<P>(
  space: Space<P>,
  options: LatinHypercubeOptions,
  ...surplus: readonly never[]
): DesignPoints<P> {
  checkCall('latinHypercube', space, surplus)
  checkOptions('latinHypercube', options, {
    points: anything,
    criterion: oneOf('plain', 'maximin'),
    centered: trueOrFalse,
    iterations: anything,
    seed: wholeFrom(0),
  })
  const { points, criterion = 'plain', centered = false, iterations, seed = 0 } = options
  checkCount('latinHypercube', 'points', points)
  if (iterations !== undefined) checkCount('latinHypercube', 'iterations', iterations, 0)
  const plain = latinHypercubeUnit(points, axisSeeds(space, seed, 'latin-hypercube'), centered)
  const description = { kind: 'latin-hypercube', points, criterion, centered, seed }
  const meant = centered ? valuesOnLevels(space) : undefined
  if (criterion === 'plain') return unitDesign(space, points, description, plain, meant)
  if (points > mostMaximin) {
    throw new RangeError(`latinHypercube by maximin needs at most ${mostMaximin} points, got ${points}`)
  }
  let improved: readonly (readonly number[])[] | undefined
  const pointAt = (index: number) => {
    improved ??= maximin(
      Array.from({ length: points }, (_, i) => plain(i)),
      seedOf(seed, 'maximin'),
      iterations,
    )
    return improved[index]!
  }
  return unitDesign(space, points, { ...description, iterations: iterations ?? null }, pointAt, meant)
}

/** The points in the unit cube, with a seed for each axis. */
function latinHypercubeUnit(points: number, seeds: readonly number[], centered = false) {
  const strata = seeds.map((seed) => permutation(points, seed))
  return (index: number): number[] =>
    strata.map((stratumAt, axis) => {
      const stratum = stratumAt(index)
      // 24 bits and a half, so that rounding does not carry a point over the border of its stratum.
      const offset = centered ? 0.5 : ((hashWords(seeds[axis]!, stratum, index) >>> 8) + 0.5) / 2 ** 24
      return (stratum + offset) / points
    })
}
