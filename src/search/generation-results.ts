import type { Evaluation } from '../core/evaluation.ts'
import type { Individual, IndividualId } from '../core/individual.ts'

/** What came of the individuals of a generation so far, stand-ins for those that failed for good included. */
export class GenerationResults {
  readonly #evaluations = new Map<number, Evaluation | undefined>()
  /** The order in which they were asked for, of those that were. */
  readonly #places = new Map<number, number>()
  #known = 0

  constructor(individuals: readonly Individual[]) {
    for (const individual of individuals) this.expect(individual)
    individuals.forEach((individual, place) => {
      this.#places.set(keyOf(individual), place)
    })
  }

  /** How many evaluations are there. */
  get known(): number {
    return this.#known
  }

  expect(individual: IndividualId): void {
    this.#evaluations.set(keyOf(individual), undefined)
  }

  add(evaluation: Evaluation): void {
    const key = keyOf(evaluation.individual)
    if (this.#evaluations.get(key) === undefined) this.#known++
    this.#evaluations.set(key, evaluation)
  }

  /** Whether nothing has come of the individual yet. */
  isOpen(individual: IndividualId): boolean {
    return this.#evaluations.get(keyOf(individual)) === undefined
  }

  /** The place of an individual in the order of telling, which it shares with its stand-ins. */
  placeOf({ index, replicate }: IndividualId, before: number): number | null {
    const place = this.#places.get(keyOf({ index: index % this.#places.size, replicate }))
    return place === undefined ? null : before + place
  }

  /** All evaluations in (index, replicate) order, in which they are told; undefined as long as one is missing. */
  all(): readonly Evaluation[] | undefined {
    if (this.#known < this.#evaluations.size) return undefined
    const evaluations = [...this.#evaluations.values()] as Evaluation[]
    return evaluations.sort(({ individual: a }, { individual: b }) => a.index - b.index || a.replicate - b.replicate)
  }
}

function keyOf({ index, replicate }: Pick<IndividualId, 'index' | 'replicate'>): number {
  return index + replicate * 2 ** 32
}
