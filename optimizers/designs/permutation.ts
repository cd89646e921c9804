import { Random } from '../../src/core/random.ts'
import { hashWords } from './hash.ts'

/** A random order of 0 ... size - 1 that is asked place by place. */
export type Permutation = (place: number) => number

/** Up to this size the order is drawn as a whole; beyond it nothing is stored. */
const mostStored = 4096
const rounds = 8
/** Sizes beyond this cannot be split into two words exactly. */
export const mostPermuted = 2 ** 52

/** The order that belongs to a path, as in `Random.of`. */
export function permutation(size: number, ...path: readonly (string | number)[]): Permutation {
  const random = Random.of(...path)
  if (size <= mostStored) {
    const order = random.shuffle(Array.from({ length: size }, (_, i) => i))
    return (place) => order[place]!
  }
  const keys = Array.from({ length: rounds }, () => random.integer(2 ** 32))
  return feistel(size, keys)
}

/**
 * A Feistel network over pairs of digits that add up to the least more than `size` numbers; a number outside is sent
 * through again until it falls inside (Black and Rogaway 2002, "Ciphers with arbitrary finite domains").
 */
function feistel(size: number, keys: readonly number[]): Permutation {
  const width = Math.ceil(Math.sqrt(size))
  const height = Math.ceil(size / width)
  return (place) => {
    let at = place
    do {
      let high = Math.floor(at / width)
      let low = at % width
      for (let round = 0; round < keys.length; round += 2) {
        high = (high + hashWords(keys[round]!, low)) % height
        low = (low + hashWords(keys[round + 1]!, high)) % width
      }
      at = high * width + low
    } while (at >= size)
    return at
  }
}
