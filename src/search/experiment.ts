import { join, resolve } from 'node:path'
import type { z } from 'zod'
import type { Prospect } from '../../runtime/runner/launcher.ts'
import { Runner } from '../../runtime/runner/runner.ts'
import { RunnerFailure } from '../../runtime/runner/runner-failure.ts'
import { describeAllocation } from '../../runtime/slurm/allocation.ts'
import { launcherOf, prospectOf } from '../../runtime/slurm/launchers.ts'
import { orders } from '../core/abilities.ts'
import { batchSizeOf, refuseBatch } from '../core/batch.ts'
import { ConfigurationError, RunHeldError, SearchFailedError } from '../core/errors.ts'
import { isFailed, type Judge, stoppingFailure } from '../core/evaluation.ts'
import { nameOf } from '../core/individual.ts'
import { judgeOf } from '../core/judge.ts'
import type { Optimizee, OptimizeeSource } from '../core/optimizee.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { aFunction, anything, aRecord, aText, checkOptions, oneOf, trueOrFalse, wholeFrom } from '../core/options.ts'
import type { PlainData, State } from '../core/plain-data.ts'
import { type RunnerSettings, runnerSettings } from '../core/runner-settings.ts'
import { parseSettings } from '../core/settings.ts'
import { Trajectory } from '../core/trajectory.ts'
import type { Manifest } from '../record/rows.ts'
import { RecordWriter } from '../record/writer.ts'
import type { Deadline } from '../system/deadline.ts'
import { awayError, storageError } from '../system/storage-errors.ts'
import { describeProgram } from './begun-by-program.ts'
import { checkPlan, refuseLowLimits } from './check-plan.ts'
import { type DeliveryOptions, deliver } from './deliver.ts'
import { Environment } from './environment.ts'
import { EvaluationCache } from './evaluation-cache.ts'
import { fromRunnerParams, type RunnerParams } from './l2l-runner-params.ts'
import { HeldRun, type RunClaim } from './run-directory.ts'
import { identityOf, nameOfSource, type RunIdentity } from './run-identity.ts'
import { refuseOther } from './same-search.ts'
import type { Knowledge, SearchPlan } from './searched.ts'
import { standInsOf } from './stand-ins.ts'
import type { Progress } from './tally.ts'
import { takeWarmStart } from './warm-start.ts'

export interface PrepareOptions extends RunClaim {
  /** The run directory's name under the root; `L2L-run` unless it is given. */
  readonly name?: string
  readonly runner?: z.input<typeof runnerSettings>
  /** The runner's settings as L2L has them; see `runnerParams`. */
  readonly runnerParams?: RunnerParams
  /** More to be recorded with the run. */
  readonly manifest?: Manifest
}

export interface RunOptions extends SearchPlan, Pick<DeliveryOptions, 'acceptChangedCode'> {
  /** Where workers find the optimizee, if it does not say so itself. */
  readonly source?: OptimizeeSource
  /** A run directory or a table: what is known before the first generation. */
  readonly warmStart?: string
  /** Takes what other runs under the same root have simulated with the same code, parameters and seed. */
  readonly cache?: boolean
  /** Stops the search with everything stored. */
  readonly signal?: AbortSignal
  /** Stops the search in time, as far as the durations of simulations are known. */
  readonly deadline?: Deadline
  readonly onProgress?: (progress: Progress) => void
  /** Is told what does not stop the run but should be known. */
  readonly onWarning?: (sentence: string) => void
  /** Milliseconds since any moment, by which the limit of time goes; this machine's clock unless it is given. */
  readonly now?: () => number
}

export interface RunOutcome {
  readonly status: 'finished' | 'stopped'
  /** Why it stopped; of a search that has finished, which of its limits has ended it. */
  readonly reason?: string
  /** Whether nobody stopped it: its time was over, or its machines were taken away. */
  readonly isOutOfTime?: boolean
}

/** What the options may be; the runner's settings are checked as such. */
const prepareOptions = {
  name: aText,
  runner: anything,
  runnerParams: anything,
  manifest: anything,
  overwrite: trueOrFalse,
  configuration: anything,
}
const runOptions = {
  order: oneOf(...orders),
  window: wholeFrom(1),
  start: anything,
  limits: aRecord,
  horizon: wholeFrom(1),
  source: aRecord,
  warmStart: aText,
  cache: trueOrFalse,
  acceptChangedCode: trueOrFalse,
  signal: anything,
  deadline: anything,
  onProgress: aFunction,
  onWarning: aFunction,
  now: aFunction,
}

const copyIntervalMs = 10_000

/**
 * Prepares, runs and ends one search in one run directory.
 *
 * @example
 * const experiment = new Experiment({ root: 'runs' })
 * await experiment.prepareExperiment({ name: 'sphere', runner: { workers: 4 } })
 * const optimizer = new GeneticAlgorithm(sphere, { generations: 20, seed: 1 })
 * await experiment.runExperiment(optimizer, sphere)
 * const { trajectory } = await experiment.endExperiment(optimizer)
 */
export class Experiment {
  readonly root: string
  #prepared: Prepared | undefined

  constructor(options: { readonly root?: string } = {}) {
    checkOptions('Experiment', options, { root: aText }, { rootDir: 'root' })
    const { root = 'runs' } = options
    this.root = resolve(root)
  }

  /**
   * Makes or opens the run directory and takes the run for this process.
   * @throws ConfigurationError if the directory is something else, or a run of another configuration
   * @throws RunHeldError if another live runner has the run
   */
  async prepareExperiment(options: PrepareOptions = {}): Promise<{
    readonly trajectory: Trajectory
    readonly runnerSettings: RunnerSettings
    readonly directory: string
  }> {
    checkOptions('prepareExperiment', options, prepareOptions)
    if (this.#prepared) throw new ConfigurationError('This experiment is prepared already; end it first.')
    const asked = { ...fromRunnerParams(options.runnerParams ?? {}), ...options.runner }
    const settings = parseSettings(runnerSettings, asked, 'runner')
    const prospect = prospectOf(settings)
    if (prospect.refusal !== undefined) throw new ConfigurationError(prospect.refusal)
    const run = await HeldRun.take(join(this.root, options.name ?? 'L2L-run'), options)
    if (options.manifest) run.record.writeManifest(options.manifest)
    const trajectory = new Trajectory(run.record)
    this.#prepared = { run, trajectory, settings, prospect, asked, configuration: options.configuration }
    return { trajectory, runnerSettings: settings, directory: run.directory }
  }

  /**
   * Searches until the optimizer expands no more, or until the signal stops it.
   * @throws ConfigurationError if the run directory holds a search of another configuration
   * @throws SearchFailedError if no worker starts, or if an individual failed where that is to stop the search
   */
  async runExperiment<P>(
    optimizer: Optimizer<State, P>,
    optimizee: Optimizee<P>,
    options: RunOptions = {},
  ): Promise<RunOutcome> {
    checkOptions('runExperiment', options, runOptions)
    const prepared = this.#ready()
    try {
      // Parameters are plain data in here, whatever their types.
      return await this.#search(prepared, optimizer as unknown as Optimizer, optimizee as unknown as Optimizee, options)
    } catch (error) {
      return this.#breakOff(prepared, error)
    }
  }

  /**
   * Lets the optimizer record its final results and gives the run back; the trajectory can still be read.
   * @throws StorageFullError if the file system is away
   */
  async endExperiment<P>(
    optimizer: Optimizer<State, P>,
  ): Promise<{ readonly trajectory: Trajectory<P>; readonly directory: string }> {
    const { run, trajectory } = this.#ready()
    const { directory, record } = run
    if (record.manifest().status === 'finished') {
      ;(optimizer as unknown as Optimizer).end(trajectory)
      record.saveGroups(trajectory)
    }
    await this.close()
    try {
      return { trajectory: this.loadTrajectory(directory) as Trajectory<P>, directory }
    } catch (error) {
      throw awayError(error, directory) ?? error
    }
  }

  /** The trajectory of a run, to be read; the run may be going on. */
  loadTrajectory(directory: string): Trajectory {
    return new Trajectory(RecordWriter.openForReading(directory))
  }

  /** Gives the run back, whatever state it is in. */
  async close(): Promise<void> {
    const prepared = this.#prepared
    this.#prepared = undefined
    await prepared?.run.release()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #ready(): Prepared {
    if (!this.#prepared) throw new ConfigurationError('Call prepareExperiment first.')
    return this.#prepared
  }

  async #search(
    prepared: Prepared,
    optimizer: Optimizer,
    optimizee: Optimizee,
    options: RunOptions,
  ): Promise<RunOutcome> {
    checkPlan(optimizer, optimizee, { ...options, onFailure: prepared.settings.onFailure })
    checkBatch(optimizee, prepared.settings)
    const { run, trajectory, prospect } = prepared
    const { directory, record } = run
    const configuration = prepared.configuration ?? identityIn(prepared, optimizer, optimizee, options)
    refuseOther(directory, record.manifest().configuration, configuration)
    refuseLowLimits(record, options.limits)
    if (prepared.settings.onFailure === 'stop') refuseStopped(record)
    const evaluations = await takeWarmStart(run, optimizer, optimizee, options)
    const settings = { ...prepared.settings, workers: prospect.workers }
    if (prospect.warning !== undefined) options.onWarning?.(prospect.warning)
    const delivered = await deliver(run, optimizee, options.source, options)
    trajectory.replicate(optimizee.replications)
    optimizer.horizon = horizonOf(record, optimizer, options)
    recordGroups(trajectory, {
      optimizer: optimizer.settings,
      runner: settings,
      optimizee: optimizeeSettings(configuration),
    })
    const finished = finishedBefore(record)
    recordSearch(record, optimizer, optimizee, configuration, options)
    if (!prepared.configuration) recordProgram(record, prepared.asked, optimizer, optimizee, options)
    record.saveGroups(trajectory)
    const judge = judgeOf(optimizee)
    if (judge) record.judgeUnjudged(judge)
    const environment = new Environment(trajectory, optimizer, record, options)
    const runner = new Runner({
      directory,
      run: String(record.manifest().run),
      space: optimizee.space,
      settings,
      launcher: launcherOf(settings, options.onWarning),
      record,
      optimizee: delivered,
      batch: batchSizeOf(optimizee, settings.batch),
      standInFor: standInsOf(optimizer, environment),
      judge,
      ...(options.deadline && { deadline: options.deadline }),
    })
    using cache = options.cache ? this.#openCache(prepared, options, judge) : undefined
    return await this.#play(prepared, runner, environment, { evaluations, cache, finished }, options)
  }

  /** From the launch of the workers to their end. */
  async #play(
    { run, settings }: Prepared,
    runner: Runner,
    environment: Environment,
    { finished, ...knowledge }: Knowledge & { readonly finished: Finished | undefined },
    { signal = new AbortController().signal, onWarning }: RunOptions,
  ): Promise<RunOutcome> {
    const { record } = run
    const onExit = () => runner.killWorkers()
    process.on('exit', onExit)
    const copying = setInterval(() => void record.refreshCopy(), copyIntervalMs)
    let isTakenOver = false
    try {
      runner.prepareRunFile()
      if (!finished) runner.launchWorkers() // else they come if there is something to simulate
      const hasEnded = await environment.run(runner, signal, knowledge)
      for (const { run, evaluations } of knowledge.cache ? record.reuses() : []) {
        onWarning?.(`${evaluations} evaluations were not simulated again: they are those of ${run}.`)
      }
      if (hasEnded) {
        const { limit } = environment
        if (settings.giveUpAfter > 0) refuseHopeless(record)
        record.writeManifest({ status: 'finished', reason: limit ?? null, hash: hashOf(record, finished) })
        return { status: 'finished', ...(limit !== undefined && { reason: limit }) }
      }
      const reason = runner.stopReason ?? stopReason(signal)
      record.writeManifest({ status: 'stopped', reason })
      return { status: 'stopped', reason, isOutOfTime: runner.isOutOfTime && !signal.aborted }
    } catch (error) {
      isTakenOver = error instanceof RunHeldError
      throw error
    } finally {
      clearInterval(copying)
      process.off('exit', onExit)
      if (isTakenOver) await runner.abandon()
      else await runner.closeWorkers()
    }
  }

  /** What a search that an error ended has come to: stopped where the disk is full or away, else failed. */
  #breakOff({ run: { directory, record } }: Prepared, error: unknown): RunOutcome {
    const storage = storageError(error, directory) ?? awayError(error, directory)
    if (storage) return { status: 'stopped', reason: storage.message }
    if (!(error instanceof RunnerFailure)) throw error
    const { message, isRefusal } = error
    record.writeManifest({ status: isRefusal ? 'stopped' : 'failed', reason: message })
    throw isRefusal
      ? new ConfigurationError(message, { cause: error })
      : new SearchFailedError(message, { cause: error })
  }

  #openCache(
    { run: { directory, record } }: Prepared,
    { onWarning }: RunOptions,
    judge: Judge | undefined,
  ): EvaluationCache {
    return EvaluationCache.open(this.root, directory, String(record.manifest().simulation), onWarning, judge)
  }
}

interface Prepared {
  readonly run: HeldRun
  readonly trajectory: Trajectory
  readonly settings: RunnerSettings
  readonly prospect: Exclude<Prospect, { readonly refusal: string }>
  /** The runner's settings as they were given. */
  readonly asked: object
  readonly configuration: RunIdentity | undefined
}

/** Where nobody has said what makes this search the same as another. */
function identityIn(
  { settings: failures }: Prepared,
  optimizer: Optimizer,
  optimizee: Optimizee,
  { source = optimizee.source, warmStart, ...plan }: RunOptions,
): RunIdentity {
  return identityOf({ optimizer, optimizee, simulation: nameOfSource(source), failures, warmStart, plan })
}

/** What a run was when it had finished. */
interface Finished {
  readonly hash: string
  readonly individuals: number
}

/** Nothing of a run that has finished lives on; it may be gone on with all the same. */
function finishedBefore(record: RecordWriter): Finished | undefined {
  const { status, hash } = record.manifest()
  if (status !== 'finished' || typeof hash !== 'string' || record.openWorkers().length > 0) return undefined
  return { hash, individuals: record.counts().individuals }
}

function hashOf(record: RecordWriter, finished: Finished | undefined): string {
  return finished?.individuals === record.counts().individuals ? finished.hash : record.hash()
}

function checkBatch(optimizee: Optimizee, { batch }: RunnerSettings): void {
  const refusal = refuseBatch(optimizee, batch)
  if (refusal !== undefined) throw new ConfigurationError(`runner.batch ${refusal}.`)
}

function recordGroups(trajectory: Trajectory, groups: Readonly<Record<string, object>>): void {
  for (const [name, settings] of Object.entries(groups)) {
    const group = trajectory.fAddParameterGroup(name)
    for (const [key, value] of Object.entries(settings)) {
      if (value !== undefined) group.fAddParameter(key, value)
    }
  }
}

/** What the simulation was given, with secrets sealed. */
function optimizeeSettings({ optimizee: { module, options } }: RunIdentity): object {
  const isMap = typeof options === 'object' && options !== null && !Array.isArray(options)
  return { ...(module !== null && { module }), ...(isMap ? options : options !== null && { options }) }
}

/** A search that a failure has stopped stays stopped: the failure is in the record, whoever was killed before saying so. */
function refuseStopped(record: RecordWriter): void {
  const { generations } = record
  const failed = generations === 0 ? undefined : record.evaluations(generations - 1).find(isFailed)
  if (failed) throw new RunnerFailure(stoppingFailure(failed))
}

/** A search in which nothing worked has failed, also where it has fewer individuals than it takes to give it up. */
function refuseHopeless(record: RecordWriter): void {
  const { done, stopped, failed } = record.counts()
  const [first] = record.firstOutcomes(1)
  if (done + stopped > 0 || !first?.cause) return
  throw new RunnerFailure(`None of ${failed} individuals was simulated well; ${nameOf(first)}: ${first.cause.message}`)
}

/** How a program began the search, so that the command can go on with it. */
function recordProgram(
  record: RecordWriter,
  runner: object,
  optimizer: Optimizer,
  { source: own }: Optimizee,
  { source = own, warmStart, cache, order, window, start, limits, horizon }: RunOptions,
): void {
  if (!source) return
  const plan = { order, window, start, limits, horizon }
  record.writeManifest({ program: describeProgram({ source, optimizer, runner, plan, warmStart, cache }) })
}

/** What the record says of a search from its start. */
function recordSearch(
  record: RecordWriter,
  optimizer: Optimizer,
  optimizee: Optimizee,
  configuration: RunIdentity,
  { order = 'generations', window, limits = {} }: SearchPlan,
): void {
  record.writeProblem(optimizee.space.names, optimizee.objectives, optimizee.replications)
  const { names: constraints } = optimizee.constraints
  if (constraints.length > 0) record.writeManifest({ constraints })
  record.writeManifest({
    configuration: { ...configuration },
    optimizer: optimizer.type,
    seed: optimizer.settings.seed,
    order,
    window: order === 'generations' ? null : (window ?? optimizer.populationSize),
    generationLimit: optimizer.settings.generations,
    horizon: optimizer.horizon,
    limits: JSON.parse(JSON.stringify(limits)),
    status: 'running',
    reason: null,
    hash: null,
    allocations: [...allocationsOf(record.manifest()), ...describeAllocation(record.epoch)],
  })
}

/** That of the run's first start, when it was what the limits were unless somebody had said it. */
function horizonOf(record: RecordWriter, optimizer: Optimizer, { limits = {}, horizon }: SearchPlan): number {
  const { horizon: recorded } = record.manifest()
  if (typeof recorded === 'number') return recorded
  const generations = Math.min(limits.generations ?? Number.POSITIVE_INFINITY, optimizer.settings.generations)
  return horizon ?? limits.evaluations ?? generations * optimizer.populationSize
}

/** The Slurm allocations that the run has been in. */
function allocationsOf({ allocations }: Manifest): readonly PlainData[] {
  return Array.isArray(allocations) ? allocations : []
}

function stopReason(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : 'it was stopped'
}
