import { nameOf } from '../core/individual.ts'
import type { BegunGeneration, ProposedIndividual, StandIn } from '../core/record.ts'
import type { Statement } from '../system/database.ts'
import type { RecordFile } from './record-file.ts'
import { toJson } from './rows.ts'

/** Stores individuals in their generations, in the transaction that is open. */
export class IndividualWriter {
  readonly #generation: Statement
  readonly #individual: Statement
  readonly #count: Statement

  constructor(file: RecordFile) {
    this.#generation = file.prepare('insert into generations (generation, individuals, summary) values (?, 0, ?)')
    this.#individual = file.prepare('insert into individuals values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#count = file.prepare(
      'update generations set individuals = individuals + ?, front = null, hypervolume = null where generation = ?',
    )
  }

  begin({ generation, summary }: BegunGeneration): void {
    this.#generation.run(generation, toJson(summary))
  }

  /** Writes individuals of generations that are there, each with what it replaces if it is a stand-in. */
  write(individuals: readonly (ProposedIndividual | StandIn)[]): void {
    const counts = new Map<number, number>()
    for (const proposed of individuals) {
      this.#write(proposed)
      const { generation } = proposed.individual
      counts.set(generation, (counts.get(generation) ?? 0) + 1)
    }
    for (const [generation, count] of counts) this.#count.run(count, generation)
  }

  #write(proposed: ProposedIndividual | StandIn): void {
    const { individual, after, origin } = proposed
    const { budget, continues } = individual
    this.#individual.run(
      individual.generation,
      individual.index,
      individual.replicate,
      individual.seed,
      JSON.stringify(individual.parameters),
      'replaces' in proposed ? proposed.replaces : null,
      after,
      origin ? JSON.stringify({ operator: origin.operator, parents: origin.parents?.map(nameOf) ?? [] }) : null,
      budget ?? null,
      continues ? nameOf(continues) : null,
    )
  }
}
