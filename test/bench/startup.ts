import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { latency } from './latency.ts'

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

const cli = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url))

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

interface Cost {
  readonly wallMs: number
  /** Of the process and all of its descendants. */
  readonly cpuMs: number
}

/** What a Node.js process costs from its start to its end, as its shell has counted. */
function costOf(directory: string, ...args: readonly string[]): Cost {
  const begin = performance.now()
  const script = '"$@" > /dev/null 2>&1 || exit; times'
  const told = execFileSync('sh', ['-c', script, 'sh', process.execPath, ...args], { cwd: directory, encoding: 'utf8' })
  const wallMs = performance.now() - begin
  const [user = 0, system = 0] = told.trim().split(/\s+/).slice(2).map(secondsOf)
  return { wallMs, cpuMs: (user + system) * 1000 }
}

/** As in `0m0.052s`. */
function secondsOf(text: string): number {
  const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(text) ?? []
  return Number(minutes) * 60 + Number(seconds)
}
