import type { Evaluation } from './evaluation.ts'
import { type Individual, nameOf } from './individual.ts'
import type { State } from './plain-data.ts'
import type { Proposal } from './proposal.ts'

/** What proposals carry for the algorithm that made them, until their individuals are told. */
export class Tags<P = Record<string, unknown>> {
  readonly #byName: Map<string, State>
  /** The newest individuals and their proposals, whose tags stand by names only where they have to be found by one. */
  #newest: Placed<P> = { individuals: [], proposals: [] }

  constructor(byName: { readonly [name: string]: State } = {}) {
    this.#byName = new Map(Object.entries(byName))
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
      this.#newest = { individuals: [], proposals: [] }
      return evaluations.map((evaluation, i) => withTag(evaluation, proposals[i]!.tag))
    }
    this.#nameNewest()
    if (this.#byName.size === 0) return evaluations
    return evaluations.map((evaluation) => {
      const name = nameOf(evaluation.individual)
      const tag = this.#byName.get(name)
      if (tag !== undefined) this.#byName.delete(name)
      return withTag(evaluation, tag)
    })
  }

  /** Those of all pending individuals, by their names. */
  get byName(): { readonly [name: string]: State } {
    this.#nameNewest()
    return Object.fromEntries(this.#byName)
  }

  #nameNewest(): void {
    const { individuals, proposals } = this.#newest
    for (const [i, { tag }] of proposals.entries()) {
      if (tag !== undefined) this.#byName.set(nameOf(individuals[i]!), tag)
    }
    this.#newest = { individuals: [], proposals: [] }
  }
}

/** Proposals, and the individuals that they have become. */
interface Placed<P> {
  readonly individuals: readonly Individual<P>[]
  readonly proposals: readonly Proposal<P>[]
}

/** The evaluation with what its proposal carried. Most have a fitness alone, and are put together ten times as fast as copied. */
function withTag<P>(evaluation: Evaluation<P>, tag: State | undefined): Evaluation<P> {
  if (tag === undefined) return evaluation
  if (evaluation.outcome !== 'done') return Object.assign({}, evaluation, { tag })
  const { individual, outcome, fitness, samples, standardError, violation, outputs } = evaluation
  const isBare = (samples ?? standardError ?? violation ?? outputs) === undefined
  return isBare ? { individual, outcome, fitness, tag } : Object.assign({}, evaluation, { tag })
}
