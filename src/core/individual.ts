import { checkArgument, type OptionCheck } from './options.ts'
import { show } from './text.ts'

/** Where an individual stands in its search; together the three are its identity. */
export interface IndividualId {
  readonly generation: number
  readonly index: number
  /** 0 unless a design asks for the same point several times with different seeds. */
  readonly replicate: number
}

/** What an individual may have beside its parameters, where the problem has a budget. */
export interface Share {
  /** How much of the simulation is wanted. */
  readonly budget?: number | undefined
  /** The individual from whose checkpoint this one goes on. */
  readonly continues?: IndividualId | undefined
}

/** One point to simulate. The seed is part of it, so that every attempt on any worker sees the same random numbers. */
export class Individual<P = Record<string, unknown>> implements IndividualId, Share {
  readonly generation: number
  readonly index: number
  readonly replicate: number
  readonly parameters: P
  readonly seed: number
  readonly budget: number | undefined
  readonly continues: IndividualId | undefined

  constructor(id: IndividualId, parameters: P, seed: number, { budget, continues }: Share = {}) {
    checkArgument('Individual', 'the first argument', id, aPlace)
    this.generation = id.generation
    this.index = id.index
    this.replicate = id.replicate
    this.parameters = parameters
    this.seed = seed
    this.budget = budget
    this.continues = continues
  }

  /** How commands and messages name it: `generation.index`, or `generation.index.replicate`. */
  get name(): string {
    return nameOf(this)
  }

  /** The value of a parameter, as in a parameter group. @throws RangeError if there is none of that name */
  get(key: string): unknown {
    if (!this.has(key)) {
      throw new RangeError(
        `individual ${this.name} has no ${key}; it has ${Object.keys(this.parameters as object).join(', ')}`,
      )
    }
    return (this.parameters as Readonly<Record<string, unknown>>)[key]
  }

  has(key: string): boolean {
    return Object.hasOwn(this.parameters as object, key)
  }

  entries(): { readonly key: string; readonly value: unknown }[] {
    return Object.entries(this.parameters as object).map(([key, value]) => ({ key, value }))
  }
}

const aPlace: OptionCheck = (value) =>
  typeof (value as Partial<IndividualId> | null | undefined)?.generation === 'number'
    ? undefined
    : `needs { generation, index, replicate }, got ${show(value)}`

export function nameOf({ generation, index, replicate }: IndividualId): string {
  return replicate === 0 ? `${generation}.${index}` : `${generation}.${index}.${replicate}`
}

/** The individual of that name. @throws RangeError if it is no name */
export function idOf(name: string): IndividualId {
  const [generation, index, replicate = 0] = name.split('.').map(Number)
  const id = { generation: generation!, index: index!, replicate }
  if (Object.values(id).every(Number.isSafeInteger)) return id
  throw new RangeError(`an individual is named by generation.index or generation.index.replicate, got ${show(name)}`)
}
