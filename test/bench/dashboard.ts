import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { views } from '../../src/dashboard/views/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { writeRun } from '../dashboard/written-run.ts'
import type { ViewCost } from './dashboard-view.ts'

/** What is asked of a view beside its name. */
const words: Readonly<Record<string, readonly string[]>> = {
  individual: ['name=3.7'],
  history: ['', 'over=generations', 'over=time', 'from=100000&to=200000'],
  individuals: ['', 'order=cost', 'filter=x0+%3C+0.1'],
}

/** What each view of a run of a million individuals costs: processor seconds, bytes of the answer, memory. */
export async function benchDashboard(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      individuals: { type: 'string', default: '1000000' },
      generations: { type: 'string', default: '500' },
      /** A directory in which the run is, or is made and kept. */
      root: { type: 'string' },
    },
  })
  const root = values.root ?? mkdtempSync(join(tmpdir(), 'twoloop-bench-'))
  const generations = Number(values.generations)
  const populationSize = Math.ceil(Number(values.individuals) / generations)
  try {
    if (!RecordReader.exists(join(root, 'million'))) makeRun(root, generations, populationSize)
    const paths = Object.keys(views).flatMap((view) => {
      return (words[view] ?? ['']).map((asked) => `/api/runs/0/${view}${asked === '' ? '' : `?${asked}`}`)
    })
    const each = Object.fromEntries(['/api/runs', ...paths].map((path) => [path, costOf(root, [path])]))
    return { individuals: generations * populationSize, views: each, together: costOf(root, paths) }
  } finally {
    if (values.root === undefined) rmSync(root, { recursive: true, force: true })
  }
}

function costOf(root: string, paths: readonly string[]): ViewCost {
  const program = fileURLToPath(new URL('./dashboard-view.js', import.meta.url))
  return JSON.parse(execFileSync(process.execPath, [program, root, ...paths], { encoding: 'utf8' }))
}

function makeRun(root: string, generations: number, populationSize: number): void {
  writeRun(root, {
    ...{ name: 'million', generations, populationSize, reports: 1, workers: 8 },
    parameters: Array.from({ length: 6 }, (_, i) => `x${i}`),
    objectives: { cost: 'minimize', mass: 'minimize' },
    evaluate: (x, generation, index) =>
      (generation + index) % 50 === 0
        ? { kind: 'exit', exitCode: 1, message: `The command ended with code 1 at ${x[0]}.` }
        : [x.reduce((sum, value) => sum + (value - 0.3) ** 2, 0.01), x.reduce((sum, value) => sum + value, 0)],
  })
}
