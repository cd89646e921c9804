import type { Evaluation } from '../core/evaluation.ts'
import { type Compared, Front } from '../core/front.ts'
import { hypervolume } from '../core/hypervolume.ts'
import type { Objectives } from '../core/objectives.ts'
import { type Reference, vectorOf } from '../core/reference.ts'

/** The hypervolume of what was told, and whether it still grows. */
export class GrowingVolume {
  readonly #objectives: Objectives
  readonly #reference: readonly number[]
  readonly #front: Front<Compared>
  #volume = 0
  /** How far the nearest is from being better than the reference in every objective, as long as nothing is. */
  #gap = Number.POSITIVE_INFINITY

  constructor(objectives: Objectives, reference: Reference) {
    this.#objectives = objectives
    this.#reference = vectorOf(reference, objectives)
    this.#front = new Front(objectives)
  }

  add(evaluation: Evaluation): void {
    if (evaluation.outcome === 'done' && evaluation.violation === undefined) this.#front.add(evaluation)
  }

  /** Whether nothing has been better than the reference in every objective. */
  get isEmpty(): boolean {
    return this.#volume === 0
  }

  /**
   * Whether it has grown since it was asked last, by more than so small a part that it would never end; of an empty one,
   * whether something has come nearer to the reference.
   */
  hasGrown(): boolean {
    const vectors = this.#front.members.map(({ fitness }) => fitness)
    const volume = hypervolume(this.#objectives, vectors, this.#reference)
    const before = this.#volume
    this.#volume = volume
    if (volume > 0) return volume > before * (1 + leastGrowth)
    const gap = vectors.reduce((least, fitness) => Math.min(least, this.#gapOf(fitness)), Number.POSITIVE_INFINITY)
    const isNearer = gap < this.#gap * (1 - leastGrowth)
    this.#gap = gap
    return isNearer
  }

  /** By how much the objective that lacks most is worse than the reference, as a part of it. */
  #gapOf(fitness: readonly number[]): number {
    const { weights } = this.#objectives
    return Math.max(
      ...this.#reference.map((value, i) => (Math.sign(weights[i]!) * (value - fitness[i]!)) / (Math.abs(value) || 1)),
    )
  }
}

const leastGrowth = 1e-4
