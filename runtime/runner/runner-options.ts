import type { Judge } from '../../src/core/evaluation.ts'
import type { Objectives } from '../../src/core/objectives.ts'
import {
  aFunction,
  anything,
  aRecord,
  aText,
  checkOptions,
  needOptions,
  trueOrFalse,
  wholeFrom,
} from '../../src/core/options.ts'
import type { GenerationDetails, ProposedIndividual, RunRecord } from '../../src/core/record.ts'
import { checkRunnerSettings, type RunnerSettings } from '../../src/core/runner-settings.ts'
import type { Space } from '../../src/core/space.ts'
import type { Deadline } from '../../src/system/deadline.ts'
import type { RunHeart } from '../channel/beating-heart.ts'
import { protocolVersion } from '../channel/protocol.ts'
import type { DeliveredOptimizee, RunFile } from '../channel/run-file.ts'
import type { WakeUpMode } from '../channel/wake-up.ts'
import type { FirstOutcomesStore } from './first-outcomes.ts'
import type { Launcher } from './launcher.ts'
import type { StandInFor } from './open-jobs.ts'
import { workerHeartbeat } from './rounds.ts'

/** What the runner needs to know of the run that it serves. */
export interface RunnerOptions {
  readonly directory: string
  /** The run's identity, in every pipe's first frame. */
  readonly run: string
  /** Individuals go to workers as the values of their parameters, in its order. */
  readonly space: Pick<Space, 'toValues' | 'dimension' | 'names'>
  readonly settings: RunnerSettings
  readonly launcher: Launcher
  readonly record: RunRecord & RunnerRecord & FirstOutcomesStore
  readonly optimizee: DeliveredOptimizee
  /** How many individuals are simulated at once; one by default. */
  readonly batch?: number
  /** Makes who takes the place of one that failed for good, where that is the policy. */
  readonly standInFor?: StandInFor
  /** How results are judged by constraints, where there are any. */
  readonly judge?: Judge | undefined
  /** Whether what individuals report on their way is given as it comes; they may be stopped by it. */
  readonly hearsReports?: boolean
  /** When the search must be over: nothing is begun that would hardly end before. */
  readonly deadline?: Deadline
  /** The heart of the run that is held (`HeldRun`): it beats already, and workers listen to it. */
  readonly heart: RunHeart
}

/** The part of the record that holds generations. */
export interface RunnerRecord {
  readonly objectives: Pick<Objectives, 'names'>
  addGeneration(generation: number, individuals: readonly ProposedIndividual[], details: GenerationDetails): void
}

const known = {
  directory: aText,
  run: aText,
  space: anything,
  settings: aRecord,
  launcher: anything,
  record: anything,
  optimizee: aRecord,
  batch: wholeFrom(1),
  standInFor: aFunction,
  judge: anything,
  hearsReports: trueOrFalse,
  deadline: anything,
  heart: anything,
}

export function checkRunnerOptions(options: RunnerOptions): void {
  checkOptions('Runner', options, known)
  needOptions('Runner', options, 'directory', 'run', 'space', 'settings', 'launcher', 'record', 'optimizee', 'heart')
  checkRunnerSettings('Runner', options.settings)
}

/** What every worker of the run must know. */
export function runFileOf(options: RunnerOptions, wakeUp: WakeUpMode): RunFile {
  const { run, space, record, optimizee, settings, batch = 1, hearsReports } = options
  const { pollInterval, grace, timeout } = settings
  const heartbeat = workerHeartbeat(settings)
  return {
    protocol: protocolVersion,
    run,
    parameters: space.names,
    objectives: record.objectives.names,
    optimizee,
    wakeUp,
    pollInterval,
    heartbeat,
    grace,
    timeout,
    batch,
    hearsReports,
  }
}
