/** ExperimentGrid and callExperiment: experiments that are functions of keyword arguments, each in a fresh process. */

export {
  type CalledExperiment,
  type CallSurroundings,
  callExperiment,
  type ExperimentOptions,
} from './call-experiment.ts'
export { EpochLogger, type Statistics, type StatisticsOptions } from './epoch-logger.ts'
export { ExperimentGrid } from './experiment-grid.ts'
export { type ExperimentProcesses, experimentProcesses } from './experiment-processes.ts'
export type { GridDefinition, GridKey, Variant } from './grid-definition.ts'
export type { GridExperiment, GridOutcome, GridRunOptions } from './grid-outcome.ts'
export { type LoggedValue, Logger, type LoggerOptions, loadState } from './logger.ts'
export { type ModuleFunction, moduleFunction, type ThunkReference } from './module-function.ts'
export { type LoggerKwargs, type OutputSettings, setupLoggerKwargs } from './output-directory.ts'
