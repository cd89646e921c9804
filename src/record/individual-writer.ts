import { nameOf } from '../core/individual.ts'
import type { Origin } from '../core/proposal.ts'
import type { BegunGeneration, ProposedIndividual, StandIn } from '../core/record.ts'
import type { Statement } from '../system/database.ts'
import { Operators } from './operators.ts'
import type { RecordFile } from './record-file.ts'
import { RowInserter } from './row-inserter.ts'
import { toJson } from './rows.ts'

/** Stores individuals in their generations, in the transaction that is open. */
export class IndividualWriter {
  readonly #generation: Statement
  readonly #note: Statement
  /** Those that stand in for nobody, and have no part of a budget: nearly all. */
  readonly #plain: RowInserter
  readonly #individual: Statement
  readonly #count: Statement
  readonly #operators: Operators
  #newest: number | undefined

  constructor(file: RecordFile) {
    this.#operators = new Operators(file)
    this.#generation = file.prepare('insert into generation_counts (generation, individuals) values (?, ?)')
    this.#plain = new RowInserter(file, 'individuals', [
      'generation',
      '"index"',
      'replicate',
      'seed',
      'parameters',
      'after',
      'origin',
    ])
    this.#individual = file.prepare('insert into individuals values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#note = file.prepare('insert into generation_notes (generation, summary) values (?, ?)')
    this.#count = file.prepare('update generation_counts set individuals = individuals + ? where generation = ?')
  }

  /** The generation that this writer has begun last; nothing is stored of it but what came since. */
  get newest(): number | undefined {
    return this.#newest
  }

  /**
   * Writes individuals of generations that are there, or that begin with them, each with what it replaces if it is a
   * stand-in.
   */
  write(individuals: readonly (ProposedIndividual | StandIn)[], begun: readonly BegunGeneration[] = []): void {
    if (individuals.length === 0 && begun.length === 0) return
    const counts = countsOf(individuals)
    for (const { generation, summary } of begun) {
      this.#newest = generation
      this.#generation.run(generation, counts.get(generation) ?? 0)
      counts.delete(generation)
      if (!isEmpty(summary)) this.#note.run(generation, toJson(summary))
    }
    this.#plain.begin()
    if (individuals.some(({ origin }) => origin !== undefined)) this.#operators.begin()
    this.#writeAll(individuals)
    this.#plain.flush()
    for (const [generation, count] of counts) this.#count.run(count, generation)
  }

  /** A loop of its own, behind which nothing stands: V8 compiles one that is long in its midst, and throws away what it has not seen the end of. */
  #writeAll(individuals: readonly (ProposedIndividual | StandIn)[]): void {
    for (let i = 0; i < individuals.length; i++) this.#write(individuals[i]!)
  }

  #write(proposed: ProposedIndividual | StandIn): void {
    const { individual, after, origin } = proposed
    const { generation, index, replicate, seed, budget, continues } = individual
    const parameters = JSON.stringify(individual.parameters)
    const from = continues ? nameOf(continues) : null
    const made = origin && JSON.stringify([this.#operators.numberOf(origin.operator), ...parentsBeside(from, origin)])
    const replaces = 'replaces' in proposed ? proposed.replaces : null
    if (replaces === null && budget === undefined && continues === undefined) {
      this.#plain.add([generation, index, replicate, seed, parameters, after, made ?? null])
      return
    }
    this.#individual.run(
      generation,
      index,
      replicate,
      seed,
      parameters,
      replaces,
      after,
      made ?? null,
      budget ?? null,
      from,
    )
  }
}

/** How many individuals there are of each generation. */
function countsOf(individuals: readonly ProposedIndividual[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (let i = 0; i < individuals.length; i++) {
    const { generation } = individuals[i]!.individual
    counts.set(generation, (counts.get(generation) ?? 0) + 1)
  }
  return counts
}

/** The names of the parents; none where the one that it goes on from is all of them, as that stands in the row anyway. */
function parentsBeside(from: string | null, { parents = [] }: Origin): readonly string[] {
  if (parents.length === 0) return noParents
  const names = parents.map(nameOf)
  return names.length === 1 && names[0] === from ? noParents : names
}

function isEmpty(summary: Readonly<Record<string, unknown>>): boolean {
  for (const _ in summary) return false
  return true
}

const noParents: readonly string[] = []
