import { ConfigurationError } from '../../core/errors.ts'
import {
  aList,
  anything,
  aText,
  checkArgument,
  checkOptions,
  needOptions,
  oneOf,
  trueOrFalse,
} from '../../core/options.ts'
import { seedOf } from '../../core/random.ts'
import {
  BatchDirectory,
  type BatchPlan,
  type BatchRun,
  checkWorkers,
  type EngineOptions,
  engineOptions,
  pathOfModule,
  runBatch,
} from '../engine.ts'
import { namesOf } from '../parameters.ts'
import type { CollectionRule } from './collected.ts'
import type { ModelClass } from './model.ts'
import { ModelOptimizee, type OwnSettings, ownSettings, spaceOf } from './model-optimizee.ts'
import { type BatchRow, readRows } from './rows.ts'
import { checkConfigurations, mesaWords, type RunConfiguration } from './run-configuration.ts'

export interface BatchRunnerOptions extends EngineOptions {
  /** The runs to make, of one model or of several. */
  readonly configurations: readonly RunConfiguration[]
  /** How many worker processes; null for as many as there are cores. */
  readonly numberProcesses?: number | null
  readonly displayProgress?: boolean
  /** `recorded` gives what the data collector has recorded (Mesa 3.5), `steps` what belongs to the steps (Mesa 3.4). */
  readonly collection?: CollectionRule
  /** Where workers find the model, if its class does not say. */
  readonly module?: string
}

/** What `BatchRunnerOptions` may be. */
export const batchRunnerOptions = {
  ...engineOptions,
  configurations: anything,
  numberProcesses: anything,
  displayProgress: trueOrFalse,
  collection: oneOf('recorded', 'steps'),
  module: aText,
} as const

/**
 * Runs a list of run configurations, each independently of the others: a run that fails is a row with its cause. With
 * a directory every run that is done is kept: stopped, it goes on where it was, and its rows are never all in memory.
 *
 * @example
 * const configurations = baseCaseRuns(Schelling, { reference: { density: 0.8 }, variations: { homophily: [0.3, 0.5] } })
 * const rows = await new BatchRunner({ configurations, numberProcesses: 4, directory: 'runs/schelling' }).runAll()
 */
export class BatchRunner implements Disposable {
  readonly #options: BatchRunnerOptions
  readonly #workers: number | undefined
  readonly #batch: BatchPlan
  #directory: BatchDirectory | undefined
  #isRun = false

  constructor(options: BatchRunnerOptions) {
    checkOptions('BatchRunner', options, batchRunnerOptions, mesaWords)
    needOptions('BatchRunner', options, 'configurations')
    checkArgument('BatchRunner', 'configurations', options.configurations, aList)
    this.#options = options
    const { configurations, numberProcesses = 1, collection = 'recorded' } = options
    if (configurations.length === 0) throw new ConfigurationError('BatchRunner needs at least one run, got none')
    this.#workers = checkWorkers('BatchRunner', 'numberProcesses', numberProcesses)
    checkConfigurations('BatchRunner', configurations)
    this.#batch = batchOf(configurations, collection, options.module)
  }

  /** Runs what has not been run, and gives all rows. Without a directory, nothing is left behind. */
  async runAll(): Promise<BatchRow[]> {
    try {
      await this.run()
      return [...this.rows()]
    } finally {
      if (this.#directory?.isTemporary) this[Symbol.dispose]()
    }
  }

  /** Runs what has not been run; the results are then in `rows`. @throws BatchStoppedError if it was stopped */
  async run(): Promise<void> {
    const { displayProgress = true, overwrite = false, ...engine } = this.#options
    this.#directory ??= new BatchDirectory(engine.directory)
    await runBatch(this.#batch, this.#directory, {
      ...engine,
      overwrite: overwrite && !this.#isRun,
      workers: this.#workers,
      displayProgress,
    })
    this.#isRun = true
  }

  /** The rows of what has been run, in the order of the run ids, read from the record one by one. */
  rows(): Generator<BatchRow> {
    const path = this.#directory?.path ?? this.#options.directory
    if (path === undefined) {
      throw new ConfigurationError('BatchRunner has no rows: call run() first, and give it a directory to keep them')
    }
    return readRows(path)
  }

  /** Removes what it has put aside for its rows; a directory that it was given stays. */
  [Symbol.dispose](): void {
    this.#directory?.[Symbol.dispose]()
    this.#directory = undefined
  }
}

/** What is the same for all runs is said once; what a run has of its own goes with its parameters. */
function batchOf(
  given: readonly RunConfiguration[],
  collection: CollectionRule,
  module: string | undefined,
): BatchPlan {
  const configurations = given.toSorted((a, b) => a.runId - b.runId)
  const first = configurations[0]!
  const models = [...new Set(configurations.map(({ model }) => model))]
  const { maxSteps, dataCollectionPeriod } = first
  const own = (configuration: RunConfiguration, position: number): OwnSettings => ({
    ...(configuration.runId !== position && { RunId: configuration.runId }),
    ...(configuration.maxSteps !== maxSteps && { maxSteps: configuration.maxSteps }),
    ...(configuration.dataCollectionPeriod !== dataCollectionPeriod && {
      dataCollectionPeriod: configuration.dataCollectionPeriod,
    }),
    ...(configuration.model !== first.model && { model: models.indexOf(configuration.model) }),
  })
  const known = namesOf(configurations.map(({ parameters }) => parameters)).filter((name) => name !== 'seed')
  const hasOwn = known.length === 0 || configurations.some((one, i) => Object.keys(own(one, i)).length > 0)
  const names = hasOwn ? [...known, ownSettings] : known
  const settings = { maxSteps, dataCollectionPeriod, collection }
  return {
    kind: 'mesa',
    size: configurations.length,
    runAt(position): BatchRun {
      const configuration = configurations[position]!
      const { seed = seedOf(0, 'mesa', configuration.runId), ...parameters } = configuration.parameters
      return {
        parameters: hasOwn ? { ...parameters, [ownSettings]: own(configuration, position) } : parameters,
        seed: seed as number,
        point: position,
        replicate: configuration.iteration,
      }
    },
    optimizee: new ModelOptimizee({ models, space: spaceOf(models, names), settings }),
    adapter: {
      module: new URL('./model-optimizee', import.meta.url),
      make: 'loadModels',
      of: models.map((model) => modulePath(model, models.length === 1 ? module : undefined)),
      options: { names, settings },
    },
    configuration: { models: models.map(({ name }) => name), ...settings },
  }
}

function modulePath(model: ModelClass, module: string | undefined): string {
  return pathOfModule(
    module ?? model.module,
    model.name,
    'give it `static readonly module = import.meta.url` in a file of its own whose default export it is',
  )
}
