import { type Holder, holderOf, Lease, type RunnerPlaces } from '../runner/lease.ts'
import { ownAllocation } from './allocation.ts'
import { isJobOver } from './queue.ts'

/** What Slurm tells of the runners that hold runs, or have held them. */
const runnersInJobs: RunnerPlaces = {
  get own() {
    return { job: ownAllocation()?.job }
  },
  isOver: ({ job }) => job !== undefined && isJobOver(job),
}

/** Takes the run for this process, or tells who holds it. */
export function takeRun(directory: string): ReturnType<typeof Lease.take> {
  return Lease.take(directory, runnersInJobs)
}

/** Who has the run now; undefined if nobody has, or nobody who lives. Does not wait: who cannot be looked up counts. */
export function currentHolder(directory: string): Holder | undefined {
  return holderOf(directory, runnersInJobs)
}
