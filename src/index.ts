/// <reference types="node" preserve="true" />
/**
 * twoloop: an outer loop that searches, an inner loop that simulates.
 *
 * - Experiment      prepares, runs and ends one search in one run directory
 * - Trajectory      the history: parameter groups, generations of individuals, evaluations; `fExpand` adds a generation
 * - ParameterGroup  named settings, stored with the run
 * - Individual      generation, index, parameters, seed: one point to simulate
 * - Evaluation      what came of an individual: done with a fitness and outputs, or failed with a cause
 * - Environment     the loop: run a generation, hand the results to the optimizer, go on while it expands
 * - Runner          gives individuals to workers, collects results, restarts what fails
 * - Optimizee       the simulation: a parameter space and `simulate`
 * - Optimizer       the algorithm: `start`, `ask`, `tell` over a serialisable state
 *
 * @module twoloop
 */

// Parameters, objectives and the simulation

export { Batch, type BatchSize, type Columns } from './core/batch.ts'
export {
  type Constraint,
  Constraints,
  type ParameterConstraint,
  type ResultConstraint,
  type Results,
} from './core/constraints.ts'
export { defineOptimizee, type OptimizeeDefinition, type ResultOf } from './core/define-optimizee.ts'
export { type Direction, type ObjectiveMap, Objectives } from './core/objectives.ts'
export {
  type BatchContext,
  Optimizee,
  type OptimizeeSource,
  type PositionedResult,
  type Problem,
  type ResultsOfMany,
  type SimulationContext,
} from './core/optimizee.ts'
export { Random } from './core/random.ts'
export type { Aggregate, GivenReplications, Replications } from './core/replications.ts'
export {
  type Axis,
  boolean,
  type ChoiceValue,
  type Condition,
  choice,
  integer,
  type MeantBy,
  matrix,
  type Named,
  ordinal,
  type Parameter,
  type ParameterDefinition,
  type ParameterMap,
  type ParametersOf,
  real,
  Space,
  space,
  vector,
  when,
} from './core/space.ts'

// What is simulated, and what came of it

export {
  type DoneEvaluation,
  type Evaluation,
  type FailedEvaluation,
  type FailureCause,
  type FailureKind,
  type Outputs,
  SimulationFailure,
  type SimulationResult,
} from './core/evaluation.ts'
export type { Expansion } from './core/expansion.ts'
export { Individual, type IndividualId } from './core/individual.ts'
export { ParameterGroup } from './core/parameter-group.ts'
export { Trajectory, type TrajectoryHistory } from './core/trajectory.ts'

// A search, as a whole

export { ConfigurationError, RunHeldError, SearchFailedError, StorageFullError } from './core/errors.ts'
export { defineExperiment, type ExperimentDefinition } from './experiment-file/definition.ts'
export { Experiment } from './search/experiment.ts'
export type { PrepareOptions, RunOptions, RunOutcome } from './search/run-options.ts'

// What the main example prints at its end

export { reportEpidemic } from '../optimizees/epidemic/report.ts'

// A search, part by part

export type { Launcher } from '../runtime/runner/launcher.ts'
export { Runner, type RunnerOptions } from '../runtime/runner/runner.ts'
export { launcherOf } from '../runtime/slurm/launchers.ts'
export type { Limits } from './core/limits.ts'
export { parseRunnerSettings, type RunnerSettings } from './core/runner-settings.ts'
export { RecordReader } from './record/reader.ts'
export { RecordWriter } from './record/writer.ts'
export { deliver } from './search/deliver.ts'
export { Environment, type EnvironmentOptions } from './search/environment.ts'
export { HeldRun, type RunClaim } from './search/run-directory.ts'
export type { Knowledge, SearchPlan } from './search/searched.ts'
export type { Progress } from './search/tally.ts'
export { Deadline } from './system/deadline.ts'

// Optimizers

export {
  Asha,
  Auto,
  CmaEs,
  CrossEntropy,
  createOptimizer,
  EvolutionStrategies,
  Face,
  GeneticAlgorithm,
  GradientDescent,
  GridSearch,
  Hyperband,
  LBfgsB,
  LineSearch,
  LqCmaEs,
  LShade,
  MedianStopping,
  NaturalEvolutionStrategies,
  NelderMead,
  NsgaII,
  ParallelTempering,
  ParticleSwarm,
  RandomSearch,
  SimulatedAnnealing,
  SobolSearch,
  SuccessiveHalving,
  TrustRegion,
  Xnes,
} from '../optimizers/index.ts'
export type { Abilities, Order } from './core/abilities.ts'
export type { Asked, Recommendation, Reported } from './core/algorithm.ts'
export type { BudgetRange } from './core/budget.ts'
export { type CommonSettings, commonSettings, Optimizer, type OptimizerClass } from './core/optimizer.ts'
export type { PlainData, State } from './core/plain-data.ts'
export type { Origin, Proposal } from './core/proposal.ts'
export type { Reference } from './core/reference.ts'
export { OptimizerError, type SearchCheckpoint, SearchState } from './core/search-state.ts'

// Designs, and what their results say

export {
  baseCase,
  concat,
  cross,
  Design,
  type DesignPoints,
  designFromRows,
  fullFactorial,
  halton,
  latinHypercube,
  manual,
  morris,
  oneAtATime,
  repeat,
  type SeedPolicy,
  saltelli,
  smolyak,
  sobol,
  sparseGrid,
  subset,
  subspace,
  zip,
} from '../optimizers/designs/index.ts'
export {
  type AxisRange,
  axisRangesOf,
  type BootstrapOptions,
  type Change,
  type EffectLevel,
  type ElementaryEffects,
  type Estimate,
  elementaryEffects,
  type Factor,
  type Importance,
  importances,
  type MainEffect,
  type MorrisInput,
  mainEffects,
  markCrossed,
  type RankCorrelation,
  rankCorrelations,
  type Scenario,
  type SecondOrderIndex,
  type SobolIndices,
  type SobolInput,
  type Swing,
  sobolIndices,
  swings,
} from './analysis/index.ts'

// Tables

export { type FileRow, readRows as readTableRows, readTable } from './tables/read-table.ts'
export { type TableOptions, type TableRow, tableOf } from './tables/run-table.ts'

// Batches and grids

export { BatchStoppedError, type EngineOptions } from './batch/engine.ts'
export {
  type CalledExperiment,
  type CallSurroundings,
  callExperiment,
  EpochLogger,
  ExperimentGrid,
  type ExperimentOptions,
  type ExperimentProcesses,
  experimentProcesses,
  type GridExperiment,
  type GridOutcome,
  type GridRunOptions,
  Logger,
  type LoggerKwargs,
  type LoggerOptions,
  loadState,
  type ModuleFunction,
  moduleFunction,
  type Statistics,
  type StatisticsOptions,
  setupLoggerKwargs,
  type ThunkReference,
  type Variant,
} from './batch/grid/index.ts'
export {
  type Agent,
  type AgentType,
  type AgentTypeReporters,
  type BatchRow,
  BatchRunner,
  type BatchRunnerOptions,
  type BatchRunOptions,
  baseCaseRuns,
  batchRun,
  type CollectionRule,
  DataCollector,
  type DataCollectorOptions,
  fullFactorialRuns,
  type Model,
  type ModelClass,
  type ModelOptimizeeOptions,
  manualRuns,
  modelOptimizee,
  type Recorder,
  type Recording,
  type Reporter,
  type Reporters,
  type RunConfiguration,
  type RunFailure,
  type RunOptions as ModelRunOptions,
  readRows,
  reportersOfType,
  type Seeded,
  type Stage,
  type Swept,
  scenarioRuns,
  sparseGridRuns,
} from './batch/mesa/index.ts'
export {
  type BatchRunSimulationsOptions,
  type Beginning,
  batchRunSimulations,
  type CacheData,
  defineSimFunc,
  type MissingEntry,
  MissingEntryError,
  type ParameterSamples,
  ReadCache,
  readSamples,
  type SampleFailure,
  type SimFunc,
  type SimulationEnvironment,
  type SimulationEnvironmentClass,
  type SimulationOptimizeeOptions,
  simulationOptimizee,
} from './batch/verbs/index.ts'
