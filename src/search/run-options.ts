import { orders } from '../core/abilities.ts'
import type { OptimizeeSource } from '../core/optimizee.ts'
import {
  aFunction,
  aList,
  anything,
  aRecord,
  aText,
  checkOptions,
  oneOf,
  trueOrFalse,
  wholeFrom,
} from '../core/options.ts'
import { refuseRunName } from '../core/run-name.ts'
import type { RunnerSettingsInput } from '../core/runner-settings.ts'
import type { Manifest } from '../record/rows.ts'
import type { Deadline } from '../system/deadline.ts'
import type { DeliveryOptions } from './deliver.ts'
import type { RunnerParams } from './l2l-runner-params.ts'
import type { RunClaim } from './run-directory.ts'
import type { SearchPlan } from './searched.ts'
import type { Progress } from './tally.ts'

export interface PrepareOptions extends RunClaim {
  /** The run directory's name under the root; `L2L-run` unless it is given. */
  readonly name?: string
  readonly runner?: RunnerSettingsInput
  /** The runner's settings as L2L has them; see `runnerParams`. */
  readonly runnerParams?: RunnerParams
  /** More to be recorded with the run. */
  readonly manifest?: Manifest
}

export interface RunOptions extends SearchPlan, Pick<DeliveryOptions, 'acceptChangedCode'> {
  /** Where workers find the optimizee, if it does not say so itself. */
  readonly source?: OptimizeeSource
  /** The files of an optimizer of one's own: where one has changed since the run was begun, that is told and recorded. */
  readonly optimizerFiles?: readonly string[]
  /** A run directory or a table: what is known before the first generation. */
  readonly warmStart?: string
  /** Takes what other runs under the same root have simulated with the same code, parameters and seed. */
  readonly cache?: boolean
  /** Stops the search with everything stored. */
  readonly signal?: AbortSignal
  /** Stops the search in time, as far as the durations of simulations are known. */
  readonly deadline?: Deadline
  /** Is called when nothing refuses the search any more, and nothing has been changed yet. */
  readonly onAccepted?: () => void
  readonly onProgress?: (progress: Progress) => void
  /** Is told what the optimizer says of the search before it begins: what it chose, how much there is to simulate. */
  readonly onAnnounce?: (sentence: string) => void
  /** Is told what does not stop the run but should be known. */
  readonly onWarning?: (sentence: string) => void
  /** Milliseconds since any moment, by which the limit of time goes; this machine's clock unless it is given. */
  readonly now?: () => number
}

export interface RunOutcome {
  readonly status: 'finished' | 'stopped'
  /** Why it stopped; of a search that has finished, which of its limits has ended it. */
  readonly reason?: string
  /** Whether nobody stopped it: its time was over, or its machines were taken away. */
  readonly isOutOfTime?: boolean
}

/** The runner's settings are checked where they are taken. */
export function checkPrepareOptions(options: PrepareOptions): void {
  checkOptions('prepareExperiment', options, prepareOptions)
}

export function checkRunOptions(options: RunOptions): void {
  checkOptions('runExperiment', options, runOptions)
}

const prepareOptions = {
  name: (name: unknown) => aText(name) ?? refuseRunName(name as string),
  runner: anything,
  runnerParams: anything,
  manifest: anything,
  overwrite: trueOrFalse,
  configuration: anything,
}

const runOptions = {
  order: oneOf(...orders),
  window: wholeFrom(1),
  start: anything,
  limits: aRecord,
  horizon: wholeFrom(1),
  source: aRecord,
  optimizerFiles: aList,
  warmStart: aText,
  cache: trueOrFalse,
  acceptChangedCode: trueOrFalse,
  signal: anything,
  deadline: anything,
  onAccepted: aFunction,
  onProgress: aFunction,
  onAnnounce: aFunction,
  onWarning: aFunction,
  now: aFunction,
}
