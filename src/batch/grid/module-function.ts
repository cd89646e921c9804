import { basename, extname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { aText, checkArgument } from '../../core/options.ts'
import type { PlainData } from '../../core/plain-data.ts'

/**
 * A function as plain data: the module that exports it, and under which name. A fresh process can be given that, and no
 * function.
 */
export type ModuleFunction = { readonly $module: string; readonly $export: string }

/** What can be asked to run: a path or URL of a module whose default export is the function, or one of its exports. */
export type ThunkReference = string | URL | ModuleFunction

/**
 * A function that is exported by a module, as a value of a grid or as its thunk.
 *
 * @example grid.add('activation', [moduleFunction('./activations.ts', 'relu'), moduleFunction('./activations.ts', 'tanh')])
 */
export function moduleFunction(module: string | URL, name = 'default'): ModuleFunction {
  return { $module: pathOf(module), $export: name }
}

export function isModuleFunction(value: unknown): value is ModuleFunction {
  if (typeof value !== 'object' || value === null) return false
  const { $module, $export } = value as Partial<ModuleFunction>
  return typeof $module === 'string' && typeof $export === 'string' && Object.keys(value).length === 2
}

/** What Python calls `__name__`: the export's name, or the module's if it is the default export. */
export function functionName({ $module, $export }: ModuleFunction): string {
  return $export === 'default' ? basename($module, extname($module)) : $export
}

/** What is run when somebody names a module. @throws TypeError for what is none */
export function thunkFunction(thunk: unknown): ModuleFunction {
  if (isModuleFunction(thunk)) return thunk
  if (thunk instanceof URL) return moduleFunction(thunk)
  if (typeof thunk === 'string' && thunk !== '') return { $module: thunk, $export: 'default' }
  const got = typeof thunk === 'function' ? 'a function, which a fresh process cannot be given' : JSON.stringify(thunk)
  throw new TypeError(`a thunk needs to be the path or URL of a module whose default export it is, got ${got}`)
}

/** Every function of a module that a value holds, at any depth. */
export function* moduleFunctionsIn(value: PlainData): Generator<ModuleFunction> {
  if (isModuleFunction(value)) yield value
  else if (typeof value === 'object' && value !== null) {
    for (const nested of Object.values(value)) yield* moduleFunctionsIn(nested as PlainData)
  }
}

function pathOf(module: string | URL): string {
  if (!(module instanceof URL)) checkArgument('moduleFunction', 'the module', module, aText)
  const isUrl = module instanceof URL || module.startsWith('file:')
  return isUrl ? fileURLToPath(module) : resolve(module)
}
