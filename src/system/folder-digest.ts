import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { digestOf } from './file-digest.ts'

/** What stands in a folder, as a digest of its files and their names, and how much; undefined where there is no file. */
export function digestOfFolder(folder: string): { readonly hash: string; readonly bytes: number } | undefined {
  const paths = filesBelow(folder)
  if (paths.length === 0) return undefined
  const hash = createHash('sha256')
  let bytes = 0
  for (const path of paths) {
    bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0
    hash.update(`${relative(folder, path)}\0${digestOf(path)}\n`)
  }
  return { hash: hash.digest('hex'), bytes }
}

function filesBelow(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
