import { valueAt } from '../core/value-at.ts'
import type { Comparison, Operand, PageColumn, RowFilter } from '../record/row-filter.ts'
import type { DrawnRow, ScreenReader } from '../record/screen-reader.ts'
import { type Leaf, recordedLeaves } from '../tables/leaves.ts'
import { type FilterTerm, parseFilter } from './filter.ts'
import { fitnessIn } from './objective.ts'
import { QueryError } from './query.ts'

/** What individuals are ordered and kept by, under the names that filters use. */
export class FilterColumns {
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
    return this.#columns.get(name) ?? this.#refuse(name)
  }

  #refuse(name: string): never {
    throw new QueryError(
      `there is no ${JSON.stringify(name)} among the individuals; there is ${[...this.#columns.keys()].slice(0, 40).join(', ')}`,
    )
  }

  /** Under which name a parameter is filtered by: that of an objective is the objective's. */
  nameOf(path: Leaf['path']): string {
    const name = path.join('.')
    return this.#columns.get(name)?.type === 'parameter' ? name : `parameter.${name}`
  }

  /** The terms of a filter, all of which are to hold; none of an empty one. @throws QueryError if it is not understood */
  terms(filter: string): readonly FilterTerm[] {
    if (filter.trim() === '') return []
    return parseFilter(filter, { find: (name) => this.#columns.get(name), refuse: (name) => this.#refuse(name) })
  }

  /** Undefined of an empty one, which keeps all. @throws QueryError if it is not understood */
  filter(text: string): RowFilter | undefined {
    const parts = this.terms(text).map(({ filter }) => filter)
    return parts.length === 0 ? undefined : { type: 'and', parts }
  }
}

/** Whether an evaluation that is drawn is kept; undefined where that cannot be told. */
export type Keeper = (row: DrawnRow, parameters: unknown) => boolean | undefined

/** @throws QueryError if a filter asks for what is not drawn */
export function keeperOf(filter: RowFilter): Keeper {
  switch (filter.type) {
    case 'and':
    case 'or': {
      const parts = filter.parts.map(keeperOf)
      const decisive = filter.type === 'or'
      return (row, parameters) => {
        const found = parts.map((part) => part(row, parameters))
        if (found.includes(decisive)) return decisive
        return found.includes(undefined) ? undefined : !decisive
      }
    }
    case 'not': {
      const part = keeperOf(filter.part)
      return (row, parameters) => {
        const found = part(row, parameters)
        return found === undefined ? undefined : !found
      }
    }
    case 'comparison': {
      const [left, right] = [readerOf(filter.left), readerOf(filter.right)]
      const isOfNull = [filter.left, filter.right].some((side) => side.type === 'value' && side.value === null)
      return (row, parameters) => {
        const [a, b] = [left(row, parameters), right(row, parameters)]
        if (isOfNull) return ((a ?? null) === (b ?? null)) === (filter.operator === '=')
        return a === undefined || a === null || b === undefined || b === null ? undefined : holds(a, filter.operator, b)
      }
    }
  }
}

type Value = (row: DrawnRow, parameters: unknown) => number | string | null | undefined

function readerOf(operand: Operand): Value {
  switch (operand.type) {
    case 'value':
      return () => operand.value
    case 'column':
      return columnReader(operand.column)
    case 'arithmetic': {
      const [left, right] = [readerOf(operand.left), readerOf(operand.right)]
      return (row, parameters) => {
        const [a, b] = [left(row, parameters), right(row, parameters)]
        if (typeof a !== 'number' || typeof b !== 'number') return undefined
        const value = calculated(a, operand.operator, b)
        return Number.isFinite(value) ? value : undefined
      }
    }
  }
}

function calculated(a: number, operator: '+' | '-' | '*' | '/', b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
  }
}

function columnReader(column: PageColumn): Value {
  switch (column.type) {
    case 'name':
    case 'generation':
      return ([generation]) => generation
    case 'outcome':
      return (row) => row[3]
    case 'budget':
      return (row) => row[9]
    case 'objective':
      return (row) => {
        const value = fitnessIn(row, column.index)
        return Number.isNaN(value) ? undefined : value
      }
    case 'parameter':
      return (_, parameters) => {
        const value = valueAt(parameters, column.path)
        return typeof value === 'boolean' ? Number(value) : (value as ReturnType<Value>)
      }
    case 'score':
    case 'milliseconds':
    case 'worker':
    case 'continues':
      throw new QueryError(
        `a picture is not filtered by ${column.type}, only by parameters, objectives, outcome and generation`,
      )
  }
}

/** Whether a comparison holds, as SQL compares, but that what is of another kind is never less or more. */
function holds(a: number | string, operator: Comparison, b: number | string): boolean {
  const isOfKind = typeof a === typeof b
  switch (operator) {
    case '=':
      return a === b
    case '!=':
      return a !== b
    case '<':
      return isOfKind && a < b
    case '<=':
      return isOfKind && a <= b
    case '>':
      return isOfKind && a > b
    case '>=':
      return isOfKind && a >= b
  }
}
