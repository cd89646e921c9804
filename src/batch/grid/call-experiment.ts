import { ConfigurationError } from '../../core/errors.ts'
import { plainName } from '../../core/nearest.ts'
import { aFunction, anything, aRecord, checkOptions, refuseSurplus } from '../../core/options.ts'
import type { PlainData } from '../../core/plain-data.ts'
import { show } from '../../core/text.ts'
import { functionsOf, performExperiment, planExperiment } from './experiment.ts'
import { checkSeed } from './grid-definition.ts'
import { type ThunkReference, thunkFunction } from './module-function.ts'
import { processCount } from './physical-cores.ts'
import { plainValue } from './plain-value.ts'
import { bundleModules } from './thunk-code.ts'

/** What every experiment may be told; all else are keyword arguments for the thunk. */
export interface ExperimentOptions {
  /** 0 by default; with null the directory has no part for the seed. */
  readonly seed?: number | null | undefined
  /** How many processes run the thunk together; `auto` is one for each physical core. */
  readonly numCpu?: number | 'auto' | undefined
  /** Where the directories of experiments lie; `data` by default. */
  readonly dataDir?: string | undefined
  /** Whether the directory's name says when. */
  readonly datestamp?: boolean | undefined
  readonly [kwarg: string]: unknown
}

export interface CallSurroundings {
  /** The time of the datestamp; now by default. */
  readonly now?: Date | undefined
  /** Ends the experiment. */
  readonly signal?: AbortSignal | undefined
  /** Takes what is shown to people; standard output by default. */
  readonly print?: ((text: string) => void) | undefined
}

export interface CalledExperiment {
  /** The directory that the experiment has written into. */
  readonly directory: string | undefined
  /** What the thunk returned, as data. */
  readonly result: PlainData
}

/**
 * Runs one experiment in a fresh process that knows nothing of this one or of earlier experiments. It is over when its
 * process has ended.
 *
 * @example
 * await callExperiment('ppo', './train.ts', { seed: 10, dataDir: 'data', learningRate: 0.1, acKwargs: { hidden: [64, 64] } })
 * @throws SimulationFailure with the cause, if it fails
 */
export async function callExperiment(
  name: string,
  thunk: ThunkReference,
  options: ExperimentOptions = {},
  surroundings: CallSurroundings = {},
  ...surplus: []
): Promise<CalledExperiment> {
  refuseSurplus('callExperiment', 4, surplus)
  checkKwargs('callExperiment', options)
  checkOptions('callExperiment', surroundings, { now: anything, signal: anything, print: aFunction })
  const { now = new Date(), signal, print = (text) => void process.stdout.write(text) } = surroundings
  const { seed = 0, numCpu = 1, dataDir = 'data', datestamp = false, ...given } = options
  if (seed !== null) checkSeed(seed)
  const processes = processCount(numCpu)
  const kwargs = Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, plainValue(value, key)] as const),
  )
  const experiment = planExperiment(name, thunkFunction(thunk), kwargs, { seed, dataDir, datestamp, now })
  const code = await bundleModules([experiment.thunk, ...functionsOf(experiment)])
  const result = await performExperiment(experiment, { code, processes, signal, print })
  return { directory: experiment.directory, result }
}

/** Everything but a few names is the thunk's; these are refused in another spelling. */
function checkKwargs(call: string, options: unknown): void {
  const own = ['seed', 'numCpu', 'dataDir', 'datestamp', 'loggerKwargs']
  if (aRecord(options) !== undefined) {
    throw new ConfigurationError(`${call} needs options like { ${own.join(', ')} }, got ${show(options)}`)
  }
  for (const name of Object.keys(options as object)) {
    const meant = own.find((option) => option !== name && plainName(option) === plainName(name))
    if (meant !== undefined)
      throw new ConfigurationError(`${call}: ${show(name)} is not an option, did you mean ${meant}?`)
  }
}
