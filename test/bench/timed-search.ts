import { Experiment, type Progress } from '../../src/index.ts'
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

/** A whole search over generations of the given sizes, with two workers, stored as always. */
export async function timedSearch(root: string, name: string, sizes: readonly number[]): Promise<TimedSearch> {
  await using experiment = new Experiment({ root })
  const { directory } = await experiment.prepareExperiment({ name, runner: { workers: 2 } })
  const optimizer = new Schedule(nothing, sizes)
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
  await experiment.runExperiment(optimizer, nothing, { onProgress })
  await experiment.endExperiment(optimizer)
  return { completedAt, startedAt, firstResultAt, memory, directory }
}
