import { execFile, execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'

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
export function cpusPerNode(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const match = /^(\d+)(?:\(x(\d+)\))?$/.exec(part.trim())
    return match ? Array.from({ length: Number(match[2] ?? 1) }, () => Number(match[1])) : []
  })
}

/** The allocation that this process runs in, with Slurm's limits, as it is recorded with a run; none outside of one. */
export function describeAllocation(epoch: number): Record<string, string | number | null>[] {
  const own = ownAllocation()
  if (!own) return []
  const { details = {}, endsAt } = askForJob(own.job) ?? {}
  const { Partition, Account, TimeLimit, TRES } = details
  const limits = { partition: Partition, account: Account, timeLimit: TimeLimit, resources: TRES }
  return [
    {
      epoch,
      job: own.job,
      restarts: own.restarts,
      nodes: own.nodes.map(({ name }) => name).join(','),
      cpus: own.nodes.reduce((sum, { cpus }) => sum + cpus, 0),
      endsAt: endsAt?.toISOString() ?? null,
      ...Object.fromEntries(
        Object.entries(limits).filter(
          (limit): limit is [string, string] => limit[1] !== undefined && limit[1] !== '(null)',
        ),
      ),
    },
  ]
}

/** What Slurm says of a job now. */
export interface JobState {
  readonly state: string
  /** The nodes that it still has. */
  readonly nodes: readonly string[]
  /** When its time is over, by the wall clock; undefined if never. */
  readonly endsAt: Date | undefined
  readonly isPreempted: boolean
  readonly details: Readonly<Record<string, string>>
}

/** @returns undefined if Slurm cannot be asked, or does not know the job any more */
export function askForJob(job: string): JobState | undefined {
  const text = ask('scontrol', 'show', 'job', '--oneliner', job)
  if (text === undefined) return undefined
  const details = Object.fromEntries(
    [...text.matchAll(/(?<=^|\s)(\w+)=(\S*)/g)].map(([, key, value]) => [key!, value!]),
  )
  const { JobState: state = 'UNKNOWN', NodeList = '', EndTime = '', PreemptTime = 'None' } = details
  const endsAt = new Date(EndTime)
  return {
    state,
    nodes: NodeList === '' || NodeList === '(null)' ? [] : expandHosts(NodeList),
    endsAt: Number.isNaN(endsAt.getTime()) ? undefined : endsAt,
    isPreempted: state === 'PREEMPTED' || PreemptTime !== 'None',
    details,
  }
}

/** Whether nothing of a job runs any more; false if Slurm cannot be asked. */
export function isJobOver(job: string): boolean {
  // Named twice: of one job alone that it has forgotten, squeue says no more than of a controller that is away.
  const text = ask('squeue', '--noheader', '--format=%T', `--jobs=${job},${job}`)
  return text !== undefined && !/^(RUNNING|COMPLETING|SUSPENDED|STOPPED|SIGNALING|STAGE_OUT)$/m.test(text)
}

/** Those of some workers of earlier runner starts whose steps are over, in one call of Slurm; none if it does not answer. */
export function goneWorkers<W extends { readonly provenance: Readonly<Record<string, string>> }>(
  workers: readonly W[],
): readonly W[] {
  const placed = workers.filter(({ provenance }) => provenance.slurmStep !== undefined)
  const steps = placed.length > 0 && runningSteps([...new Set(placed.map(({ provenance }) => provenance.slurmJob!))])
  if (!steps) return []
  const own = ownAllocation()
  return placed.filter(({ provenance: { slurmJob, slurmStep, slurmRestarts = '0' } }) => {
    // A job that was requeued counts its steps from 0 again.
    const isEarlier = slurmJob === own?.job && Number(slurmRestarts) !== own?.restarts
    return isEarlier || !steps.has(`${slurmJob}.${slurmStep}`)
  })
}

/** The steps of some jobs that run now, as `job.step`; undefined if Slurm cannot be asked. */
function runningSteps(jobs: readonly string[]): ReadonlySet<string> | undefined {
  const text = ask('squeue', '--steps', '--noheader', '--format=%i', `--jobs=${jobs.join(',')}`)
  return text === undefined ? undefined : new Set(text.split(/\s+/).filter(Boolean))
}

/** What became of a batch job, or of one of an array. */
export interface BatchJobState {
  /** Slurm's word: PENDING, RUNNING, COMPLETED, NODE_FAIL ... */
  readonly state: string
  /** Why it waits, or has failed, in Slurm's word. */
  readonly reason: string
  readonly nodes: string
  readonly exitCode: number
}

/** How several batch jobs are, in one call; undefined if Slurm cannot be asked. Jobs that it has forgotten are missing. */
export async function askForBatchJobs(jobs: readonly string[]): Promise<Map<string, BatchJobState> | undefined> {
  const format = 'JobArrayID:|,State:|,Reason:|,NodeList:|,exit_code:|'
  const args = ['--array', '--states=all', '--noheader', `--Format=${format}`, `--jobs=${jobs.join(',')}`]
  try {
    const { stdout } = await promisify(execFile)('squeue', args, { timeout: patienceMs, maxBuffer: 2 ** 26 })
    return new Map(
      stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => {
          const [job, state, reason, nodes, status] = line.split('|')
          return [job!, { state: state!, reason: reason!, nodes: nodes!, exitCode: Number(status) >> 8 }]
        }),
    )
  } catch (error) {
    return /Invalid job id/.test(String(error)) ? new Map() : undefined
  }
}

/** Where a program is that PATH leads to. */
export function findOnPath(program: string): string | undefined {
  const paths = (process.env.PATH ?? '').split(delimiter).map((directory) => join(resolve(directory || '.'), program))
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** A controller that is away must not hold up the run: whoever asks can do without an answer. */
const patienceMs = 5000

function ask(program: string, ...args: readonly string[]): string | undefined {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: patienceMs })
  } catch {
    return undefined
  }
}

function expandHosts(nodeList: string): string[] {
  if (!nodeList.includes('[')) return nodeList.split(',')
  const text = execFileSync('scontrol', ['show', 'hostnames', nodeList], { encoding: 'utf8' })
  return text.split('\n').filter(Boolean)
}
