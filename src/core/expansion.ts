import { aRecord, checkArgument, wholeFrom } from './options.ts'
import type { Proposal } from './proposal.ts'

/**
 * A generation in L2L's form: columns of equal length, `generation` and `indIdx` beside one for each parameter, which may
 * stand as `individual.x` or `x`.
 */
export type Expansion = { readonly generation: readonly number[]; readonly indIdx: readonly number[] } & {
  readonly [parameter: string]: readonly unknown[]
}

/**
 * The individuals that columns describe, in index order.
 * @param generation the one that is to be added
 * @throws RangeError if a column is missing or of another length, if the rows are of another generation, or two of them one
 */
export function proposalsIn<P>(columns: Expansion, generation: number): Proposal<P>[] {
  checkArgument('fExpand', 'the individuals', columns, aRecord)
  const { generation: generations, indIdx = columns.ind_idx as readonly number[], ind_idx: _, ...values } = columns
  if (!isColumn(generations) || !isColumn(indIdx)) {
    throw new RangeError(`fExpand needs the columns generation and indIdx, got ${Object.keys(columns).join(', ')}`)
  }
  for (const [name, column] of Object.entries(columns)) {
    if (isColumn(column) && column.length === indIdx.length) continue
    const got = isColumn(column) ? `one of ${column.length}` : typeof column
    throw new RangeError(`fExpand needs columns of equal length: indIdx has ${indIdx.length}, ${name} is ${got}`)
  }
  const other = generations.find((one) => one !== generation)
  if (other !== undefined) throw new RangeError(`fExpand adds generation ${generation} next, got rows of ${other}`)
  for (const index of indIdx) checkArgument('fExpand', 'indIdx', index, wholeFrom(0))
  const rows = [...indIdx.keys()].sort((a, b) => indIdx[a]! - indIdx[b]!)
  const twice = rows.find((row, i) => i > 0 && indIdx[row] === indIdx[rows[i - 1]!])
  if (twice !== undefined) throw new RangeError(`fExpand needs an indIdx for each row, got ${indIdx[twice]} twice`)
  const named = new Map(Object.entries(values).map(([name, column]) => [name.replace(/^individual\./, ''), column]))
  const both = [...named.keys()].find(
    (name) => Object.hasOwn(values, name) && Object.hasOwn(values, `individual.${name}`),
  )
  if (both !== undefined)
    throw new RangeError(`fExpand needs one column for each parameter, got ${both} and individual.${both}`)
  return rows.map((row) => ({
    parameters: Object.fromEntries([...named].map(([name, column]) => [name, column[row]])) as P,
    index: indIdx[row]!,
  }))
}

function isColumn(value: unknown): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value)
}
