import { nameOf } from '../../src/core/individual.ts'
import type { RunRecord } from '../../src/core/record.ts'
import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import type { Space } from '../../src/core/space.ts'
import type { Assignment } from '../channel/protocol.ts'
import type { WakeUpMode } from '../channel/wake-up.ts'
import { type Job, keyOfJob } from './job.ts'
import { lookAhead } from './look-ahead.ts'
import type { OpenJobs } from './open-jobs.ts'
import type { WorkerProcess } from './worker-process.ts'

export interface Dealing {
  readonly space: Pick<Space, 'toValues' | 'dimension'>
  readonly settings: Pick<RunnerSettings, 'lookAhead' | 'pollInterval'>
  readonly mode: WakeUpMode
  /** How many individuals a worker simulates at once. */
  readonly batch: number
  /** Mean duration of one individual in milliseconds, undefined as long as nothing has been measured. */
  readonly meanMs: number | undefined
  readonly record: Pick<RunRecord, 'checkpointLeftBy'>
}

/** What work is dealt to. */
type Dealt = Pick<WorkerProcess, 'isReady' | 'held' | 'send' | 'sayEnough'>

/** A worker holds no more bytes of individuals in advance. */
const mostBytes = 4 * 2 ** 20
/** How many bytes a number takes in a message. */
const bytesPerValue = 9

/** Hands out the jobs that wait, to the workers that are ready: first to those that hold the least. */
export function deal(
  jobs: OpenJobs,
  workers: readonly Dealt[],
  { space, settings, mode, batch, meanMs, record }: Dealing,
): void {
  if (jobs.waiting === 0) return
  const ready = workers.filter(({ isReady }) => isReady).sort((a, b) => a.held.size - b.held.size)
  const limit = Math.min(Math.max(settings.lookAhead, batch), Math.ceil(mostBytes / (bytesPerValue * space.dimension)))
  const wayMs = mode === 'poll' ? 2 * settings.pollInterval : 0
  const share = jobs.waiting / ready.length
  let idle = ready.filter(({ held }) => held.size === 0).length
  for (const worker of ready) {
    const { waiting } = jobs
    if (waiting === 0) return
    const most = lookAhead({ meanMs, waiting, share, idle, batch, limit, wayMs })
    if (worker.held.size === 0) idle--
    // Refilled at half, so that the pipe is not written for every single answer; a single batch only when it is answered,
    // so that the next is whole.
    const refillAt = most > batch ? most / 2 : 0
    if (worker.held.size <= refillAt) send(worker, jobs, most - worker.held.size, { space, record })
  }
}

function send(worker: Dealt, jobs: OpenJobs, count: number, known: Pick<Dealing, 'space' | 'record'>): void {
  const taken = jobs.take(count, worker.held)
  if (taken.length === 0) return
  worker.send(
    taken,
    taken.map((job) => assignmentOf(job, known)),
  )
  worker.sayEnough(taken.filter((job) => jobs.isStopped(job)))
}

function assignmentOf(job: Job, { space, record }: Pick<Dealing, 'space' | 'record'>): Assignment {
  const { seed, parameters, budget, continues } = job.individual
  const values = space.toValues(parameters)
  if (budget === undefined) return [keyOfJob(job), seed, values]
  return [
    keyOfJob(job),
    seed,
    values,
    { budget, continues: continues && [nameOf(continues), record.checkpointLeftBy(continues) ?? null] },
  ]
}
