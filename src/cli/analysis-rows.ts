import type { Factor } from '../analysis/index.ts'
import { ConfigurationError } from '../core/errors.ts'
import { type ParameterDefinition, parameterFrom, Space } from '../core/space.ts'
import type { TrajectoryReader } from '../record/reader.ts'
import type { EvaluatedRow } from '../record/rows.ts'
import { cellAt } from '../tables/cells.ts'
import { parameterNames } from '../tables/individual-table.ts'
import { type Leaf, Leaves } from '../tables/leaves.ts'

type Parameters = Readonly<Record<string, unknown>>

/**
 * The points of a run as columns of numbers; the replicates of a point are one. The record is read as often as something
 * is asked for, and only the columns are held.
 */
export class AnalysisRows {
  readonly #store: TrajectoryReader
  readonly #leaves: readonly Leaf[]
  /** Undefined if the run does not say what its parameters may be. */
  readonly space: Space | undefined
  readonly points: number
  /** Numbers that simulations gave, objectives first. */
  readonly numbers: readonly string[]

  /** @throws ConfigurationError if nothing was evaluated */
  constructor(store: TrajectoryReader) {
    this.#store = store
    this.space = spaceOf(store)
    const leaves = new Leaves(parameterNames(store))
    const outputs = new Set<string>()
    let points = 0
    let done = 0
    for (const { row, point } of this.#rows()) {
      points = point + 1
      leaves.scan(JSON.parse(row.parameters) as Parameters)
      if (row.outcome === 'done') done++
      const named = row.outputs === null ? {} : (JSON.parse(row.outputs) as Parameters)
      for (const name of Object.keys(named)) if (typeof named[name] === 'number') outputs.add(name)
    }
    if (done === 0) throw new ConfigurationError(`${store.directory}: nothing has been evaluated well yet`)
    this.points = points
    this.#leaves = leaves.list
    this.numbers = [...new Set([...store.objectives.names, ...outputs])]
  }

  /** An axis each: every element of a vector or matrix is one. */
  factors(): Factor[] {
    const choices = new Map(this.space?.definitions.map(([name, definition]) => [name, choicesOf(definition)]))
    const axes = this.#leaves.map((leaf) => new Axis(leaf, this.points, choices.get(leaf.path[0])))
    for (const { row, point } of this.#rows()) {
      const parameters: unknown = JSON.parse(row.parameters)
      for (const axis of axes) axis.set(point, parameters)
    }
    return axes.map(({ factor }) => factor)
  }

  /** The mean over the replicates of each point; no number where there is none. */
  output(name: string): Float64Array {
    const at = this.#store.objectives.names.indexOf(name)
    const sums = new Float64Array(this.points)
    const counts = new Uint32Array(this.points)
    for (const { row, point } of this.#rows()) {
      if (row.outcome !== 'done') continue
      const value = at >= 0 ? (JSON.parse(row.fitness!) as number[])[at] : numberIn(row.outputs, name)
      if (value === undefined) continue
      sums[point]! += value
      counts[point]!++
    }
    return sums.map((sum, point) => sum / counts[point]!) // 0 / 0 is no number
  }

  /** Which points are of the design, in its order: without those that stand in for others. */
  designPoints(): { readonly point: number; readonly parameters: Parameters }[] {
    const points: { point: number; parameters: Parameters }[] = []
    for (const { row, point } of this.#rows()) {
      if (row.replaces !== null || points.at(-1)?.point === point) continue
      points.push({ point, parameters: JSON.parse(row.parameters) as Parameters })
    }
    return points
  }

  *#rows(): Generator<{ readonly row: EvaluatedRow; readonly point: number }> {
    let point = -1
    let before: EvaluatedRow | undefined
    for (const row of this.#store.rows()) {
      if (before?.generation !== row.generation || before.index !== row.index) point++
      before = row
      yield { row, point }
    }
  }
}

/** A factor while its values are gathered. */
class Axis {
  readonly #leaf: Leaf
  readonly #values: Float64Array
  /** The places of the levels, where they have no order. */
  readonly #places: Map<string, number> | undefined

  constructor(leaf: Leaf, points: number, choices: readonly string[] | undefined) {
    const { kind } = leaf
    this.#leaf = leaf
    this.#values = new Float64Array(points).fill(Number.NaN)
    const labels = choices ?? (kind === 'boolean' ? truths : kind === 'text' || kind === 'mixed' ? [] : undefined)
    this.#places = labels && new Map(labels.map((label, i) => [label, i]))
  }

  set(point: number, parameters: unknown): void {
    const { path, kind } = this.#leaf
    const cell = cellAt(parameters, path, kind)
    if (!this.#places) {
      if (typeof cell === 'number') this.#values[point] = cell
      return
    }
    const label = String(cell)
    const place = this.#places.get(label) ?? this.#places.size
    this.#places.set(label, place)
    this.#values[point] = place
  }

  get factor(): Factor {
    const name = this.#leaf.path.join('.')
    return { name, values: this.#values, ...(this.#places && { labels: [...this.#places.keys()] }) }
  }
}

const truths = ['false', 'true']

/** The space as it was recorded with what makes the search. */
function spaceOf(store: TrajectoryReader): Space | undefined {
  const { parameters } = (store.manifest().configuration ?? {}) as { parameters?: unknown }
  try {
    const definitions = parameters as readonly (readonly [string, ParameterDefinition])[]
    return new Space<Record<string, unknown>>(definitions.map(([name, is]) => [name, parameterFrom(is)] as const))
  } catch {
    return undefined // a configuration of another form
  }
}

/** The levels of what has no order, in the order of the experiment. */
function choicesOf(definition: ParameterDefinition): readonly string[] | undefined {
  switch (definition.type) {
    case 'vector':
    case 'matrix':
      return choicesOf(definition.of)
    case 'choice':
      return definition.values.map(String)
    case 'boolean':
      return truths
    default:
      return undefined
  }
}

function numberIn(outputs: string | null, name: string): number | undefined {
  if (outputs === null) return undefined
  const values = JSON.parse(outputs) as Parameters
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  return typeof value === 'number' ? value : undefined
}
