import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { keptBundle } from './own-parts.ts'

/**
 * The code of a simulation of this package for workers: to bundle it takes longer than all else that a short run does, so that
 * the first process leaves it beside the command for the others, as it does with what Node.js has compiled.
 *
 * @param bundle bundles it where none is kept
 */
export async function codeOfOwn(entry: string, bundle: () => Promise<string>): Promise<string> {
  const path = keptBundle(entry)
  if (path === undefined) return bundle()
  const kept = existsSync(path) ? readFileSync(path, 'utf8') : ''
  // Of one that was copied to another place, the code names the one where it was.
  if (kept.includes(pathToFileURL(entry).href)) return kept
  const code = await bundle()
  keep(path, code)
  return code
}

function keep(path: string, code: string): void {
  const temporary = `${path}-${process.pid}`
  try {
    writeFileSync(temporary, code, { flag: 'wx' })
    renameSync(temporary, path)
  } catch {
    rmSync(temporary, { force: true }) // where nobody can write, each process bundles
  }
}
