/** Mesa's batch runner: run configurations, generators of them, and what runs them. */

export { type BatchRunOptions, batchRun } from './batch-run.ts'
export { BatchRunner, type BatchRunnerOptions } from './batch-runner.ts'
export type { CollectionRule } from './collected.ts'
export {
  type AgentType,
  type AgentTypeReporters,
  type CollectedModel,
  DataCollector,
  type DataCollectorOptions,
  type Reporter,
  type Reporters,
  reportersOfType,
} from './data-collector.ts'
export { baseCaseRuns, fullFactorialRuns, manualRuns, type Swept, scenarioRuns, sparseGridRuns } from './generators.ts'
export type { Agent, Model, ModelClass, Recorder, Recording, Seeded } from './model.ts'
export { type ModelOptimizeeOptions, type ModelRunSettings, modelOptimizee, type Stage } from './model-optimizee.ts'
export { type BatchRow, type RunFailure, readRows } from './rows.ts'
export type { GivenParameters, ModelRunOptions, RunConfiguration } from './run-configuration.ts'
