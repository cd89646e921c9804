import type { Factor } from '../../analysis/index.ts'
import { leavesOf } from '../../core/leaves.ts'
import type { ParameterDefinition } from '../../core/space.ts'
import type { CellBlock } from '../cell-block.ts'
import { isNumberAt, numberIn, valueIn } from '../json-bytes.ts'
import type { Leaf } from '../leaves.ts'

/** The values of one axis while they are gathered, point by point. */
export class FactorColumn {
  readonly #leaf: Leaf
  readonly #values: number[] = []
  /** The levels where they are no numbers of a range; what is met beside them is added. */
  readonly #levels: Levels | undefined

  readonly #isOrdered: boolean

  /** @param definition of the parameter, if the run says it */
  constructor(leaf: Leaf, definition: ParameterDefinition | undefined) {
    const { kind } = leaf
    this.#leaf = leaf
    const levels = levelsOf(definition)
    this.#isOrdered = hasOrderedLevels(definition)
    const isNumber = kind === 'integer' || kind === 'number'
    if (levels || !isNumber) this.#levels = new Levels(levels ?? (kind === 'boolean' ? [false, true] : []))
  }

  /** @param cell where the value of the point stands */
  set(point: number, { bytes, begins, ends }: CellBlock, cell: number): void {
    while (this.#values.length <= point) this.#values.push(Number.NaN)
    const [begin, end] = [begins[cell]!, ends[cell]!]
    if (begin === end) return
    if (this.#levels) this.#values[point] = this.#levels.placeOf(valueIn(bytes, begin, end))
    else if (isNumberAt(bytes, begin)) this.#values[point] = numberIn(bytes, begin, end)
  }

  /** What has been gathered of the first so many points: no number where a point has none. */
  factor(points: number): Factor {
    const name = this.#leaf.path.join('.')
    const values = new Float64Array(points).fill(Number.NaN)
    values.set(this.#values)
    return { name, values, ...(this.#levels && { labels: this.#levels.labels, isOrdered: this.#isOrdered }) }
  }
}

/** The levels of what has no range, in the order of the experiment. */
function levelsOf(definition: ParameterDefinition | undefined): readonly unknown[] | undefined {
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

/** Whether the levels of a parameter, or of a vector's elements, have an order. */
export function hasOrderedLevels(definition: ParameterDefinition | undefined): boolean {
  const [leaf] = definition ? leavesOf(definition) : []
  return leaf?.type === 'ordinal' || leaf?.type === 'boolean'
}

/** Values that differ, also where they look the same: 1 and "1". */
class Levels {
  readonly #places = new Map<string, number>()
  /** The same by the values themselves, as far as each is one value whenever it is met: a text is made of no other. */
  readonly #met = new Map<unknown, number>()

  constructor(values: readonly unknown[]) {
    for (const value of values) this.placeOf(value)
  }

  placeOf(value: unknown): number {
    const met = this.#met.get(value)
    if (met !== undefined) return met
    const key = JSON.stringify(value)
    const place = this.#places.get(key) ?? this.#places.size
    this.#places.set(key, place)
    if (typeof value !== 'object') this.#met.set(value, place)
    return place
  }

  get labels(): string[] {
    return levelLabels([...this.#places.keys()].map((key) => JSON.parse(key) as unknown))
  }
}

/** What levels are called: texts as they are, but in quotes where another level would look the same. */
export function levelLabels(values: readonly unknown[]): string[] {
  const others = new Set(values.filter((value) => typeof value !== 'string').map((value) => JSON.stringify(value)))
  return values.map((value) => (typeof value === 'string' && !others.has(value) ? value : JSON.stringify(value)))
}
