import {
  closeSync,
  constants,
  type Dirent,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
} from 'node:fs'
import { join, relative, sep } from 'node:path'
import { ConfigurationError } from '../core/errors.ts'

/** Refuses a symbolic link that somebody has put in a run, be it written or read; the run directory itself may be reached by one. */
export function refuseLinks(directory: string): void {
  let entries: Dirent[]
  try {
    entries = readdirSync(directory, { withFileTypes: true })
  } catch {
    return // there is nothing yet
  }
  for (const entry of entries) if (entry.isSymbolicLink()) throw refusalOf(join(directory, entry.name))
}

/** The same below the top, of all that a path leads through. */
export function refuseLinksOnWay(directory: string, path: string): void {
  let place = directory
  for (const name of relative(directory, path).split(sep)) {
    place = join(place, name)
    refuseLink(place)
  }
}

function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) throw refusalOf(path)
}

function refusalOf(path: string): ConfigurationError {
  return new ConfigurationError(
    `${path} is a symbolic link, and a run is written to and read from no place but its own directory; remove it.`,
  )
}

/** Makes a directory, and those above it as far as `root`, which is there. @throws ConfigurationError if one of them is a link */
export function makeOwnDirectory(root: string, ...names: readonly string[]): string {
  let path = root
  for (const name of names) {
    path = join(path, name)
    try {
      mkdirSync(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      refuseLink(path)
    }
  }
  return path
}

/** Who may read a file: whoever the user's umask lets, or the user alone. */
export type Readers = 'everybody' | 'owner'

/** Opens a file for writing that is made by this and was nothing before. */
export function createOwnFile(path: string, readers: Readers = 'everybody'): number {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants
  rmSync(path, { force: true }) // of a process that was killed while it wrote
  return openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, readers === 'owner' ? 0o600 : 0o666)
}

export function emptyOwnFile(path: string): void {
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW)
  try {
    ftruncateSync(descriptor, 0)
  } finally {
    closeSync(descriptor)
  }
}
