import { exportRun } from '../../src/cli/export-run.ts'
import { analyseRun } from '../../src/tables/analysis/analyse-run.ts'

/** One way to read a run as a whole. */
export interface Reading {
  readonly run: string
  readonly what: 'canonical' | 'csv' | 'ndjson' | 'parquet' | 'arrow' | 'analysis'
  /** Where a table is written to. */
  readonly output: string
}

/** What it has cost. */
export interface Cost {
  readonly processorMs: number
  readonly peakMemoryMb: number
}

// A process of its own, whose time and memory are then its own as well.
const { run, what, output } = JSON.parse(process.argv[2]!) as Reading
const begin = process.cpuUsage()
if (what === 'analysis') analyseRun(run, { method: 'correlations' })
else await exportRun(run, what === 'canonical' ? { canonical: true, output } : { format: what, output })
const { user, system } = process.cpuUsage(begin)
const cost: Cost = {
  processorMs: (user + system) / 1000,
  peakMemoryMb: process.resourceUsage().maxRSS / 1024,
}
console.log(JSON.stringify(cost))
