import { dirname, resolve } from 'node:path'
import { optimizers } from '../../optimizers/index.ts'
import { announcementOf } from '../core/announcement.ts'
import type { OptimizerClass } from '../core/optimizer.ts'
import { firstHorizon } from '../search/searched.ts'
import { loadExperiment } from './load.ts'
import { namedOptimizer } from './optimizer.ts'
import { isOptimizerClass, optimizerClassOf } from './optimizer-class.ts'
import { below, parseAt } from './place.ts'
import { importModule, isModule, readDefinition } from './read.ts'
import { experimentSchema } from './schema.ts'

/** The optimizers that are built in. */
export const builtInOptimizers = Object.values(optimizers) as unknown as readonly OptimizerClass[]

/**
 * The optimizers that a file has: the one that an experiment names, or the one that a module's default export is.
 * @throws ConfigurationError or SettingsError if the file is neither
 */
export async function optimizersIn(file: string): Promise<readonly OptimizerClass[]> {
  const path = resolve(file)
  if (isModule(path)) {
    const exported = await importModule(file, path)
    if (exported.default === undefined || typeof exported.default === 'function')
      return [optimizerClassOf(exported, file)]
  }
  const place = { file, path: '' }
  const definition = await readDefinition(file, path)
  parseAt(experimentSchema.pick({ optimizer: true }).loose(), definition, place)
  const { optimizer = {} } = definition as { readonly optimizer?: object } // as it is: a copy would not be of its class
  const { constructor: Made } = optimizer
  if (isOptimizerClass(Made)) return [Made]
  return [await namedOptimizer(optimizer, dirname(path), below(place, 'optimizer'))]
}

/**
 * What the optimizer of an experiment says of its search; undefined where it says nothing, and of a file that names no
 * simulation.
 */
export async function announcementIn(file: string): Promise<string | undefined> {
  const path = resolve(file)
  const exported = isModule(path) ? (await importModule(file, path)).default : await readDefinition(file, path)
  if (typeof exported !== 'object' || exported === null || !('optimizee' in exported)) return undefined
  const { optimizer, plan } = await loadExperiment(file)
  optimizer.horizon = firstHorizon(optimizer, plan)
  return announcementOf(optimizer)
}
