import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { latency } from './latency.ts'
import { type Cost, costOf } from './process-cost.ts'

/** What it costs to begin, in multiples of a Node.js process that does nothing. */
export async function benchStartup(): Promise<unknown> {
  const root = mkdtempSync(join(tmpdir(), 'twoloop-bench-'))
  try {
    writeFileSync(join(root, 'square.ts'), optimizee)
    writeFileSync(join(root, 'one.json'), JSON.stringify(experiment))
    const run = join(root, 'runs', 'one')
    const costs: Record<Start, Cost[]> = { node: [], first: [], again: [], status: [] }
    for (let i = 0; i < repeats; i++) {
      rmSync(run, { recursive: true, force: true })
      costs.node.push(costOf(root, '-e', '0'))
      costs.first.push(costOf(root, cli, 'run', 'one.json'))
      costs.again.push(costOf(root, cli, 'run', 'one.json'))
      costs.status.push(costOf(root, cli, 'status', run))
    }
    const least = (start: Start, kind: keyof Cost) => Math.min(...costs[start].map((cost) => cost[kind]))
    const ratios = (start: Start) => ({
      cpuMs: least(start, 'cpuMs'),
      wallMs: least(start, 'wallMs'),
      cpuRatio: least(start, 'cpuMs') / least('node', 'cpuMs'),
      wallRatio: least(start, 'wallMs') / least('node', 'wallMs'),
    })
    const { roundTripMs, pipeRoundTripMs, workerReadyMs } = await latency(root)
    return {
      bareNode: { cpuMs: least('node', 'cpuMs'), wallMs: least('node', 'wallMs') },
      oneIndividual: ratios('first'),
      finishedStartedAgain: ratios('again'),
      status: ratios('status'),
      workerReady: { wallMs: workerReadyMs, wallRatio: workerReadyMs / least('node', 'wallMs') },
      roundTrip: { ms: roundTripMs, barePipeMs: pipeRoundTripMs, ratio: roundTripMs.p50 / pipeRoundTripMs.p50 },
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

type Start = 'node' | 'first' | 'again' | 'status'

/** The least of several is what a quiet machine would show. */
const repeats = 7

const cli = fileURLToPath(new URL('../../command/main.js', import.meta.url))

const optimizee = `import { defineOptimizee, real } from 'twoloop'

export default defineOptimizee({
  module: import.meta.url,
  parameters: { x: real(-1, 1), y: real(-1, 1) },
  objectives: { cost: 'minimize' },
  simulate: ({ parameters }) => parameters.x ** 2 + parameters.y ** 2,
})
`

const experiment = {
  name: 'one',
  optimizee: { module: './square.ts' },
  optimizer: { type: 'design', design: { kind: 'sobol', points: 1 }, seed: 1 },
  runner: { workers: 1 },
}
