import type { ParameterDefinition } from './space.ts'

/**
 * The value of a parameter that a cell of a table stands for. A text stands for what is written there, as in CSV: a number,
 * true or false, one of the values of a choice, a vector in JSON. A cell that cannot be read stays as it is, and is
 * refused by its parameter.
 */
export function readCell(cell: unknown, definition: ParameterDefinition): unknown {
  if (typeof cell === 'bigint') return Number(cell)
  if (Array.isArray(cell)) return readElements(cell, definition)
  if (typeof cell !== 'string') return cell
  switch (definition.type) {
    case 'real':
    case 'integer':
      return cell.trim() === '' || Number.isNaN(Number(cell)) ? cell : Number(cell)
    case 'boolean':
      return /^\s*(true|false)\s*$/i.test(cell) ? /true/i.test(cell) : cell
    case 'choice':
      return definition.values.includes(cell)
        ? cell
        : (definition.values.find((value) => String(value) === cell) ?? cell)
    case 'vector':
    case 'matrix':
      try {
        return JSON.parse(cell) as unknown
      } catch {
        return cell
      }
  }
}

function readElements(cells: readonly unknown[], definition: ParameterDefinition): unknown {
  switch (definition.type) {
    case 'vector':
      return cells.map((cell) => readCell(cell, definition.of))
    case 'matrix':
      return cells.map((row) => readCell(row, { type: 'vector', of: definition.of, length: definition.columns }))
    default:
      return cells
  }
}
