import { finishHash, mixScrambled, scramble } from './murmur.ts'
import { type OptionCheck, refuseSurplus } from './options.ts'
import { show } from './text.ts'

/**
 * A stream of random numbers that is derived from a path and never saved: the same path gives the same numbers on any
 * machine, so a repeated or resumed computation sees what the first one saw. The generator is xoroshiro128+ (Blackman and
 * Vigna 2021, "Scrambled linear pseudorandom number generators"), with the halves of its two 64-bit words as fields.
 *
 * @example Random.of(7, 'simulate', generation, index).normal()
 */
export class Random {
  #high0: number
  #low0: number
  #high1: number
  #low1: number
  /** The second of a pair of normal draws, until it is asked for; NaN if there is none. */
  #spare = Number.NaN

  private constructor(path: readonly (string | number)[]) {
    if (!Array.isArray(path)) {
      throw new TypeError(`Random.of(seed, ...) makes random numbers, and not new Random(${show(path)})`)
    }
    const sum = mixPath(path)
    this.#high0 = (lanes[0]! + sum) | 0
    this.#low0 = (lanes[1]! + sum) | 0
    this.#high1 = (lanes[2]! + sum) | 0
    this.#low1 = (lanes[3]! + sum) | 0 || 1 // an all-zero state would stay zero
  }

  /** The stream at `path`; paths that differ in any element, or in its type, give independent streams. */
  static of(...path: readonly (string | number)[]): Random {
    for (let i = 0; i < path.length; i++) {
      const part = path[i]
      if (typeof part === 'string' || typeof part === 'number') continue
      throw new TypeError(`Random.of needs numbers and texts, got ${show(part)}`)
    }
    return new Random(path)
  }

  /** A number in [0, 1), with 53 random bits. */
  uniform(...surplus: readonly never[]): number {
    if (surplus.length > 0) refuseSurplus('uniform', 0, surplus, '; it draws from [0, 1)')
    return this.#draw()
  }

  /** The low halves of two words that are drawn, 26 bits of the one above 27 of the other. */
  #draw(): number {
    const first = this.#next() & 0x3ffffff
    return first * 2 ** -26 + (this.#next() & 0x7ffffff) * 2 ** -53
  }

  /** The low half of the next word: s0 + s1, and then s0 = (s0 <<< 24) ^ x ^ (x << 16), s1 = x <<< 37, where x = s0 ^ s1. */
  #next(): number {
    const high0 = this.#high0
    const low0 = this.#low0
    const low1 = this.#low1
    const high = high0 ^ this.#high1
    const low = low0 ^ low1
    this.#high0 = ((high0 << 24) | (low0 >>> 8)) ^ high ^ ((high << 16) | (low >>> 16))
    this.#low0 = ((low0 << 24) | (high0 >>> 8)) ^ low ^ (low << 16)
    this.#high1 = (low << 5) | (high >>> 27)
    this.#low1 = (high << 5) | (low >>> 27)
    return (low0 + low1) | 0
  }

  /** An integer in [0, bound). */
  integer(bound: number, ...surplus: readonly never[]): number {
    if (surplus.length > 0) refuseSurplus('integer', 1, surplus, '; it draws from 0 to below its bound')
    return Math.floor(this.uniform() * bound)
  }

  /** A draw from the normal distribution (Marsaglia's polar method, which gives two at a time). */
  normal(mean = 0, deviation = 1, ...surplus: readonly never[]): number {
    if (surplus.length > 0) refuseSurplus('normal', 2, surplus, '; it draws one number')
    const spare = this.#spare
    if (!Number.isNaN(spare)) {
      this.#spare = Number.NaN
      return mean + deviation * spare
    }
    for (;;) {
      const x = 2 * this.#draw() - 1
      const y = 2 * this.#draw() - 1
      const square = x * x + y * y
      if (square >= 1 || square === 0) continue
      const factor = Math.sqrt((-2 * Math.log(square)) / square)
      this.#spare = y * factor
      return mean + deviation * x * factor
    }
  }

  /** Begins a list with draws from the standard normal distribution: what as many calls of `normal` give, in half the time. */
  normals(numbers: Float64Array, count = numbers.length): void {
    let at = 0
    if (count > 0 && !Number.isNaN(this.#spare)) {
      numbers[at++] = this.#spare
      this.#spare = Number.NaN
    }
    for (; at < count; at += 2) {
      let x: number
      let y: number
      let square: number
      do {
        x = 2 * this.#draw() - 1
        y = 2 * this.#draw() - 1
        square = x * x + y * y
      } while (square >= 1 || square === 0)
      const factor = Math.sqrt((-2 * Math.log(square)) / square)
      numbers[at] = x * factor
      if (at + 1 < count) numbers[at + 1] = y * factor
      else this.#spare = y * factor
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

/** Four 32-bit lanes, each a MurmurHash3 (Appleby) of the path under a seed of its own: here until the next path is hashed. */
const lanes = new Int32Array(4)

/** Hashes the path into the lanes, and gives their sum, by which they learn of each other. */
function mixPath(path: readonly (string | number)[]): number {
  const length = takeWords(path)
  let a = 0x9e3779b9
  let b = 0x243f6a88
  let c = 0xb7e15162
  let d = 0x93c467e3
  // Side by side, since each mixing waits for the one before it in its lane.
  for (let i = 0; i < length; i++) {
    const word = words[i]!
    a = mixScrambled(a, word)
    b = mixScrambled(b, word)
    c = mixScrambled(c, word)
    d = mixScrambled(d, word)
  }
  lanes[0] = finishHash(a ^ length)
  lanes[1] = finishHash(b ^ length)
  lanes[2] = finishHash(c ^ length)
  lanes[3] = finishHash(d ^ length)
  return (lanes[0]! + lanes[1]! + lanes[2]! + lanes[3]!) | 0
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
