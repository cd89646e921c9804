import { basename, dirname, extname, resolve } from 'node:path'
import { refuseBatch } from '../core/batch.ts'
import type { Optimizee, OptimizeeSource } from '../core/optimizee.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { type RunnerSettingsInput, runnerSettings } from '../core/runner-settings.ts'
import { checkPlan } from '../search/check-plan.ts'
import { identityOf, type RunIdentity } from '../search/run-identity.ts'
import type { SearchPlan } from '../search/searched.ts'
import { readBeginning, refuseLoneGuess } from './beginning.ts'
import type { ExperimentDefinition } from './definition.ts'
import { readDesignTables } from './design-tables.ts'
import { chooseOptimizee } from './optimizee.ts'
import { chooseOptimizer, filesOfOptimizer } from './optimizer.ts'
import { type Overrides, override } from './overrides.ts'
import { below, type Place, parseAt, refuse, refuseBy } from './place.ts'
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
  /** The files of an optimizer that is none of this package. */
  readonly optimizerFiles?: readonly string[]
  readonly runner: RunnerSettingsInput
  /** The absolute path of what is known already. */
  readonly warmStart?: string
  readonly cache?: boolean
  /** How it goes: order, window, first guesses, limits, horizon. */
  readonly plan: SearchPlan
  readonly report?: ExperimentDefinition['report']
  /** What decides the results, but for the number of generations: runs with the same one are the same search. */
  readonly configuration: RunIdentity
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
  refuseLoneGuess((definition as { readonly start?: unknown } | null)?.start, below(place, 'start'))
  const given = parseAt(schema, definition, place)
  const { optimizee, optimizer = {}, runner, warmStart, cache, report } = definition as ExperimentDefinition
  const { order, window, limits, horizon } = given
  const title = parseAt(
    experimentSchema.shape.name,
    name ?? given.name ?? basename(path, extname(path)),
    name === undefined ? below(place, 'name') : { file: `--name ${name}`, path: '' },
  ) as string
  const chosen = await chooseOptimizee(optimizee, path, below(place, 'optimizee'), (runner?.setup ?? []).length > 0)
  const beginning = { start: given.start, warmStart }
  const { start, warmStart: known } = await readBeginning(beginning, chosen.optimizee, dirname(path), place)
  const plan = { order, window, start, limits, horizon }
  const settings = { ...runner, ...chosen.policy }
  const inOptimizee = chosen.policy.batch !== undefined
  const refusal = refuseBatch(chosen.optimizee, settings.batch)
  if (refusal !== undefined) refuse(below(place, inOptimizee ? 'optimizee.batch' : 'runner.batch'), refusal)
  const at = below(place, 'optimizer')
  const described = await readDesignTables(optimizer, chosen.optimizee.space.definitions, dirname(path), at)
  const algorithm = await chooseOptimizer(described, chosen.optimizee, dirname(path), at)
  const optimizerFiles = filesOfOptimizer(optimizer, algorithm, path)
  const { onFailure } = settings
  await checkPlan(algorithm, chosen.optimizee, { ...plan, onFailure }).catch((error) => refuseBy(error, place))
  return {
    name: title,
    file: path,
    optimizee: chosen.optimizee,
    source: chosen.source,
    optimizer: algorithm,
    ...(optimizerFiles.length > 0 && { optimizerFiles }),
    runner: settings,
    ...(known && { warmStart: known.source }),
    ...(cache !== undefined && { cache }),
    plan,
    ...(report && { report }),
    configuration: identityOf({
      optimizer: algorithm,
      optimizee: chosen.optimizee,
      simulation: chosen.simulation,
      failures: runnerSettings.parse(settings),
      warmStart: known?.named,
      plan,
    }),
  }
}
