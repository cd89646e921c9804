import type { Evaluation } from '../core/evaluation.ts'
import type { Individual, IndividualId } from '../core/individual.ts'

/**
 * The evaluations of a generation, by the places of its individuals. Who stands in for one that failed for good takes its
 * place: its index is that of the place plus a multiple of the generation's size.
 */
export class Places {
  readonly #size: number
  readonly #places = new Map<number, number>()
  /** The index of the individual whose evaluation counts for the place. */
  readonly #expected: number[] = []
  readonly #evaluations: (Evaluation | undefined)[] = []
  #filled = 0

  constructor(individuals: readonly Individual[]) {
    this.#size = individuals.length
    for (const [place, individual] of individuals.entries()) {
      this.#places.set(keyOf(individual.index, individual.replicate), place)
      this.#expected.push(individual.index)
    }
  }

  /** The number of places whose evaluation is there. */
  get filled(): number {
    return this.#filled
  }

  /** From now on the place waits for this individual. */
  expect(standIn: IndividualId): void {
    const place = this.#placeOf(standIn)
    if (standIn.index <= this.#expected[place]!) return
    this.#expected[place] = standIn.index
    if (this.#evaluations[place]) this.#filled--
    this.#evaluations[place] = undefined
  }

  fill(evaluation: Evaluation): void {
    const place = this.#placeOf(evaluation.individual)
    if (evaluation.individual.index !== this.#expected[place]) return // another stands in for it
    if (!this.#evaluations[place]) this.#filled++
    this.#evaluations[place] = evaluation
  }

  /** Whether the individual is the one whose evaluation its place still waits for. */
  isOpen(individual: IndividualId): boolean {
    const place = this.#placeOf(individual)
    return this.#expected[place] === individual.index && this.#evaluations[place] === undefined
  }

  /** How many evaluations are told before that of this individual, with those before the generation; null if another stands in. */
  toldNumber(individual: IndividualId, before: number): number | null {
    const place = this.#placeOf(individual)
    return individual.index === this.#expected[place] ? before + place : null
  }

  /** All evaluations in the order of the places; undefined as long as one is missing. */
  all(): Evaluation[] | undefined {
    return this.#filled === this.#size ? (this.#evaluations as Evaluation[]) : undefined
  }

  #placeOf({ index, replicate }: IndividualId): number {
    const place = this.#places.get(keyOf(index % this.#size, replicate))
    if (place === undefined)
      throw new Error(`the generation has no place for individual ${index}, replicate ${replicate}`)
    return place
  }
}

function keyOf(index: number, replicate: number): number {
  return index + replicate * 2 ** 32
}
