import { existsSync } from 'node:fs'
import { basename, dirname, extname, resolve } from 'node:path'
import type { Optimizee, OptimizeeSource } from '../core/optimizee.ts'
import type { Optimizer, PlainData } from '../core/optimizer.ts'
import { runnerSettings } from '../core/runner-settings.ts'
import type { ExperimentDefinition, RunnerSettingsInput } from './definition.ts'
import { readDesignTables } from './design-tables.ts'
import { type ChosenOptimizee, chooseOptimizee } from './optimizee.ts'
import { chooseOptimizer } from './optimizer.ts'
import { type Overrides, override } from './overrides.ts'
import { below, type Place, parseAt } from './place.ts'
import { isModule, readDefinition } from './read.ts'
import { experimentModuleSchema, experimentSchema } from './schema.ts'

/** An experiment as its file and the command line say, checked as far as that is possible without starting anything. */
export interface LoadedExperiment {
  readonly name: string
  /** The absolute path of its file. */
  readonly file: string
  readonly optimizee: Optimizee
  readonly source: OptimizeeSource
  readonly optimizer: Optimizer
  readonly runner: RunnerSettingsInput
  /** The absolute path of what is known already. */
  readonly warmStart?: string
  readonly cache?: boolean
  readonly report?: ExperimentDefinition['report']
  /** What decides the results, but for the number of generations: runs with the same one are the same search. */
  readonly configuration: PlainData
}

/** @throws ConfigurationError or SettingsError with the file, the path in it, what was wanted and what came */
export async function loadExperiment(
  file: string,
  { name, ...overrides }: Overrides & { readonly name?: string | undefined } = {},
): Promise<LoadedExperiment> {
  const path = resolve(file)
  const place: Place = { file, path: '' }
  const definition = override(await readDefinition(file, path), { ...overrides })
  const schema = isModule(path) ? experimentModuleSchema : experimentSchema
  const given = parseAt(schema, definition, place)
  const { optimizee, optimizer, runner, warmStart, cache, report } = definition as ExperimentDefinition
  const title = parseAt(
    experimentSchema.shape.name,
    name ?? given.name ?? basename(path, extname(path)),
    name === undefined ? below(place, 'name') : { file: `--name ${name}`, path: '' },
  ) as string
  const chosen = await chooseOptimizee(optimizee, path, below(place, 'optimizee'))
  const settings = { ...runner, ...chosen.policy }
  const at = below(place, 'optimizer')
  const described = await readDesignTables(optimizer, chosen.optimizee.space.definitions, dirname(path), at)
  const algorithm = chooseOptimizer(described, chosen.optimizee, at)
  return {
    name: title,
    file: path,
    optimizee: chosen.optimizee,
    source: chosen.source,
    optimizer: algorithm,
    runner: settings,
    ...(warmStart !== undefined && { warmStart: findSource(warmStart, dirname(path)) }),
    ...(cache !== undefined && { cache }),
    ...(report && { report }),
    configuration: configurationOf(chosen, algorithm, settings, warmStart),
  }
}

function configurationOf(
  { description, optimizee }: ChosenOptimizee,
  optimizer: Optimizer,
  runner: RunnerSettingsInput,
  warmStart: string | undefined,
): PlainData {
  const { timeout = null, retries, onFailure } = runnerSettings.parse(runner)
  const { generations: _, ...settings } = optimizer.settings
  const configuration = {
    optimizee: description,
    parameters: optimizee.space.definitions,
    objectives: optimizee.objectives.names.map((name, i) => [name, optimizee.objectives.weights[i]]),
    optimizer: { type: optimizer.type, settings },
    failures: { timeout, retries, onFailure },
    ...(warmStart !== undefined && { warmStart }),
  }
  return JSON.parse(JSON.stringify(configuration)) as PlainData
}

/** Tables lie beside the experiment, runs often where the command is given. */
function findSource(source: string, folder: string): string {
  const beside = resolve(folder, source)
  return existsSync(beside) ? beside : resolve(source)
}
