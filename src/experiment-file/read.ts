import { constants } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { ConfigurationError, messageOf, SearchFailedError } from '../core/errors.ts'
import { importBundled } from '../system/bundle.ts'
import { refuse } from './place.ts'
import { parseText } from './yaml.ts'

const moduleEndings = ['.ts', '.mts', '.js', '.mjs']
const textEndings = ['.yaml', '.yml', '.json']

/** Whether an experiment's file is a module rather than a text. */
export function isModule(path: string): boolean {
  return moduleEndings.includes(extname(path))
}

/** What stands in an experiment's file, unchecked. @throws ConfigurationError if it cannot be read or does not parse */
export async function readDefinition(file: string, path: string): Promise<unknown> {
  const place = { file, path: '' }
  await checkReadable(file, path)
  const ending = extname(path)
  if (textEndings.includes(ending)) return parseText(await readFile(path, 'utf8'), file)
  if (!isModule(path)) {
    refuse(place, `an experiment is a file that ends in one of ${[...moduleEndings, ...textEndings].join(', ')}`)
  }
  const module = await importModule(file, path)
  if (module.default === undefined)
    refuse(place, 'has no default export; wanted export default defineExperiment({ ... })')
  return module.default
}

/** What a user's module exports. @throws ConfigurationError with what it threw */
export async function importModule(file: string, path: string): Promise<Record<string, unknown>> {
  await checkReadable(file, path)
  try {
    return await importBundled(path)
  } catch (error) {
    if (error instanceof ConfigurationError || error instanceof SearchFailedError) throw error
    throw new ConfigurationError(`${file}: threw while it was imported: ${messageOf(error)}`, { cause: error })
  }
}

async function checkReadable(file: string, path: string): Promise<void> {
  try {
    if (!(await stat(path)).isFile()) throw new ConfigurationError(`${file} is not a file; wanted an experiment's file`)
    await access(path, constants.R_OK)
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'ENOENT':
      case 'ENOTDIR':
        throw new ConfigurationError(`${file}: there is no such file${file === path ? '' : ` as ${path}`}`, {
          cause: error,
        })
      case 'EACCES':
      case 'EPERM':
        throw new ConfigurationError(`${file}: there is no permission to read it`, { cause: error })
      default:
        throw error
    }
  }
}
