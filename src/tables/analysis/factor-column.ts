import type { Factor } from '../../analysis/index.ts'
import { leavesOf } from '../../core/leaves.ts'
import type { ParameterDefinition } from '../../core/space.ts'
import { isNumberAt, numberIn, startsWith, valueIn } from '../json-bytes.ts'
import type { Leaf } from '../leaves.ts'
import { longer } from './longer.ts'
import { type PointBlock, pending } from './point-blocks.ts'

/** The values of one axis while they are gathered, point by point. */
export class FactorColumn {
  readonly #leaf: Leaf
  /** No number where a point has none. */
  #values = new Float64Array(1024).fill(Number.NaN)
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

  /** Takes the values in a column of cells, of individuals that are not pending. */
  take({ block, points, outcomes, first, step }: PointBlock, column: number): void {
    const { bytes, begins, ends } = block
    this.#reserve(points[block.rows - 1]! + 1)
    const [values, levels] = [this.#values, this.#levels]
    for (let row = 0, cell = first + column; row < block.rows; row++, cell += step) {
      const [begin, end] = [begins[cell]!, ends[cell]!]
      if (begin === end || outcomes[row] === pending) continue
      if (levels) values[points[row]!] = levels.placeIn(bytes, begin, end)
      else if (isNumberAt(bytes, begin)) values[points[row]!] = numberIn(bytes, begin, end)
    }
  }

  /** What has been gathered of the first so many points: no number where a point has none. */
  factor(points: number): Factor {
    this.#reserve(points)
    const name = this.#leaf.path.join('.')
    const values = this.#values.subarray(0, points)
    return { name, values, ...(this.#levels && { labels: this.#levels.labels, isOrdered: this.#isOrdered }) }
  }

  #reserve(points: number): void {
    this.#values = longer(this.#values, points, Number.NaN)
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

/** So many levels are known by how they are written. */
const mostWritten = 16

/** Values that differ, also where they look the same: 1 and "1". */
class Levels {
  readonly #places = new Map<string, number>()
  /** The same by the values themselves, as far as each is one value whenever it is met: a text is made of no other. */
  readonly #met = new Map<unknown, number>()
  /** The same by how they are written, of the first that are met: nothing is read of these. */
  readonly #written: { readonly json: Uint8Array; readonly place: number }[] = []

  constructor(values: readonly unknown[]) {
    for (const value of values) this.placeOf(value)
  }

  /** The place of the level that is written between two places. */
  placeIn(bytes: Buffer, begin: number, end: number): number {
    for (const { json, place } of this.#written) {
      if (json.length === end - begin && startsWith(bytes, begin, json)) return place
    }
    const place = this.placeOf(valueIn(bytes, begin, end))
    if (this.#written.length < mostWritten)
      this.#written.push({ json: Uint8Array.from(bytes.subarray(begin, end)), place })
    return place
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
