import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import { finishHash, mixScrambled, scramble } from './murmur.ts'
import { type OptionCheck, refuseSurplus } from './options.ts'
import { show } from './text.ts'

type Generator = ReturnType<typeof xoroshiro128plusFromState>

/**
 * A stream of random numbers that is derived from a path and never saved: the same path gives the same numbers on any
 * machine, so a repeated or resumed computation sees what the first one saw.
 *
 * @example Random.of(7, 'simulate', generation, index).normal()
 */
export class Random {
  readonly #generator: Generator
  #spare: number | undefined

  private constructor(generator: Generator) {
    if (typeof generator?.next !== 'function') {
      throw new TypeError(`Random.of(seed, ...) makes random numbers, and not new Random(${show(generator)})`)
    }
    this.#generator = generator
  }

  /** The stream at `path`; paths that differ in any element, or in its type, give independent streams. */
  static of(...path: readonly (string | number)[]): Random {
    for (const part of path) {
      if (typeof part === 'string' || typeof part === 'number') continue
      throw new TypeError(`Random.of needs numbers and texts, got ${show(part)}`)
    }
    return new Random(xoroshiro128plusFromState(hashPath(path)))
  }

  /** A number in [0, 1), with 53 random bits. */
  uniform(...surplus: readonly never[]): number {
    if (surplus.length > 0) refuseSurplus('uniform', 0, surplus, '; it draws from [0, 1)')
    return uniformFloat64(this.#generator)
  }

  /** An integer in [0, bound). */
  integer(bound: number, ...surplus: readonly never[]): number {
    if (surplus.length > 0) refuseSurplus('integer', 1, surplus, '; it draws from 0 to below its bound')
    return Math.floor(this.uniform() * bound)
  }

  /** A draw from the normal distribution (Marsaglia's polar method, which gives two at a time). */
  normal(mean = 0, deviation = 1, ...surplus: readonly never[]): number {
    if (surplus.length > 0) refuseSurplus('normal', 2, surplus, '; it draws one number')
    if (this.#spare !== undefined) {
      const spare = this.#spare
      this.#spare = undefined
      return mean + deviation * spare
    }
    for (;;) {
      const x = 2 * this.uniform() - 1
      const y = 2 * this.uniform() - 1
      const square = x * x + y * y
      if (square >= 1 || square === 0) continue
      const factor = Math.sqrt((-2 * Math.log(square)) / square)
      this.#spare = y * factor
      return mean + deviation * x * factor
    }
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability
  }

  /** One of the items, each as likely as the others. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('pick(items) needs at least one item, got none')
    return items[this.integer(items.length)]!
  }

  /** The items in random order (Fisher and Yates); the argument stays as it is. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items]
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const item = shuffled[i]!
      shuffled[i] = shuffled[j]!
      shuffled[j] = item
    }
    return shuffled
  }
}

/** Checks an argument; also the random numbers of another copy of this package are such. */
export const aRandom: OptionCheck = (value) =>
  typeof (value as Partial<Random> | null | undefined)?.normal === 'function'
    ? undefined
    : `needs random numbers, as in Random.of(1), got ${show(value)}`

/** The seed of an individual: 31 bits, so that every simulator's generator takes it (NetLogo and Java are signed). */
export function seedOf(...path: readonly (string | number)[]): number {
  const sum = mixPath(path)
  return (lanes[0]! + sum) >>> 1
}

/** The state of a generator: an all-zero one would stay zero. */
function hashPath(path: readonly (string | number)[]): [number, number, number, number] {
  const sum = mixPath(path)
  return [(lanes[0]! + sum) | 0, (lanes[1]! + sum) | 0, (lanes[2]! + sum) | 0, (lanes[3]! + sum) | 0 || 1]
}

/** Four 32-bit lanes, each a MurmurHash3 (Appleby) of the path under a seed of its own: here until the next path is hashed. */
const lanes = new Int32Array(4)
const laneSeeds = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x93c467e3]

/** Hashes the path into the lanes, and gives their sum, by which they learn of each other. */
function mixPath(path: readonly (string | number)[]): number {
  const length = takeWords(path)
  let sum = 0
  for (let lane = 0; lane < 4; lane++) {
    let hash = laneSeeds[lane]!
    for (let i = 0; i < length; i++) hash = mixScrambled(hash, words[i]!)
    hash = finishHash(hash ^ length)
    lanes[lane] = hash
    sum = (sum + hash) | 0
  }
  return sum
}

/** Scrambles the words of a path, which are mixed into each lane; gives how many there are. */
function takeWords(path: readonly (string | number)[]): number {
  let length = 0
  for (const part of path) length += typeof part === 'number' ? 3 : 2 + part.length
  if (words.length < length) words = new Int32Array(2 * length)
  let at = 0
  for (const part of path) {
    if (typeof part === 'number') {
      scratch.setFloat64(0, part + 0) // -0 and 0 are the same path
      words[at++] = scramble(1)
      words[at++] = scramble(scratch.getInt32(0))
      words[at++] = scramble(scratch.getInt32(4))
    } else {
      words[at++] = scramble(2)
      words[at++] = scramble(part.length)
      for (let i = 0; i < part.length; i++) words[at++] = scramble(part.charCodeAt(i))
    }
  }
  return length
}

let words = new Int32Array(64)
const scratch = new DataView(new ArrayBuffer(8))
