import { Experiment, type Optimizee, type PrepareOptions, type Progress } from '../../src/index.ts'
import nothing from './nothing.ts'
import { Schedule } from './schedule.ts'

export interface TimedSearch {
  /** When each generation was complete, in milliseconds of `performance.now()`. */
  readonly completedAt: readonly number[]
  readonly startedAt: number
  readonly firstResultAt: number
  /** Resident memory of the runner's process at the end of each generation, in bytes. */
  readonly memory: readonly number[]
  readonly directory: string
}

/** A whole search over generations of the given sizes, with two workers, stored as always, of a simulation that costs nothing. */
export async function timedSearch(root: string, name: string, sizes: readonly number[]): Promise<TimedSearch> {
  return await timedSearchOf(nothing, root, name, sizes)
}

/** The same of any simulation. */
export async function timedSearchOf<P>(
  optimizee: Optimizee<P>,
  root: string,
  name: string,
  sizes: readonly number[],
  runner: PrepareOptions['runner'] = {},
): Promise<TimedSearch> {
  await using experiment = new Experiment({ root })
  const { directory } = await experiment.prepareExperiment({ name, runner: { workers: 2, ...runner } })
  const optimizer = new Schedule(optimizee, sizes)
  const startedAt = performance.now()
  const completedAt: number[] = []
  const memory: number[] = []
  let firstResultAt = 0
  const onProgress = ({ generation, evaluated, size }: Progress) => {
    if (evaluated > 0 && firstResultAt === 0) firstResultAt = performance.now()
    if (evaluated < size) return
    completedAt[generation] = performance.now()
    memory[generation] = process.memoryUsage.rss()
  }
  await experiment.runExperiment(optimizer, optimizee, { onProgress })
  await experiment.endExperiment(optimizer)
  return { completedAt, startedAt, firstResultAt, memory, directory }
}
