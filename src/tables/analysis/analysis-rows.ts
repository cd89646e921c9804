import { axisRangesOf, type Factor, markCrossed } from '../../analysis/index.ts'
import { ConfigurationError } from '../../core/errors.ts'
import { leavesOfValue } from '../../core/leaves.ts'
import type { Space } from '../../core/space.ts'
import type { RecordReader } from '../../record/reader.ts'
import { ElementCells, LeafCells } from '../leaf-cells.ts'
import { type Leaf, recordedLeaves } from '../leaves.ts'
import { type LineField, wholeCell } from '../line-cells.ts'
import { recordedSpace } from '../recorded-space.ts'
import { FactorColumn } from './factor-column.ts'
import { longer } from './longer.ts'
import { done, failed, type PointBlock, pointBlocks } from './point-blocks.ts'
import { PointMeans } from './point-means.ts'

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
  readonly points: number = 0
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
    this.#objectives = record.objectives.names.map(() => new PointMeans())
    const definitions = new Map(this.space?.definitions)
    this.#columns = this.#leaves.map((leaf) => new FactorColumn(leaf, definitions.get(leaf.path[0])))
    const parameters = new LeafCells(this.#leaves)
    const fitness = new ElementCells(this.#objectives.length)
    let outcomes = new Uint8Array(1024)
    for (const rows of this.#blocks(['parameters', parameters], ['fitness', fitness])) {
      for (const [i, column] of [...this.#columns, ...this.#objectives].entries()) column.take(rows, i)
      this.points = rows.points[rows.block.rows - 1]! + 1
      outcomes = longer(outcomes, this.points)
      for (let row = 0; row < rows.block.rows; row++) {
        const point = rows.points[row]!
        if (rows.outcomes[row]! > outcomes[point]!) outcomes[point] = rows.outcomes[row]!
      }
    }
    outcomes = outcomes.subarray(0, this.points)
    if (!outcomes.includes(done)) {
      throw new ConfigurationError(`${record.directory}: nothing has been evaluated well yet`)
    }
    this.failed = outcomes.filter((outcome) => outcome === failed).length
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
    for (const { block, first, step } of this.#blocks(['outputs', wholeCell])) {
      for (let cell = first; cell < block.cells; cell += step) {
        const named = block.jsonAt(cell) as Parameters | null
        for (const name in named) if (typeof named[name] === 'number') outputs.add(name)
      }
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
    const wanted = new LeafCells([{ path: [name], kind: 'number' }])
    for (const rows of this.#blocks(['outputs', wanted])) means.take(rows, 0)
    return means.upTo(this.points)
  }

  /** The parameters of each point. */
  parameters(): Parameters[] {
    const parameters: Parameters[] = []
    for (const { block, points, first, step } of this.#blocks(['parameters', wholeCell])) {
      for (let row = 0; row < block.rows; row++) {
        if (parameters.length === points[row]) parameters.push(block.jsonAt(first + row * step) as Parameters)
      }
    }
    return parameters
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

  #blocks(...fields: readonly LineField[]): Generator<PointBlock> {
    return pointBlocks(this.#record, fields, { standIns: !this.#isDesign, budget: this.budget })
  }
}
