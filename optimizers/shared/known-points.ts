import { finishHash, mixScrambled, scramble } from '../../src/core/murmur.ts'

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

/** The known points with one more; a point that is known keeps its score. */
export function withPoint(known: KnownPoints, key: number, score: number | null): KnownPoints {
  if (scoreAt(known, key) !== undefined) return known
  const run = new Float64Array(2)
  run[0] = key
  run[1] = score ?? failed
  return withRun(known, run)
}

/**
 * The known points with many more, as if they came one after another; their hashes and scores stand side by side.
 *
 * @param areFresh whether none of them is known
 */
export function withPoints(
  known: KnownPoints,
  keys: readonly number[],
  scores: readonly (number | null)[],
  areFresh = false,
): KnownPoints {
  const places = keys.map((_, i) => i)
  const fresh = areFresh ? places : places.filter((i) => scoreAt(known, keys[i]!) === undefined)
  fresh.sort((i, j) => keys[i]! - keys[j]! || i - j)
  const distinct = fresh.filter((i, place) => place === 0 || keys[i] !== keys[fresh[place - 1]!])
  if (distinct.length === 0) return known
  const run = new Float64Array(2 * distinct.length)
  distinct.forEach((i, place) => {
    run[2 * place] = keys[i]!
    run[2 * place + 1] = scores[i] ?? failed
  })
  return withRun(known, run)
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
    const first = scramble(words[0]!)
    const second = scramble(words[1]!)
    a = mixScrambled(mixScrambled(a, first), second)
    b = mixScrambled(mixScrambled(b, second), first)
  }
  return (finishHash(a) >>> 0) * 2 ** 21 + (finishHash(b) >>> 11)
}

const float = new Float64Array(1)
const words = new Int32Array(float.buffer)

function withRun(known: KnownPoints, added: Float64Array): KnownPoints {
  let kept = known.length
  let length = added.length
  while (kept > 0 && known[kept - 1]!.length <= length) length += known[--kept]!.length
  if (kept === known.length) return [...known, added]
  // All that becomes one run is merged where it will stand, from its end to its beginning.
  const run = new Float64Array(length)
  let from = length - added.length
  for (let i = 0; i < added.length; i++) run[from + i] = added[i]!
  for (let i = known.length - 1; i >= kept; i--) from = mergeInto(run, from, known[i]!)
  const after = known.slice(0, kept)
  after.push(run)
  return after
}

/** Hashes lie evenly, so that a key says about where it is (interpolation search: Perl, Itai and Avni 1978); else by halves. */
function findIn(run: Float64Array, key: number): number | undefined {
  let low = 0
  let high = run.length / 2
  let reach = Math.sqrt(high)
  let middle = Math.floor((key / mostKeys) * high)
  while (low < high) {
    if (run[2 * middle]! < key) {
      low = middle + 1
      middle = Math.floor(middle + reach)
    } else {
      high = middle
      middle = Math.floor(middle - reach)
    }
    reach *= 2
    if (middle < low || middle >= high) middle = (low + high) >>> 1
  }
  return run[2 * low] === key ? run[2 * low + 1] : undefined
}

/** Keys have 53 bits. */
const mostKeys = 2 ** 53

/** Merges a run into what stands in another one from a place on; gives the place from which both stand there. */
function mergeInto(run: Float64Array, from: number, other: Float64Array): number {
  const start = from - other.length
  let at = start
  let next = from
  for (let i = 0; i < other.length; at += 2) {
    if (next < run.length && run[next]! <= other[i]!) {
      run[at] = run[next]!
      run[at + 1] = run[next + 1]!
      next += 2
    } else {
      run[at] = other[i]!
      run[at + 1] = other[i + 1]!
      i += 2
    }
  }
  return start
}
