import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { eventually } from './processes.ts'
import { onTestFinished } from './running-test.ts'

/** Where the build lies; programs that tests start are plain JavaScript. */
export const build = dirname(dirname(createRequire(import.meta.url).resolve('twoloop')))

/** A search, see chaos/search-process.ts; `bundled.ts` has made one file of it. */
export const searchProgram = join(build, 'command/search-process.js')

export interface SearchChild {
  readonly process: ChildProcess
  /** Exit code, or null if a signal ended it. */
  readonly ended: Promise<number | null>
  readonly stderr: () => string
}

/** A search in a process of its own (see chaos/search-process.ts for the options), killed at the end of the test at the latest. */
export function startSearch(options: object, environment: Record<string, string> = {}): SearchChild {
  return startProgram([searchProgram, JSON.stringify(options)], environment)
}

/** The command line, in a process of its own. */
export function startCommand(...args: readonly string[]): SearchChild {
  return startProgram([join(build, 'command/main.js'), ...args])
}

/** Waits until `condition` holds; where the program ends before, the test fails at once with what that has said. */
export function whileRunning(child: SearchChild, condition: () => boolean, sentence: string): Promise<void> {
  return eventually(() => {
    const { exitCode, signalCode } = child.process
    if (condition()) return true
    if (exitCode === null && signalCode === null) return false
    throw new Error(`${sentence}: the program ended with ${exitCode ?? signalCode} before; ${child.stderr()}`)
  }, sentence)
}

export function startProgram(args: readonly string[], environment: Record<string, string> = {}): SearchChild {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  child.stdout.resume()
  // What it has said until then is read in the next turn; workers that live on may keep the pipe open.
  const ended = new Promise<number | null>((resolve) =>
    child.once('exit', (code) => setImmediate(() => setImmediate(resolve, code))),
  )
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  })
  return { process: child, ended, stderr: () => stderr }
}
