// MurmurHash3 (Appleby): the mixing and the finishing of its 32-bit variant.

/** The hash of what was hashed before and one word more. */
export function mixWord(hash: number, word: number): number {
  return mixScrambled(hash, scramble(word))
}

/** What of mixing a word does not depend on the hash, for those who mix it into several. */
export function scramble(word: number): number {
  return Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593)
}

/** The hash of what was hashed before and a word that is scrambled. */
export function mixScrambled(hash: number, scrambled: number): number {
  return (Math.imul(rotate(hash ^ scrambled, 13), 5) + 0xe6546b64) | 0
}

/** Makes every bit of a hash depend on every bit of what was mixed into it. */
export function finishHash(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
