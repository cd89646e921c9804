import { ownIdentity } from '../../src/system/process-identity.ts'
import { type Holder, holderOf, Lease, type RunnerPlaces } from '../runner/lease.ts'
import { jobVariables } from '../schedulers/job-variables.ts'
import { ownAllocation } from './allocation.ts'
import { isJobOver } from './queue.ts'

/** A chain of jobs waits for a run that seems to be held: Slurm itself takes five minutes to find that a node is lost. */
const chainPatienceMs = 600_000

/** Takes the run for this process, with an epoch above the one that is given, or tells who holds it. */
export function takeRun(directory: string, above = 0): ReturnType<typeof Lease.take> {
  return Lease.take(directory, { ...placesInSlurm(), above })
}

/** Who has the run now; undefined if nobody has, or nobody who lives. Does not wait: who cannot be looked up counts. */
export function currentHolder(directory: string): Holder | undefined {
  return holderOf(directory, placesInSlurm())
}

/** What Slurm tells of the runners that hold runs, or have held them. */
export function placesInSlurm(
  environment: NodeJS.ProcessEnv = process.env,
  pidSpace: string = ownIdentity().space,
): RunnerPlaces {
  const { job, restarts } = ownAllocation(environment) ?? {}
  const node = environment.SLURMD_NODENAME
  return {
    own: { job, restarts, node },
    patience: environment[jobVariables.again] === undefined ? 0 : chainPatienceMs,
    isGone(holder) {
      // A job that Slurm starts again has ended before, or was lost with its node.
      const isEarlierStart = job !== undefined && holder.job === job && (holder.restarts ?? 0) < (restarts ?? 0)
      // Other than hosts, nodes of a cluster have names of their own.
      const hasBooted = node !== undefined && holder.node === node && bootOf(holder.space) !== bootOf(pidSpace)
      return isEarlierStart || hasBooted
    },
    isOver: (holder) => holder.job !== undefined && isJobOver(holder.job),
  }
}

const bootOf = (pidSpace: string) => pidSpace.split(' ')[0]
