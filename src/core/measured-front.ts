import { type Compared, Front } from './front.ts'
import { hypervolume, volumeAddedBy } from './hypervolume.ts'
import type { Objectives } from './objectives.ts'

/**
 * A front with its hypervolume. Of more than three objectives the whole of it is dear: once it is known, whoever joins adds what
 * is new, and it has so many digits that it does not matter in which order they came.
 */
export class MeasuredFront<T extends Compared> {
  readonly #objectives: Pick<Objectives, 'weights'>
  readonly #front: Front<T>
  #reference: readonly number[] | undefined
  /** Undefined until it is asked for, or where each member does not add to it. */
  #volume: number | undefined

  constructor(objectives: Pick<Objectives, 'weights'>, members: Iterable<T> = []) {
    this.#objectives = objectives
    this.#front = new Front(objectives)
    for (const member of members) this.#front.add(member)
  }

  get members(): readonly T[] {
    return this.#front.members
  }

  /** Takes one in, in place of those that it dominates, unless a member dominates it; whether it did. */
  add(one: T): boolean {
    const before = this.#volume === undefined ? [] : vectorsOf(this.members)
    if (!this.#front.add(one)) return false
    if (this.#volume !== undefined && one.violation === undefined) {
      this.#volume += volumeAddedBy(this.#objectives, one.fitness, before, this.#reference!)
    }
    return true
  }

  /** What lies between the reference and those members that violate no constraint; the reference is the same each time. */
  volumeFrom(reference: readonly number[]): number {
    const volume = this.#volume ?? hypervolume(this.#objectives, vectorsOf(this.members), reference)
    if (reference.length <= 3) return volume
    this.#reference = reference
    this.#volume = volume
    return Number(volume.toPrecision(12))
  }
}

function vectorsOf(members: readonly Compared[]): readonly (readonly number[])[] {
  return members.filter(({ violation }) => violation === undefined).map(({ fitness }) => fitness)
}
