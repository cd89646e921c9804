import type { DrawnRow, PageColumn, ScreenReader } from '../record/screen-reader.ts'
import { type Leaf, recordedLeaves } from '../tables/leaves.ts'
import { type Condition, parseFilter } from './filter.ts'
import { fitnessIn } from './objective.ts'
import { valueAt } from './parameter-axes.ts'
import { QueryError } from './query.ts'

/** What individuals are ordered and kept by, under the names that filters use. */
export class Columns {
  readonly leaves: readonly Leaf[]
  readonly #columns: ReadonlyMap<string, PageColumn>

  constructor(record: ScreenReader) {
    this.leaves = recordedLeaves(record)
    const columns = new Map<string, PageColumn>([
      ['individual', { type: 'name' }],
      ['generation', { type: 'generation' }],
      ['outcome', { type: 'outcome' }],
      ['score', { type: 'score' }],
      ['milliseconds', { type: 'milliseconds' }],
      ['worker', { type: 'worker' }],
    ])
    if (record.budget) columns.set('budget', { type: 'budget' }).set('continues', { type: 'continues' })
    for (const [index, name] of record.objectives.names.entries()) columns.set(name, { type: 'objective', index })
    for (const { path } of this.leaves) {
      const name = path.join('.')
      columns.set(columns.has(name) ? `parameter.${name}` : name, { type: 'parameter', path })
    }
    this.#columns = columns
  }

  /** @throws QueryError if there is none of that name */
  named(name: string): PageColumn {
    const column = this.#columns.get(name)
    if (column) return column
    throw new QueryError(
      `there is no ${JSON.stringify(name)} among the individuals; there is ${[...this.#columns.keys()].slice(0, 40).join(', ')}`,
    )
  }

  /** Under which name a parameter is filtered by: that of an objective is the objective's. */
  nameOf(path: Leaf['path']): string {
    const name = path.join('.')
    return this.#columns.get(name)?.type === 'parameter' ? name : `parameter.${name}`
  }

  /** The conditions of a filter, each with its column; none of an empty one. @throws QueryError if it is not understood */
  conditions(filter: string): (Omit<Condition, 'name'> & { readonly column: PageColumn })[] {
    if (filter.trim() === '') return []
    return parseFilter(filter).map(({ name, ...condition }) => ({ ...condition, column: this.named(name) }))
  }

  /** Whether a filter keeps an evaluation that is drawn. @throws QueryError if it is not understood, or asks for what is not drawn */
  keeper(filter: string): (row: DrawnRow, parameters: unknown) => boolean {
    const tests = this.conditions(filter).map(({ column, operator, value }) => {
      const read = readerOf(column)
      return (row: DrawnRow, parameters: unknown) => holds(read(row, parameters), operator, value)
    })
    return (row, parameters) => tests.every((test) => test(row, parameters))
  }
}

function readerOf(column: PageColumn): (row: DrawnRow, parameters: unknown) => unknown {
  switch (column.type) {
    case 'name':
    case 'generation':
      return ([generation]) => generation
    case 'outcome':
      return (row) => row[3]
    case 'budget':
      return (row) => row[9]
    case 'objective':
      return (row) => fitnessIn(row, column.index)
    case 'parameter':
      return (_, parameters) => valueAt(parameters, column.path)
    case 'score':
    case 'milliseconds':
    case 'worker':
    case 'continues':
      throw new QueryError(
        `a picture is not filtered by ${column.type}, only by parameters, objectives, outcome and generation`,
      )
  }
}

/** As SQL compares, but that what is of another kind is never less or more. */
function holds(value: unknown, operator: Condition['operator'], wanted: number | string): boolean {
  const got = typeof value === 'boolean' ? Number(value) : value
  switch (operator) {
    case '=':
      return got === wanted
    case '!=':
      return got !== undefined && got !== wanted
    case '<':
      return typeof got === typeof wanted && (got as typeof wanted) < wanted
    case '<=':
      return typeof got === typeof wanted && (got as typeof wanted) <= wanted
    case '>':
      return typeof got === typeof wanted && (got as typeof wanted) > wanted
    case '>=':
      return typeof got === typeof wanted && (got as typeof wanted) >= wanted
  }
}
