import { lastJob } from '../../runtime/slurm/job-folder.ts'
import { describeJob, type QueuedJob, queuedJobs } from '../../runtime/slurm/queue.ts'
import { type WaitingWorker, whyWorkersWait } from '../../runtime/slurm/waiting-workers.ts'
import { counted } from '../core/text.ts'
import type { RecordReader } from './reader.ts'
import type { Manifest } from './rows.ts'
import type { RunStatus } from './summary.ts'

/** What Slurm has to do with a run. */
export interface SlurmStatus {
  /** The job that it runs in, or that is to go on with it; null if there is none, or no Slurm to ask. */
  readonly slurm: QueuedJob | null
  /** Workers that Slurm has not started yet, and why, in its words. */
  readonly waiting: readonly WaitingWorker[]
}

export function slurmStatusOf(record: RecordReader, status: RunStatus): SlurmStatus {
  const job = jobOf(record, status)
  const [slurm = null] = job === undefined ? [] : queuedJobs([job])
  return { slurm, waiting: status === 'running' ? waitingWorkers(record) : [] }
}

/** The job that a run was submitted with last, or runs in; undefined if there is none. */
export function jobOf(record: RecordReader, status: RunStatus): string | undefined {
  return lastJob(record.directory) ?? (status === 'running' ? lastAllocation(record.manifest()) : undefined)
}

/** Lines for people. */
export function describeSlurm({ slurm, waiting }: SlurmStatus): (readonly [string, string | undefined])[] {
  const reasons = [...new Set(waiting.map(({ why }) => why))]
  return [
    ['slurm', slurm ? describeJob(slurm) : undefined],
    [
      'waiting',
      waiting.length > 0 ? `${counted(waiting.length, 'worker')} for Slurm: ${reasons.join('; ')}` : undefined,
    ],
  ]
}

function lastAllocation({ allocations }: Manifest): string | undefined {
  const last: unknown = Array.isArray(allocations) ? allocations.at(-1) : undefined
  const job = (last as { job?: unknown } | undefined)?.job
  return typeof job === 'string' ? job : undefined
}

function waitingWorkers(record: RecordReader): SlurmStatus['waiting'] {
  const waiting = record.workers().filter(({ ended, pid }) => ended === null && pid === 0)
  return whyWorkersWait(record.directory, waiting)
}
