import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigurationError } from '../../core/errors.ts'
import { SimulationFailure } from '../../core/evaluation.ts'
import type { PlainData } from '../../core/plain-data.ts'
import { bundle } from '../../system/bundle.ts'
import type { ModuleFunction } from './module-function.ts'
import type { ModuleCode } from './thunk-messages.ts'
import { callThunk } from './thunk-process.ts'

/**
 * The modules of functions in plain JavaScript, made once, so that no experiment need translate.
 *
 * @throws ConfigurationError if there is no such module, or it does not parse
 */
export async function bundleModules(functions: Iterable<ModuleFunction>): Promise<ModuleCode> {
  const code: Record<string, string> = {}
  for (const { $module } of functions) {
    if (Object.hasOwn(code, $module)) continue
    const path = $module.startsWith('file:') ? fileURLToPath($module) : resolve($module)
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
      throw new ConfigurationError(`${$module}: there is no such module, looked for at ${path}`)
    }
    if (!/\.[cm]?[jt]sx?$/.test(path)) {
      throw new ConfigurationError(`${$module}: needs a module of JavaScript or TypeScript that exports the thunk`)
    }
    code[$module] = (await bundle(path)).code
  }
  return code
}

/** Loads what experiments will load, in a process of its own. @throws ConfigurationError if something is not there */
export async function checkModules(
  thunks: readonly ModuleFunction[],
  functions: readonly ModuleFunction[],
  code: ModuleCode,
): Promise<void> {
  try {
    const kwargs: Record<string, PlainData> = { functions: [...functions] }
    await callThunk({ job: { does: 'check', thunks, kwargs }, code, processes: 1 })
  } catch (error) {
    if (!(error instanceof SimulationFailure)) throw error
    throw new ConfigurationError(error.message, { cause: error })
  }
}

export function hashOf(code: ModuleCode): string {
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(code).sort()))
    .digest('hex')
}
