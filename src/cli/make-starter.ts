import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { ConfigurationError } from '../core/errors.ts'
import { show } from '../core/text.ts'
import { experimentFile, type Language, starters } from './starters/index.ts'
import type { Starter } from './starters/starter.ts'

/** What was written, and the program that the simulation needs. */
export interface MadeStarter {
  readonly directory: string
  readonly files: readonly string[]
  readonly needs: string | null
}

/**
 * Writes a simulation and its experiment file into a new directory, or one that is empty.
 * @throws ConfigurationError if the directory holds anything
 */
export async function makeStarter(directory: string, language: Language): Promise<MadeStarter> {
  if (directory === '') throw new ConfigurationError('wanted the name of a directory, got an empty one')
  if (/\p{Cc}/u.test(directory)) {
    throw new ConfigurationError(`wanted the name of a directory without control characters, got ${show(directory)}`)
  }
  const starter: Starter = starters[language]
  await checkEmpty(directory)
  const files = await filesOf(directory, language, starter)
  await makeDirectory(resolve(directory))
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content, { flag: 'wx' })
  return { directory, files: Object.keys(files), needs: starter.needs ?? null }
}

async function checkEmpty(directory: string): Promise<void> {
  try {
    const [found] = await readdir(directory)
    if (found === undefined) return
    throw new ConfigurationError(`${directory} has content (${found}); wanted a new directory, or one that is empty`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTDIR')
      throw new ConfigurationError(`${directory} is no directory; wanted a new one`, { cause: error })
    if (code !== 'ENOENT') throw error
  }
}

/**
 * Makes a directory and its parents, one by one: Node.js 20 tries for ever to make all at once where the system makes
 * none, as below /proc.
 */
async function makeDirectory(directory: string): Promise<void> {
  try {
    const isInDirectory = await exists(dirname(directory))
    if (!isInDirectory) await makeDirectory(dirname(directory))
    await mkdir(directory)
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return // it is empty
    throw new ConfigurationError(`cannot make the directory ${directory} (${code}); give another place`, {
      cause: error,
    })
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

async function filesOf(directory: string, language: Language, starter: Starter): Promise<Record<string, string>> {
  const installed = dirname(createRequire(import.meta.url).resolve('twoloop/package.json'))
  const ownModule = { 'twoloop.py': await readFile(join(installed, 'python', 'twoloop.py'), 'utf8') }
  return {
    'experiment.yaml': experimentFile(basename(resolve(directory)), starter, pathTo(directory, installed)),
    ...starter.files,
    ...(language === 'python' && ownModule),
    '.gitignore': 'runs/\n',
  }
}

/** The path to the schema: relative if the directory lies in the project in which it is installed, so that it can be moved with it. */
function pathTo(directory: string, installed: string): string {
  const schema = join(installed, 'dist', 'schema.json')
  const [project] = installed.split('/node_modules/')
  const isWithin = !relative(project || '/', resolve(directory)).startsWith('..')
  return isWithin ? relative(resolve(directory), schema) : schema
}
