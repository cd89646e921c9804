import { describeAllocation } from '../../runtime/slurm/allocation.ts'
import { announcementOf } from '../core/announcement.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { Optimizee } from '../core/optimizee.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { isMap, isSame, type PlainData, plainDataOf } from '../core/plain-data.ts'
import type { Trajectory } from '../core/trajectory.ts'
import type { Counts, Manifest } from '../record/rows.ts'
import type { RecordWriter } from '../record/writer.ts'
import { recordedProgram } from './begun-by-program.ts'
import { recordOfOptimizer } from './changed-code.ts'
import type { RunIdentity } from './run-identity.ts'
import type { RunOptions } from './run-options.ts'
import { firstHorizon, mostGenerations, type SearchPlan } from './searched.ts'

export function recordGroups(trajectory: Trajectory, groups: Readonly<Record<string, object>>): void {
  for (const [name, settings] of Object.entries(groups)) {
    const group = trajectory.fAddParameterGroup(name)
    for (const [key, value] of Object.entries(settings)) {
      if (value !== undefined) group.fAddParameter(key, value)
    }
  }
}

/** What the simulation was given, with secrets sealed. */
export function optimizeeSettings({ optimizee: { module, options } }: RunIdentity): object {
  return { ...(module !== null && { module }), ...(isMap(options) ? options : options !== null && { options }) }
}

/** How a program began the search, so that the command can go on with it. */
export function recordProgram(
  record: RecordWriter,
  runner: object,
  optimizer: Optimizer,
  { source: own }: Optimizee,
  { source = own, warmStart, cache, order, window, start, limits, horizon }: RunOptions,
): void {
  if (!source) return
  const plan = { order, window, start, limits, horizon }
  record.writeManifest({ program: recordedProgram({ source, optimizer, runner, plan, warmStart, cache }) })
}

/** What the record says of a search from its start. */
export function recordSearch(
  record: RecordWriter,
  optimizer: Optimizer,
  optimizee: Optimizee,
  configuration: RunIdentity,
  plan: SearchPlan & Pick<RunOptions, 'optimizerFiles' | 'onWarning'>,
): void {
  const { order = 'generations', window, optimizerFiles = [], onWarning } = plan
  record.writeProblem(optimizee.space.names, optimizee.objectives, optimizee)
  const { names: constraints } = optimizee.constraints
  if (constraints.length > 0) record.writeManifest({ constraints })
  record.writeManifest({
    configuration: { ...configuration },
    optimizer: optimizer.type,
    seed: optimizer.settings.seed,
    order,
    window: order === 'generations' ? null : (window ?? optimizer.populationSize),
    ...recordedLimits(optimizer, plan),
    horizon: optimizer.horizon,
    announcement: announcementOf(optimizer) ?? null,
    status: 'running',
    reason: null,
    hash: null,
    ...recordOfOptimizer(record.manifest(), optimizer, optimizerFiles, record.directory, onWarning),
    allocations: [...allocationsOf(record.manifest()), ...describeAllocation(record.epoch)],
  })
}

/** What a run was before a search took it up, and how much it held. */
export interface RunBefore {
  readonly manifest: Manifest
  readonly held: Counts
}

export function runBefore(record: RecordWriter): RunBefore {
  return { manifest: record.manifest(), held: record.counts() }
}

/**
 * Says what a run is whose search was refused, or ended by its optimizer. As long as nothing was added to it, one that had
 * finished is what it was; so is one that a refusal found stopped or failed, and one that was killed is stopped. Any other has
 * failed.
 */
export function recordRefusal(record: RecordWriter, { manifest, held }: RunBefore, error: Error): void {
  const { status } = manifest
  const { individuals, attempts } = record.counts()
  const isAsBefore = individuals === held.individuals && attempts === held.attempts
  const hadEnded = status === 'finished' || (error instanceof ConfigurationError && isEnd(status))
  if (isAsBefore && hadEnded) {
    // What an earlier version of the record did not have yet says of the limits that there were none.
    record.writeManifest({ reason: null, hash: null, generationLimit: null, limits: {}, ...manifest })
    return
  }
  const wasKilled = isAsBefore && status === 'running' && error instanceof ConfigurationError
  record.writeManifest({ status: wasKilled ? 'stopped' : 'failed', reason: error.message })
}

function isEnd(status: unknown): boolean {
  return status === 'failed' || status === 'stopped'
}

/** Whether the limits of a search are those that its record has: where it has finished, nothing is left to be simulated. */
export function hasSameLimits(record: RecordWriter, optimizer: Optimizer, plan: SearchPlan): boolean {
  const { generationLimit, limits } = record.manifest()
  return isSame({ generationLimit, limits }, recordedLimits(optimizer, plan))
}

function recordedLimits(optimizer: Optimizer, { limits = {} }: SearchPlan) {
  const most = Math.min(mostGenerations(optimizer, limits), limits.generations ?? Number.POSITIVE_INFINITY)
  return { generationLimit: Number.isFinite(most) ? most : null, limits: plainDataOf(limits) }
}

/** The horizon of the run's first start, when it was what the limits were unless somebody had said it. */
export function horizonOf(record: RecordWriter, optimizer: Optimizer, plan: SearchPlan): number {
  const { horizon: recorded } = record.manifest()
  return typeof recorded === 'number' ? recorded : firstHorizon(optimizer, plan)
}

/** The Slurm allocations that the run has been in. */
function allocationsOf({ allocations }: Manifest): readonly PlainData[] {
  return Array.isArray(allocations) ? allocations : []
}
