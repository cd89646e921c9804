import { dirname, resolve } from 'node:path'
import { optimizers } from '../../optimizers/index.ts'
import type { OptimizerClass } from '../core/optimizer.ts'
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
    if (typeof exported.default === 'function') return [optimizerClassOf(exported, file)]
  }
  const place = { file, path: '' }
  const definition = await readDefinition(file, path)
  parseAt(experimentSchema.pick({ optimizer: true }).loose(), definition, place)
  const { optimizer = {} } = definition as { readonly optimizer?: object } // as it is: a copy would not be of its class
  const { constructor: Made } = optimizer
  if (isOptimizerClass(Made)) return [Made]
  return [await namedOptimizer(optimizer, dirname(path), below(place, 'optimizer'))]
}
