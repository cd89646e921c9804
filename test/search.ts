import { optimizeeOf } from '../runtime/worker/load-optimizee.ts'
import { runnerSettings } from '../src/core/runner-settings.ts'
import type { Optimizee, Optimizer, Trajectory } from '../src/index.ts'
import { Experiment, type PrepareOptions, type Progress, type RunOutcome, type SearchPlan } from '../src/index.ts'
import { RecordWriter } from '../src/record/writer.ts'
import { identityOf } from '../src/search/run-identity.ts'
import { fixtureModule } from './fixture-module.ts'
import { RandomSearch } from './fixtures/random-search.ts'

export interface SearchOptions extends SearchPlan {
  readonly root: string
  readonly name?: string
  /** The name of a file of test/fixtures/optimizees. */
  readonly optimizee: string
  readonly options?: unknown
  readonly runner?: PrepareOptions['runner']
  readonly populationSize?: number
  readonly generations?: number
  readonly seed?: number
  readonly overwrite?: boolean
  readonly makeOptimizer?: (optimizee: Optimizee) => Optimizer
  readonly warmStart?: string
  readonly cache?: boolean
  readonly onWarning?: (sentence: string) => void
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  readonly now?: () => number
}

export interface SearchEnd extends RunOutcome {
  readonly directory: string
  readonly trajectory: Trajectory
  /** The canonical export. */
  readonly canonical: string
}

/** A whole search, as a user's script runs it: prepare, run, end. */
export async function search(options: SearchOptions): Promise<SearchEnd> {
  const { path: module, exported } = await fixtureModule(options.optimizee)
  const source = { module, options: options.options }
  const optimizee = await optimizeeOf(exported, options.options)
  const { populationSize = 8, generations = 4, seed = 1 } = options
  const optimizer =
    options.makeOptimizer?.(optimizee) ?? new RandomSearch(optimizee, { populationSize, generations, seed })
  await using experiment = new Experiment({ root: options.root })
  // The results of one alone arrive in the order of asking, and leave nothing open in between at a stop.
  const workers = options.order === 'arrival' || options.signal ? 2 : 1
  const runner = { workers, retries: 1, giveUpAfter: 0, ...options.runner }
  const { warmStart, cache, onWarning, signal, onProgress, now, order, window, start, limits, horizon } = options
  const plan = { order, window, start, limits, horizon }
  const { directory } = await experiment.prepareExperiment({
    name: options.name ?? 'run',
    runner,
    configuration: identityOf({
      optimizer,
      optimizee,
      simulation: { module: options.optimizee, options: withoutWatching(options.options) },
      failures: runnerSettings.parse(runner),
      warmStart,
      plan,
    }),
    ...(options.overwrite && { overwrite: true }),
  })
  const outcome = await experiment.runExperiment(optimizer, optimizee, {
    source,
    ...plan,
    ...(warmStart !== undefined && { warmStart }),
    ...(cache !== undefined && { cache }),
    ...(onWarning && { onWarning }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    ...(now && { now }),
  })
  const { trajectory } = await experiment.endExperiment(optimizer)
  return { ...outcome, directory, trajectory: trajectory, canonical: canonicalExport(directory) }
}

/** Stops a search after every so many evaluations, in the middle of whatever it does, until it has ended. */
export async function searchStoppedEvery(
  evaluations: number,
  options: SearchOptions,
): Promise<SearchEnd & { readonly stops: number }> {
  for (let stops = 0; stops < 40; stops++) {
    const controller = new AbortController()
    const end = await search({
      ...options,
      runner: { workers: 2, ...options.runner },
      signal: controller.signal,
      onProgress: ({ simulated }) =>
        simulated >= evaluations * (stops + 1) && controller.abort(new Error('enough for now')),
    })
    if (end.status === 'finished') return { ...end, stops }
  }
  throw new Error(`the search in ${options.root} comes to no end`)
}

/** What a test watches and holds back a simulation by is no part of the search. */
function withoutWatching(options: unknown): unknown {
  if (typeof options !== 'object' || options === null) return options
  const { journal: _journal, hold: _hold, ...others } = options as Record<string, unknown>
  return others
}

export function canonicalExport(directory: string): string {
  const record = RecordWriter.openForReading(directory)
  try {
    return [...record.canonicalLines()].join('')
  } finally {
    record.close()
  }
}
