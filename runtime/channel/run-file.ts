import { closeSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runFiles } from '../../src/core/run-files.ts'
import { crashPoint } from '../../src/system/crash-point.ts'
import { createOwnFile, type Readers } from '../../src/system/own-files.ts'
import type { WakeUpMode } from './wake-up.ts'

/** What every worker must know of its run, in one file that the runner writes before it launches the first. */
export interface RunFile {
  readonly protocol: number
  /** The run's identity; frames of another run are refused. */
  readonly run: string
  /** The names of the parameters, in the order in which their values come, and of the objectives. */
  readonly parameters: readonly string[]
  readonly objectives: readonly string[]
  readonly optimizee: DeliveredOptimizee
  readonly wakeUp: WakeUpMode
  readonly pollInterval: number
  /** Milliseconds between two beats of the worker's heart. */
  readonly heartbeat: number
  /** Milliseconds that a worker without a runner waits for one. */
  readonly grace: number
  /** Milliseconds that one attempt may take. */
  readonly timeout?: number | undefined
  /** How many individuals are simulated at once, by a simulation that can. */
  readonly batch: number
  /** Whether somebody hears what individuals report on their way, and may stop them. */
  readonly hearsReports?: boolean | undefined
}

/** A simulation where workers find it. */
export interface DeliveredOptimizee {
  /** The bundled module, by its name in the run directory. */
  readonly module: string
  readonly options?: unknown
  /** The content hash of the snapshot file, if the optimizee has made one. */
  readonly snapshot?: string
}

export function writeRunFile(directory: string, runFile: RunFile): void {
  // The options may hold the environment of a command, and there a password.
  replaceFile(join(directory, runFiles.run), `${JSON.stringify(runFile, null, 2)}\n`, 'owner')
}

export function readRunFile(directory: string): RunFile {
  return JSON.parse(readFileSync(join(directory, runFiles.run), 'utf8')) as RunFile
}

/** Writes a file as a whole or not at all. */
export function replaceFile(path: string, content: string | Uint8Array, readers: Readers = 'everybody'): void {
  const temporary = `${path}.${process.pid}.tmp`
  const descriptor = createOwnFile(temporary, readers)
  try {
    writeFileSync(descriptor, content)
  } catch (error) {
    rmSync(temporary, { force: true }) // on a full disk half a file is only in the way
    throw error
  } finally {
    closeSync(descriptor)
  }
  crashPoint()
  renameSync(temporary, path)
  crashPoint()
}

/** The folder of one worker process; a restarted worker is another process and has another. */
export function workerDirectory(directory: string, worker: number): string {
  return join(directory, runFiles.workers, String(worker).padStart(6, '0'))
}

/** The numbers of the workers that have a folder, or something else in its place. */
export function workerFolders(directory: string): number[] {
  let names: string[]
  try {
    names = readdirSync(join(directory, runFiles.workers))
  } catch {
    return []
  }
  return names
    .filter((name) => /^\d{1,15}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
}
