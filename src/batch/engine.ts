import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { replaceFile } from '../../runtime/channel/run-file.ts'
import type { Asked } from '../core/algorithm.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { Optimizee } from '../core/optimizee.ts'
import { Optimizer } from '../core/optimizer.ts'
import { aFunction, anything, aRecord, aText, trueOrFalse } from '../core/options.ts'
import type { PlainData, State } from '../core/plain-data.ts'
import type { Proposal } from '../core/proposal.ts'
import { runnerSettings } from '../core/runner-settings.ts'
import { parseSettings } from '../core/settings.ts'
import { show } from '../core/text.ts'
import { Experiment } from '../search/experiment.ts'
import { identityOf } from '../search/run-identity.ts'
import type { PrepareOptions, RunOptions } from '../search/run-options.ts'
import { ProgressBar } from './progress-bar.ts'

/** How a batch is run; none of it changes its results. */
export interface EngineOptions {
  /** The run directory, kept and continued; without it a temporary one is used and removed. */
  readonly directory?: string | undefined
  /** Removes an earlier batch in that directory. */
  readonly overwrite?: boolean | undefined
  /** How long one run may take, as in `30s`. */
  readonly timeout?: number | string | undefined
  /** How often a run that failed is tried again; not at all by default, as it would fail again. */
  readonly retries?: number | undefined
  /** All other settings of the runner: `launcher: 'srun'` for a cluster. */
  readonly runner?: PrepareOptions['runner'] | undefined
  /** Goes on also where the files of the simulation are others than when the batch was begun. */
  readonly acceptChangedCode?: boolean | undefined
  /** Stops the batch with everything stored. */
  readonly signal?: AbortSignal | undefined
  /** Is told what does not stop the batch but should be known. */
  readonly onWarning?: RunOptions['onWarning'] | undefined
}

/** What `EngineOptions` may be; timeout, retries and runner are checked with the runner's settings. */
export const engineOptions = {
  directory: aText,
  overwrite: trueOrFalse,
  timeout: anything,
  retries: anything,
  runner: aRecord,
  acceptChangedCode: trueOrFalse,
  signal: anything,
  onWarning: aFunction,
} as const

/** One run of a batch: a point of the sweep, and which of its replicates. */
export interface BatchRun {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly seed: number
  readonly point: number
  readonly replicate: number
}

/** What a front door hands to the engine. */
export interface BatchPlan {
  /** Whose words its record is to be read in. */
  readonly kind: 'mesa' | 'verbs'
  readonly size: number
  /** Runs of the same point follow each other, replicates ascending. */
  runAt(position: number): BatchRun
  readonly optimizee: Optimizee
  readonly adapter: Adapter
  /** What else makes it the same batch. */
  readonly configuration: { readonly [key: string]: PlainData }
}

/** How a worker gets from users' modules to an optimizee. */
export interface Adapter {
  /** The URL of a module of this package, without its ending, and the function in it that takes the modules. */
  readonly module: URL
  readonly make: string
  /** The users' modules, as file URLs or absolute paths. */
  readonly of: readonly string[]
  readonly options: PlainData
}

/** A batch was stopped before all its runs were done; what was done is stored. */
export class BatchStoppedError extends Error {
  override readonly name = 'BatchStoppedError'
}

/** The name of the entry file, which is in the way of nothing that a user has there. */
const entryName = 'batch-simulation.mjs'
/** How many runs a generation has at most. */
const chunk = 10_000

type RunListState = {
  /** The first run that has not been played yet. */
  readonly next: number
  /** How many runs are waited for. */
  readonly pending: number
}

/**
 * Plays a list of runs, in generations of consecutive ones; nothing is learned from the results.
 * The platform's `Design` plays points that share their seeds; here every run may bring its own, as Mesa's do.
 */
class RunList extends Optimizer<RunListState> {
  static readonly type = 'design'
  static override readonly version = 2

  readonly #batch: BatchPlan

  constructor(batch: BatchPlan) {
    const runs = { runs: batch.size, sha256: hashRuns(batch) }
    super(batch.optimizee, { seed: 0, generations: Math.ceil(batch.size / chunk), ...runs })
    this.#batch = batch
  }

  override get populationSize(): number {
    return chunk
  }

  /** The state of version 1 named the first run of the generation that it waited for. */
  override upgrade(state: State, version: number): RunListState | undefined {
    return version === 1 ? this.ask({ next: (state as RunListState).next, pending: 0 }).state : undefined
  }

  /** A run may leave out parameters that others have; what a simulation takes was checked where the batch was made. */
  override refuse(): undefined {}

  override start(): RunListState {
    return { next: 0, pending: 0 }
  }

  override ask(state: RunListState): Asked<RunListState> {
    const { next, pending } = state
    if (pending > 0) return { state, proposals: [] }
    const end = Math.min(next + chunk, this.#batch.size)
    const proposals: Proposal[] = []
    const first = next < end ? this.#batch.runAt(next).point : 0
    for (let position = next; position < end; position++) {
      const { parameters, seed, point, replicate } = this.#batch.runAt(position)
      proposals.push({ parameters, seed, replicate, index: point - first })
    }
    return { state: { next: end, pending: proposals.length }, proposals }
  }

  override tell({ next }: RunListState): RunListState {
    return { next, pending: 0 }
  }

  override summarize({ next }: RunListState) {
    return { from: Math.floor((next - 1) / chunk) * chunk, to: next, runs: this.#batch.size }
  }

  /** No run of a sweep is the final one. */
  override end(): void {}
}

/** Where a batch is recorded: the user's run directory, or a temporary one that is removed with it. */
export class BatchDirectory implements Disposable {
  readonly path: string
  readonly #temporary: string | undefined
  readonly #remove = () => {
    if (this.#temporary !== undefined) rmSync(this.#temporary, { recursive: true, force: true, maxRetries: 5 })
  }

  constructor(path: string | undefined) {
    if (path !== undefined) {
      this.path = resolve(path)
      return
    }
    this.#temporary = mkdtempSync(join(tmpdir(), 'twoloop-batch-'))
    this.path = join(this.#temporary, 'batch')
    process.on('exit', this.#remove)
  }

  get isTemporary(): boolean {
    return this.#temporary !== undefined
  }

  [Symbol.dispose](): void {
    this.#remove()
    process.off('exit', this.#remove)
  }
}

/**
 * Runs what is missing of a batch, as one experiment: same runner, record, resume and commands as any search.
 *
 * @throws ConfigurationError if the directory holds another batch
 * @throws SearchFailedError if no worker can load the simulation
 * @throws BatchStoppedError if the signal, or a full disk, stopped it
 */
export async function runBatch(
  batch: BatchPlan,
  { path }: BatchDirectory,
  options: EngineOptions & { readonly workers: number | undefined; readonly displayProgress: boolean },
): Promise<void> {
  if (isWorker()) {
    throw new ConfigurationError(
      'A worker that loads a simulation must not start a batch; put the simulation in a file of its own and call the batch from another.',
    )
  }
  const optimizer = new RunList(batch)
  const { signal, onWarning, acceptChangedCode, overwrite = false } = options
  const { workers, timeout, retries = 0 } = options
  const limits = { retries, ...(timeout !== undefined && { timeout }) }
  // The rows of a batch tell each of its failures: no failure gives the batch up.
  const runner = { giveUpAfter: 0, ...limits, ...options.runner, ...(workers && { workers }) }
  await using experiment = new Experiment({ root: dirname(path) })
  const { directory } = await experiment.prepareExperiment({
    name: basename(path),
    runner,
    overwrite,
    configuration: identityOf({
      optimizer,
      optimizee: batch.optimizee,
      simulation: { module: batch.kind, options: batch.configuration },
      failures: parseSettings(runnerSettings, runner, 'runner'),
    }),
    manifest: { batch: batch.kind },
  })
  const { of, options: adapterOptions } = batch.adapter
  const entry = join(directory, entryName)
  replaceFile(entry, entryText(batch.adapter))
  using progress = options.displayProgress ? new ProgressBar(batch.size) : undefined
  const outcome = await experiment.runExperiment(optimizer, batch.optimizee, {
    source: { module: entry, options: { ...(adapterOptions as object), modules: of } },
    ...(acceptChangedCode !== undefined && { acceptChangedCode }),
    ...(signal && { signal }),
    ...(onWarning && { onWarning }),
    ...(progress && { onProgress: (news) => progress.update(news) }),
  })
  if (outcome.status === 'stopped') {
    const where = options.directory === undefined ? '' : '; run it again with the same directory to go on'
    throw new BatchStoppedError(`The batch was stopped (${outcome.reason})${where}.`)
  }
}

/** The path of a user's module. @throws ConfigurationError if nothing says which, or if there is none */
export function pathOfModule(module: string | undefined, of: string, hint: string): string {
  if (module === undefined) {
    throw new ConfigurationError(`Workers must be able to load ${of}: ${hint}.`)
  }
  const path = module.startsWith('file:') ? fileURLToPath(module) : resolve(module)
  if (!existsSync(path)) throw new ConfigurationError(`Workers cannot load ${of}: there is no file ${path}.`)
  return path
}

/** The number of worker processes. @throws ConfigurationError unless it is a count */
export function checkWorkers(call: string, name: string, count: number | null | undefined): number | undefined {
  if (count === null || count === undefined) return undefined
  if (Number.isSafeInteger(count) && count >= 1) return count
  throw new ConfigurationError(
    `${call} needs ${name} to be a whole number of at least 1, or null for all cores, got ${show(count)}`,
  )
}

/** An ECMAScript module that makes the optimizee from what the users' modules export. */
function entryText({ module, make, of }: Adapter): string {
  const own = `${fileURLToPath(module)}${extname(fileURLToPath(import.meta.url))}`
  return [
    `import { ${make} } from ${JSON.stringify(own)}`,
    ...of.map((path, i) => `import * as module${i} from ${JSON.stringify(path)}`),
    `export default (options) => ${make}([${of.map((_, i) => `module${i}`).join(', ')}], options)`,
    '',
  ].join('\n')
}

function hashRuns(batch: BatchPlan): string {
  const hash = createHash('sha256')
  for (let position = 0; position < batch.size; position++) {
    const { parameters, seed, point, replicate } = batch.runAt(position)
    hash.update(`${JSON.stringify([point, replicate, seed, parameters])}\n`)
  }
  return hash.digest('hex')
}

/** Whether this process is one that simulates. */
function isWorker(): boolean {
  return process.env.TWOLOOP_WORKER !== undefined && /worker\.[jt]s$/.test(process.argv[1] ?? '')
}
