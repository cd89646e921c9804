import type { RecordFile } from './record-file.ts'

/** A part of a search: of its individuals in their order, those from one number on and before another. */
export interface Part {
  readonly from: number
  readonly to: number
}

/** The individuals of a run in the order of the search, counted from 0 without being looked at. */
export class Places {
  readonly #file: RecordFile
  readonly #generations: readonly number[]
  /** How many individuals there are up to the end of each generation. */
  readonly #ends: readonly number[]
  /** How many points each generation has: fewer than individuals where each is replicated. */
  readonly #points = new Map<number, number>()

  constructor(file: RecordFile) {
    this.#file = file
    const generations: number[] = []
    const ends: number[] = []
    let sum = 0
    const rows = file.lists<readonly [generation: number, individuals: number]>(
      'select generation, individuals from generations order by generation',
    )
    for (const [generation, individuals] of rows) {
      sum += individuals
      generations.push(generation)
      ends.push(sum)
    }
    this.#generations = generations
    this.#ends = ends
  }

  get total(): number {
    return this.#ends.at(-1) ?? 0
  }

  /** How many times a point of the run is simulated, as far as its first generation shows. */
  get replicates(): number {
    return this.#ends.length === 0 ? 1 : Math.max(1, Math.round(this.#ends[0]! / this.#pointsOf(0)))
  }

  /** The individual of a number. */
  at(place: number): readonly [generation: number, index: number] {
    const i = Math.min(this.#ends.length - 1, firstAbove(this.#ends, place))
    const [begin, points] = [this.#begin(i), this.#pointsOf(i)]
    return [this.#generations[i]!, Math.floor(((place - begin) * points) / (this.#ends[i]! - begin))]
  }

  /** The number of an individual. */
  of(generation: number, index: number): number {
    const i = Math.min(this.#generations.length - 1, firstAbove(this.#generations, generation - 0.5))
    const begin = this.#begin(i)
    return begin + Math.floor((index * (this.#ends[i]! - begin)) / this.#pointsOf(i))
  }

  /** A part with all of the generations in which it begins and ends. */
  whole({ from, to }: Part): Part {
    if (to <= from) return { from, to }
    return { from: this.#begin(firstAbove(this.#ends, from)), to: this.#ends[firstAbove(this.#ends, to - 1)] ?? to }
  }

  #begin(i: number): number {
    return i === 0 ? 0 : this.#ends[i - 1]!
  }

  #pointsOf(i: number): number {
    const generation = this.#generations[i]!
    const known = this.#points.get(generation)
    if (known !== undefined) return known
    const { points } = this.#file.get<{ points: number }>(
      'select coalesce(max("index"), 0) + 1 as points from individuals where generation = ?',
      generation,
    )!
    this.#points.set(generation, points)
    return points
  }
}

/** Where in an ascending list the first number stands that is larger; the list's length if none is. */
function firstAbove(ascending: readonly number[], value: number): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! > value) high = middle
    else low = middle + 1
  }
  return low
}
