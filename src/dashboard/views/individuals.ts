import { nameOf } from '../../core/individual.ts'
import type { Leaf } from '../../tables/leaves.ts'
import type { IndividualsAnswer } from '../answers.ts'
import { FilterColumns } from '../filter-columns.ts'
import type { ViewContext } from '../view.ts'

/** The most parameters that have columns of their own; one individual shows all of its own. */
const mostColumns = 30

/** A text in a cell ends here. */
const longestCell = 120

/** A page of the table of individuals: ordered by any column, and only those that a filter keeps. */
export function individuals({ record, query }: ViewContext): IndividualsAnswer {
  const columns = new FilterColumns(record)
  const { leaves } = columns
  const objectives = record.objectives.names
  const count = query.count('count', { low: 1, high: 100, otherwise: 50 })
  const offset = query.count('offset', { low: 0, high: 1e12, otherwise: 0 })
  const order = query.text('order') ?? 'individual'
  const isDescending = query.choice('direction', ['up', 'down']) === 'down'
  const filter = columns.filter(query.text('filter') ?? '')
  query.refuseOthers()
  const { rows, total } = record.page({ filter, order: columns.named(order), isDescending, offset, count })
  const shown = leaves.slice(0, mostColumns)
  return {
    total,
    offset,
    order,
    isDescending,
    objectives,
    parameters: shown.map(({ path }) => path.join('.')),
    left: leaves.length - shown.length,
    hasBudget: record.budget !== undefined,
    rows: rows.map((row) => {
      const parameters: unknown = JSON.parse(row.parameters)
      const cause =
        row.cause === null ? null : (JSON.parse(row.cause) as { readonly kind: string; readonly message: string })
      return {
        name: nameOf(row),
        outcome: row.outcome,
        fitness: row.fitness === null ? [] : (JSON.parse(row.fitness) as (number | string)[]),
        parameters: shown.map(({ path }) => cellOf(parameters, path)),
        budget: row.budget,
        continues: row.continues,
        milliseconds: row.milliseconds,
        worker: row.worker,
        cause: cause === null ? null : `${cause.kind}: ${cause.message}`.slice(0, longestCell),
      }
    }),
  }
}

function cellOf(parameters: unknown, path: Leaf['path']): number | string {
  let at = parameters
  for (const step of path) at = (at as Record<string | number, unknown> | undefined)?.[step]
  if (typeof at === 'number') return at
  return (typeof at === 'string' ? at : (JSON.stringify(at) ?? '')).slice(0, longestCell)
}
