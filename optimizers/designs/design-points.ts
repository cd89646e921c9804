import type { PlainData } from '../../src/core/plain-data.ts'
import { checkOnce, checkSize } from './check.ts'
import { once, type Replication } from './replication.ts'

/** Points in a row that are replicated alike. */
export interface Stretch {
  readonly size: number
  /** Undefined as long as nobody has said how often: once. */
  readonly replication?: Replication | undefined
}

export interface DesignParts {
  /** The parameters that a point has. */
  readonly names: readonly string[]
  readonly size: number
  /** What the design is, as plain data: equal descriptions are equal designs. */
  readonly description: PlainData
  /** The values of a point, in the order of the names; the same for the same index, always. */
  readonly valuesAt: (index: number) => readonly unknown[]
  /** One stretch with all points unless it says otherwise. */
  readonly stretches?: readonly Stretch[] | undefined
}

/**
 * A fixed list of points of a parameter space, each of them computed from its index: nothing is stored, so that a
 * design may be larger than memory, and resuming needs to know no more than how far it was.
 */
export class DesignPoints<P = Record<string, unknown>> implements Iterable<P> {
  readonly names: readonly string[]
  /** The number of points. */
  readonly size: number
  /** The number of simulations: each point as often as it is replicated. */
  readonly runs: number
  /** The largest number of replicates that a point has. */
  readonly mostReplications: number
  readonly description: PlainData
  readonly stretches: readonly Stretch[]
  readonly #valuesAt: (index: number) => readonly unknown[]

  constructor({ names, size, description, valuesAt, stretches = [{ size }] }: DesignParts) {
    checkOnce('a design', names)
    this.names = names
    this.size = checkSize('a design', size)
    this.description = description
    this.stretches = stretches
    this.#valuesAt = valuesAt
    const counts = stretches.map(({ replication = once }) => replication.replications)
    this.runs = stretches.reduce((sum, stretch, i) => sum + stretch.size * counts[i]!, 0)
    this.mostReplications = Math.max(...counts)
  }

  /** The point of that index, from 0 to size - 1. */
  at(index: number): P {
    const values = this.valuesAt(index)
    // Entries and no assignment, since a name may be __proto__; what does not apply has no value.
    const entries = this.names.map((name, i) => [name, values[i]] as const)
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as P
  }

  /** The values of a point, in the order of `names`. */
  valuesAt(index: number): readonly unknown[] {
    this.#check(index)
    return this.#valuesAt(index)
  }

  /** How often a point is simulated, and with which seeds. */
  replicationAt(index: number): Replication {
    this.#check(index)
    let end = 0
    for (const { size, replication } of this.stretches) {
      end += size
      if (index < end) return replication ?? once
    }
    return once
  }

  *[Symbol.iterator](): Iterator<P> {
    for (let i = 0; i < this.size; i++) yield this.at(i)
  }

  #check(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      throw new RangeError(`the design has points 0 to ${this.size - 1}, not ${index}`)
    }
  }
}

/** @throws RangeError if it has been said already how often the points are simulated */
export function checkUnrepeated(combination: string, design: DesignPoints<unknown>): void {
  if (design.stretches.every(({ replication }) => replication === undefined)) return
  throw new RangeError(`${combination} needs designs that are not repeated; repeat what it gives instead`)
}
