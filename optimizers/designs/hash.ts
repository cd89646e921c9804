/**
 * A 32-bit hash of two words under a key: random numbers that are computed from where they belong, in any order
 * (the mixing and finishing of MurmurHash3, Appleby).
 */
export function hashWords(key: number, a: number, b = 0): number {
  let h = mix(mix(key | 0, a), b)
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

function mix(hash: number, word: number): number {
  const k = Math.imul(word, 0xcc9e2d51)
  const h = hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}
