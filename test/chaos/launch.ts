import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** A search in a process of its own, see search-process.ts. */
export function launch(options: object, environment: Readonly<Record<string, string>> = {}): ChildProcess {
  const program = join(dirname(createRequire(import.meta.url).resolve('twoloop')), '../test/chaos/search-process.js')
  return spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...environment },
  })
}

/** Its exit code, or null if a signal ended it. */
export function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve))
}
