import type { Proposal } from './proposal.ts'

/**
 * A generation in L2L's form: columns of equal length, `generation` and `indIdx` beside one for each parameter, which may
 * stand as `individual.x` or `x`.
 */
export type Expansion = { readonly generation: readonly number[]; readonly indIdx: readonly number[] } & {
  readonly [parameter: string]: readonly unknown[]
}

/**
 * The individuals that columns describe.
 * @param generation the one that is to be added
 * @throws RangeError if a column is missing or of another length, if the rows are of another generation, or two of them one
 */
export function proposalsIn<P>(columns: Expansion, generation: number): Proposal<P>[] {
  const { generation: generations, indIdx = columns.ind_idx, ind_idx: _, ...values } = columns
  if (!Array.isArray(generations) || !Array.isArray(indIdx)) {
    throw new RangeError(`fExpand needs the columns generation and indIdx, got ${Object.keys(columns).join(', ')}`)
  }
  for (const [name, column] of Object.entries(columns)) {
    if (Array.isArray(column) && column.length === indIdx.length) continue
    const got = Array.isArray(column) ? `one of ${column.length}` : typeof column
    throw new RangeError(`fExpand needs columns of equal length: indIdx has ${indIdx.length}, ${name} is ${got}`)
  }
  const other = generations.find((one) => one !== generation)
  if (other !== undefined) throw new RangeError(`fExpand adds generation ${generation} next, got rows of ${other}`)
  const twice = indIdx.find((index, row) => indIdx.indexOf(index) !== row)
  if (twice !== undefined) throw new RangeError(`fExpand needs an indIdx for each row, got ${twice} twice`)
  const named = Object.entries(values).map(([name, column]) => [name.replace(/^individual\./, ''), column] as const)
  return indIdx.map((index, row) => ({
    parameters: Object.fromEntries(named.map(([name, column]) => [name, column[row]])) as P,
    index,
  }))
}
