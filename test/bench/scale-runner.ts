import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { BeatingHeart } from '../../runtime/channel/beating-heart.ts'
import { runnerHeart } from '../../runtime/channel/heartbeat.ts'
import { Runner } from '../../runtime/runner/runner.ts'
import { launcherOf } from '../../runtime/slurm/launchers.ts'
import { runnerSettings } from '../../src/core/runner-settings.ts'
import { Individual } from '../../src/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { countFileOperations } from './counted-files.ts'
import nothing from './nothing.ts'
import type { NodeReport, Play } from './scale-node.ts'

/** One runner with a real record in a process of its own, against workers that are played. */
export interface ScaleOptions {
  readonly directory: string
  readonly workers: number
  readonly meanMs: number
  readonly seconds: number
  readonly pollInterval: string
}

/** Workers that one process plays. */
const workersPerProcess = 250

const { directory, workers, meanMs, seconds, pollInterval } = JSON.parse(process.argv[2]!) as ScaleOptions
const warmUpSeconds = 2 + (1.5 * meanMs) / 1000
const demand = (workers / meanMs) * 1000

const record = RecordWriter.openForWriting(directory)
record.beginEpoch(1)
record.writeProblem(nothing.space.names, nothing.objectives)
const settings = runnerSettings.parse({ workers, wakeUp: 'poll', pollInterval })
const heart = new BeatingHeart({ own: runnerHeart(directory), interval: 1000 })
const runner = new Runner({
  directory,
  run: 'scale',
  space: nothing.space as never,
  settings,
  launcher: launcherOf(settings),
  record: record,
  optimizee: { module: 'optimizee.mjs' },
  heart,
})
runner.prepareRunFile()
const count = Math.ceil(demand * (warmUpSeconds + seconds) * 1.2) + 2 * workers
const individuals = Array.from(
  { length: count },
  (_, index) => new Individual({ generation: 0, index, replicate: 0 }, { x: 0.5, y: 0.5 }, 1) as Individual,
)
record.addGeneration(
  0,
  individuals.map((individual) => ({ individual, after: 0 })),
)

// The workers are there as if an earlier runner had launched them on other hosts: this one adopts them.
for (let i = 0; i < workers; i++) record.addWorker('srun')
const processes: Awaited<ReturnType<typeof startProcess>>[] = []
process.on('exit', () => {
  for (const played of processes) played.kill()
})
for (let first = 1; first <= workers; first += workersPerProcess) {
  processes.push(
    await startProcess({ directory, first, count: Math.min(workersPerProcess, workers + 1 - first), meanMs }),
  )
}
const files = countFileOperations()
runner.launchWorkers()

let evaluated = 0
let begun = snapshot()
const begunAt = performance.now()
let isWarm = false
const controller = new AbortController()
for await (const { evaluations } of runner.simulateGeneration(individuals, controller.signal)) {
  evaluated += evaluations.length
  const passed = (performance.now() - begunAt) / 1000
  if (!isWarm && passed > warmUpSeconds) {
    isWarm = true
    begun = snapshot()
  }
  if (passed > warmUpSeconds + seconds) break
}
const ended = snapshot()
await runner.abandon()
await heart.stop()
const reports = await Promise.all(processes.map((one) => one.end()))
record.close()

const wall = (ended.at - begun.at) / 1000
const done = ended.evaluated - begun.evaluated
const difference = (of: (one: typeof ended) => number) => of(ended) - of(begun)
const operations = difference(({ files: { open, stat, read, write, close } }) => open + stat + read + write + close)
console.log(
  JSON.stringify({
    workers,
    simulationSeconds: meanMs / 1000,
    individualsPerSecond: { demanded: demand, reached: done / wall },
    runnerCpu: difference(({ cpu }) => cpu.user + cpu.system) / 1e6 / wall,
    memoryMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
    looksPerSecond: difference(({ files: { looks } }) => looks) / wall,
    fileOperations: { perSecond: operations / wall, perIndividual: operations / done },
    idle: {
      fraction: mean(reports.map(({ idleFraction }) => idleFraction)),
      p50Ms: mean(reports.map(({ idleMs }) => idleMs.p50)),
      p99Ms: Math.max(...reports.map(({ idleMs }) => idleMs.p99)),
    },
  }),
)
process.exit(0)

function snapshot() {
  return { at: performance.now(), cpu: process.cpuUsage(), files: files(), evaluated }
}

async function startProcess(play: Play) {
  const program = fileURLToPath(new URL('./scale-node.js', import.meta.url))
  const played = spawn(process.execPath, [program, JSON.stringify(play)], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(played.stdout, 'readable') // it has said that it is ready
  const report = text(played.stdout).then((printed) => JSON.parse(printed.split('\n')[1]!) as NodeReport)
  const end = () => {
    played.kill('SIGTERM')
    return report
  }
  return { end, kill: () => played.kill('SIGKILL') }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
