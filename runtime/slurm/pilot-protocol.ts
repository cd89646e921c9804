import { join } from 'node:path'
import { runFiles } from '../../src/core/run-files.ts'
import type { ProcessIdentity } from '../../src/system/process-identity.ts'

/**
 * A pilot is a program in a Slurm job that starts workers there, as many as the job has room for. It and the launcher talk
 * through a pair of pipe files, as the runner and a worker do; what workers do is no business of theirs.
 *
 * Both directions
 *   hello   the first frame of every segment
 *   next    the last frame of a full segment
 * Launcher to pilot
 *   start   a worker
 *   signal  the process group of a worker
 *   leave   as soon as the last worker has ended
 * Pilot to launcher
 *   ended   a worker's process
 *   warned  the job's time is nearly over
 *   ending  the job is being ended, by whomever
 *   left    the pilot itself, orderly
 */
export type ToPilot = { readonly type: 'hello' } | { readonly type: 'next' } | StartWorker | SignalWorker | Leave
export type FromPilot =
  | PilotHello
  | { readonly type: 'next' }
  | WorkerEnded
  | { readonly type: 'warned' | 'ending' | 'left' }

export interface StartWorker {
  readonly type: 'start'
  readonly worker: number
  readonly command: readonly string[]
  readonly epoch: number
  /** MPI tasks of its simulations. */
  readonly tasks: number
  /** How many of the job's GPUs are its own. */
  readonly gpus?: number | undefined
}

export interface SignalWorker {
  readonly type: 'signal'
  readonly worker: number
  readonly signal: 'SIGTERM' | 'SIGKILL'
}

export interface Leave {
  readonly type: 'leave'
}

export interface PilotHello extends ProcessIdentity {
  readonly type: 'hello'
  /** The node that Slurm has given, by Slurm's name. */
  readonly node: string
  /** Its job, as Slurm lists it. */
  readonly job: string
}

export interface WorkerEnded {
  readonly type: 'ended'
  readonly worker: number
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  readonly error?: string | undefined
}

/** The folder that holds a run's pilots and the script that their jobs run. */
export function pilotsDirectory(directory: string): string {
  return join(directory, runFiles.pilots)
}

export function pilotDirectory(directory: string, pilot: number): string {
  return join(pilotsDirectory(directory), String(pilot).padStart(6, '0'))
}
