import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { encodeMessage } from '../../../runtime/channel/protocol.ts'
import { ConfigurationError } from '../../core/errors.ts'
import { plainName } from '../../core/nearest.ts'
import { aRecord, refuseSurplus } from '../../core/options.ts'
import type { PlainData } from '../../core/plain-data.ts'
import { show } from '../../core/text.ts'
import { RecordReader, readManifest } from '../../record/reader.ts'
import { simulationOptionsIn } from '../../search/same-search.ts'
import { bundle } from '../../system/bundle.ts'
import { BatchDirectory, type EngineOptions, engineOptions, pathOfModule, runBatch } from '../engine.ts'
import { checkCount, checkParameters, namesOf } from '../parameters.ts'
import { refusePlain } from '../plain-value.ts'
import { ReadCache } from './read-cache.ts'
import { type ParameterSamples, readSamples } from './samples.ts'
import type { SimFunc } from './sim-func.ts'
import { checkedSnapshot, noParameters, SimFuncOptimizee, type StoredBeginning } from './sim-func-optimizee.ts'
import type { SimulationEnvironment } from './simulation-environment.ts'

export interface BatchRunSimulationsOptions<P> extends EngineOptions {
  readonly nSteps: number
  /** Every sample of the parameters is run with the seeds 0 ... nSamples - 1. */
  readonly nSamples: number
  readonly parametersSamples: readonly P[]
  /**
   * What every environment begins from: the state of another (`environment.toSnapshot()`), or a function of
   * `snapshotInputs` that makes it, called once a batch. It is stored once, and given to each worker once.
   */
  readonly snapshot?: unknown
  /** What the snapshot is made from; a directory whose snapshot was made from other inputs, or by other code, is refused. */
  readonly snapshotInputs?: PlainData
  /** Slow reads to be replayed, in place of a snapshot. */
  readonly cache?: ReadCache
  /** How many processes: -1 for as many as there are cores, -2 for one less. */
  readonly nJobs?: number
  /** 0 shows no progress. */
  readonly verbose?: number
  /** Everything else is given to the simulation function as it is, with the parameters. */
  readonly [simKwarg: string]: unknown
}

const call = 'batchRunSimulations'

/** Everything else is the simulation's, so that only another spelling of these can be refused. */
const ownOptions = [
  ...Object.keys(engineOptions),
  ...['nSteps', 'nSamples', 'parametersSamples', 'snapshot', 'snapshotInputs', 'cache', 'nJobs', 'verbose'],
]

/**
 * Runs a simulation function for every sample of the parameters with every seed, as verbs' `batch_run`: the results in the
 * order of the samples, and of the seeds for each. A run that fails is a null with its cause beside it.
 *
 * @example
 * const results = await batchRunSimulations(simulate, {
 *   nSteps: 1000,
 *   nSamples: 20,
 *   parametersSamples: [{ fee: 0 }, { fee: 0.003 }],
 *   snapshot: ({ traders }) => Market.open(traders).toSnapshot(),
 *   snapshotInputs: { traders: 500 },
 * })
 */
export async function batchRunSimulations<E extends SimulationEnvironment, P extends object, R>(
  simFunc: SimFunc<E, P, R>,
  options: BatchRunSimulationsOptions<Partial<P>>,
  ...surplus: []
): Promise<ParameterSamples<R, Partial<P>>[]> {
  refuseSurplus(call, 2, surplus)
  if (aRecord(options) !== undefined) {
    throw new ConfigurationError(
      `${call} needs options like { nSteps, nSamples, parametersSamples }, got ${show(options)}`,
    )
  }
  const {
    nSteps,
    nSamples,
    parametersSamples,
    snapshot,
    snapshotInputs,
    cache,
    nJobs = -2,
    verbose = 10,
    ...rest
  } = options
  const { directory, overwrite, timeout, retries, runner, acceptChangedCode, signal, onWarning, ...simKwargs } = rest
  const engine = {
    directory,
    overwrite,
    timeout,
    retries,
    runner,
    acceptChangedCode,
    signal,
    onWarning,
  } as EngineOptions
  const samples = parametersSamples as readonly Readonly<Record<string, unknown>>[]
  check(options, samples, simKwargs)
  const module = pathOfModule(
    (simFunc as { readonly module?: string }).module,
    'the simulation function',
    'make it with defineSimFunc({ module: import.meta.url, ... }) in a file of its own whose default export it is',
  )
  const beginning = await beginningOf({ snapshot, snapshotInputs, cache }, module)
  if (directory !== undefined && !overwrite) checkBeginning(directory, beginning.identity)
  const names = namesOf(samples)
  const settings = { names, nSteps, simKwargs }
  const batch = {
    kind: 'verbs',
    size: samples.length * nSamples,
    runAt(position: number) {
      const point = Math.floor(position / nSamples)
      const replicate = position % nSamples
      const parameters = names.length > 0 ? samples[point]! : { [noParameters]: point }
      return { parameters, seed: replicate, point, replicate }
    },
    optimizee: new SimFuncOptimizee({ simFunc: simFunc as unknown as SimFunc, settings, begin: beginning.make }),
    adapter: {
      module: new URL('./sim-func-optimizee', import.meta.url),
      make: 'loadSimFunc',
      of: [module],
      options: settings as unknown as PlainData,
    },
    configuration: { nSteps, nSamples, simKwargs: simKwargs as PlainData, beginning: beginning.identity },
  } as const
  using place = new BatchDirectory(directory)
  await runBatch(batch, place, { ...engine, workers: jobsOf(nJobs), displayProgress: verbose > 0 })
  return Array.from(readSamples<R>(place.path), (one, i) => ({ ...one, params: parametersSamples[i]! }))
}

/** The number of jobs as joblib reads it: a negative one counts from all cores, of which -1 is all. */
function jobsOf(nJobs: number): number {
  if (!Number.isSafeInteger(nJobs) || nJobs === 0) {
    throw new ConfigurationError(`${call} needs nJobs to be a whole number other than 0, got ${show(nJobs)}`)
  }
  return nJobs > 0 ? nJobs : Math.max(1, availableParallelism() + 1 + nJobs)
}

function check(
  options: Pick<
    BatchRunSimulationsOptions<unknown>,
    'nSteps' | 'nSamples' | 'snapshot' | 'snapshotInputs' | 'cache' | 'nJobs'
  >,
  samples: readonly Readonly<Record<string, unknown>>[],
  simKwargs: Readonly<Record<string, unknown>>,
): void {
  const { nSteps, nSamples, snapshot, snapshotInputs, cache, nJobs = -2 } = options
  checkCount(call, 'nSteps', nSteps, 0)
  checkCount(call, 'nSamples', nSamples)
  jobsOf(nJobs)
  if (!Array.isArray(samples) || samples.length === 0) {
    throw new ConfigurationError(`${call} needs parametersSamples, a list of at least one, got ${show(samples)}`)
  }
  if (snapshot !== undefined && cache !== undefined) {
    throw new ConfigurationError(`${call} takes a snapshot or a cache, got both`)
  }
  if (cache !== undefined && !(cache instanceof ReadCache)) {
    throw new ConfigurationError(`${call} needs cache to be a ReadCache, got ${show(cache)}`)
  }
  if (snapshotInputs !== undefined && typeof snapshot !== 'function') {
    throw new ConfigurationError(`${call} needs snapshot to be a function of snapshotInputs, got ${show(snapshot)}`)
  }
  for (const name of Object.keys(simKwargs)) {
    const meant = ownOptions.find((option) => option !== name && plainName(option) === plainName(name))
    if (meant !== undefined)
      throw new ConfigurationError(`${call}: ${show(name)} is not an option, did you mean ${meant}?`)
  }
  for (const [name, value] of Object.entries({
    ...simKwargs,
    ...(snapshotInputs !== undefined && { snapshotInputs }),
  })) {
    const refusal = refusePlain(value)
    if (refusal !== undefined) throw new ConfigurationError(`${call}: ${name} ${refusal}`)
  }
  for (const [i, sample] of samples.entries()) {
    if (typeof sample !== 'object' || sample === null) {
      throw new ConfigurationError(`${call} needs every sample to be parameters by name, got ${show(sample)} at ${i}`)
    }
    checkParameters(sample, undefined, `${call}, sample ${i}`)
    const twice = Object.keys(sample).find((name) => Object.hasOwn(simKwargs, name))
    if (twice !== undefined) {
      throw new ConfigurationError(`${call} needs ${show(twice)} from the samples or for all of them, got both`)
    }
  }
}

/** What runs begin from, how it is made, and what makes it the same as another. */
async function beginningOf(
  given: Pick<BatchRunSimulationsOptions<unknown>, 'snapshot' | 'snapshotInputs' | 'cache'>,
  module: string,
): Promise<{ readonly identity: PlainData; readonly make?: () => Promise<StoredBeginning> }> {
  const { snapshot, snapshotInputs, cache } = given
  if (cache) {
    const data = cache.toJSON()
    return { identity: { cache: sha256(JSON.stringify(data)) }, make: async () => ({ cache: data }) }
  }
  if (snapshot === undefined) return { identity: null }
  if (typeof snapshot !== 'function') {
    const made = madeFrom(snapshot)
    return { identity: { snapshot: sha256(encodeMessage(snapshot)) }, make: async () => made }
  }
  const { code } = await bundle(module)
  const [text] = code.split('//# sourceMappingURL=')
  return {
    identity: { snapshot: { inputs: snapshotInputs ?? null, code: sha256(`${String(snapshot)}\n${text}`) } },
    make: async () => madeFrom(await (snapshot as (inputs: unknown) => unknown)(snapshotInputs)),
  }
}

function madeFrom(snapshot: unknown): StoredBeginning {
  try {
    return { snapshot: checkedSnapshot(snapshot) }
  } catch (error) {
    throw new ConfigurationError(`${call}: ${(error as Error).message}`, { cause: error })
  }
}

/** @throws ConfigurationError if the directory's runs begin from something else, before it is touched */
function checkBeginning(directory: string, identity: PlainData): void {
  if (!RecordReader.exists(directory)) return
  const { beginning: known } = simulationOptionsIn(readManifest(directory).configuration)
  if (known === undefined || JSON.stringify(known) === JSON.stringify(identity)) return
  throw new ConfigurationError(
    `${directory} holds runs from another beginning (${difference(known, identity)}); choose another directory, or overwrite it.`,
  )
}

function difference(known: PlainData, wanted: PlainData): string {
  const before = snapshotOf(known)
  const now = snapshotOf(wanted)
  if (!before || !now) return `${nameOf(known)} then, ${nameOf(wanted)} now`
  if (typeof before !== 'object' || typeof now !== 'object') return 'the snapshot has another content'
  if (JSON.stringify(before.inputs) !== JSON.stringify(now.inputs)) {
    return `its snapshot was made from ${show(before.inputs)}, now wanted from ${show(now.inputs)}`
  }
  return 'the code that makes its snapshot has changed'
}

function snapshotOf(identity: PlainData) {
  return (identity as { readonly snapshot?: string | { readonly inputs: PlainData } } | null)?.snapshot
}

function nameOf(identity: PlainData): string {
  return identity === null ? 'nothing' : snapshotOf(identity) ? 'a snapshot' : 'a cache'
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
