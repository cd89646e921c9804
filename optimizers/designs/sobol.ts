import { anything, checkOptions, oneOf, wholeFrom } from '../../src/core/options.ts'
import type { Space } from '../../src/core/space.ts'
import { checkCall, checkCount } from './check.ts'
import type { DesignPoints } from './design-points.ts'
import { hashWords } from './hash.ts'
import { readSobolTable, sobolDimensions } from './sobol-table.ts'
import { axisSeeds, unitDesign } from './unit-design.ts'

const bits = 32
/** How many points the sequence has. */
export const mostSobolPoints = 2 ** bits

/**
 * - `owen`: nested uniform scrambling, which keeps the balance of the sequence and makes each point uniform;
 * - `shift`: a random digital shift, which does the same with less randomness;
 * - `none`: the sequence itself, which begins with the origin.
 */
export type Scrambling = 'owen' | 'shift' | 'none'

export interface SobolOptions {
  /** Best a power of two: the balance is exact there. */
  readonly points: number
  readonly scramble?: Scrambling | undefined
  readonly seed?: number | undefined
}

/**
 * The Sobol' sequence: every power of two of its first points is spread evenly over the boxes that halving the axes
 * gives. A longer design begins with the shorter one.
 *
 * @example sobol(space, { points: 1024, seed: 1 })
 */
export function sobol<P>(space: Space<P>, options: SobolOptions, ...surplus: readonly never[]): DesignPoints<P> {
  checkCall('sobol', space, surplus)
  checkOptions('sobol', options, { points: anything, scramble: scrambling, seed: wholeFrom(0) })
  const { points, scramble = 'owen', seed = 0 } = options
  checkCount('sobol', 'points', points)
  checkSobol('sobol', points, space.dimension)
  const seeds = axisSeeds(space, seed, 'sobol')
  const description = { kind: 'sobol', points, scramble, seed }
  return unitDesign(space, points, description, sobolUnit(seeds, scramble))
}

/** How a sequence may be scrambled. */
export const scrambling = oneOf('owen', 'shift', 'none')

/** The points in the unit cube, with a seed for the scrambling of each axis. */
export function sobolUnit(seeds: readonly number[], scramble: Scrambling) {
  const axes = directionsOf(seeds.length)
  return (index: number): number[] => {
    const gray = index ^ (index >>> 1) // in the order of Antonov and Saleev (1979)
    return axes.map((directions, axis) => {
      let x = 0
      for (let bit = 0, rest = gray; rest !== 0; bit++, rest >>>= 1) if (rest & 1) x ^= directions[bit]!
      return (scrambled(x, seeds[axis]!, scramble) >>> 0) / 2 ** bits
    })
  }
}

/** @throws RangeError if the sequence has not so many points or axes */
export function checkSobol(design: string, points: number, dimension: number): void {
  if (points > mostSobolPoints) throw new RangeError(`${design} needs at most 2^${bits} points, got ${points}`)
  const most = mostSobolAxes()
  if (dimension > most)
    throw new RangeError(`${design} needs at most ${most} axes of the Sobol' sequence, got ${dimension}`)
}

/** How many axes the sequence has. */
export function mostSobolAxes(): number {
  return sobolDimensions() + 1
}

function scrambled(x: number, seed: number, scramble: Scrambling): number {
  switch (scramble) {
    case 'owen':
      return owen(x, seed)
    case 'shift':
      return x ^ hashWords(seed, bits)
    case 'none':
      return x
  }
}

/**
 * Each bit is flipped or not, at random, depending on all bits before it (Owen 1995, "Randomly permuted (t,m,s)-nets and
 * (t,s)-sequences"). The random bits are hashes of where they belong, so that no tree of them is kept.
 */
function owen(x: number, seed: number): number {
  let flips = 0
  for (let bit = 0; bit < bits; bit++) {
    const before = bit === 0 ? 0 : x >>> (bits - bit)
    flips = (flips << 1) | (hashWords(seed, before, bit) & 1)
  }
  return x ^ flips
}

/** The direction numbers of each axis, the highest bit first: Joe and Kuo (2008), Eq. 2 and 3. */
function directionsOf(dimension: number): Int32Array[] {
  const first = Int32Array.from({ length: bits }, (_, i) => 1 << (bits - 1 - i))
  const others = readSobolTable(dimension - 1).map(({ polynomial, initial }) => {
    const degree = initial.length
    const directions = new Int32Array(bits)
    for (let i = 0; i < bits; i++) {
      if (i < degree) {
        directions[i] = initial[i]! << (bits - 1 - i)
        continue
      }
      let direction = directions[i - degree]! ^ (directions[i - degree]! >>> degree)
      for (let k = 1; k < degree; k++) {
        if ((polynomial >>> (degree - 1 - k)) & 1) direction ^= directions[i - k]!
      }
      directions[i] = direction
    }
    return directions
  })
  return [first, ...others].slice(0, dimension)
}
