import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PlainData } from '../../core/plain-data.ts'
import type { ModuleFunction } from './module-function.ts'

/**
 * What an experiment's processes and the one that started them say to each other, through the channel of Node.js.
 *
 * From an experiment
 *   loaded    the functions are there: nothing more is read from the job's folder
 *   refused   they are not, and why
 *   gather    one process's value for all of them
 *   returned  what the thunk gave
 *   threw     or threw
 * To an experiment
 *   gathered  the values of all its processes, in the order of their ranks
 */
export type FromThunk =
  | { readonly type: 'loaded' }
  | { readonly type: 'refused'; readonly sentence: string }
  | { readonly type: 'gather'; readonly round: number; readonly value: unknown }
  | { readonly type: 'returned'; readonly value: PlainData }
  | { readonly type: 'threw'; readonly message: string; readonly stack?: string | undefined }

export interface Gathered {
  readonly type: 'gathered'
  readonly round: number
  readonly values: readonly unknown[]
}

/** What an experiment is to do. It goes by file: arguments are short, and everybody sees them. */
export interface ThunkJob {
  /** Whether the thunk is called, or only looked whether everything that it needs is there. */
  readonly does: 'call' | 'check'
  readonly thunks: readonly ModuleFunction[]
  readonly kwargs: Readonly<Record<string, PlainData>>
  /** The files of the folder that hold the modules, by the names that the modules are asked for. */
  readonly modules: Readonly<Record<string, string>>
}

/** One module each in plain JavaScript, by the names that the modules are asked for. */
export type ModuleCode = Readonly<Record<string, string>>

const jobName = 'job.json'

export function writeJob(folder: string, job: Omit<ThunkJob, 'modules'>, code: ModuleCode): void {
  const modules: [string, string][] = Object.entries(code).map(([module, text], i) => {
    const name = `module-${i}.mjs`
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return [module, name]
  })
  const whole: ThunkJob = { ...job, modules: Object.fromEntries(modules) }
  writeFileSync(join(folder, jobName), JSON.stringify(whole), { mode: 0o600 })
}

export function readJob(folder: string): ThunkJob {
  return JSON.parse(readFileSync(join(folder, jobName), 'utf8')) as ThunkJob
}
