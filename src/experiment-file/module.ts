import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { show } from '../core/text.ts'
import { type Place, refuse } from './place.ts'

/** A user's module that an experiment names. */
export interface NamedModule {
  readonly path: string
  /** The module and where it is named, for the sentence of an error. */
  readonly label: string
}

/**
 * @param folder what the module's path is relative to
 * @param place where the module is named
 * @throws ConfigurationError if there is no such file, or if it cannot be a module
 */
export function findModule(module: string, folder: string, place: Place): NamedModule {
  const path = module.startsWith('file:') ? fileURLToPath(module) : resolve(folder, module)
  if (!existsSync(path)) refuse(place, `needs a module, and there is no file ${path}`)
  if (!/\.[cm]?[jt]sx?$/.test(path)) refuse(place, `needs a module of JavaScript or TypeScript, got ${show(module)}`)
  return { path, label: `${place.file}: ${place.path} ${module}` }
}
