import { axisRangesOf, type Factor, markCrossed } from '../../analysis/index.ts'
import { ConfigurationError } from '../../core/errors.ts'
import { leavesOfValue } from '../../core/leaves.ts'
import type { Space } from '../../core/space.ts'
import type { RecordReader } from '../../record/reader.ts'
import type { EvaluatedRow } from '../../record/rows.ts'
import { type Leaf, recordedLeaves } from '../leaves.ts'
import { recordedSpace } from '../recorded-space.ts'
import { FactorColumn } from './factor-column.ts'

type Parameters = Readonly<Record<string, unknown>>

/**
 * The points of a run as columns of numbers; the replicates of a point are one. What stands in for a failed point is a point
 * of a search and none of a design. The record is read for objectives and factors, and again for whatever else is asked for;
 * only columns are held.
 */
export class AnalysisRows {
  readonly #record: RecordReader
  readonly #isDesign: boolean
  /** How much of a problem's budget points have: what was simulated for a while is none of them. */
  readonly budget: number | undefined
  readonly #leaves: readonly Leaf[]
  readonly #columns: readonly FactorColumn[]
  /** The factors as they were asked for, since every output of a run is held against them. */
  readonly #gathered = new Map<boolean, readonly Factor[]>()
  /** Undefined if the run does not say what its parameters may be. */
  readonly space: Space | undefined
  readonly points: number
  /** How many points have been simulated and never well. */
  readonly failed: number
  readonly #objectives: readonly PointMeans[]

  /** @throws ConfigurationError if nothing was evaluated */
  constructor(
    record: RecordReader,
    { isDesign, budget = record.comparedBudget }: { readonly isDesign: boolean; readonly budget?: number | undefined },
  ) {
    this.#record = record
    this.#isDesign = isDesign
    this.budget = budget
    this.space = recordedSpace(record)
    this.#leaves = recordedLeaves(record)
    const outcomes: EvaluatedRow['outcome'][] = []
    this.#objectives = record.objectives.names.map(() => new PointMeans())
    const definitions = new Map(this.space?.definitions)
    this.#columns = this.#leaves.map((leaf) => new FactorColumn(leaf, definitions.get(leaf.path[0])))
    for (const { point, outcome, texts } of this.#rows('parameters', 'fitness')) {
      const [parameters, fitness] = texts as readonly [string, string | null]
      outcomes[point] = outcomeOfBoth(outcomes[point] ?? 'failed', outcome)
      if (outcome !== 'pending') {
        const values: unknown = JSON.parse(parameters)
        for (const column of this.#columns) column.set(point, values)
      }
      if (outcome === 'done') {
        const values = JSON.parse(fitness!) as readonly number[]
        for (const [i, means] of this.#objectives.entries()) means.add(point, values[i])
      }
    }
    if (!outcomes.includes('done')) {
      throw new ConfigurationError(`${record.directory}: nothing has been evaluated well yet`)
    }
    this.points = outcomes.length
    this.failed = outcomes.filter((outcome) => outcome === 'failed').length
  }

  /**
   * An axis each: every element of a vector or matrix is one. Points that have not been simulated yet have no values.
   *
   * @param isGrid whether all values are levels of the design
   */
  factors(isGrid = false): readonly Factor[] {
    const gathered = this.#gathered.get(isGrid)
    if (gathered) return gathered
    const plain = this.#columns.map((column) => column.factor(this.points))
    const factors = isGrid ? plain.map((factor) => ({ ...factor, hasLevels: true })) : markCrossed(plain)
    this.#gathered.set(isGrid, factors)
    return factors
  }

  /** Whether there is a number called so; outputs are only read to find what is no objective. */
  has(name: string): boolean {
    return this.#record.objectives.names.includes(name) || this.numbers.includes(name)
  }

  /** Numbers that simulations gave, objectives first. */
  get numbers(): readonly string[] {
    const outputs = new Set<string>()
    for (const { texts } of this.#rows('outputs')) {
      if (texts[0] === null) continue
      const named = JSON.parse(texts[0]!) as Parameters
      for (const name of Object.keys(named)) if (typeof named[name] === 'number') outputs.add(name)
    }
    return [...new Set([...this.#record.objectives.names, ...outputs])]
  }

  /** How many points of the design violate constraints, and were left out of what is there. */
  get leftOut(): number {
    return this.#record.summaries().reduce((sum, { summary }) => sum + Number(summary.leftOut ?? 0), 0)
  }

  /** The names of the axes, in their order. */
  get axes(): string[] {
    return this.#leaves.map(({ path }) => path.join('.'))
  }

  /** The mean over the replicates of each point; no number where there is none. */
  output(name: string): Float64Array {
    const objective = this.#objectives[this.#record.objectives.names.indexOf(name)]
    if (objective) return objective.upTo(this.points)
    const means = new PointMeans()
    for (const { point, outcome, texts } of this.#rows('outputs')) {
      if (outcome === 'done') means.add(point, numberIn(texts[0] ?? null, name))
    }
    return means.upTo(this.points)
  }

  /** The parameters of each point. */
  parameters(): Parameters[] {
    const points: Parameters[] = []
    for (const { point, texts } of this.#rows('parameters')) {
      if (points.length === point) points.push(JSON.parse(texts[0]!) as Parameters)
    }
    return points
  }

  /** Where each point stands along the axes that can move. @throws RangeError if the run does not say their bounds, or a point has no place */
  positions() {
    if (!this.space) throw new RangeError('the run does not say what its parameters may be; wanted their bounds')
    if (this.space.isConditional)
      throw new RangeError('parameters with a condition have no place where they do not apply')
    const ranges = axisRangesOf(this.space)
    const moving = ranges.flatMap(({ isHeld }, axis) => (isHeld ? [] : [axis]))
    const { space } = this
    return {
      moving,
      unordered: moving.map((axis) => !ranges[axis]!.isOrdered),
      points: this.parameters().map((parameters) => {
        const leaves = space.toValues(parameters).flatMap(leavesOfValue)
        return moving.map((axis) => ranges[axis]!.positionOf(leaves[axis]))
      }),
    }
  }

  *#rows(...names: readonly ('parameters' | 'fitness' | 'outputs')[]): Generator<PointRow> {
    let point = -1
    let newest: readonly [generation: number, index: number] = [-1, -1]
    const rows = this.#record.columns(names, { standIns: !this.#isDesign, budget: this.budget })
    for (const [generation, index, , outcome, ...texts] of rows) {
      if (newest[0] !== generation || newest[1] !== index) point++
      newest = [generation, index]
      yield { point, outcome, texts }
    }
  }
}

/** What an individual of a point has in the columns that are asked for. */
interface PointRow {
  readonly point: number
  readonly outcome: EvaluatedRow['outcome']
  readonly texts: readonly (string | null)[]
}

/** The means over the replicates of each point, of a number that simulations give. */
class PointMeans {
  readonly #means: number[] = []
  readonly #counts: number[] = []

  add(point: number, value: number | undefined): void {
    if (value === undefined) return
    while (this.#means.length <= point) {
      this.#means.push(0)
      this.#counts.push(0)
    }
    const count = ++this.#counts[point]!
    // The mean of equal numbers is exactly that number, so that rounding makes no point differ from another.
    this.#means[point]! += value / count - this.#means[point]! / count
  }

  /** No number where there is none. */
  upTo(points: number): Float64Array {
    const means = new Float64Array(points)
    for (let point = 0; point < points; point++) means[point] = this.#counts[point] ? this.#means[point]! : Number.NaN
    return means
  }
}

/** A point is done if one of its replicates is, and has failed if all have. */
function outcomeOfBoth(a: EvaluatedRow['outcome'], b: EvaluatedRow['outcome']): EvaluatedRow['outcome'] {
  return a === 'done' || b === 'done' ? 'done' : a === 'pending' || b === 'pending' ? 'pending' : 'failed'
}

function numberIn(outputs: string | null, name: string): number | undefined {
  if (outputs === null) return undefined
  const values = JSON.parse(outputs) as Parameters
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  return typeof value === 'number' ? value : undefined
}
