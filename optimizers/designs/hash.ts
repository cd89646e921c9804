import { finishHash, mixWord } from '../../src/core/murmur.ts'

/** A 32-bit hash of two words under a key: random numbers that are computed from where they belong, in any order. */
export function hashWords(key: number, a: number, b = 0): number {
  return finishHash(mixWord(mixWord(key | 0, a), b)) >>> 0
}
