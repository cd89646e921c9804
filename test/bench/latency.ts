import { setTimeout } from 'node:timers/promises'
import { BeatingHeart } from '../../runtime/channel/beating-heart.ts'
import { runnerHeart } from '../../runtime/channel/heartbeat.ts'
import { Runner } from '../../runtime/runner/runner.ts'
import { launcherOf } from '../../runtime/slurm/launchers.ts'
import { runnerSettings } from '../../src/core/runner-settings.ts'
import { Individual } from '../../src/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { BarePipe, quantile } from './floors.ts'
import nothing from './nothing.ts'
import { timedSearch } from './timed-search.ts'

/** Round trips that are measured, and the pause before each: an idle worker is to be waiting. */
const trips = 1000
const gapMs = 5
const launches = 5

interface Percentiles {
  readonly p50: number
  readonly p99: number
}

/** What an individual waits for: a worker's launch once, and each time the way there and back. */
export interface Latency {
  readonly roundTripMs: Percentiles
  /** The same by pipe files alone, by turns with these. */
  readonly pipeRoundTripMs: Percentiles
  /** From the launch of a worker to its first result; the least of several. */
  readonly workerReadyMs: number
}

export async function latency(root: string): Promise<Latency> {
  const { directory } = await timedSearch(root, 'latency', [1])
  const record = RecordWriter.openForWriting(directory)
  try {
    const ready: number[] = []
    for (let i = 1; i < launches; i++) ready.push((await play(directory, record)).readyMs)
    const pipe = await BarePipe.open(root)
    const { readyMs, times, pipeTimes } = await play(directory, record, pipe)
    await pipe.close()
    return {
      roundTripMs: percentiles(times),
      pipeRoundTripMs: percentiles(pipeTimes),
      workerReadyMs: Math.min(...ready, readyMs),
    }
  } finally {
    record.close()
  }
}

const percentiles = (times: readonly number[]) => ({ p50: quantile(times, 0.5), p99: quantile(times, 0.99) })

/** One worker from its launch to its end: its first result, and where there is a pipe round trips, each stored, while it is idle. */
async function play(directory: string, record: RecordWriter, pipe?: BarePipe) {
  const settings = runnerSettings.parse({ workers: 1 })
  const heart = new BeatingHeart({ own: runnerHeart(directory), interval: 1000 })
  const runner = new Runner({
    directory,
    run: String(record.manifest().run),
    space: nothing.space as never,
    settings,
    launcher: launcherOf(settings),
    record,
    optimizee: { module: 'optimizee.mjs' },
    heart,
  })
  runner.prepareRunFile()
  const { signal } = new AbortController()
  const trip = async () => {
    const individual = new Individual({ generation: 0, index: nextIndex++, replicate: 0 }, { x: 0.5, y: 0.5 }, 1)
    const begin = performance.now()
    for await (const _ of runner.simulateGeneration([individual as never], signal)) break
    return performance.now() - begin
  }
  const launched = performance.now()
  runner.launchWorkers()
  await trip()
  const readyMs = performance.now() - launched
  const times: number[] = []
  const pipeTimes: number[] = []
  for (let i = 0; pipe && i < trips; i++) {
    await setTimeout(gapMs)
    times.push(await trip())
    await setTimeout(gapMs)
    pipeTimes.push(await pipe.trip())
  }
  await runner.closeWorkers()
  await heart.stop()
  return { readyMs, times, pipeTimes }
}

let nextIndex = 1
