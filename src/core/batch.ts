import type { Individual } from './individual.ts'
import { aList, checkArgument } from './options.ts'
import { aSpace, type ParameterDefinition, type Space } from './space.ts'

/** The values of each parameter, one for each individual of a batch; those of a numeric parameter in one typed array. */
export type Columns<P> = {
  readonly [K in keyof P]: unknown extends P[K]
    ? ArrayLike<unknown>
    : P[K] extends number
      ? Float64Array
      : readonly P[K][]
}

/** Individuals that are simulated together; each is known by its position among them. */
export class Batch<P = Record<string, unknown>> implements Iterable<Individual<P>> {
  readonly individuals: readonly Individual<P>[]
  readonly #space: Space<P>
  #columns: Columns<P> | undefined

  constructor(individuals: readonly Individual<P>[], space: Space<P>) {
    checkArgument('Batch', 'the individuals', individuals, aList)
    checkArgument('Batch', 'the space', space, aSpace)
    this.individuals = individuals
    this.#space = space
  }

  get length(): number {
    return this.individuals.length
  }

  /** Made when they are asked for: not every simulation wants them. */
  get columns(): Columns<P> {
    this.#columns ??= this.#makeColumns()
    return this.#columns
  }

  [Symbol.iterator](): Iterator<Individual<P>> {
    return this.individuals[Symbol.iterator]()
  }

  #makeColumns(): Columns<P> {
    const rows = this.individuals.map(({ parameters }) => this.#space.toValues(parameters))
    const columns = this.#space.definitions.map(([, definition], at) =>
      isNumeric(definition) ? Float64Array.from(rows, (row) => row[at] as number) : rows.map((row) => row[at]),
    )
    return this.#space.fromValues(columns) as unknown as Columns<P>
  }
}

function isNumeric(definition: ParameterDefinition): boolean {
  if (definition.when !== undefined) return false // a list has a place for what is absent
  switch (definition.type) {
    case 'real':
    case 'integer':
      return true
    case 'choice':
    case 'ordinal':
      return definition.values.every((value) => typeof value === 'number')
    case 'boolean':
    case 'vector':
    case 'matrix':
      return false
  }
}

/** How many individuals a simulation is given at a time. */
export interface BatchSize {
  readonly size: number
}

/** How many individuals a simulation is given that takes several at once and does not say how many. */
const usualSize = 64

interface MaySimulateMany {
  readonly simulateMany?: unknown
  readonly batch?: BatchSize | undefined
}

/** How many individuals a simulation is given at a time: as many as are asked for, or else as it says itself. */
export function batchSizeOf({ simulateMany, batch }: MaySimulateMany, asked: BatchSize | undefined): number {
  return simulateMany === undefined ? 1 : ((asked ?? batch)?.size ?? usualSize)
}

/** What is wrong with asking for several individuals at a time, as the end of a sentence, or undefined if nothing is. */
export function refuseBatch({ simulateMany }: MaySimulateMany, asked: BatchSize | undefined): string | undefined {
  return asked === undefined || simulateMany !== undefined ? undefined : needsMany
}

export const needsMany =
  'needs a simulation that takes several individuals at once: a program, or a module with simulateMany'
