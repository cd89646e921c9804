import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Tinypool from 'tinypool'
import { Individual } from '../../src/index.ts'
import { bareNode } from './floors.ts'
import { latency } from './latency.ts'
import nothing from './nothing.ts'
import { costOf } from './process-cost.ts'
import { timedSearch } from './timed-search.ts'

/** What the way of an individual costs: through the pipes to a worker, back, and into the record. */
export async function benchDispatch(): Promise<unknown> {
  const root = mkdtempSync(join(tmpdir(), 'twoloop-bench-'))
  try {
    const individualsPerSecond = await throughput(root)
    const generationsPerSecond = await generations(root)
    const { roundTripMs, pipeRoundTripMs, workerReadyMs } = await latency(root)
    const nodeStartMs = bareNode()
    const million = makeMillion(root)
    const cpu = cpuCost(root)
    const inProcess = loop()
    const tinypool = await threads()
    return {
      individualsPerSecond,
      generationsPerSecond,
      roundTripMs,
      workerReadyMs,
      cpu,
      ...million,
      peers: {
        tinypool: { individualsPerSecond: tinypool, ratio: individualsPerSecond / tinypool },
        inProcessLoop: { individualsPerSecond: inProcess, ratio: individualsPerSecond / inProcess },
        bareNode: { startMs: nodeStartMs, ratio: workerReadyMs / nodeStartMs },
        barePipe: { roundTripMs: pipeRoundTripMs, ratio: roundTripMs.p50 / pipeRoundTripMs.p50 },
      },
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const many = 100_000
/** One generation of 100,000: proposing, storing, simulating and storing it. */
async function throughput(root: string): Promise<number> {
  const { completedAt } = await timedSearch(root, 'throughput', [100, many])
  return (many / (completedAt[1]! - completedAt[0]!)) * 1000
}

async function generations(root: string): Promise<number> {
  const count = 2000
  const { completedAt } = await timedSearch(root, 'generations', Array(count + 1).fill(32))
  return (count / (completedAt[count]! - completedAt[0]!)) * 1000
}

/** A run of a million, made in a process of its own, and the time that `show` takes to open it. */
function makeMillion(root: string) {
  const program = fileURLToPath(new URL('./million.js', import.meta.url))
  const made = JSON.parse(execFileSync(process.execPath, [program, root], { encoding: 'utf8' })) as {
    directory: string
    seconds: number
    peakMemoryMb: number
    memoryMbByTenths: number[]
  }
  const cli = fileURLToPath(new URL('../../command/main.js', import.meta.url))
  const begin = performance.now()
  const shown = execFileSync(process.execPath, [cli, 'show', made.directory, '--json'], { encoding: 'utf8' })
  const openMillionMs = performance.now() - begin
  const { individuals } = JSON.parse(shown) as { individuals: number }
  if (individuals !== 1_000_000) throw new Error(`the run of a million shows ${individuals} individuals`)
  const { seconds, peakMemoryMb, memoryMbByTenths } = made
  return { openMillionMs, peakMemoryMb, memoryMbByTenths, millionSeconds: seconds }
}

/** How often each cost is measured. */
const rounds = 7

/**
 * Processor time of an individual, in all processes together, beside the least that it could be: measured by turns, since
 * what else runs makes it dearer, and the least of each.
 */
function cpuCost(root: string) {
  const sides = ['individuals', 'floor'].map((name) => {
    const program = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
    const least = { whole: Number.POSITIVE_INFINITY, start: Number.POSITIVE_INFINITY }
    const cost = (count: number) => {
      const directory = mkdtempSync(join(root, 'cpu-'))
      return costOf(directory, program, directory, String(count)).cpuMs
    }
    const measure = () => {
      least.whole = Math.min(least.whole, cost(many))
      least.start = Math.min(least.start, cost(10))
    }
    return { measure, microseconds: () => ((least.whole - least.start) / many) * 1000 }
  })
  for (let round = 0; round < rounds; round++) for (const { measure } of sides) measure()
  const [ours, floor] = sides.map(({ microseconds }) => microseconds()) as [number, number]
  return { microsecondsPerIndividual: ours, floorMicroseconds: floor, ratio: ours / floor }
}

function loop(): number {
  const begin = performance.now()
  let sum = 0
  for (let i = 0; i < many; i++) {
    const individual = new Individual({ generation: 0, index: i, replicate: 0 }, { x: i / many, y: 0.5 }, i)
    sum += nothing.simulate(individual, undefined as never) as number
  }
  if (!(sum > 0)) throw new Error('the loop did nothing')
  return (many / (performance.now() - begin)) * 1000
}

/** The same on a pool of two threads, in memory, nothing stored. */
async function threads(): Promise<number> {
  const filename = fileURLToPath(new URL('./tinypool-task.js', import.meta.url))
  const pool = new Tinypool({ filename, minThreads: 2, maxThreads: 2, runtime: 'worker_threads' })
  const run = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, i) => pool.run({ x: i / many, y: 0.5 }) as Promise<number>))
  await run(1000)
  const begin = performance.now()
  await run(many)
  const rate = (many / (performance.now() - begin)) * 1000
  await pool.destroy()
  return rate
}
