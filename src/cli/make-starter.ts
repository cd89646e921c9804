import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { ConfigurationError } from '../core/errors.ts'
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
  const starter: Starter = starters[language]
  await checkEmpty(directory)
  const files = await filesOf(directory, language, starter)
  await mkdir(directory, { recursive: true })
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

/** Of what is installed in the same project relative, so that it can be moved with it. */
function pathTo(directory: string, installed: string): string {
  const schema = join(installed, 'dist', 'schema.json')
  const isBeside = !relative(process.cwd(), installed).startsWith('..')
  return isBeside ? relative(resolve(directory), schema) : schema
}
