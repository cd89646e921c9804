import type { FileRow } from '../core/read-cell.ts'
import { TextCell } from '../core/read-cell.ts'
import type { ParameterDefinition } from '../core/space.ts'

/**
 * Rows by the names of parameters: a vector or matrix that has a column for each of its elements (`offsets.0`, `grid.1.2`), as
 * the tables of runs have them, becomes one, a column whose name was taken when the table was written (`parameter a.0`)
 * has its parameter's name again, and the index that a data frame has written beside its columns is left out.
 */
export function nestColumns(
  rows: readonly FileRow[],
  definitions: readonly (readonly [string, ParameterDefinition])[],
): readonly FileRow[] {
  const [first] = rows
  if (!first) return rows
  const columns = new Set(Object.keys(first))
  const places = placesOf(definitions, columns).filter(({ name, shape, columns: own }) =>
    shape.length === 0 ? own[0] !== name : !columns.has(name) && own.every((column) => columns.has(column)),
  )
  const taken = new Set(places.filter(({ shape }) => shape.length > 0).flatMap((place) => place.columns))
  // A column that is the table's own stays beside the parameter that would have been called like it.
  const moved = places.filter(({ name, shape }) => shape.length > 0 || !columns.has(name) || taken.has(name))
  for (const place of moved) for (const column of place.columns) taken.add(column)
  const names = new Set(definitions.map(([name]) => name))
  return rows.map((row) =>
    Object.fromEntries([
      ...Object.entries(row).flatMap(([name, cell]) => {
        if (taken.has(name) || (!names.has(name) && isIndex(name))) return []
        return [[name, names.has(name) || !(cell instanceof TextCell) ? cell : cell.text] as const]
      }),
      ...moved.map(
        ({ name, shape, columns }) =>
          [
            name,
            gather(
              columns.map((column) => row[column]),
              shape,
            ),
          ] as const,
      ),
    ]),
  )
}

/** Where a parameter stands in the table. */
interface Place {
  readonly name: string
  /** How many elements there are on each level. */
  readonly shape: readonly number[]
  readonly columns: readonly string[]
}

/** Whether a column is named as pandas names what has no name: in CSV, in CSV that was read and written again, in Parquet. */
function isIndex(column: string): boolean {
  return column === '' || /^(Unnamed: \d+|__index_level_\d+__)$/.test(column)
}

/**
 * Whose columns they are. Of several that would have one name, the table's writer calls the first by it and the next ones
 * `parameter NAME`, `parameter parameter NAME`, in the order of the parameters.
 */
function placesOf(
  definitions: readonly (readonly [string, ParameterDefinition])[],
  columns: ReadonlySet<string>,
): Place[] {
  const wanted = definitions.map(([name, definition]) => {
    const shape = shapeOf(definition)
    return { name, shape, leaves: columnsOf(name, shape) }
  })
  const sharing = new Map<string, number>()
  const all = wanted.flatMap(({ leaves }) => leaves)
  for (const leaf of all) sharing.set(keyOf(leaf), (sharing.get(keyOf(leaf)) ?? 0) + 1)
  const met = new Map<string, number>()
  const columnOf = (leaf: string): string => {
    const key = keyOf(leaf)
    const before = met.get(key) ?? 0
    met.set(key, before + 1)
    const last = sharing.get(key)! - 1
    // The table's own columns may have taken names before the parameters did.
    const prefixed = Array.from({ length: last + 2 }, (_, times) => 'parameter '.repeat(times) + leaf)
    const shift = columns.has(prefixed[last + 1]!) ? 1 : 0
    const written = prefixed[before + shift]!
    return columns.has(written) ? written : leaf
  }
  return wanted.map(({ name, shape, leaves }) => ({ name, shape, columns: leaves.map(columnOf) }))
}

/** Case does not count when a table's writer looks whether a name is taken. */
function keyOf(name: string): string {
  return name.toLowerCase()
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

function gather(cells: readonly unknown[], [length, ...inner]: readonly number[]): unknown {
  if (length === undefined) return cells[0]
  const size = cells.length / length
  return Array.from({ length }, (_, i) => gather(cells.slice(i * size, (i + 1) * size), inner))
}
