import type { Evaluation } from '../core/evaluation.ts'
import type { Individual } from '../core/individual.ts'

/** The individuals of a steady search whose evaluations have not been told yet, and which are told next. */
export interface ToldLine {
  /** How many places wait to be told. */
  readonly pending: number
  expect(individual: Individual): void
  /** Somebody stands in for an individual that failed for good. */
  expectStandIn(standIn: Individual): void
  add(evaluation: Evaluation): void
  /** What is told next, if it is there: an evaluation, or those of an individual that failed and its stand-ins. */
  next(): readonly Evaluation[] | undefined
}

/** Told as they come. */
export class ArrivalLine implements ToldLine {
  #expected = 0
  #arrived: Evaluation[] = []
  #head = 0

  get pending(): number {
    return this.#expected
  }

  expect(): void {
    this.#expected++
  }

  expectStandIn(): void {
    this.#expected++
  }

  add(evaluation: Evaluation): void {
    this.#arrived.push(evaluation)
  }

  next(): readonly Evaluation[] | undefined {
    if (this.#head === this.#arrived.length) {
      this.#arrived = []
      this.#head = 0
      return undefined
    }
    this.#expected--
    return [this.#arrived[this.#head++]!]
  }
}

interface Place {
  readonly evaluations: (Evaluation | undefined)[]
  missing: number
}

/** Told in the order of asking; stand-ins have the place of the individual that failed. */
export class OrderedLine implements ToldLine {
  readonly #blockSize: number
  /** By how many places are before them in all blocks. */
  readonly #places = new Map<number, Place>()
  #line: Place[] = []
  #head = 0

  /** @param blockSize of the blocks by which individuals are named */
  constructor(blockSize: number) {
    this.#blockSize = blockSize
  }

  get pending(): number {
    return this.#line.length - this.#head
  }

  expect(individual: Individual): void {
    const place: Place = { evaluations: [], missing: 1 }
    this.#places.set(this.#numberOf(individual), place)
    this.#line.push(place)
  }

  expectStandIn(standIn: Individual): void {
    this.#placeOf(standIn).missing++
  }

  add(evaluation: Evaluation): void {
    const { individual } = evaluation
    const place = this.#placeOf(individual)
    // By who stands in for whom, whatever came first.
    place.evaluations[Math.floor(individual.index / this.#blockSize)] = evaluation
    place.missing--
  }

  next(): readonly Evaluation[] | undefined {
    const place = this.#line[this.#head]
    if (!place || place.missing > 0) return undefined
    this.#head++
    if (this.#head > 1000 && this.#head * 2 > this.#line.length) {
      this.#line = this.#line.slice(this.#head)
      this.#head = 0
    }
    const evaluations = place.evaluations.filter((evaluation) => evaluation !== undefined)
    this.#places.delete(this.#numberOf(evaluations[0]!.individual))
    return evaluations
  }

  #placeOf(individual: Individual): Place {
    const place = this.#places.get(this.#numberOf(individual))
    if (!place) throw new Error(`${individual.name} has been told already`)
    return place
  }

  #numberOf({ generation, index }: Individual): number {
    return generation * this.#blockSize + (index % this.#blockSize)
  }
}
