import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ecdfPlot } from './plot/ecdf-plot.ts'

/** What `npm run bench -- optimizers` prints of BBOB, as far as it is drawn. */
interface BbobResult {
  readonly instances: readonly number[]
  readonly rows: readonly BbobRow[]
}

interface BbobRow {
  readonly dimension: number
  readonly optimizer: string
  readonly ecdf: Figures
  readonly area: Figures
  readonly solved: number
  readonly curve: readonly (readonly [budget: number, reached: number])[]
  readonly functions: readonly { readonly function: number; readonly expectedRunningTime: number | null }[]
}

type Figures = Readonly<Record<string, number>>

/**
 * Draws what optimizers reached on BBOB, one plot for each number of dimensions, and prints the table for the docs.
 *
 * `FILE... --to docs/images`: results of `npm run bench -- optimizers`. Those of one optimizer on different functions or
 * instances are taken together.
 */
export async function drawBench(args: readonly string[]): Promise<unknown> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { to: { type: 'string', default: 'docs/images' } },
    allowPositionals: true,
  })
  const results = positionals.map((file) => JSON.parse(readFileSync(file, 'utf8')) as BbobResult)
  const rows = joined(results.flatMap(({ instances, rows }) => rows.map((row) => ({ row, instances }))))
  const dimensions = [...new Set(rows.map(({ dimension }) => dimension))].sort((a, b) => a - b)
  const files = dimensions.map((dimension) => {
    const curves = rows
      .filter((row) => row.dimension === dimension)
      .map(({ optimizer, curve }) => ({ name: optimizer, points: curve }))
    const file = join(values.to, `bbob-${dimension}.svg`)
    writeFileSync(file, ecdfPlot(`BBOB in ${dimension} dimensions`, curves))
    return file
  })
  return { files, table: tableOf(rows) }
}

interface Part {
  readonly row: BbobRow
  readonly instances: readonly number[]
}

/** Figures are means over searches, so those of parts are weighed by how many each has. */
function joined(parts: readonly Part[]): BbobRow[] {
  const nameOf = ({ row }: Part) => `${row.dimension} ${row.optimizer}`
  return [...new Set(parts.map(nameOf))].map((name) => {
    const group = parts.filter((part) => nameOf(part) === name)
    const weights = group.map(({ row, instances }) => row.functions.length * instances.length)
    const all = weights.reduce((sum, weight) => sum + weight, 0)
    const mean = (of: (row: BbobRow) => number) =>
      group.reduce((sum, { row }, i) => sum + (weights[i]! / all) * of(row), 0)
    const meanOf = (of: (row: BbobRow) => Figures): Figures =>
      Object.fromEntries(Object.keys(of(group[0]!.row)).map((mark) => [mark, mean((row) => of(row)[mark]!)]))
    const first = group[0]!.row
    return {
      ...first,
      ecdf: meanOf(({ ecdf }) => ecdf),
      area: meanOf(({ area }) => area),
      solved: solvedIn(group),
      curve: first.curve.map(([budget], i) => [budget, mean(({ curve }) => curve[i]![1])] as const),
    }
  })
}

/** A function that was solved on instances of several parts counts once. */
function solvedIn(group: readonly Part[]): number {
  const solved = group.flatMap(({ row }) => row.functions.filter((one) => one.expectedRunningTime !== null))
  return new Set(solved.map((one) => one.function)).size
}

/** Markdown, a line for each row. */
function tableOf(rows: readonly BbobRow[]): string[] {
  return rows.map(({ dimension, optimizer, ecdf, area, solved }) => {
    const reached = Object.values(ecdf).map(short).join(' | ')
    return `| ${optimizer} | ${dimension} | ${reached} | ${Object.values(area).slice(2).map(short).join(', ')} | ${solved} |`
  })
}

function short(value: number): string {
  return value.toFixed(3).replace(/^0/, '')
}
