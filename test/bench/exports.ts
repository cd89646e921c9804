import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ExportedRun, exportedRuns, makeRun } from './export-runs.ts'
import type { Cost, Reading } from './reading.ts'

const ways = ['canonical', 'csv', 'ndjson', 'parquet', 'arrow', 'analysis'] as const

/**
 * What it costs to read a run as a whole: every form of export and the analysis, against the canonical export. All take turns
 * several times, and the least of each counts, since others on the machine only ever add to it.
 */
export async function benchExports([rounds = '7', ...only]: readonly string[]): Promise<unknown> {
  const root = mkdtempSync(join(tmpdir(), 'twoloop-bench-'))
  try {
    const runs = Object.entries<ExportedRun>(exportedRuns).filter(([name]) => only.length === 0 || only.includes(name))
    return Object.fromEntries(
      runs.map(([name, run]) => {
        const directory = join(root, name)
        mkdirSync(directory)
        makeRun(directory, run)
        const costs = leastCosts(directory, Number(rounds))
        rmSync(join(directory, 'table'))
        return [name, { individuals: run.individuals, ...withRatios(costs) }]
      }),
    )
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

type Costs = Readonly<Record<Reading['what'], Cost>>

function leastCosts(run: string, rounds: number): Costs {
  const measured = Array.from({ length: rounds }, () =>
    ways.map((what) => read({ run, what, output: join(run, 'table') })),
  )
  const least = (way: number, what: keyof Cost) => Math.min(...measured.map((costs) => costs[way]![what]))
  return Object.fromEntries(
    ways.map((what, i) => [what, { processorMs: least(i, 'processorMs'), peakMemoryMb: least(i, 'peakMemoryMb') }]),
  ) as Costs
}

function read(reading: Reading): Cost {
  const program = fileURLToPath(new URL('./reading.js', import.meta.url))
  return JSON.parse(execFileSync(process.execPath, [program, JSON.stringify(reading)], { encoding: 'utf8' }))
}

function withRatios(costs: Costs) {
  return Object.fromEntries(
    ways.map((what) => {
      const ratio = costs[what].processorMs / costs.canonical.processorMs
      const { csv } = costs
      return [
        what,
        {
          ...costs[what],
          ratio,
          ...(what === 'analysis' && { ratioToCsv: costs[what].processorMs / csv.processorMs }),
        },
      ]
    }),
  )
}
