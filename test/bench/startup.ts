import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { quantile } from './floors.ts'
import { latency } from './latency.ts'
import { type Cost, costOf } from './process-cost.ts'

/**
 * What it costs to begin, in multiples of a Node.js process that does nothing: the least of rounds in which each start has
 * its turn. The first run after an installation also compiles the command, and keeps that for all others.
 */
export async function benchStartup(): Promise<unknown> {
  const root = mkdtempSync(join(tmpdir(), 'twoloop-bench-'))
  try {
    writeFileSync(join(root, 'square.ts'), optimizee)
    writeFileSync(join(root, 'one.json'), JSON.stringify(experiment))
    const run = join(root, 'runs', 'one')
    const takes: Record<Start, () => Cost> = {
      node: () => costOf(root, '-e', '0'),
      compiling: () => {
        removeCompiled()
        return takes.first()
      },
      first: () => {
        rmSync(run, { recursive: true, force: true })
        return costOf(root, cli, 'run', 'one.json')
      },
      again: () => costOf(root, cli, 'run', 'one.json'),
      status: () => costOf(root, cli, 'status', run),
    }
    const starts = Object.keys(takes) as Start[]
    const rounds = Array.from({ length: repeats }, () => {
      return Object.fromEntries(starts.map((start) => [start, takes[start]()])) as Record<Start, Cost>
    })
    const least = (start: Start, kind: keyof Cost) => Math.min(...rounds.map((round) => round[start][kind]))
    const ratios = (start: Start) => ({
      cpuMs: least(start, 'cpuMs'),
      wallMs: least(start, 'wallMs'),
      cpuRatio: least(start, 'cpuMs') / least('node', 'cpuMs'),
      medianCpuRatio: quantile(
        rounds.map((round) => round[start].cpuMs / round.node.cpuMs),
        0.5,
      ),
      wallRatio: least(start, 'wallMs') / least('node', 'wallMs'),
    })
    const { roundTripMs, pipeRoundTripMs, workerReadyMs } = await latency(root)
    return {
      rounds: repeats,
      bareNode: { cpuMs: least('node', 'cpuMs'), wallMs: least('node', 'wallMs') },
      firstRunAfterInstallation: ratios('compiling'),
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

type Start = 'node' | 'compiling' | 'first' | 'again' | 'status'

/** The least of several is what a quiet machine would show. */
const repeats = 12

/** What the first process has kept of the command for the others. */
function removeCompiled(): void {
  const folder = dirname(cli)
  for (const name of readdirSync(folder)) if (name.endsWith('.compiled')) rmSync(join(folder, name), { force: true })
}

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
