import { existsSync } from 'node:fs'
import type { z } from 'zod'
import { isBuiltIn, optimizersByName } from '../../optimizers/by-name.ts'
import { optimizeeOf } from '../../runtime/worker/load-optimizee.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { OptimizerClass } from '../core/optimizer.ts'
import { runnerSettings } from '../core/runner-settings.ts'
import { parseSettings } from '../core/settings.ts'
import type { LoadedExperiment } from '../experiment-file/load.ts'
import type { programSchema } from '../search/begun-by-program.ts'
import { identityOf, nameOfSource } from '../search/run-identity.ts'
import type { SearchPlan } from '../search/searched.ts'
import { importBundled } from '../system/bundle.ts'

/**
 * The experiment that a program began, from what its record says of it.
 * @throws ConfigurationError if only the program can go on with it
 */
export async function loadProgram(
  run: string,
  name: string,
  { source, optimizer, runner, plan: recorded, warmStart, cache }: z.output<typeof programSchema>,
): Promise<LoadedExperiment> {
  const { type, settings } = optimizer
  const own = 'go on by running the program again'
  if (!isBuiltIn(type)) {
    throw new ConfigurationError(`${run}: was begun by a program with an optimizer of its own (${type}); ${own}`)
  }
  if (!existsSync(source.module)) {
    throw new ConfigurationError(`${run}: its optimizee was in ${source.module}, and there is no such file; ${own}`)
  }
  const optimizee = await optimizeeOf(await importBundled(source.module), source.options)
  const Named = (await optimizersByName[type]()) as unknown as OptimizerClass
  const made = new Named(optimizee, settings as object)
  const failures = parseSettings(runnerSettings, runner, 'runner')
  const simulation = nameOfSource(source)
  const plan = recorded as SearchPlan // as it was checked when it was begun
  return {
    name,
    file: source.module,
    optimizee,
    source,
    optimizer: made,
    runner: runner as LoadedExperiment['runner'],
    plan,
    ...(warmStart !== undefined && { warmStart }),
    ...(cache !== undefined && { cache }),
    configuration: identityOf({ optimizer: made, optimizee, simulation, failures, warmStart, plan }),
  }
}
