import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Manifest } from '../record/rows.ts'
import { sealedSetting } from './secret.ts'

/** How and with what a run is made. */
export function provenance(): Manifest {
  return {
    created: new Date().toISOString(),
    command: process.argv.slice(1).map(sealedSetting),
    host: hostname(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    twoloop: ownVersion(),
    commit: gitCommit(),
  }
}

export function ownVersion(): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); at !== dirname(at); at = dirname(at)) {
    const path = join(at, 'package.json')
    if (existsSync(path)) return String(JSON.parse(readFileSync(path, 'utf8')).version)
  }
  return 'unknown'
}

/** Git is asked only in a working tree: to start it for nothing takes as long as much else of a short run. */
function gitCommit(): string | null {
  try {
    if (process.env.GIT_DIR === undefined && !isInWorkingTree(process.cwd())) return null
    return execFileSync('git', ['rev-parse', 'HEAD'], { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}

function isInWorkingTree(folder: string): boolean {
  return existsSync(join(folder, '.git')) || (dirname(folder) !== folder && isInWorkingTree(dirname(folder)))
}
