import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import command from '../../optimizees/command/command.ts'
import program from '../../optimizees/program/program.ts'
import type { Optimizee, PrepareOptions } from '../../src/index.ts'
import { quantile } from './floors.ts'
import oscillators from './forced-oscillators.ts'
import nothing from './nothing.ts'
import nothingTogether from './nothing-together.ts'
import { timedSearchOf } from './timed-search.ts'

/** The benchmark runs from the build. */
const python = fileURLToPath(new URL('../../../python', import.meta.url))
const workers = 2
const batch = { size: 64 }

/** What each way to a simulation costs, and what it gains to be simulated in company. */
export async function benchBatches(): Promise<unknown> {
  const root = mkdtempSync(join(tmpdir(), 'twoloop-bench-'))
  try {
    return {
      workers,
      batch: batch.size,
      vectorised: await vectorised(root),
      besideXargs: await besideXargs(root),
      ...(await ways(root)),
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** A function that many share the costly part of, one by one and in company, in turns: medians, and their ratio. */
async function vectorised(root: string) {
  const rounds = [0, 1, 2]
  const single: number[] = []
  const together: number[] = []
  for (const round of rounds) {
    single.push(await rateOf(oscillators, root, `single-${round}`, 10_000, { batch: { size: 1 } }))
    together.push(await rateOf(oscillators, root, `together-${round}`, 40_000, { batch }))
  }
  const [one, many] = [quantile(single, 0.5), quantile(together, 0.5)]
  return { single: one, simulateMany: many, ratio: many / one }
}

/** Programs of 11 ms, a second: by `xargs`, which does nothing but start them, and by a search; and how much longer that takes. */
async function besideXargs(root: string) {
  const count = 400
  const script = 'sleep 0.011; echo 1'
  const begin = performance.now()
  execFileSync('sh', ['-c', `seq ${count} | xargs -n1 -P${workers} sh -c '${script}' > /dev/null`])
  const xargs = (count / (performance.now() - begin)) * 1000
  const search = await rateOf(commandOf(script), root, 'beside-xargs', count)
  return { xargs, search, ratio: xargs / search }
}

/** Individuals a second that cost nothing, and so what a worker spends on each, by every way to simulate. */
async function ways(root: string) {
  const commandRate = await rateOf(commandOf('echo "$1"'), root, 'command', 400)
  const one = programOf(root, 'one.py', 'twoloop.serve(lambda p, context: p["x"] ** 2)')
  const programRate = await rateOf(one, root, 'program', 20_000)
  const ahead = await rateOf(one, root, 'program-ahead', 40_000, { batch })
  const many = programOf(
    root,
    'many.py',
    'twoloop.serve(simulate_many=lambda p, contexts: {"error": [x**2 for x in p["x"]]})',
  )
  const columns = await rateOf(many, root, 'program-columns', 40_000, { batch })
  const typescript = await rateOf(nothing, root, 'typescript', 100_000)
  const together = await rateOf(nothingTogether, root, 'typescript-together', 100_000, { batch })
  const cost = (rate: number) => ({ individualsPerSecond: Math.round(rate), overheadMs: (workers * 1000) / rate })
  return {
    command: cost(commandRate),
    program: { ...cost(programRate), roundTripMs: await roundTrip(one, root) },
    programAhead: cost(ahead),
    programBatches: cost(columns),
    typescript: cost(typescript),
    simulateMany: cost(together),
  }
}

const x = ['x', { type: 'real', low: 0, high: 1 }] as const

function commandOf(script: string): Optimizee {
  return command({
    command: ['/bin/sh', '-c', script, 'sh', '{x}'],
    parameters: [x],
    objectives: { error: 'minimize' },
    result: { from: 'stdout' },
  })
}

function programOf(root: string, name: string, code: string): Optimizee {
  writeFileSync(join(root, name), `import twoloop\n${code}\n`)
  return program({
    program: ['python3', join(root, name)],
    parameters: [x],
    objectives: { error: 'minimize' },
    environment: { PYTHONPATH: python },
    ready: 60_000,
  })
}

/** Individuals a second, once the workers are warm. */
async function rateOf<P>(
  optimizee: Optimizee<P>,
  root: string,
  name: string,
  count: number,
  runner: PrepareOptions['runner'] = {},
): Promise<number> {
  const warm = Math.ceil(count / 20)
  const { completedAt } = await timedSearchOf(optimizee, root, name, [warm, warm, count], runner)
  return (count / (completedAt[2]! - completedAt[1]!)) * 1000
}

/** From one proposal to the next of a search that proposes one individual at a time, in the middle and for all but one in a hundred. */
async function roundTrip(optimizee: Optimizee, root: string) {
  const { completedAt } = await timedSearchOf(optimizee, root, 'round-trip', Array(600).fill(1))
  const times = completedAt.slice(100).map((at, i) => at - completedAt[99 + i]!)
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}
