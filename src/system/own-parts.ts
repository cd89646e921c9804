import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the files of a build lie, or those of the sources: of one that is bundled, where it was before. */
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Where the code runs: `import.meta.dirname` is the one thing that a bundled file is told of its bundle. */
const bundled = basename(import.meta.dirname) === 'command' ? import.meta.dirname : undefined

/**
 * A program of this package. What is bundled starts what is bundled with it; so does a build whose programs have been bundled,
 * since they start in two thirds of the time. Who runs the package from source, or has installed it, has the bundled one.
 *
 * @param path in a build
 */
export function ownProgram(path: string): string {
  const inBundle = join(bundled ?? join(root, 'command'), basename(path))
  if (bundled !== undefined || existsSync(inBundle)) return inBundle
  const beside = join(root, path)
  return existsSync(beside) ? beside : join(installedAt(), 'dist', 'command', basename(path))
}

/**
 * Where a file of this package is that users' modules import: what runs in this process has its own instance of it, which
 * they must share.
 */
export function runningFile(path: string): string {
  if (bundled === undefined) return path
  const running = join(bundled, runningName(path.slice(root.length + 1)))
  return existsSync(running) ? running : path
}

/** What a file of a build that users' modules import is called in the bundle. */
export function runningName(path: string): string {
  return path.replaceAll('/', '-')
}

/**
 * Where the bundle of a simulation of this package is kept beside the command, whose files are as they were when it was bundled;
 * undefined in a build that is not.
 */
export function keptBundle(path: string): string | undefined {
  return bundled === undefined ? undefined : join(bundled, `${runningName(path.slice(root.length + 1))}.kept`)
}

function installedAt(): string {
  return dirname(createRequire(import.meta.url).resolve('twoloop/package.json'))
}
