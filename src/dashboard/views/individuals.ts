import { nameOf } from '../../core/individual.ts'
import type { PageColumn, ScreenReader } from '../../record/screen-reader.ts'
import { type Leaf, recordedLeaves } from '../../tables/leaves.ts'
import type { IndividualsAnswer } from '../answers.ts'
import { parseFilter } from '../filter.ts'
import { QueryError } from '../query.ts'
import type { ViewContext } from '../view.ts'

/** So many parameters have columns of their own; one individual shows all of its own. */
const mostColumns = 30

/** A text in a cell ends here. */
const longestCell = 120

/** A page of the table of individuals: ordered by any column, and only those that a filter keeps. */
export function individuals({ record, query }: ViewContext): IndividualsAnswer {
  const leaves = recordedLeaves(record)
  const objectives = record.objectives.names
  const columns = columnsOf(record, leaves)
  const columnNamed = (name: string): PageColumn => {
    const column = columns.get(name)
    if (column) return column
    throw new QueryError(
      `there is no ${JSON.stringify(name)} among the individuals; there is ${[...columns.keys()].slice(0, 40).join(', ')}`,
    )
  }
  const count = query.count('count', { low: 1, high: 100, otherwise: 50 })
  const offset = query.count('offset', { low: 0, high: 1e12, otherwise: 0 })
  const order = query.text('order') ?? 'individual'
  const isDescending = query.choice('direction', ['up', 'down']) === 'down'
  const filter = query.text('filter')?.trim() ?? ''
  query.refuseOthers()
  const conditions = (filter === '' ? [] : parseFilter(filter)).map(({ name, ...condition }) => ({
    ...condition,
    column: columnNamed(name),
  }))
  const { rows, total } = record.page({ conditions, order: columnNamed(order), isDescending, offset, count })
  const shown = leaves.slice(0, mostColumns)
  return {
    total,
    offset,
    order,
    isDescending,
    objectives,
    parameters: shown.map(({ path }) => path.join('.')),
    left: leaves.length - shown.length,
    rows: rows.map((row) => {
      const parameters: unknown = JSON.parse(row.parameters)
      const cause =
        row.cause === null ? null : (JSON.parse(row.cause) as { readonly kind: string; readonly message: string })
      return {
        name: nameOf(row),
        outcome: row.outcome,
        fitness: row.fitness === null ? [] : (JSON.parse(row.fitness) as (number | string)[]),
        parameters: shown.map(({ path }) => cellOf(parameters, path)),
        milliseconds: row.milliseconds,
        worker: row.worker,
        cause: cause === null ? null : `${cause.kind}: ${cause.message}`.slice(0, longestCell),
      }
    }),
  }
}

/** A parameter that is called like an objective is found by `parameter.` before its name. */
function columnsOf(record: ScreenReader, leaves: readonly Leaf[]): ReadonlyMap<string, PageColumn> {
  const columns = new Map<string, PageColumn>([
    ['individual', { type: 'name' }],
    ['generation', { type: 'generation' }],
    ['outcome', { type: 'outcome' }],
    ['score', { type: 'score' }],
    ['milliseconds', { type: 'milliseconds' }],
    ['worker', { type: 'worker' }],
  ])
  for (const [index, name] of record.objectives.names.entries()) columns.set(name, { type: 'objective', index })
  for (const { path } of leaves) {
    const name = path.join('.')
    columns.set(columns.has(name) ? `parameter.${name}` : name, { type: 'parameter', path })
  }
  return columns
}

function cellOf(parameters: unknown, path: Leaf['path']): number | string {
  let at = parameters
  for (const step of path) at = (at as Record<string | number, unknown> | undefined)?.[step]
  if (typeof at === 'number') return at
  return (typeof at === 'string' ? at : (JSON.stringify(at) ?? '')).slice(0, longestCell)
}
