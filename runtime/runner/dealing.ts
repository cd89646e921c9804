import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import type { Space } from '../../src/core/space.ts'
import type { WakeUpMode } from '../channel/wake-up.ts'
import { keyOfJob } from './job.ts'
import { lookAhead } from './look-ahead.ts'
import type { OpenJobs } from './open-jobs.ts'
import type { WorkerProcess } from './worker-process.ts'

export interface Dealing {
  readonly space: Pick<Space, 'toValues' | 'dimension'>
  readonly settings: Pick<RunnerSettings, 'lookAhead' | 'pollInterval'>
  readonly mode: WakeUpMode
  /** Mean duration of one individual in milliseconds, undefined as long as nothing has been measured. */
  readonly meanMs: number | undefined
}

/** A worker holds no more bytes of individuals in advance. */
const mostBytes = 4 * 2 ** 20
/** Of a number in a message. */
const bytesPerValue = 9

/** Hands out the jobs that wait, to the workers that are ready: first to those that hold the least. */
export function deal(
  jobs: OpenJobs,
  workers: readonly WorkerProcess[],
  { space, settings, mode, meanMs }: Dealing,
): void {
  const ready = workers.filter(({ isReady }) => isReady).sort((a, b) => a.held.size - b.held.size)
  const limit = Math.min(settings.lookAhead, Math.floor(mostBytes / (bytesPerValue * Math.max(1, space.dimension))))
  const wayMs = mode === 'poll' ? 2 * settings.pollInterval : 0
  for (const worker of ready) {
    const { waiting } = jobs
    if (waiting === 0) return
    const most = lookAhead({ meanMs, waiting, workers: ready.length, limit, wayMs })
    // Refilled at half, so that the pipe is not written for every single answer.
    if (worker.held.size <= most / 2) send(worker, jobs, most - worker.held.size, space)
  }
}

function send(
  worker: WorkerProcess,
  jobs: OpenJobs,
  count: number,
  space: Pick<Space, 'toValues' | 'dimension'>,
): void {
  const taken = jobs.take(count, worker.held.size > 0)
  if (taken.length === 0) return
  worker.send(
    taken,
    taken.map((job) => [keyOfJob(job), job.individual.seed, space.toValues(job.individual.parameters)] as const),
  )
}
