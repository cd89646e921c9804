import type { Factor } from '../../analysis/index.ts'
import { leavesOf } from '../../core/leaves.ts'
import type { ParameterDefinition } from '../../core/space.ts'
import { valueAt } from '../../core/value-at.ts'
import type { Leaf } from '../leaves.ts'

/** The values of one axis while they are gathered, point by point. */
export class FactorColumn {
  readonly #leaf: Leaf
  readonly #values: number[] = []
  /** The levels where they have no order; what is met beside them is added. */
  readonly #levels: Levels | undefined

  /** @param levels of what has no order */
  constructor(leaf: Leaf, levels: readonly unknown[] | undefined) {
    const { kind } = leaf
    this.#leaf = leaf
    const isOrdered = kind === 'integer' || kind === 'number'
    if (levels || !isOrdered) this.#levels = new Levels(levels ?? (kind === 'boolean' ? [false, true] : []))
  }

  set(point: number, parameters: unknown): void {
    while (this.#values.length <= point) this.#values.push(Number.NaN)
    const value = valueAt(parameters, this.#leaf.path)
    if (value === undefined) return
    if (this.#levels) this.#values[point] = this.#levels.placeOf(value)
    else if (typeof value === 'number') this.#values[point] = value
  }

  /** What has been gathered of the first so many points: no number where a point has none. */
  factor(points: number): Factor {
    const name = this.#leaf.path.join('.')
    const values = new Float64Array(points).fill(Number.NaN)
    values.set(this.#values)
    return { name, values, ...(this.#levels && { labels: this.#levels.labels }) }
  }
}

/** The levels of what has no order, in the order of the experiment. */
export function levelsOf(definition: ParameterDefinition | undefined): readonly unknown[] | undefined {
  const [leaf] = definition ? leavesOf(definition) : []
  switch (leaf?.type) {
    case 'choice':
    case 'ordinal':
      return leaf.values
    case 'boolean':
      return [false, true]
    default:
      return undefined
  }
}

/** Values that differ, also where they look the same: 1 and "1". */
class Levels {
  readonly #places = new Map<string, number>()

  constructor(values: readonly unknown[]) {
    for (const value of values) this.placeOf(value)
  }

  placeOf(value: unknown): number {
    const key = JSON.stringify(value)
    const place = this.#places.get(key) ?? this.#places.size
    this.#places.set(key, place)
    return place
  }

  /** Texts as they are, but in quotes where another level would look the same. */
  get labels(): string[] {
    const values = [...this.#places.keys()].map((key) => JSON.parse(key) as unknown)
    const others = new Set(values.filter((value) => typeof value !== 'string').map((value) => JSON.stringify(value)))
    return values.map((value) => (typeof value === 'string' && !others.has(value) ? value : JSON.stringify(value)))
  }
}
