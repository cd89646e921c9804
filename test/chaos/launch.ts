import { type ChildProcess, spawn } from 'node:child_process'
import { searchProgram } from '../search-child.ts'

/** A search in a process of its own, see search-process.ts. */
export function launch(options: object, environment: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, [searchProgram, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...environment },
  })
}

/** Its exit code, or null if a signal ended it. */
export function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve))
}
