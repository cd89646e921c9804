import { execFileSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { encodeMessage } from '../../runtime/channel/protocol.ts'
import { type RunFile, replaceFile } from '../../runtime/channel/run-file.ts'
import { RunnerFailure } from '../../runtime/runner/fleet.ts'
import type { Prospect } from '../../runtime/runner/launcher.ts'
import { type Holder, Lease } from '../../runtime/runner/lease.ts'
import { Runner } from '../../runtime/runner/runner.ts'
import { describeAllocation } from '../../runtime/slurm/allocation.ts'
import { launcherOf, prospectOf } from '../../runtime/slurm/launchers.ts'
import { currentHolder, takeRun } from '../../runtime/slurm/run-holder.ts'
import { ConfigurationError, RunHeldError, SearchFailedError } from '../core/errors.ts'
import type { Evaluation } from '../core/evaluation.ts'
import type { Optimizee, OptimizeeSource } from '../core/optimizee.ts'
import type { Optimizer, PlainData } from '../core/optimizer.ts'
import { type RunnerSettings, runnerSettings } from '../core/runner-settings.ts'
import { parseSettings } from '../core/settings.ts'
import { Trajectory } from '../core/trajectory.ts'
import type { Manifest } from '../record/rows.ts'
import { TrajectoryStore } from '../record/writer.ts'
import { bundle } from '../system/bundle.ts'
import type { Deadline } from '../system/deadline.ts'
import { awayError, storageError } from '../system/storage-errors.ts'
import { Environment, type Progress } from './environment.ts'
import { EvaluationCache, simulationKey } from './evaluation-cache.ts'
import { fromRunnerParams, type RunnerParams } from './l2l-runner-params.ts'
import { readWarmStart, takesWarmStart } from './warm-start.ts'

export interface PrepareOptions {
  /** The run directory's name under the root. */
  readonly name: string
  readonly runner?: z.input<typeof runnerSettings>
  /** The runner's settings as L2L has them; see `runnerParams`. */
  readonly runnerParams?: RunnerParams
  /** Removes an earlier run of that name; otherwise it is continued if its configuration is the same. */
  readonly overwrite?: boolean
  /** What makes this search the same as another; derived from optimizer and optimizee if it is not given. */
  readonly configuration?: PlainData
  /** More to be recorded with the run. */
  readonly manifest?: Manifest
}

export interface RunOptions {
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
}

export interface RunOutcome {
  readonly status: 'finished' | 'stopped'
  /** Why it stopped. */
  readonly reason?: string
  /** Whether nobody stopped it: its time was over, or its machines were taken away. */
  readonly isOutOfTime?: boolean
}

const bundleName = 'optimizee.mjs'
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

  constructor({ root = 'runs' }: { root?: string } = {}) {
    this.root = resolve(root)
  }

  /**
   * Makes or opens the run directory and takes the run for this process.
   * @throws ConfigurationError if the directory is something else, or a run of another configuration
   * @throws RunHeldError if another live runner has the run
   */
  async prepareExperiment(options: PrepareOptions): Promise<{
    readonly trajectory: Trajectory
    readonly runnerSettings: RunnerSettings
    readonly directory: string
  }> {
    if (this.#prepared) throw new ConfigurationError('This experiment is prepared already; end it first.')
    const asked = { ...fromRunnerParams(options.runnerParams ?? {}), ...options.runner }
    const settings = parseSettings(runnerSettings, asked, 'runner')
    const prospect = prospectOf(settings)
    if (prospect.refusal !== undefined) throw new ConfigurationError(prospect.refusal)
    const directory = join(this.root, options.name)
    checkRun(directory, options)
    makeRunDirectory(directory)
    if (options.overwrite && TrajectoryStore.exists(directory)) removeRun(directory)
    const lease = await takeLease(directory)
    let store: TrajectoryStore
    try {
      store = TrajectoryStore.openForWriting(directory)
      store.beginEpoch(lease.epoch)
    } catch (error) {
      lease.release()
      throw error
    }
    const manifest = store.manifest()
    if (manifest.run === undefined) store.describe({ ...provenance(), run: randomUUID(), name: options.name })
    if (options.manifest) store.describe(options.manifest)
    const trajectory = new Trajectory(store)
    this.#prepared = { directory, lease, store, trajectory, settings, prospect, options }
    return { trajectory, runnerSettings: settings, directory }
  }

  /**
   * Searches until the optimizer expands no more, or until the signal stops it.
   * @throws ConfigurationError if the run directory holds a search of another configuration
   * @throws SearchFailedError if no worker starts, or if an individual failed where that is to stop the search
   */
  async runExperiment<P>(
    optimizer: Optimizer<PlainData, P>,
    optimizee: Optimizee<P>,
    options: RunOptions = {},
  ): Promise<RunOutcome> {
    const prepared = this.#ready()
    const { directory, store, trajectory } = prepared
    const anyOptimizer = optimizer as unknown as Optimizer<PlainData>
    const anyOptimizee = optimizee as unknown as Optimizee
    const configuration = prepared.options.configuration ?? describeSearch(anyOptimizer, anyOptimizee, options)
    const manifest = store.manifest()
    if (manifest.configuration !== undefined && !isSame(manifest.configuration, configuration)) {
      throw new ConfigurationError(otherConfiguration(directory, manifest.configuration, configuration))
    }
    const evaluations = await this.#warmStart(anyOptimizer, anyOptimizee, options)
    const { workers, warning } = prepared.prospect
    const settings = { ...prepared.settings, workers }
    if (warning !== undefined) options.onWarning?.(warning)
    recordGroups(trajectory, { optimizer: anyOptimizer.settings, runner: settings })
    store.describeProblem(anyOptimizee.space.names, anyOptimizee.objectives)
    store.describe({
      configuration,
      optimizer: anyOptimizer.type,
      seed: anyOptimizer.settings.seed,
      generationLimit: anyOptimizer.settings.generations,
      status: 'running',
      reason: null,
      hash: null,
      allocations: [...allocationsOf(manifest), ...describeAllocation(store.epoch)],
    })
    store.saveGroups(trajectory as Trajectory)
    const signal = options.signal ?? new AbortController().signal
    const environment = new Environment(trajectory as Trajectory, anyOptimizer, store, options.onProgress)
    const runner = new Runner({
      directory,
      run: String(manifest.run),
      space: anyOptimizee.space,
      settings,
      launcher: launcherOf(settings),
      record: store,
      optimizee: await this.#deliver(anyOptimizee, options),
      replace: (failed) => environment.replace(failed),
      ...(options.deadline && { deadline: options.deadline }),
    })
    using cache = options.cache ? this.#openCache(options) : undefined
    const onExit = () => runner.killWorkers()
    process.on('exit', onExit)
    const copying = setInterval(() => void store.refreshCopy(), copyIntervalMs)
    let isTakenOver = false
    try {
      runner.prepareRunFile()
      runner.launchWorkers()
      const ended = await environment.run(runner, signal, { evaluations, cache })
      for (const { run, evaluations } of cache ? store.reuses() : []) {
        options.onWarning?.(`${evaluations} evaluations were not simulated again: they are those of ${run}.`)
      }
      if (ended) return this.#conclude({ status: 'finished' })
      const reason = runner.stopReason ?? stopReason(signal)
      return this.#conclude({ status: 'stopped', reason, isOutOfTime: runner.isOutOfTime && !signal.aborted })
    } catch (error) {
      const full = storageError(error, directory) ?? awayError(error, directory)
      if (full) return { status: 'stopped', reason: full.message }
      isTakenOver = error instanceof RunHeldError
      if (!(error instanceof RunnerFailure)) throw error
      if (error.isRefusal) {
        store.describe({ status: 'stopped', reason: error.message })
        throw new ConfigurationError(error.message, { cause: error })
      }
      store.describe({ status: 'failed', reason: error.message })
      throw new SearchFailedError(error.message, { cause: error })
    } finally {
      clearInterval(copying)
      process.off('exit', onExit)
      if (isTakenOver) await runner.abandon()
      else await runner.closeWorkers()
    }
  }

  /**
   * Lets the optimizer record its final results and gives the run back; the trajectory can still be read.
   * @throws StorageFullError if the file system is away
   */
  async endExperiment<P>(
    optimizer: Optimizer<PlainData, P>,
  ): Promise<{ readonly trajectory: Trajectory<P>; readonly directory: string }> {
    const { directory, store, trajectory } = this.#ready()
    if (store.manifest().status === 'finished') {
      ;(optimizer as unknown as Optimizer<PlainData>).end(trajectory)
      store.saveGroups(trajectory as Trajectory)
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
    return new Trajectory(TrajectoryStore.openForReading(directory))
  }

  /** Gives the run back, whatever state it is in. */
  async close(): Promise<void> {
    const prepared = this.#prepared
    this.#prepared = undefined
    if (!prepared) return
    await prepared.store.refreshCopy()
    prepared.store.close()
    prepared.lease.release()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #ready(): Prepared {
    if (!this.#prepared) throw new ConfigurationError('Call prepareExperiment first.')
    return this.#prepared
  }

  #conclude(outcome: RunOutcome): RunOutcome {
    const { store } = this.#ready()
    const { status, reason } = outcome
    store.describe({ status, reason: reason ?? null, ...(status === 'finished' && { hash: store.hash() }) })
    return outcome
  }

  /** What is known before the first generation; nothing once there is one, whose state has taken it in. */
  async #warmStart(
    optimizer: Optimizer<PlainData>,
    optimizee: Optimizee,
    { warmStart: source, onWarning }: RunOptions,
  ): Promise<readonly Evaluation[]> {
    const { directory, store } = this.#ready()
    if (source === undefined || store.generations > 0) return []
    const { evaluations, sha256, warning } = await readWarmStart(source, optimizee)
    const known = store.manifest().warmStart as { readonly source: string; readonly sha256: string } | undefined
    if (known?.source === source && known.sha256 !== sha256) {
      throw new ConfigurationError(`${source} has changed since ${directory} was begun with it; choose another name.`)
    }
    store.describe({ warmStart: { source, rows: evaluations.length, sha256 } })
    if (warning !== undefined) onWarning?.(`${warning}.`)
    if (takesWarmStart(optimizer)) return evaluations as Evaluation[]
    onWarning?.(`The optimizer ${optimizer.type} takes no warm start: what ${source} knows is left aside.`)
    return []
  }

  #openCache({ onWarning }: RunOptions): EvaluationCache {
    const { directory, store } = this.#ready()
    return EvaluationCache.open(this.root, directory, String(store.manifest().simulation), onWarning)
  }

  /** Puts the optimizee where workers find it: bundled once, with its snapshot made once. */
  async #deliver(optimizee: Optimizee, options: RunOptions): Promise<RunFile['optimizee']> {
    const { directory, store } = this.#ready()
    const source = options.source ?? optimizee.source
    if (!source) {
      throw new ConfigurationError(
        'Workers must be able to load the optimizee: give it `module: import.meta.url` in a file of its own whose default export it is.',
      )
    }
    const module = source.module.startsWith('file:') ? fileURLToPath(source.module) : resolve(source.module)
    const { code, hash } = await bundle(module)
    const { code: before, snapshot: known, simulation: simulated } = store.manifest()
    if (before !== undefined && before !== hash) {
      options.onWarning?.(
        `The optimizee's code has changed since ${directory} was begun; what is simulated from now on may differ.`,
      )
    }
    replaceFile(join(directory, bundleName), code)
    const snapshot =
      typeof known === 'string' && existsSync(join(directory, known)) ? known : await saveSnapshot(directory, optimizee)
    const key = simulationKey({ code: hash, options: source.options, snapshot })
    // A run in which several versions simulated is none that others can reuse.
    const simulation = simulated === undefined || simulated === key ? key : null
    store.describe({ code: hash, snapshot: snapshot ?? null, simulation })
    return { module: bundleName, options: source.options, ...(snapshot !== undefined && { snapshot }) }
  }
}

interface Prepared {
  readonly directory: string
  readonly lease: Lease
  readonly store: TrajectoryStore
  readonly trajectory: Trajectory
  readonly settings: RunnerSettings
  readonly prospect: Exclude<Prospect, { readonly refusal: string }>
  readonly options: PrepareOptions
}

/** What makes two searches the same: all that their results depend on, and not how they are run. */
export function describeSearch(
  optimizer: Optimizer<PlainData>,
  optimizee: Optimizee,
  { warmStart }: Pick<RunOptions, 'warmStart'> = {},
): PlainData {
  const { generations: _, ...settings } = optimizer.settings
  return plain({
    parameters: optimizee.space.definitions,
    objectives: optimizee.objectives.definition,
    optimizee: optimizee.source?.options ?? null,
    optimizer: { type: optimizer.type, ...settings },
    ...(warmStart !== undefined && { warmStart }),
  })
}

/** @throws ConfigurationError if the directory is something else than a run that can be begun or continued as asked */
export function checkRun(
  directory: string,
  { configuration, overwrite }: Pick<PrepareOptions, 'configuration' | 'overwrite'>,
): void {
  if (existsSync(directory)) {
    if (!TrajectoryStore.exists(directory)) {
      const content = readContent(directory).filter((name) => name !== 'lease')
      if (content.length > 0) {
        throw new ConfigurationError(
          `${directory} exists and is no run directory (it holds ${content[0]}); choose another name.`,
        )
      }
    } else if (!overwrite && configuration !== undefined) {
      const store = TrajectoryStore.openForReading(directory)
      const known = store.manifest().configuration
      store.close()
      if (known !== undefined && !isSame(known, configuration)) {
        throw new ConfigurationError(otherConfiguration(directory, known, configuration))
      }
    }
  }
}

function makeRunDirectory(directory: string): void {
  try {
    makeDirectories(directory)
    accessSync(directory, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new ConfigurationError(`${directory} cannot be written to: ${(error as Error).message}.`, { cause: error })
  }
}

/** Level by level: where a file system cannot hold directories (/proc), `recursive` would never come back. */
function makeDirectories(path: string): void {
  if (existsSync(path)) return
  makeDirectories(dirname(path))
  mkdirSync(path)
}

function readContent(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    throw new ConfigurationError(`${directory} is no directory that can be read: ${(error as Error).message}.`, {
      cause: error,
    })
  }
}

async function takeLease(directory: string): Promise<Lease> {
  const lease = await takeRun(directory)
  if (lease instanceof Lease) return lease
  throw new RunHeldError(heldSentence(directory, lease.heldBy))
}

export function heldSentence(directory: string, { host, pid, since }: Holder): string {
  return `${directory} is held by another runner: process ${pid} on ${host || 'an unknown host'}, since ${since}.`
}

function removeRun(directory: string): void {
  const holder = currentHolder(directory)
  if (holder) throw new RunHeldError(heldSentence(directory, holder))
  rmSync(directory, { recursive: true })
  mkdirSync(directory)
}

function otherConfiguration(directory: string, known: PlainData, wanted: PlainData): string {
  return `${directory} holds a run of another configuration (${firstDifference(known, wanted)}); choose another name, or --overwrite it.`
}

/** Where two plain values first differ, in words. */
function firstDifference(known: PlainData, wanted: PlainData, path = ''): string {
  if (isRecord(known) && isRecord(wanted)) {
    for (const key of new Set([...Object.keys(known), ...Object.keys(wanted)])) {
      if (isSame(known[key] ?? null, wanted[key] ?? null)) continue
      return firstDifference(known[key] ?? null, wanted[key] ?? null, path ? `${path}.${key}` : key)
    }
  }
  const show = (value: PlainData) => {
    const text = JSON.stringify(value)
    return text.length > 80 ? `${text.slice(0, 80)}...` : text
  }
  return `${path} was ${show(known)} and is now ${show(wanted)}`
}

function isRecord(value: PlainData): value is { readonly [key: string]: PlainData } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSame(a: PlainData, b: PlainData): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

/** With keys in order, since the order in which settings are written means nothing. */
function sorted(value: PlainData): PlainData {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, nested]) => [key, sorted(nested)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

function plain(value: unknown): PlainData {
  return JSON.parse(JSON.stringify(value)) as PlainData
}

function recordGroups(trajectory: Trajectory, groups: Readonly<Record<string, object>>): void {
  const known = new Set(trajectory.groups.map(({ name }) => name))
  for (const [name, settings] of Object.entries(groups)) {
    if (!known.has(name)) trajectory.fAddParameterGroup(name)
    for (const [key, value] of Object.entries(settings)) {
      if (value !== undefined) trajectory.fAddParameterToGroup(name, key, value)
    }
  }
}

async function saveSnapshot(directory: string, optimizee: Optimizee): Promise<string | undefined> {
  const value = await optimizee.snapshot()
  if (value === undefined) return undefined
  const bytes = encodeMessage(value)
  const name = `snapshot-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.msgpack`
  replaceFile(join(directory, name), bytes)
  return name
}

/** The Slurm allocations that the run has been in. */
function allocationsOf({ allocations }: Manifest): readonly PlainData[] {
  return Array.isArray(allocations) ? allocations : []
}

function stopReason(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : 'it was stopped'
}

/** How and with what the run was made. */
function provenance(): Manifest {
  return {
    created: new Date().toISOString(),
    command: process.argv.slice(1),
    host: hostname(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    twoloop: ownVersion(),
    commit: gitCommit(),
  }
}

function ownVersion(): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); at !== dirname(at); at = dirname(at)) {
    const path = join(at, 'package.json')
    if (existsSync(path)) return String(JSON.parse(readFileSync(path, 'utf8')).version)
  }
  return 'unknown'
}

function gitCommit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}
