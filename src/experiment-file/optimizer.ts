import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { isBuiltIn, optimizersByName } from '../../optimizers/by-name.ts'
import { ConfigurationError, messageOf, SettingsError } from '../core/errors.ts'
import type { Optimizee } from '../core/optimizee.ts'
import type { Optimizer, OptimizerClass } from '../core/optimizer.ts'
import { nearest } from '../core/settings.ts'
import { checkSizes } from '../core/sizes.ts'
import { show } from '../core/text.ts'
import { filesImportedBy } from '../system/bundle.ts'
import { findModule } from './module.ts'
import { optimizerClassOf } from './optimizer-class.ts'
import { below, makeAt, type Place, parseAt, refuse } from './place.ts'
import { importModule } from './read.ts'

/**
 * The optimizer that an experiment names, or has made by itself, for the simulation that it names.
 *
 * @param folder what a module's path is relative to
 * @throws ConfigurationError or SettingsError if there is none of that name, if its settings are wrong, or if it cannot
 * search what the simulation has
 */
export async function chooseOptimizer(
  given: object,
  optimizee: Optimizee,
  folder: string,
  place: Place,
): Promise<Optimizer> {
  return isOptimizer(given)
    ? ofSameSpace(given, optimizee, place)
    : await makeOptimizer(given, optimizee, folder, place)
}

/** The class of the optimizer that an experiment names by a type or a module; `auto` if it names none. */
export async function namedOptimizer(given: object, folder: string, place: Place): Promise<OptimizerClass> {
  const { type, module } = given as { readonly type?: unknown; readonly module?: unknown }
  const at = below(place, 'module')
  if (module === undefined) return await builtIn(type ?? 'auto', below(place, 'type'))
  if (type !== undefined) refuse(at, `needs to stand without a type, got the type ${show(type)}`)
  if (typeof module !== 'string') refuse(at, `needs the path of a module, got ${show(module)}`)
  const { path, label } = findModule(module, folder, at)
  return optimizerClassOf(await importModule(label, path), label)
}

/** The user's files of the optimizer that was chosen: those of its module, or of an experiment that has made it by itself. */
export function filesOfOptimizer(
  given: object,
  { type }: Pick<Optimizer, 'type'>,
  experiment: string,
): readonly string[] {
  if (isBuiltIn(type)) return []
  const { module } = given as { readonly module?: string }
  if (isOptimizer(given) || module === undefined) return filesImportedBy(experiment)
  return filesImportedBy(findModule(module, dirname(experiment), { file: experiment, path: '' }).path)
}

async function makeOptimizer(given: object, optimizee: Optimizee, folder: string, place: Place): Promise<Optimizer> {
  const Named = await namedOptimizer(given, folder, place)
  const { type: _, module: __, ...settings } = given as Readonly<Record<string, unknown>>
  parseAt(
    strict(Named.settings).safeExtend({ type: z.unknown().optional(), module: z.unknown().optional() }),
    given,
    place,
  )
  const made = makeAt(place, () => constructed(Named, optimizee, settings))
  if (made.settings?.seed === undefined) {
    refuse(
      below(place, 'module'),
      'has a class that does not read its settings: its constructor needs to give super(...) what parseSettings of twoloop/kit makes of them',
    )
  }
  return made
}

/** Says of an error of a class from outside whose it is; what it refuses is the user's to mend. */
function constructed(Named: OptimizerClass, optimizee: Optimizee, settings: object): Optimizer {
  let made: Optimizer
  try {
    made = new Named(optimizee, settings)
  } catch (error) {
    if (isBuiltIn(Named.type) || error instanceof ConfigurationError || error instanceof SettingsError) throw error
    throw new ConfigurationError(`The optimizer ${Named.type} failed in its constructor: ${messageOf(error)}`, {
      cause: error,
    })
  }
  checkSizes(Named.type, made)
  return made
}

/** Settings that an algorithm does not know are refused, also where its schema would only leave them out. */
function strict(settings: z.ZodObject): z.ZodObject {
  return settings.def.catchall === undefined ? settings.strict() : settings
}

async function builtIn(type: unknown, place: Place): Promise<OptimizerClass> {
  if (isBuiltIn(type)) return (await optimizersByName[type]()) as unknown as OptimizerClass
  const known = Object.keys(optimizersByName)
  const meant = typeof type === 'string' ? nearest(type, known) : undefined
  const hint = meant ? `, did you mean ${meant}?` : ''
  refuse(place, `needs one of ${known.join(', ')}, got ${show(type)}${hint}`)
}

function ofSameSpace(optimizer: Optimizer, optimizee: Optimizee, place: Place): Optimizer {
  const { space } = optimizer
  if (isDeepStrictEqual(space.definitions, optimizee.space.definitions)) return optimizer
  refuse(place, `searches ${space.names.join(', ')}, but the optimizee has ${optimizee.space.names.join(', ')}`)
}

/** Whether a value has the members of an optimizer: an experiment's file may have another copy of the class. */
function isOptimizer(value: object): value is Optimizer {
  const { settings, postProcess, space } = value as Partial<Optimizer>
  return typeof postProcess === 'function' && typeof settings === 'object' && typeof space === 'object'
}
