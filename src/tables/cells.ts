/** What stands in one place of a table. */
export type Cell = number | string | boolean | null

/** What stands in a column, beside nothing at all; `mixed` holds values of several kinds. */
export type CellKind = 'integer' | 'number' | 'boolean' | 'text' | 'mixed'

/** The kind of a value of the record; undefined of nothing, and of what does not fit in a cell. */
export function kindOf(value: unknown): CellKind | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isSafeInteger(value) ? 'integer' : 'number'
    case 'boolean':
      return 'boolean'
    case 'string':
      return isNonFinite(value) ? 'number' : 'text'
    default:
      return undefined
  }
}

/** The kind of a column in which both stand. */
export function joinKinds(a: CellKind | undefined, b: CellKind | undefined): CellKind | undefined {
  if (a === undefined || b === undefined || a === b) return a ?? b
  const areNumbers = [a, b].every((kind) => kind === 'integer' || kind === 'number')
  return areNumbers ? 'number' : 'mixed'
}

/** What stands in a value of the record, along a path. */
export function cellAt(value: unknown, path: readonly (string | number)[], kind: CellKind | undefined): Cell {
  let at = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return null
    at = (at as Record<string | number, unknown>)[step]
  }
  if (kind === 'number' && typeof at === 'string') return Number(at)
  return typeof at === 'number' || typeof at === 'string' || typeof at === 'boolean' ? at : null
}

/** How the record writes the numbers that JSON lacks. */
export function isNonFinite(text: string): boolean {
  return text === 'NaN' || text === 'Infinity' || text === '-Infinity'
}

/** A cell as JSON; numbers that JSON lacks are texts there. */
export function jsonCell(cell: Cell): string {
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : `"${cell}"`
  return cell === null ? 'null' : JSON.stringify(cell)
}
