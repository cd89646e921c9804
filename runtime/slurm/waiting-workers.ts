import { workerDirectory } from '../channel/run-file.ts'
import { pilotJobs } from './pilot-job.ts'
import { queuedJobs } from './queue.ts'
import { readSrunOutput } from './srun-ends.ts'

/** A worker that Slurm has not started yet, and why, in Slurm's words. */
export interface WaitingWorker {
  readonly worker: number
  readonly why: string
}

/** Why workers of a run have not begun: those of them that Slurm is to start. */
export function whyWorkersWait(
  directory: string,
  workers: readonly { readonly worker: number; readonly launcher: string }[],
): readonly WaitingWorker[] {
  const inJobs = workers.some(({ launcher }) => launcher === 'sbatch') ? whyJobsWait(directory) : ''
  return workers.flatMap(({ worker, launcher }) => {
    if (launcher === 'sbatch') return [{ worker, why: inJobs }]
    if (launcher !== 'srun') return []
    return [{ worker, why: lastSaid(workerDirectory(directory, worker)) || silent }]
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

function lastSaid(channel: string): string {
  return (readSrunOutput(channel).trim().split('\n').at(-1) ?? '').replace(/^srun: /, '')
}
