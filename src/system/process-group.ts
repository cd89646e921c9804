import { closeSync, constants, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { execa } from 'execa'

/** What became of a worker's process, as far as its launcher can tell; only the worker's own frames prove anything. */
export interface ProcessEnd {
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  /** Why it could not be started at all. */
  readonly error?: string | undefined
}

/** A process that was launched from here. */
export interface LaunchedProcess {
  readonly pid: number | undefined
  readonly ended: Promise<ProcessEnd>
}

/** Where what a process prints goes, by the names of files in the worker's folder. */
export interface OutputFiles {
  readonly stdout: string
  readonly stderr: string
}

/** The program that every worker runs, in its built form. */
export function workerProgram(): string {
  return createRequire(import.meta.url).resolve('twoloop/worker')
}

/** The program that holds workers in a batch job, in its built form. */
export function pilotProgram(): string {
  return createRequire(import.meta.url).resolve('twoloop/pilot')
}

/** Starts a process with its output in files. It leads a process group, so that all of it can be ended. */
export function startProcess(
  command: readonly string[],
  channel: string,
  output: OutputFiles,
  /** In addition to this process's own; what is undefined is left out of it. */
  environment: Readonly<Record<string, string | undefined>>,
): LaunchedProcess {
  const stdout = openForAppending(join(channel, output.stdout))
  const stderr = openForAppending(join(channel, output.stderr))
  try {
    const [file, ...args] = command
    const subprocess = execa(file!, args, {
      stdin: 'ignore',
      stdout: stdout as 3, // any descriptor will do; execa's types stop at 9
      stderr: stderr as 3,
      detached: true,
      cleanup: false,
      reject: false,
      buffer: false,
      env: { ...environment },
    })
    return {
      pid: subprocess.pid,
      ended: subprocess.then(({ exitCode, signal, code, failed, originalMessage }) => ({
        exitCode,
        signal,
        error: failed && exitCode === undefined && signal === undefined ? (originalMessage ?? code) : undefined,
      })),
    }
  } finally {
    closeSync(stdout)
    closeSync(stderr)
  }
}

/** Signals a process group; true if it was there. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  return signalProcess(-pid, signal)
}

/** Signals a process; true if it was there. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** How a process ended, as the middle of a sentence. */
export function describeEnd({ exitCode, signal, error }: ProcessEnd): string {
  if (error !== undefined) return `could not be started (${error})`
  if (signal !== undefined) return `was killed by ${signal}`
  if (exitCode !== undefined) return `ended with exit code ${exitCode}`
  return 'is gone'
}

function openForAppending(path: string): number {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
  return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o644)
}
