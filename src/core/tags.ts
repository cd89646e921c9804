import type { Evaluation } from './evaluation.ts'
import { type Individual, type IndividualId, idOf, nameOf } from './individual.ts'
import type { State } from './plain-data.ts'
import type { Proposal } from './proposal.ts'

/** What proposals carry for the algorithm that made them, until their individuals are told. */
export class Tags<P = Record<string, unknown>> {
  /** By generation and index: names would have to be made and hashed for each that is told. */
  readonly #byPlace = new Map<number, Map<number, State>>()
  /** Those of replicates. */
  readonly #byName = new Map<string, State>()
  /** The newest individuals and their proposals, whose tags stand by names only where they have to be found by one. */
  #newest: Placed<P> = none

  constructor(byName: { readonly [name: string]: State } = {}) {
    for (const [name, tag] of Object.entries(byName)) this.#keep(idOf(name), tag)
  }

  /** Keeps the tags of proposals that have become these individuals, in the same order. */
  add(individuals: readonly Individual<P>[], proposals: readonly Proposal<P>[]): void {
    this.#nameNewest()
    this.#newest = { individuals, proposals }
  }

  /** The evaluations, each with what its proposal carried, which is kept no longer. */
  giveTo(evaluations: readonly Evaluation<P>[]): readonly Evaluation<P>[] {
    const { individuals, proposals } = this.#newest
    if (
      proposals.length === evaluations.length &&
      evaluations.every(({ individual }, i) => individual === individuals[i])
    ) {
      this.#newest = none
      return evaluations.map((evaluation, i) => withTag(evaluation, proposals[i]!.tag))
    }
    this.#nameNewest()
    if (this.#byPlace.size === 0 && this.#byName.size === 0) return evaluations
    return evaluations.map((evaluation) => withTag(evaluation, this.#take(evaluation.individual)))
  }

  /** Those of all pending individuals, by their names. */
  get byName(): { readonly [name: string]: State } {
    this.#nameNewest()
    const named = [...this.#byName]
    for (const [generation, tags] of this.#byPlace) {
      for (const [index, tag] of tags) named.push([nameOf({ generation, index, replicate: 0 }), tag])
    }
    return Object.fromEntries(named)
  }

  #nameNewest(): void {
    const { individuals, proposals } = this.#newest
    for (let i = 0; i < proposals.length; i++) {
      const { tag } = proposals[i]!
      if (tag !== undefined) this.#keep(individuals[i]!, tag)
    }
    this.#newest = none
  }

  #keep(id: IndividualId, tag: State): void {
    if (id.replicate !== 0) {
      this.#byName.set(nameOf(id), tag)
      return
    }
    const tags = this.#byPlace.get(id.generation)
    if (tags) tags.set(id.index, tag)
    else this.#byPlace.set(id.generation, new Map([[id.index, tag]]))
  }

  /** What an individual's proposal carried, which is kept no longer. */
  #take(id: IndividualId): State | undefined {
    if (id.replicate !== 0) {
      const name = nameOf(id)
      const tag = this.#byName.get(name)
      this.#byName.delete(name)
      return tag
    }
    const tags = this.#byPlace.get(id.generation)
    const tag = tags?.get(id.index)
    if (tag === undefined) return undefined
    tags!.delete(id.index)
    if (tags!.size === 0) this.#byPlace.delete(id.generation)
    return tag
  }
}

/** Proposals, and the individuals that they have become. */
interface Placed<P> {
  readonly individuals: readonly Individual<P>[]
  readonly proposals: readonly Proposal<P>[]
}

const none: Placed<never> = { individuals: [], proposals: [] }

/** The evaluation with what its proposal carried. Most have a fitness alone, and are put together ten times as fast as copied. */
function withTag<P>(evaluation: Evaluation<P>, tag: State | undefined): Evaluation<P> {
  if (tag === undefined) return evaluation
  if (evaluation.outcome !== 'done') return Object.assign({}, evaluation, { tag })
  const { individual, outcome, fitness, samples, standardError, violation, outputs } = evaluation
  const isBare = (samples ?? standardError ?? violation ?? outputs) === undefined
  return isBare ? { individual, outcome, fitness, tag } : Object.assign({}, evaluation, { tag })
}
