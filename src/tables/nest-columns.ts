import type { ParameterDefinition } from '../core/space.ts'
import type { FileRow } from './read-table.ts'

/**
 * Rows in which a vector or matrix has a column for each of its elements (`offsets.0`, `grid.1.2`), as the tables of runs
 * have them, with one column for it as a whole.
 */
export function nestColumns(
  rows: readonly FileRow[],
  definitions: readonly (readonly [string, ParameterDefinition])[],
): readonly FileRow[] {
  const nested = definitions.flatMap(([name, definition]): Nested[] => {
    const shape = shapeOf(definition)
    return shape.length === 0 ? [] : [{ name, shape, columns: columnsOf(name, shape) }]
  })
  if (nested.length === 0) return rows
  return rows.map((row) => {
    const whole = nested.filter(
      ({ name, columns }) => !Object.hasOwn(row, name) && columns.every((c) => Object.hasOwn(row, c)),
    )
    if (whole.length === 0) return row
    const taken = new Set(whole.flatMap(({ columns }) => columns))
    return Object.fromEntries([
      ...Object.entries(row).filter(([name]) => !taken.has(name)),
      ...whole.map(({ name, shape }) => [name, gather(row, name, shape)] as const),
    ])
  })
}

interface Nested {
  readonly name: string
  /** How many elements there are on each level. */
  readonly shape: readonly number[]
  readonly columns: readonly string[]
}

function shapeOf(definition: ParameterDefinition): readonly number[] {
  switch (definition.type) {
    case 'vector':
      return [definition.length, ...shapeOf(definition.of)]
    case 'matrix':
      return [definition.rows, definition.columns, ...shapeOf(definition.of)]
    default:
      return []
  }
}

function columnsOf(name: string, [length, ...inner]: readonly number[]): string[] {
  if (length === undefined) return [name]
  return Array.from({ length }, (_, i) => columnsOf(`${name}.${i}`, inner)).flat()
}

function gather(row: FileRow, name: string, [length, ...inner]: readonly number[]): unknown {
  if (length === undefined) return row[name]
  return Array.from({ length }, (_, i) => gather(row, `${name}.${i}`, inner))
}
