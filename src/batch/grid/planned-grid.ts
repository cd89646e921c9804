import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { Design, DesignPoints } from '../../../optimizers/designs/index.ts'
import { type Evaluation, isFailed } from '../../core/evaluation.ts'
import { Objectives } from '../../core/objectives.ts'
import { runnerSettings } from '../../core/runner-settings.ts'
import { parseSettings } from '../../core/settings.ts'
import { RecordReader, readManifest } from '../../record/reader.ts'
import { Experiment } from '../../search/experiment.ts'
import { identityOf, type RunIdentity } from '../../search/run-identity.ts'
import { differenceOf } from '../../search/same-search.ts'
import { type GridDefinition, gridSize, valuesAt } from './grid-definition.ts'
import type { GridExperiment, GridOutcome, GridRunOptions } from './grid-outcome.ts'
import type { ModuleFunction, ThunkReference } from './module-function.ts'
import { processCount } from './physical-cores.ts'
import { otherFunctionsOf, type PlannedVariant, planGrid, thunkOf, thunksOf } from './plan-grid.ts'
import { hashOf } from './thunk-code.ts'
import variantOptimizee, { type VariantOptions } from './variant-optimizee.ts'

/** A grid that has been checked, with all that it needs to be run. */
export class PlannedGrid {
  readonly experiments: readonly PlannedVariant[]
  readonly thunks: readonly ModuleFunction[]
  readonly functions: readonly ModuleFunction[]
  readonly #definition: GridDefinition
  readonly #options: GridRunOptions
  readonly #variantOptions: VariantOptions
  readonly #root: string
  readonly #name: string
  readonly #configuration: RunIdentity

  constructor(definition: GridDefinition, given: ThunkReference, options: GridRunOptions) {
    const { dataDir = 'data', datestamp = false, numCpu = 1, objectives } = options
    if (objectives) new Objectives(objectives)
    parseSettings(runnerSettings, this.#runnerOf(options), 'runner')
    this.#definition = definition
    this.#options = options
    this.#root = resolve(options.root ?? 'runs')
    this.#name = definition.name.replace(/^_+/, '') || 'grid'
    const begun = this.#begun() ?? options.now ?? new Date()
    const output = { thunk: thunkOf(definition, given), dataDir: resolve(dataDir), datestamp, now: begun }
    this.experiments = planGrid(definition, output)
    this.thunks = thunksOf(definition, output)
    this.functions = otherFunctionsOf(definition)
    this.#variantOptions = {
      grid: definition,
      thunk: output.thunk,
      dataDir: output.dataDir,
      datestamp,
      begun: begun.toISOString(),
      processes: processCount(numCpu),
      ...(objectives && { objectives }),
    }
    this.#configuration = this.#identity()
  }

  get directory(): string {
    return join(this.#root, this.#name)
  }

  async run(code: Readonly<Record<string, string>>): Promise<GridOutcome> {
    const { overwrite, signal, onProgress, onWarning } = this.#options
    const optimizee = variantOptimizee(this.#variantOptions, code)
    const optimizer = this.#optimizer()
    await using experiment = new Experiment({ root: this.#root })
    // The outcome tells of each experiment that failed.
    const runner = { giveUpAfter: 0, ...this.#runnerOf(this.#options) }
    const codeHash = hashOf(code)
    const before = overwrite ? undefined : this.#manifest()?.thunks
    const { directory } = await experiment.prepareExperiment({
      name: this.#name,
      runner,
      configuration: this.#configuration,
      manifest: { begun: this.#variantOptions.begun, thunks: before ?? codeHash },
      ...(overwrite !== undefined && { overwrite }),
    })
    if (before !== undefined && before !== codeHash) {
      onWarning?.(
        `The code of the experiments has changed since ${directory} was begun; the rest is run with the code of then.`,
      )
    }
    const outcome = await experiment.runExperiment(optimizer, optimizee, {
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
      ...(onWarning && { onWarning }),
    })
    const { trajectory } = await experiment.endExperiment(optimizer)
    return this.outcome(outcome, trajectory.evaluations(0))
  }

  /** What an earlier run of the same grid has left. */
  evaluationsSoFar(): readonly Evaluation[] {
    const manifest = this.#options.overwrite ? undefined : this.#manifest()
    if (manifest?.configuration === undefined) return []
    if (differenceOf(manifest.configuration, this.#configuration) !== undefined) {
      this.#options.onWarning?.(`${this.directory} holds a run of another configuration, which would be refused.`)
      return []
    }
    const record = RecordReader.openForReading(this.directory)
    try {
      return record.evaluations(0)
    } finally {
      record.close()
    }
  }

  outcome({ status, reason }: Pick<GridOutcome, 'status' | 'reason'>, known: readonly Evaluation[]): GridOutcome {
    const byIndex = new Map(known.map((evaluation) => [evaluation.individual.index, evaluation]))
    const experiments = this.experiments.map((planned, i) => this.#experiment(planned, byIndex.get(i)))
    return {
      status,
      ...(status === 'stopped' && reason !== undefined && { reason }),
      directory: this.directory,
      experiments,
    }
  }

  #experiment({ name, variant, seed, directory }: PlannedVariant, known: Evaluation | undefined): GridExperiment {
    const planned = { name, variant, seed, directory }
    if (!known) return { ...planned, outcome: 'pending' }
    if (isFailed(known)) return { ...planned, outcome: 'failed', cause: known.cause }
    const outputs = known.outcome === 'done' ? known.outputs : {}
    return { ...planned, outcome: 'done', outputs: { ...outputs, ...this.#fitnessOf(known.fitness) } }
  }

  #fitnessOf(fitness: readonly number[]): Record<string, number> {
    const names = Object.keys(this.#options.objectives ?? {})
    return Object.fromEntries(names.map((name, i) => [name, fitness[i]!]))
  }

  /** One generation, whose individuals are the variants in order, each with the seed of its experiment. */
  #optimizer(): Design {
    const size = gridSize(this.#definition)
    const names = this.#definition.keys.map(({ key }) => key)
    const design = new DesignPoints<Record<string, unknown>>({
      names,
      size,
      description: { kind: 'grid', names, points: size },
      valuesAt: (index) => valuesAt(this.#definition, index),
      stretches: stretchesOf(this.experiments.map(({ seed }) => seed)),
    })
    return new Design(variantOptimizee(this.#variantOptions), { design, chunk: size })
  }

  #runnerOf({ runner, numCpu = 1 }: GridRunOptions): NonNullable<GridRunOptions['runner']> {
    const workers = Math.max(1, Math.floor(availableParallelism() / processCount(numCpu)))
    return { workers, retries: 0, ...runner }
  }

  #manifest() {
    return RecordReader.exists(this.directory) ? readManifest(this.directory) : undefined
  }

  #begun(): Date | undefined {
    const { begun } = (this.#options.overwrite ? undefined : this.#manifest()) ?? {}
    return typeof begun === 'string' ? new Date(begun) : undefined
  }

  /** Its paths are relative to where the runs lie. */
  #identity(): RunIdentity {
    const { thunk, dataDir, datestamp } = this.#variantOptions
    const fromRoot = (path: string) => relative(this.#root, resolve(path))
    const { name, keys } = this.#definition
    return identityOf({
      optimizer: this.#optimizer(),
      optimizee: variantOptimizee(this.#variantOptions),
      simulation: {
        module: 'grid',
        options: {
          grid: {
            name,
            keys: keys.map(({ key, values, shorthand = null, inName }) => [key, values, shorthand, inName]),
          },
          thunk: 'key' in thunk ? thunk : { module: fromRoot(thunk.$module), export: thunk.$export },
          output: { dataDir: fromRoot(dataDir), datestamp },
          numCpu: this.#options.numCpu ?? 1,
        },
      },
      failures: parseSettings(runnerSettings, this.#runnerOf(this.#options), 'runner'),
    })
  }
}

/** Variants in a row that have the same seed. */
function stretchesOf(seeds: readonly number[]) {
  const stretches: { size: number; readonly replication: { readonly replications: 1; readonly seeds: [number] } }[] = []
  for (const seed of seeds) {
    const last = stretches.at(-1)
    if (last?.replication.seeds[0] === seed) last.size++
    else stretches.push({ size: 1, replication: { replications: 1, seeds: [seed] } })
  }
  return stretches
}
