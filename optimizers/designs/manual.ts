import { createHash } from 'node:crypto'
import { aText, checkArgument, oneOf, refuseSurplus } from '../../src/core/options.ts'
import { type CellReading, type CellTyping, type FileRow, readCell } from '../../src/core/read-cell.ts'
import { aSpace, type Parameter, type Space } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'
import { checkCall } from './check.ts'
import { DesignPoints } from './design-points.ts'
import { parametersOf } from './subspace.ts'

/**
 * The points that are given, in their order.
 * @example manual(space, [{ x: 0, solver: 'euler' }, { x: 1, solver: 'rk4' }])
 */
export function manual<P>(
  space: Space<P>,
  points: readonly NoInfer<P>[],
  ...surplus: readonly never[]
): DesignPoints<P> {
  checkCall('manual', space, surplus)
  return tableDesign('manual', space, points as readonly unknown[] as readonly FileRow[], (value, parameter) => {
    const refusal = parameter.refuse(value)
    return refusal === undefined ? { value } : { refusal }
  })
}

/**
 * The rows of a table, whose columns are the parameters. A text stands for what is written there, as in CSV: a number,
 * true or false, one of the values of a choice, a vector in JSON.
 *
 * @param table what it is called in the sentence of an error
 * @param typing what is known of the types of its cells
 * @throws RangeError with the row, counted from 1, and the column where something is missing, too much or out of bounds
 */
export function designFromRows<P>(
  space: Space<P>,
  rows: readonly FileRow[],
  table = 'the table',
  typing: CellTyping = 'csv',
  ...surplus: readonly never[]
): DesignPoints<P> {
  refuseSurplus('designFromRows', 4, surplus, '')
  checkArgument('designFromRows', 'what the table is called', table, aText)
  checkArgument('designFromRows', 'the typing', typing, oneOf('csv', 'columns', 'json'))
  checkArgument('designFromRows', 'the space', space, aSpace)
  return tableDesign(table, space, rows, (cell, parameter) => readCell(cell, parameter, typing))
}

function tableDesign<P>(
  design: string,
  space: Space<P>,
  rows: readonly FileRow[],
  read: (cell: unknown, parameter: Parameter) => CellReading,
): DesignPoints<P> {
  if (!Array.isArray(rows)) throw new RangeError(`${design} needs a list of rows, got ${show(rows)}`)
  if (rows.length === 0) throw new RangeError(`${design} needs at least one row, got none`)
  const columns = parametersOf(space)
  const known = new Set<string>(space.names)
  const needed = columns.flatMap(({ name, parameter }) => (parameter.definition.when === undefined ? [name] : []))
  const hash = createHash('sha256')
  const table = rows.map((row, i) => {
    checkColumns(design, row, i, known, needed)
    const values = columns.map(({ name, parameter }) => {
      const reading = read(row[name], parameter)
      if ('value' in reading) return reading.value
      throw new RangeError(`${design}: row ${i + 1}, column ${show(name)} ${reading.refusal}`)
    })
    const refusal = space.isConditional ? space.refuse(space.fromValues(values)) : undefined
    if (refusal !== undefined) throw new RangeError(`${design}: row ${i + 1} ${refusal}`)
    hash.update(`${JSON.stringify(values)}\n`)
    return values
  })
  return new DesignPoints<P>({
    names: space.names,
    size: table.length,
    description: { kind: 'manual', points: table.length, names: [...space.names], sha256: hash.digest('hex') },
    valuesAt: (index) => table[index]!,
  })
}

function checkColumns(
  design: string,
  row: unknown,
  i: number,
  known: ReadonlySet<string>,
  needed: readonly string[],
): asserts row is FileRow {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    throw new RangeError(`${design}: row ${i + 1} needs values by name, got ${show(row)}`)
  }
  const missing = needed.filter((name) => !Object.hasOwn(row, name))
  if (missing.length > 0) {
    throw new RangeError(`${design}: row ${i + 1} lacks the column${missing.length > 1 ? 's' : ''} ${list(missing)}`)
  }
  const extra = Object.keys(row).filter((name) => !known.has(name))
  if (extra.length > 0) {
    const what = extra.length > 1 ? 'columns' : 'column'
    throw new RangeError(
      `${design}: row ${i + 1} has the ${what} ${list(extra)}, but the parameters are ${list([...known])}; leave out what is no parameter`,
    )
  }
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 20).map(show).join(', ')
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown
}
