/**
 * The scores of all points that a run knows, as a state may hold them, so that none is simulated again.
 *
 * Points are found by their hash, in sorted runs of which no two are of like length (the logarithmic method: Bentley and
 * Saxe 1980, "Decomposable searching problems"). Adding a point merges the short runs and leaves the others as they are:
 * old states stay valid, and a point takes 16 bytes whatever the dimension. A run is key, score, key, score ...
 */
export type KnownPoints = readonly Float64Array[]

/** A score that stands for a failure: the worst that a state may hold. */
const failed = -Number.MAX_VALUE

/** The score of a point; null if its evaluation failed, undefined if the point is not known. */
export function scoreAt(known: KnownPoints, key: number): number | null | undefined {
  for (let i = known.length - 1; i >= 0; i--) {
    const score = findIn(known[i]!, key)
    if (score !== undefined) return score === failed ? null : score
  }
  return undefined
}

/** With one point more; a point that is known keeps its score. */
export function withPoint(known: KnownPoints, key: number, score: number | null): KnownPoints {
  if (scoreAt(known, key) !== undefined) return known
  let run = Float64Array.of(key, score ?? failed)
  let kept = known.length
  while (kept > 0 && known[kept - 1]!.length <= run.length) run = merge(known[--kept]!, run)
  return [...known.slice(0, kept), run]
}

/** How many points are known. */
export function countOf(known: KnownPoints): number {
  return known.reduce((count, run) => count + run.length / 2, 0)
}

/** What a point is known by: 53 bits of hash, by which even a billion points are hardly ever taken for each other. */
export function keyOf(point: ArrayLike<number>): number {
  let a = 0x9747b28c
  let b = 0x3c6ef372
  for (let i = 0; i < point.length; i++) {
    float[0] = point[i]!
    a = mix(mix(a, words[0]!), words[1]!)
    b = mix(mix(b, words[1]!), words[0]!)
  }
  return finish(a) * 2 ** 21 + (finish(b) >>> 11)
}

const float = new Float64Array(1)
const words = new Int32Array(float.buffer)

/** MurmurHash3 (Appleby). */
function mix(hash: number, word: number): number {
  const k = Math.imul(word, 0xcc9e2d51)
  const h = hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}

function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

function findIn(run: Float64Array, key: number): number | undefined {
  let low = 0
  let high = run.length / 2
  while (low < high) {
    const middle = (low + high) >>> 1
    if (run[2 * middle]! < key) low = middle + 1
    else high = middle
  }
  return run[2 * low] === key ? run[2 * low + 1] : undefined
}

function merge(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const merged = new Float64Array(a.length + b.length)
  for (let i = 0, j = 0, at = 0; at < merged.length; at += 2) {
    const takesA = j >= b.length || (i < a.length && a[i]! < b[j]!)
    merged[at] = takesA ? a[i]! : b[j]!
    merged[at + 1] = takesA ? a[i + 1]! : b[j + 1]!
    if (takesA) i += 2
    else j += 2
  }
  return merged
}
