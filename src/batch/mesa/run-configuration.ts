import { ConfigurationError } from '../../core/errors.ts'
import { anything } from '../../core/options.ts'
import { show } from '../../core/text.ts'
import { checkCount, checkParameters, type ParameterValues } from '../parameters.ts'
import type { ModelClass, Seeded } from './model.ts'
import { ownSettings, runDefaults } from './model-optimizee.ts'

/** One run of a model that is to be made: the plain data that generators give and `BatchRunner` takes. */
export interface RunConfiguration<P = never> {
  readonly model: ModelClass<P>
  /** Rows are in its order; no two runs have the same. */
  readonly runId: number
  /** Which of the replicates of its parameters it is. */
  readonly iteration: number
  /** What the model is made from. `seed` is among them; without one, the runner derives one from the run id. */
  readonly parameters: ParameterValues
  /** The model takes so many steps at most, and not one more. */
  readonly maxSteps: number
  /** -1 for the last recording, 1 for all, k for every k-th. */
  readonly dataCollectionPeriod: number
}

/** What all generators take beside their points. */
export interface ModelRunOptions {
  /** Each point so often, each time with a seed of its own. */
  readonly iterations?: number | undefined
  /** The seeds: each point once with each of them. */
  readonly rng?: number | Iterable<number> | undefined
  readonly maxSteps?: number | undefined
  readonly dataCollectionPeriod?: number | undefined
}

/** What `ModelRunOptions` may be; each is checked where it is read. */
export const runOptions = {
  iterations: anything,
  rng: anything,
  maxSteps: anything,
  dataCollectionPeriod: anything,
} as const

/** Words of Mesa that have others here. */
export const mesaWords = {
  seed: 'rng',
  replications: 'iterations',
  number_processes: 'numberProcesses',
  nr_processes: 'numberProcesses',
} as const

/** Parameters as they may be given to a model; `seed` and `rng` come with the run. */
export type GivenParameters<P> = Partial<Omit<P, keyof Seeded>> & { readonly seed?: number | undefined }

/** What the rows of a batch have columns for, so that no parameter may be called so. */
const reservedNames = ['RunId', 'iteration', 'Step', 'AgentID', 'failure', 'rng', ownSettings]

/** The points of a design as runs: seed by seed, as Mesa's batch runner has them, numbered from 0. */
export function configurationsOf<P>(
  call: string,
  model: ModelClass<P>,
  points: Iterable<ParameterValues>,
  { iterations, rng, maxSteps = runDefaults.maxSteps, dataCollectionPeriod = -1 }: ModelRunOptions,
): RunConfiguration<P>[] {
  const seeds = seedsOf(call, iterations, rng)
  const list = [...points]
  if (list.length === 0) throw new ConfigurationError(`${call} needs at least one run, got none`)
  if (iterations !== undefined || rng !== undefined) {
    const seeded = list.find((point) => point.seed !== undefined)
    if (seeded) throw new ConfigurationError(`${call} needs seeds from the points or from iterations or rng, got both`)
  }
  let runId = 0
  const configurations = seeds.flatMap((seed, iteration) =>
    list.map((point): RunConfiguration<P> => {
      const parameters = seed === undefined ? point : { ...point, seed }
      return { model, runId: runId++, iteration, parameters, maxSteps, dataCollectionPeriod }
    }),
  )
  checkConfigurations(call, configurations)
  return configurations
}

/** @throws ConfigurationError at the first run that cannot be made */
export function checkConfigurations(call: string, configurations: readonly RunConfiguration[]): void {
  const ids = new Set<number>()
  for (const { model, runId, iteration, parameters, maxSteps, dataCollectionPeriod } of configurations) {
    checkCount(call, 'runId', runId, 0)
    checkCount(call, 'iteration', iteration, 0)
    checkCount(call, 'maxSteps', maxSteps, 0)
    if (dataCollectionPeriod !== -1 && !(Number.isSafeInteger(dataCollectionPeriod) && dataCollectionPeriod >= 1)) {
      throw new ConfigurationError(
        `${call} needs dataCollectionPeriod to be -1 (the last), 1 (all) or a larger whole number, got ${show(dataCollectionPeriod)}`,
      )
    }
    if (ids.has(runId)) throw new ConfigurationError(`${call} needs run ids that differ, got ${show(runId)} twice`)
    ids.add(runId)
    const { seed, ...others } = parameters
    if (seed !== undefined) checkCount(call, 'every seed', seed, 0)
    const reserved = Object.keys(others).find((name) => reservedNames.includes(name))
    if (reserved !== undefined) {
      throw new ConfigurationError(`${call} needs another name for the parameter ${show(reserved)}, which is a column`)
    }
    checkParameters(others, model.parameters, model.name)
  }
}

function seedsOf(
  call: string,
  iterations: ModelRunOptions['iterations'],
  rng: ModelRunOptions['rng'],
): (number | undefined)[] {
  if (iterations !== undefined && rng !== undefined) {
    throw new ConfigurationError(`${call} takes iterations or rng, got both`)
  }
  if (rng !== undefined) {
    const seeds = typeof rng === 'number' ? [rng] : [...rng]
    if (seeds.length === 0) throw new ConfigurationError(`${call} needs at least one seed in rng, got an empty list`)
    for (const seed of seeds) checkCount(call, 'every seed in rng', seed, 0)
    return seeds
  }
  if (iterations !== undefined) checkCount(call, 'iterations', iterations)
  return new Array<undefined>(iterations ?? 1).fill(undefined)
}
