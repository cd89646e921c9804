import { constants } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { parseDocument, type YAMLError } from 'yaml'
import { ConfigurationError } from '../core/errors.ts'
import { show } from '../core/text.ts'
import { importBundled } from '../system/bundle.ts'
import { messageOf, type Place, refuse } from './place.ts'

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
    if (error instanceof ConfigurationError) throw error
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
        throw new ConfigurationError(`${file}: there is no such file`, { cause: error })
      case 'EACCES':
      case 'EPERM':
        throw new ConfigurationError(`${file}: there is no permission to read it`, { cause: error })
      default:
        throw error
    }
  }
}

/** JSON is YAML; both give names such as `__proto__` as names and nothing more. */
function parseText(text: string, file: string): unknown {
  const place = { file, path: '' }
  const document = attempt(place, () => parseDocument(text, { prettyErrors: true, logLevel: 'error' }))
  const [error] = document.errors
  if (error) {
    const at = error.linePos?.[0]
    const sentence = describeError(error, text)
    throw new ConfigurationError(`${file}${at ? `, line ${at.line}, column ${at.col}` : ''}: ${sentence}`, {
      cause: error,
    })
  }
  const definition: unknown = attempt(place, () => document.toJS())
  if (!isNestedAtMost(definition, deepest)) refuse(place, `is nested more than ${deepest} deep`)
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) {
    refuse(place, `needs the keys of an experiment, got ${show(definition)}`)
  }
  return definition
}

/** What the reader of YAML throws itself: aliases of what is not there, or of what grows with each; too deep a nesting. */
function attempt<T>(place: Place, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) refuse(place, `is nested more than ${deepest} deep`)
    throw new ConfigurationError(`${place.file}: ${messageOf(error).split('\n')[0]}`, { cause: error })
  }
}

/** No experiment comes near it. */
const deepest = 100

function describeError({ code, message, pos }: YAMLError, text: string): string {
  const key = /^(".*?"|'.*?'|[^\s:,]+)/.exec(text.slice(pos[0]))?.[0]
  if (code === 'DUPLICATE_KEY' && key) return `${key} comes twice`
  return message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')
}

function isNestedAtMost(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((nested) => isNestedAtMost(nested, levels - 1))
}
