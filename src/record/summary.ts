import { resolve } from 'node:path'
import type { Holder } from '../../runtime/runner/lease.ts'
import { isOrderlyEnd, orderlyEnds } from '../../runtime/runner/worker-life.ts'
import { currentHolder } from '../../runtime/slurm/run-holder.ts'
import { type BudgetRange, isWhole } from '../core/budget.ts'
import { type Limits, mostEvaluations } from '../core/limits.ts'
import type { ObjectiveMap } from '../core/objectives.ts'
import { aggregateInWords, type Replications } from '../core/replications.ts'
import { millisecondsOf } from '../core/time-span.ts'
import { filesCreated } from '../system/file-count.ts'
import { livenessOf } from '../system/process-identity.ts'
import { RecordReader } from './reader.ts'
import type { Manifest, WorkerRow } from './rows.ts'

/** What has become of individuals. */
export interface EvaluationCounts {
  readonly done: number
  readonly failed: number
  /** How many an optimizer that hears reports has stopped on their way; absent where none was. */
  readonly stopped?: number
}

/** How many individuals there are no results of yet. */
export function pendingOf({ individuals, evaluations: { done, failed, stopped = 0 } }: RunSummary): number {
  return individuals - done - failed - stopped
}

export type RunStatus = 'running' | 'stopped' | 'finished' | 'failed'

/** What a run is and how far it has come, in a form that is JSON. */
export interface RunSummary {
  readonly name: string
  readonly directory: string
  readonly status: RunStatus
  /** Why it stopped or failed, if it says so. */
  readonly reason: string | null
  readonly optimizer: string | null
  /** What the optimizer said of the search when it began: what it chose and why, or how much there is to simulate. */
  readonly announcement: string | null
  readonly seed: number | null
  /** When results are told: `generations`, `ordered` or `arrival`. */
  readonly order: string
  /** How many individuals may be ahead of the telling in a steady order. */
  readonly window: number | null
  readonly objectives: ObjectiveMap
  /** The names or expressions of what is asked of parameters and results beside them. */
  readonly constraints: readonly string[]
  /** How often each individual is simulated, and what of that is its fitness; null where it is once. */
  readonly replications: Replications | null
  /** How much of a simulation an individual may be given; null where each has the whole. */
  readonly budget: BudgetRange | null
  /** What ends the search, as it was given. */
  readonly limits: Limits
  readonly generations: number
  /** How many generations there are at most; null where only other limits end the search. */
  readonly generationLimit: number | null
  /** How many individuals its limits allow, if they say so. */
  readonly evaluationLimit: number | null
  /** Seconds until its limit of time, if it has one. */
  readonly timeLeft: number | null
  /** Replicates of one counted once, as limits count them. */
  readonly individuals: number
  readonly evaluations: EvaluationCounts
  /** Each replicate counted, where individuals are simulated several times. */
  readonly simulations?: EvaluationCounts & { readonly asked: number }
  /** How many of these were not made, since what comes of the same parameters with the same seed was known; nothing if none. */
  readonly reused?: number | undefined
  readonly attempts: number
  readonly workers: WorkerCounts
  /** Hosts that got no more work after most attempts of different individuals had failed there, in the last start. */
  readonly benchedHosts: readonly string[]
  readonly usage: UsageSummary
  readonly best: BestIndividual | null
  /** The front of several objectives without weights, as far as generations are whole. */
  readonly front: FrontSummary | null
  /** ISO 8601 */
  readonly created: string | null
  /** Where the run was begun. */
  readonly host: string | null
  /** Who runs it now; nobody if it does not run. */
  readonly holder: RunHolder | null
  /** SHA-256 of the canonical export; null if it was not asked for. */
  readonly hash: string | null
}

export interface BestIndividual {
  readonly generation: number
  readonly index: number
  readonly replicate: number
  readonly fitness: readonly number[]
  /** By how much the individual violates constraints: then none keeps them all, and this one is the nearest to it. */
  readonly violation?: number | undefined
  /** The standard error of the fitness, where that is the mean over a point's replicates. */
  readonly standardError?: readonly (number | null)[] | undefined
  /** How the fitness follows from the samples then: `mean of 8`. */
  readonly aggregate?: string | undefined
  /** How much of the budget it had, where no individual has had the whole. */
  readonly budget?: number | undefined
  readonly parameters: Readonly<Record<string, unknown>>
}

export interface FrontSummary {
  /** How many that no other dominates. */
  readonly individuals: number
  /** The volume between the front and the reference; null as long as there is none, and of more than five objectives. */
  readonly hypervolume: number | null
  readonly reference: Readonly<Record<string, number>> | null
}

export interface WorkerCounts {
  readonly launched: number
  /** How many workers are at work, as far as can be told from here. */
  readonly alive: number
  /** Ended in another way than by being asked to. */
  readonly lost: number
}

/** What the run has used up, over all starts of its runner. */
export interface UsageSummary {
  /** Worker processes launched; with `srun`, each is one job step. */
  readonly steps: number
  /** Files and folders created in the run directory, those included that have been removed since. */
  readonly files: number
  /** System calls for pipe files and hearts, of the runner and its workers together; null before the first evaluation. */
  readonly fileOperationsPerIndividual: number | null
  readonly nodeHours: number
  /** The part of the workers' time in which something was simulated; null if there was none. */
  readonly busyFraction: number | null
}

export interface RunHolder {
  readonly host: string
  readonly pid: number
  /** ISO 8601 */
  readonly since: string
  /** Whether its process could be looked up; that of another machine cannot be. */
  readonly seen: boolean
}

/**
 * The summary of a run, of any size and whether it goes on or not. Everything comes from small tables but the hash of a
 * run that has not finished, for which all individuals are read.
 *
 * @throws ConfigurationError if the directory is not one of a run
 */
export function summarizeRun(directory: string, { hash = true }: { readonly hash?: boolean } = {}): RunSummary {
  const record = RecordReader.openForReading(directory)
  try {
    using _ = record.holdStill()
    return summarize(record, { hash })
  } finally {
    record.close()
  }
}

/** Summarizes a record that is open, as `summarizeRun` does that of a directory. */
export function summarize(record: RecordReader, { hash = true }: { readonly hash?: boolean } = {}): RunSummary {
  const holder = currentHolder(record.directory) // before the record: a run that ends in between has then ended
  const manifest = record.manifest()
  const status = statusOf(manifest, holder)
  const { generations, attempts, ...simulations } = record.counts()
  const { individuals, done, failed, stopped } = record.evaluationCounts()
  const workers = record.workers()
  const reused = record.reuses().reduce((sum, { evaluations }) => sum + evaluations, 0)
  return {
    name: textOrNull(manifest.name) ?? '',
    directory: resolve(record.directory),
    status,
    reason: textOrNull(manifest.reason) ?? unexplained(manifest, status),
    optimizer: textOrNull(manifest.optimizer),
    announcement: textOrNull(manifest.announcement),
    seed: numberOrNull(manifest.seed),
    order: textOrNull(manifest.order) ?? 'generations',
    window: numberOrNull(manifest.window),
    objectives: (manifest.objectives ?? {}) as ObjectiveMap,
    constraints: (manifest.constraints ?? []) as string[],
    replications: record.replications ?? null,
    budget: record.budget ?? null,
    limits: (manifest.limits ?? {}) as Limits,
    generations,
    generationLimit: numberOrNull(manifest.generationLimit),
    ...limitsOf(record, manifest),
    individuals,
    evaluations: { done, failed, ...(stopped > 0 && { stopped }) },
    ...(record.replications && {
      simulations: { asked: simulations.individuals, done: simulations.done, failed: simulations.failed },
    }),
    ...(reused > 0 && { reused }),
    attempts: attempts - reused,
    workers: countWorkers(workers, holder),
    benchedHosts: benchedAmong(workers.filter(({ epoch }) => epoch === manifest.epoch)),
    usage: usageOf(record, simulations.done + simulations.failed + simulations.stopped),
    best: bestOf(record),
    front: frontIn(record),
    created: textOrNull(manifest.created),
    host: textOrNull(manifest.host),
    holder: holder && status === 'running' ? shownHolder(holder) : null,
    hash: hash ? ((status === 'finished' ? textOrNull(manifest.hash) : null) ?? record.hash()) : null,
  }
}

function limitsOf(
  record: RecordReader,
  { limits, spentMs }: Manifest,
): Pick<RunSummary, 'evaluationLimit' | 'timeLeft'> {
  const given = (limits ?? {}) as Limits
  const most = mostEvaluations(given, record.replications)
  const { time } = given
  return {
    evaluationLimit: Number.isFinite(most) ? most : null,
    timeLeft: time === undefined ? null : Math.max(0, millisecondsOf(time) - (numberOrNull(spentMs) ?? 0)) / 1000,
  }
}

/** The record says `running` of a run whose runner was killed, too. */
function statusOf({ status }: Manifest, holder: Holder | undefined): RunStatus {
  if (status === 'finished' || status === 'failed' || status === 'stopped') return status
  return holder ? 'running' : 'stopped'
}

function unexplained({ status }: Manifest, now: RunStatus): string | null {
  return status === 'running' && now === 'stopped' ? 'its runner is gone' : null
}

function countWorkers(workers: readonly WorkerRow[], holder: Holder | undefined): WorkerCounts {
  const open = workers.filter(({ ended }) => ended === null)
  return {
    launched: workers.length,
    // A worker that has not said hello cannot be looked up; its runner would know if it were gone.
    alive: open.filter((worker) => (worker.pid === 0 ? holder !== undefined : livenessOf(worker) !== 'dead')).length,
    lost: workers.filter(({ why }) => why !== null && !isOrderlyEnd(why)).length,
  }
}

function benchedAmong(workers: readonly WorkerRow[]): string[] {
  return [...new Set(workers.filter(({ why }) => why === orderlyEnds.benched).map(({ host }) => host))]
}

function usageOf(record: RecordReader, evaluations: number): UsageSummary {
  const { steps, fileOperations, nodeSeconds, workerSeconds, busySeconds } = record.usage()
  return {
    steps,
    files: filesCreated(record.directory),
    fileOperationsPerIndividual: evaluations === 0 ? null : fileOperations / evaluations,
    nodeHours: nodeSeconds / 3600,
    busyFraction: workerSeconds === 0 ? null : Math.min(1, busySeconds / workerSeconds),
  }
}

function bestOf(record: RecordReader): BestIndividual | null {
  const [best] = record.best(1)
  if (best?.outcome !== 'done') return null
  const { generation, index, replicate, parameters, budget } = best.individual
  const { fitness, violation, standardError, samples } = best
  return {
    generation,
    index,
    replicate,
    fitness,
    ...(violation !== undefined && { violation }),
    ...(standardError && { standardError }),
    ...(samples && { aggregate: aggregateInWords(record.replications, samples.length) }),
    ...(!isWhole(record.budget, budget) && { budget }),
    parameters,
  }
}

/** @throws ConfigurationError if the directory is not one of a run */
export function frontOfRun(directory: string): FrontSummary | null {
  const record = RecordReader.openForReading(directory)
  try {
    return frontIn(record)
  } finally {
    record.close()
  }
}

function frontIn(record: RecordReader): FrontSummary | null {
  const newest = record.newestFront()
  if (newest === undefined) return null
  const { reference } = record.manifest()
  return { ...newest, reference: (reference ?? null) as FrontSummary['reference'] }
}

function shownHolder(holder: Holder): RunHolder {
  const { host, pid, since } = holder
  return { host, pid, since, seen: livenessOf(holder) !== 'unknown' }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
