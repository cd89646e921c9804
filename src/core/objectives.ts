import type { Evaluation } from './evaluation.ts'

export type Direction = 'minimize' | 'maximize'

/** What the search is after: names with a direction, or with a weight as in L2L. */
export type ObjectiveMap = Readonly<Record<string, Direction | number>>

/** The elements of a fitness vector: their names, and a weight each (positive maximizes, negative minimizes). */
export class Objectives {
  readonly names: readonly string[]
  readonly weights: readonly number[]

  constructor(objectives: ObjectiveMap) {
    const entries = Object.entries(objectives)
    if (entries.length === 0) throw new RangeError('objectives need at least one name, got none')
    this.names = entries.map(([name]) => name)
    this.weights = entries.map(([name, direction]) => weightOf(name, direction))
  }

  /** The weighted sum of a fitness vector: larger is better. */
  weigh(fitness: readonly number[]): number {
    let sum = 0
    for (let i = 0; i < this.weights.length; i++) sum += this.weights[i]! * fitness[i]!
    return sum
  }

  /** The weighted sum of an evaluation; a failed one is worse than any number. */
  score(evaluation: Evaluation): number {
    return evaluation.outcome === 'done' ? this.weigh(evaluation.fitness) : Number.NEGATIVE_INFINITY
  }

  /** The directions by name, as they stand in an experiment file. */
  get definition(): ObjectiveMap {
    return Object.fromEntries(
      this.names.map((name, i) => {
        const weight = this.weights[i]!
        return [name, weight === 1 ? 'maximize' : weight === -1 ? 'minimize' : weight]
      }),
    )
  }
}

function weightOf(name: string, direction: Direction | number): number {
  if (direction === 'minimize') return -1
  if (direction === 'maximize') return 1
  if (Number.isFinite(direction) && direction !== 0) return direction
  throw new RangeError(`objective ${name} needs minimize, maximize or a weight other than 0, got ${direction}`)
}
