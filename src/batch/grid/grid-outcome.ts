import type { FailureCause, Outputs } from '../../core/evaluation.ts'
import type { ObjectiveMap } from '../../core/objectives.ts'
import { aFunction, anything, aRecord, aText, trueOrFalse } from '../../core/options.ts'
import type { PrepareOptions, RunOptions, RunOutcome } from '../../search/run-options.ts'
import type { Variant } from './grid-definition.ts'

export interface GridRunOptions extends Pick<RunOptions, 'signal' | 'onProgress' | 'onWarning'> {
  /** How many processes each experiment has; `auto` is one for each physical core. */
  readonly numCpu?: number | 'auto' | undefined
  /** Where the directories of experiments lie; `data` by default. */
  readonly dataDir?: string | undefined
  /** Whether the directories' names say when the grid was begun. */
  readonly datestamp?: boolean | undefined
  /** Whether it is only said what would be run, and where. */
  readonly dryRun?: boolean | undefined
  /** What is wanted of what a thunk returns, or of the last row of its table. */
  readonly objectives?: ObjectiveMap | undefined
  /** Where the run directories lie; `runs` by default. The grid's name is the run directory's. */
  readonly root?: string | undefined
  /** How many experiments run at a time (`workers`), how long each may take, how often it is tried: once by default. */
  readonly runner?: PrepareOptions['runner']
  /** Begins anew where there is a run already; the experiments' directories stay. */
  readonly overwrite?: boolean | undefined
  /** Seconds between saying what will be run and running it. */
  readonly waitBeforeLaunch?: number | undefined
  /** For datestamps; of a grid that goes on it is when it was begun that counts. */
  readonly now?: Date | undefined
  /** Takes what is shown to people; standard output by default. */
  readonly print?: ((text: string) => void) | undefined
}

/** What `GridRunOptions` may be; `numCpu` and `runner` are checked where they are read. */
export const gridRunOptions = {
  numCpu: anything,
  dataDir: aText,
  datestamp: trueOrFalse,
  dryRun: trueOrFalse,
  objectives: aRecord,
  root: aText,
  runner: aRecord,
  overwrite: trueOrFalse,
  waitBeforeLaunch: anything,
  now: anything,
  print: aFunction,
  signal: anything,
  onProgress: aFunction,
  onWarning: aFunction,
} as const

/** What came of one variant. */
export interface GridExperiment {
  readonly name: string
  readonly variant: Variant
  readonly seed: number
  /** The directory that the variant has written into, or will. */
  readonly directory: string | undefined
  readonly outcome: 'done' | 'failed' | 'pending'
  /** What the thunk returned and the last row of its table. */
  readonly outputs?: Outputs | undefined
  readonly cause?: FailureCause | undefined
}

export interface GridOutcome {
  readonly status: RunOutcome['status'] | 'planned'
  /** Why it stopped. */
  readonly reason?: string | undefined
  /** The run directory. */
  readonly directory: string
  /** The experiments in the order of `variants()`. */
  readonly experiments: readonly GridExperiment[]
}
