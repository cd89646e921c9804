/** Where an individual stands in its search; together the three are its identity. */
export interface IndividualId {
  readonly generation: number
  readonly index: number
  /** 0 unless a design asks for the same point several times with different seeds. */
  readonly replicate: number
}

/** One point to simulate. The seed is part of it, so that every attempt on any worker sees the same random numbers. */
export class Individual<P = Record<string, unknown>> implements IndividualId {
  readonly generation: number
  readonly index: number
  readonly replicate: number
  readonly parameters: P
  readonly seed: number

  constructor(id: IndividualId, parameters: P, seed: number) {
    this.generation = id.generation
    this.index = id.index
    this.replicate = id.replicate
    this.parameters = parameters
    this.seed = seed
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

export function nameOf({ generation, index, replicate }: IndividualId): string {
  return replicate === 0 ? `${generation}.${index}` : `${generation}.${index}.${replicate}`
}
