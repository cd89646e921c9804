import { axisRangesOf, type Factor, markCrossed } from '../../analysis/index.ts'
import { ConfigurationError } from '../../core/errors.ts'
import { leavesOfValue } from '../../core/leaves.ts'
import type { Space } from '../../core/space.ts'
import type { RecordReader } from '../../record/reader.ts'
import type { EvaluatedRow } from '../../record/rows.ts'
import type { CellBlock } from '../cell-block.ts'
import { isNumberAt, numberIn } from '../json-bytes.ts'
import { ElementCells, LeafCells } from '../leaf-cells.ts'
import { type Leaf, recordedLeaves } from '../leaves.ts'
import { cellBlocks, type LineField, nameAt, nameCells, oneCell, wholeCell } from '../line-cells.ts'
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
    const [axes, objectives] = [this.#columns, this.#objectives]
    const parameters = new LeafCells(this.#leaves)
    const fitness = new ElementCells(objectives.length)
    for (const { point, outcome, block, cell } of this.#rows(['parameters', parameters], ['fitness', fitness])) {
      outcomes[point] = outcomeOfBoth(outcomes[point] ?? 'failed', outcome)
      if (outcome === 'pending') continue
      for (let i = 0; i < axes.length; i++) axes[i]!.set(point, block, cell + i)
      if (outcome !== 'done') continue
      for (let i = 0; i < objectives.length; i++) objectives[i]!.add(point, numberAt(block, cell + axes.length + i))
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
    for (const { block, cell } of this.#rows(['outputs', wholeCell])) {
      const named = block.jsonAt(cell) as Parameters | null
      for (const name in named) if (typeof named[name] === 'number') outputs.add(name)
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
    for (const { point, outcome, block, cell } of this.#rows(['outputs', wanted])) {
      if (outcome === 'done') means.add(point, numberAt(block, cell))
    }
    return means.upTo(this.points)
  }

  /** The parameters of each point. */
  parameters(): Parameters[] {
    const points: Parameters[] = []
    for (const { point, block, cell } of this.#rows(['parameters', wholeCell])) {
      if (points.length === point) points.push(block.jsonAt(cell) as Parameters)
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

  *#rows(...fields: readonly LineField[]): Generator<PointRow> {
    let point = -1
    let [newest, newestIndex] = [-1, -1]
    const options = { standIns: !this.#isDesign, budget: this.budget }
    for (const block of cellBlocks(this.#record, [['outcome', oneCell], ...fields], options)) {
      const cells = block.cells / block.rows
      for (let row = 0, cell = 0; row < block.rows; row++, cell += cells) {
        const [generation, index] = nameAt(block, cell)
        if (newest !== generation || newestIndex !== index) point++
        newest = generation
        newestIndex = index
        const outcome = block.cellAt(cell + nameCells, 'text') as EvaluatedRow['outcome']
        yield { point, outcome, block, cell: cell + nameCells + 1 }
      }
    }
  }
}

/** What an individual of a point has in the fields that are asked for. */
interface PointRow {
  readonly point: number
  readonly outcome: EvaluatedRow['outcome']
  readonly block: CellBlock
  /** The first of its cells of these fields. */
  readonly cell: number
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

/** The number in a cell, if there is one. */
function numberAt({ bytes, begins, ends }: CellBlock, cell: number): number | undefined {
  const [begin, end] = [begins[cell]!, ends[cell]!]
  return begin !== end && isNumberAt(bytes, begin) ? numberIn(bytes, begin, end) : undefined
}
