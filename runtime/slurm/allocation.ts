import type { PlacedWorker } from '../runner/launcher.ts'
import { ask } from './ask.ts'
import { askForJob, runningSteps } from './queue.ts'

/** The Slurm allocation that this process runs in. */
export interface Allocation {
  readonly job: string
  readonly nodes: readonly SlurmNode[]
  /** How often the job was requeued. */
  readonly restarts: number
  /** Whether this process is itself a task of a step, which then shares its CPUs with the steps that are started from it. */
  readonly isInStep: boolean
}

export interface SlurmNode {
  readonly name: string
  /** CPUs of it that belong to the allocation. */
  readonly cpus: number
}

/** The allocation, from the environment that Slurm gives a batch script or `salloc`; undefined outside of one. */
export function ownAllocation(environment: NodeJS.ProcessEnv = process.env): Allocation | undefined {
  const job = environment.SLURM_JOB_ID
  const nodeList = environment.SLURM_JOB_NODELIST ?? environment.SLURM_NODELIST
  if (!job || !nodeList) return undefined
  const cpus = cpusPerNode(environment.SLURM_JOB_CPUS_PER_NODE ?? environment.SLURM_CPUS_ON_NODE ?? '1')
  const step = Number(environment.SLURM_STEP_ID)
  return {
    job,
    nodes: expandHosts(nodeList).map((name, i) => ({ name, cpus: cpus[i] ?? cpus.at(-1) ?? 1 })),
    restarts: Number(environment.SLURM_RESTART_COUNT ?? 0),
    isInStep: environment.SLURM_STEP_ID !== undefined && step < firstSpecialStep,
  }
}

/** Batch scripts, `salloc`'s shells and the like are steps of the highest numbers, which hold no CPUs of their own. */
const firstSpecialStep = 0xffff_fff0

/** `4(x2),2` is 4, 4 and 2. */
function cpusPerNode(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const match = /^(\d+)(?:\(x(\d+)\))?$/.exec(part.trim())
    return match ? Array.from({ length: Number(match[2] ?? 1) }, () => Number(match[1])) : []
  })
}

/** The allocation that this process runs in, with Slurm's limits, as it is recorded with a run; none outside of one. */
export function describeAllocation(epoch: number): Record<string, string | number | null>[] {
  const own = ownAllocation()
  if (!own) return []
  const { details = {}, end = null } = askForJob(own.job) ?? {}
  const { Partition, Account, TimeLimit, TRES } = details
  const limits = { partition: Partition, account: Account, timeLimit: TimeLimit, resources: TRES }
  return [
    {
      epoch,
      job: own.job,
      restarts: own.restarts,
      nodes: own.nodes.map(({ name }) => name).join(','),
      cpus: own.nodes.reduce((sum, { cpus }) => sum + cpus, 0),
      endsAt: timeOf(end)?.toISOString() ?? null,
      ...Object.fromEntries(
        Object.entries(limits).filter(
          (limit): limit is [string, string] => limit[1] !== undefined && limit[1] !== '(null)',
        ),
      ),
    },
  ]
}

/** Those of some workers of earlier runner starts whose steps are over, as far as Slurm says. */
export function goneWorkers<W extends PlacedWorker>(workers: readonly W[]): readonly W[] {
  const own = ownAllocation()
  const stepsOf = new Map<string, ReadonlySet<string> | undefined>()
  return workers.filter(({ provenance: { slurmJob, slurmStep, slurmRestarts = '0' } }) => {
    if (slurmJob === undefined || slurmStep === undefined) return false
    // A job that was requeued counts its steps from 0 again.
    if (slurmJob === own?.job && Number(slurmRestarts) !== own.restarts) return true
    if (!stepsOf.has(slurmJob)) stepsOf.set(slurmJob, runningSteps(slurmJob))
    return stepsOf.get(slurmJob)?.has(slurmStep) === false
  })
}

/** The names of nodes that Slurm writes as `node[1-3]`. */
export function expandHosts(nodeList: string): string[] {
  if (!nodeList.includes('[')) return nodeList.split(',')
  const answer = ask('scontrol', 'show', 'hostnames', nodeList)
  if (answer.type === 'said') return answer.text.split('\n').filter(Boolean)
  throw new Error(`wanted the names of the nodes ${nodeList} from scontrol show hostnames, but it ${answer.words}`)
}

/** A time as Slurm writes it, in this process's zone; undefined if there is none. */
export function timeOf(text: string | null): Date | undefined {
  const time = new Date(text ?? '')
  return Number.isNaN(time.getTime()) ? undefined : time
}
