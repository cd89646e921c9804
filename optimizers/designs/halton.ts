import { anything, checkOptions, trueOrFalse, wholeFrom } from '../../src/core/options.ts'
import { Random } from '../../src/core/random.ts'
import type { Space } from '../../src/core/space.ts'
import { checkCall, checkCount } from './check.ts'
import type { DesignPoints } from './design-points.ts'
import { axisSeeds, unitDesign } from './unit-design.ts'

/** Up to here an index has fewer digits than a number holds exactly, in every base that is used. */
const mostPoints = 2 ** 32

export interface HaltonOptions {
  readonly points: number
  /** Digits are exchanged at random; without, the sequence itself, which begins with the origin. */
  readonly scramble?: boolean | undefined
  readonly seed?: number | undefined
}

/**
 * The Halton sequence: on each axis the digits of the index to a prime base, mirrored at the point (Halton 1960). It is
 * scrambled by a random exchange of digits for each place (Owen 2017, "A randomized Halton algorithm in R"), without
 * which axes with large bases go together. A longer design begins with the shorter one.
 *
 * @example halton(space, { points: 500, seed: 1 })
 */
export function halton<P>(space: Space<P>, options: HaltonOptions, ...surplus: readonly never[]): DesignPoints<P> {
  checkCall('halton', space, surplus)
  checkOptions('halton', options, { points: anything, scramble: trueOrFalse, seed: wholeFrom(0) })
  const { points, scramble = true, seed = 0 } = options
  checkCount('halton', 'points', points)
  if (points > mostPoints) throw new RangeError(`halton needs at most 2^32 points, got ${points}`)
  const pointAt = scramble ? haltonUnit(space.dimension, axisSeeds(space, seed, 'halton')) : haltonUnit(space.dimension)
  return unitDesign(space, points, { kind: 'halton', points, scramble, seed }, pointAt)
}

/** The points in the unit cube; scrambled if each axis is given a seed. */
export function haltonUnit(dimension: number, seeds?: readonly number[]) {
  const axes = primes(dimension).map((base, axis) => ({ base, ...digitsOf(base, seeds?.[axis]) }))
  return (index: number): number[] =>
    axes.map(({ base, places, exchanges, size }) => {
      let rest = index
      let mirrored = 0
      for (let place = 0; place < places; place++) {
        const digit = rest % base
        mirrored = mirrored * base + (exchanges?.[place]?.[digit] ?? digit)
        rest = Math.floor(rest / base)
      }
      return mirrored / size
    })
}

/** As many digits as whole numbers hold exactly, with the random exchange of each. */
function digitsOf(base: number, seed: number | undefined) {
  let places = 0
  let size = 1
  for (; size * base <= Number.MAX_SAFE_INTEGER + 1; places++) size *= base
  if (seed === undefined) return { places, size }
  const digits = Array.from({ length: base }, (_, digit) => digit)
  const random = Random.of(seed)
  return { places, size, exchanges: Array.from({ length: places }, () => random.shuffle(digits)) }
}

function primes(count: number): number[] {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate)
  }
  return found
}
