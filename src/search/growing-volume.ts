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

  constructor(objectives: Objectives, reference: Reference) {
    this.#objectives = objectives
    this.#reference = vectorOf(reference, objectives)
    this.#front = new Front(objectives)
  }

  add(evaluation: Evaluation): void {
    if (evaluation.outcome === 'done' && evaluation.violation === undefined) this.#front.add(evaluation)
  }

  /** Whether it has grown since it was asked last, by more than so small a part that it would never end. */
  hasGrown(): boolean {
    const vectors = this.#front.members.map(({ fitness }) => fitness)
    const volume = hypervolume(this.#objectives, vectors, this.#reference)
    const before = this.#volume
    this.#volume = volume
    return volume > before * (1 + leastGrowth)
  }
}

const leastGrowth = 1e-4
