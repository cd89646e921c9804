import type { Evaluation } from '../core/evaluation.ts'
import type { Individual, IndividualId } from '../core/individual.ts'
import { objectList } from '../core/object-list.ts'
import type { Objectives } from '../core/objectives.ts'
import type { Replications } from '../core/replications.ts'
import { Replicates } from '../core/samples.ts'

/** What came of the individuals of a generation so far, stand-ins for those that failed for good included. */
export class GenerationResults {
  /** Whether something is still to come of the first individuals of a generation without replicates, by index: a byte each. */
  readonly #openFirst: Uint8Array
  /** Of how many of these. */
  #openFirstCount = 0
  /** Of which others. */
  readonly #openOthers = new Set<number>()
  /** The order in which they were asked for, of those that were; none where their indices say it. */
  readonly #places: ReadonlyMap<number, number> | undefined
  readonly #size: number
  readonly #replicates: Replicates
  readonly #points = objectList<Evaluation>()

  constructor(individuals: readonly Individual[], replications: Replications | undefined, objectives: Objectives) {
    this.#replicates = new Replicates(replications, objectives)
    this.#size = individuals.length
    const isPlain = individuals.every(({ index, replicate }, i) => index === i && replicate === 0)
    this.#openFirst = new Uint8Array(isPlain ? this.#size : 0).fill(1)
    this.#openFirstCount = this.#openFirst.length
    if (isPlain) return
    for (const individual of individuals) this.expect(individual)
    const times = replications?.count ?? 1
    this.#places = new Map(individuals.map((individual, i) => [keyOf(individual), Math.floor(i / times)]))
  }

  /** How many individuals are known with all of their replicates, which count once. */
  get known(): number {
    return this.#points.length
  }

  expect(individual: IndividualId): void {
    if (!this.#isFirst(individual)) this.#openOthers.add(keyOf(individual))
    else if (this.#openFirst[individual.index] === 0) {
      this.#openFirst[individual.index] = 1
      this.#openFirstCount++
    }
  }

  /** Gives what is told of it: an evaluation as it is; of a point that is replicated, once all its samples are there. */
  add(evaluation: Evaluation): Evaluation | undefined {
    this.#close(evaluation.individual)
    const point = this.#replicates.add(evaluation)
    if (point) this.#points.push(point)
    return point
  }

  /** Whether nothing has come of the individual yet. */
  isOpen(individual: IndividualId): boolean {
    return this.#isFirst(individual) ? this.#openFirst[individual.index] === 1 : this.#openOthers.has(keyOf(individual))
  }

  #close(individual: IndividualId): void {
    if (!this.#isFirst(individual)) this.#openOthers.delete(keyOf(individual))
    else if (this.#openFirst[individual.index] === 1) {
      this.#openFirst[individual.index] = 0
      this.#openFirstCount--
    }
  }

  #isFirst({ index, replicate }: IndividualId): boolean {
    return replicate === 0 && index < this.#openFirst.length
  }

  /** The place of an individual in the order of telling, which it shares with its stand-ins. */
  placeOf({ index, replicate }: IndividualId, before: number): number | null {
    const first = index % this.#size
    if (!this.#places) return replicate === 0 ? before + first : null
    const place = this.#places.get(keyOf({ index: first, replicate }))
    return place === undefined ? null : before + place
  }

  /** All that is told, in (index, replicate) order; undefined as long as an evaluation is missing. */
  all(): readonly Evaluation[] | undefined {
    if (this.#openFirstCount + this.#openOthers.size > 0) return undefined
    return this.#points.sort(({ individual: a }, { individual: b }) => a.index - b.index || a.replicate - b.replicate)
  }
}

function keyOf({ index, replicate }: Pick<IndividualId, 'index' | 'replicate'>): number {
  return index + replicate * 2 ** 32
}
