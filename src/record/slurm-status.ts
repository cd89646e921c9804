import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { workerDirectory } from '../../runtime/channel/run-file.ts'
import { lastJob } from '../../runtime/slurm/job-folder.ts'
import { pilotJobs } from '../../runtime/slurm/pilot-job.ts'
import { describeJob, type QueuedJob, queuedJobs } from '../../runtime/slurm/queue.ts'
import type { RecordReader } from './reader.ts'
import type { Manifest } from './rows.ts'
import type { RunStatus } from './summary.ts'

/** What Slurm has to do with a run. */
export interface SlurmStatus {
  /** The job that it runs in, or that is to go on with it; null if there is none, or no Slurm to ask. */
  readonly slurm: QueuedJob | null
  /** Workers that Slurm has not started yet, and why, in its words. */
  readonly waiting: readonly { readonly worker: number; readonly why: string }[]
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
  const workers = `${waiting.length} ${waiting.length === 1 ? 'worker' : 'workers'}`
  return [
    ['slurm', slurm ? describeJob(slurm) : undefined],
    ['waiting', waiting.length > 0 ? `${workers} for Slurm: ${reasons.join('; ')}` : undefined],
  ]
}

function lastAllocation({ allocations }: Manifest): string | undefined {
  const last: unknown = Array.isArray(allocations) ? allocations.at(-1) : undefined
  const job = (last as { job?: unknown } | undefined)?.job
  return typeof job === 'string' ? job : undefined
}

function waitingWorkers(record: RecordReader): SlurmStatus['waiting'] {
  const waiting = record.workers().filter(({ ended, pid }) => ended === null && pid === 0)
  const inJobs = waiting.some(({ launcher }) => launcher === 'sbatch') ? whyJobsWait(record.directory) : ''
  return waiting.flatMap(({ worker, launcher }) => {
    if (launcher === 'sbatch') return [{ worker, why: inJobs }]
    if (launcher !== 'srun') return []
    return [{ worker, why: lastLine(join(workerDirectory(record.directory, worker), 'srun.txt')) || silent }]
  })
}

/** Why batch jobs of workers have not begun, as far as Slurm says. */
function whyJobsWait(directory: string): string {
  const reasons = queuedJobs(pilotJobs(directory)).flatMap(({ state, reason }) =>
    state === 'PENDING' && reason !== null ? [reason] : [],
  )
  return reasons.length > 0
    ? `their jobs are pending (${[...new Set(reasons)].join(', ')})`
    : 'their jobs have not begun yet'
}

/** Until it has tried for a while, srun says nothing. */
const silent = 'its step has not been started yet'

function lastLine(path: string): string {
  try {
    return (readFileSync(path, 'utf8').trim().split('\n').at(-1) ?? '').replace(/^srun: /, '')
  } catch {
    return ''
  }
}
