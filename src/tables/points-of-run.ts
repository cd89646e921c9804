import type { FileRow } from '../core/read-cell.ts'
import type { ParameterDefinition } from '../core/space.ts'
import { identity, judgement } from './individual-table.ts'
import { nestColumns } from './nest-columns.ts'

/**
 * The points in the rows of a table. That of a run, as `export` writes it, says which of its columns are no parameters, and which
 * rows are further samples of a point or go on with one; of any other table all columns are kept.
 */
export function pointsIn(
  rows: readonly FileRow[],
  definitions: readonly (readonly [string, ParameterDefinition])[],
): readonly FileRow[] {
  if (!isOfRun(rows[0])) return nestColumns(rows, definitions)
  const names = new Set(definitions.map(([name]) => name))
  const first = rows.filter(({ replicate, continues }) => Number(replicate) === 0 && !continues)
  return nestColumns(first, definitions).map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => names.has(name))),
  )
}

function isOfRun(row: FileRow | undefined): boolean {
  return row !== undefined && own.every((name) => Object.hasOwn(row, name))
}

const own = [...identity, ...judgement].map(({ name }) => name)
