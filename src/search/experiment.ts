import { join, resolve } from 'node:path'
import { isOfBuiltInClass } from '../../optimizers/by-name.ts'
import type { Prospect } from '../../runtime/runner/launcher.ts'
import { Runner } from '../../runtime/runner/runner.ts'
import { RunnerFailure } from '../../runtime/runner/runner-failure.ts'
import { launcherOf, prospectOf } from '../../runtime/slurm/launchers.ts'
import { announcementOf } from '../core/announcement.ts'
import { batchSizeOf, refuseBatch } from '../core/batch.ts'
import { ConfigurationError, RunHeldError, SearchFailedError } from '../core/errors.ts'
import type { Judge } from '../core/evaluation.ts'
import { judgeOf } from '../core/judge.ts'
import { anOptimizee, type Optimizee } from '../core/optimizee.ts'
import { anOptimizer, type Optimizer } from '../core/optimizer.ts'
import { OptimizerError } from '../core/optimizer-error.ts'
import { aText, checkArgument, checkOptions, refuseSurplus } from '../core/options.ts'
import type { State } from '../core/plain-data.ts'
import { thisRun } from '../core/record.ts'
import { type RunnerSettings, runnerSettings } from '../core/runner-settings.ts'
import { parseSettings } from '../core/settings.ts'
import { Trajectory } from '../core/trajectory.ts'
import { RecordWriter } from '../record/writer.ts'
import { awayError, storageError } from '../system/storage-errors.ts'
import {
  hasSameLimits,
  horizonOf,
  optimizeeSettings,
  recordGroups,
  recordProgram,
  recordRefusal,
  recordSearch,
  runBefore,
} from './begin-record.ts'
import { checkPlan, refuseLowLimits } from './check-plan.ts'
import { deliver } from './deliver.ts'
import { type Finished, finishedBefore, hashOf, refuseHopeless, refuseStopped } from './ended-before.ts'
import { Environment } from './environment.ts'
import { EvaluationCache } from './evaluation-cache.ts'
import { fromRunnerParams } from './l2l-runner-params.ts'
import { end } from './own-methods.ts'
import { HeldRun } from './run-directory.ts'
import { identityOf, nameOfSource, type RunIdentity } from './run-identity.ts'
import {
  checkPrepareOptions,
  checkRunOptions,
  type PrepareOptions,
  type RunOptions,
  type RunOutcome,
} from './run-options.ts'
import { refuseOther } from './same-search.ts'
import type { Knowledge } from './searched.ts'
import { standInsOf } from './stand-ins.ts'
import { takeWarmStart } from './warm-start.ts'

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

  constructor(options: { readonly root?: string } = {}, ...surplus: readonly never[]) {
    checkOptions('Experiment', options, { root: aText })
    refuseSurplus('Experiment', 1, surplus)
    const { root = 'runs' } = options
    this.root = resolve(root)
  }

  /**
   * Makes or opens the run directory and takes the run for this process.
   * @throws ConfigurationError if the directory is something else, or a run of another configuration
   * @throws RunHeldError if another live runner has the run
   */
  async prepareExperiment(
    options: PrepareOptions = {},
    ...surplus: readonly never[]
  ): Promise<{
    readonly trajectory: Trajectory
    readonly runnerSettings: RunnerSettings
    readonly directory: string
  }> {
    checkPrepareOptions(options)
    refuseSurplus('prepareExperiment', 1, surplus)
    if (this.#prepared) throw new ConfigurationError('This experiment is prepared already; end it first.')
    const asked = { ...fromRunnerParams(options.runnerParams ?? {}), ...options.runner }
    const settings = parseSettings(runnerSettings, asked, 'runner')
    const prospect = prospectOf(settings)
    if (prospect.refusal !== undefined) throw new ConfigurationError(prospect.refusal)
    const { overwrite, configuration } = options
    const run = await HeldRun.take(join(this.root, options.name ?? 'L2L-run'), { overwrite, configuration })
    const { manifest } = options
    try {
      // Of a run that is there it is written when nothing refuses the search any more, so that a refusal changes nothing.
      if (manifest && run.record.manifest().configuration === undefined) run.record.writeManifest(manifest)
      const trajectory = new Trajectory(run.record)
      this.#prepared = { run, trajectory, settings, prospect, asked, configuration, manifest }
      return { trajectory, runnerSettings: settings, directory: run.directory }
    } catch (error) {
      await run.release()
      throw storageError(error, run.directory) ?? error
    }
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
    ...surplus: readonly never[]
  ): Promise<RunOutcome> {
    checkArgument('runExperiment', 'the optimizer', optimizer, anOptimizer)
    checkArgument('runExperiment', 'the optimizee', optimizee, anOptimizee)
    checkRunOptions(options)
    refuseSurplus('runExperiment', 3, surplus)
    const prepared = this.#ready()
    try {
      // Parameters are plain data in here, whatever their types.
      return await this.#search(prepared, optimizer as unknown as Optimizer, optimizee as unknown as Optimizee, options)
    } catch (error) {
      if (error instanceof RunHeldError) await prepared.run.abandon()
      return this.#breakOff(prepared, error)
    }
  }

  /**
   * Lets the optimizer record its final results and gives the run back; the trajectory can still be read.
   * @throws StorageFullError if the file system is away
   */
  async endExperiment<P>(
    optimizer: Optimizer<State, P>,
    ...surplus: readonly never[]
  ): Promise<{ readonly trajectory: Trajectory<P>; readonly directory: string }> {
    checkArgument('endExperiment', 'the optimizer', optimizer, anOptimizer)
    refuseSurplus('endExperiment', 1, surplus, '')
    const { run, trajectory } = this.#ready()
    const { directory, record } = run
    if (record.manifest().status === 'finished') {
      end(optimizer as unknown as Optimizer, trajectory)
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
  loadTrajectory(directory: string, ...surplus: readonly never[]): Trajectory {
    refuseSurplus('loadTrajectory', 1, surplus, '')
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
    const { run, trajectory, prospect } = prepared
    const { directory, record } = run
    run.heart.beforeComputing(await mostComputedOn(record, optimizer, optimizee, options))
    await checkPlan(optimizer, optimizee, { ...options, onFailure: prepared.settings.onFailure })
    checkBatch(optimizee, prepared.settings)
    const configuration = prepared.configuration ?? identityIn(prepared, optimizer, optimizee, options)
    refuseOther(directory, record.manifest().configuration, configuration)
    refuseLowLimits(record, optimizer, options.limits)
    if (prepared.settings.onFailure === 'stop') refuseStopped(record)
    const evaluations = await takeWarmStart(run, optimizer, optimizee, options)
    const settings = { ...prepared.settings, workers: prospect.workers }
    if (prospect.warning !== undefined) options.onWarning?.(prospect.warning)
    const finished = finishedBefore(record)
    const isOver = finished !== undefined && hasSameLimits(record, optimizer, options)
    const delivered = await deliver(run, optimizee, options.source, { ...options, isOver })
    trajectory.replicate(optimizee.replications)
    optimizer.horizon = horizonOf(record, optimizer, options)
    const announcement = announcementOf(optimizer)
    if (announcement !== undefined) options.onAnnounce?.(announcement)
    recordGroups(trajectory, {
      optimizer: optimizer.settings,
      runner: settings,
      optimizee: optimizeeSettings(configuration),
    })
    if (prepared.manifest) record.writeManifest(prepared.manifest)
    options.onAccepted?.()
    const before = runBefore(record)
    recordSearch(record, optimizer, optimizee, configuration, options)
    if (!prepared.configuration) recordProgram(record, prepared.asked, optimizer, optimizee, options)
    record.saveGroups(trajectory)
    const judge = judgeOf(optimizee)
    if (judge) record.judgeUnjudged(judge)
    const { order, window, start, limits, horizon, onProgress, now } = options
    const searching = { order, window, start, limits, horizon, onProgress, now }
    const environment = new Environment(trajectory, optimizer, record, searching)
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
      hearsReports: optimizer.abilities.reports ?? false,
      heart: run.heart,
      ...(options.deadline && { deadline: options.deadline }),
    })
    using cache = options.cache ? this.#openCache(prepared, options, judge) : undefined
    try {
      return await this.#play(prepared, runner, environment, { evaluations, cache, finished }, options)
    } catch (error) {
      if (error instanceof ConfigurationError || error instanceof OptimizerError) recordRefusal(record, before, error)
      throw error
    }
  }

  /** Plays the search from the launch of the workers to their end. */
  async #play(
    { run }: Prepared,
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
        if (run !== thisRun)
          onWarning?.(`${evaluations} evaluations were not simulated again: they are those of ${run}.`)
      }
      if (hasEnded) {
        const { limit } = environment
        if (runner.givesUp) refuseHopeless(record)
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
  readonly manifest: PrepareOptions['manifest'] | undefined
}

/** What makes this search the same as another, where nobody has said so. */
function identityIn(
  { settings: failures }: Prepared,
  optimizer: Optimizer,
  optimizee: Optimizee,
  { source = optimizee.source, warmStart, ...plan }: RunOptions,
): RunIdentity {
  return identityOf({ optimizer, optimizee, simulation: nameOfSource(source), failures, warmStart, plan })
}

/** On how many evaluations something computes before the first ones come, as far as is known; others' code takes however long. */
async function mostComputedOn(
  record: RecordWriter,
  optimizer: Optimizer,
  { hasSnapshot, constraints }: Optimizee,
  { warmStart }: RunOptions,
): Promise<number> {
  const isForeign = hasSnapshot || constraints.constrainParameters || !(await isOfBuiltInClass(optimizer))
  if (isForeign || warmStart !== undefined) return Number.POSITIVE_INFINITY
  return record.counts().individuals + optimizer.mostAtOnce
}

function checkBatch(optimizee: Optimizee, { batch }: RunnerSettings): void {
  const refusal = refuseBatch(optimizee, batch)
  if (refusal !== undefined) throw new ConfigurationError(`runner.batch ${refusal}.`)
}

function stopReason(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : 'it was stopped'
}
