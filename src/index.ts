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
export {
  defineOptimizee,
  type OptimizeeDefinition,
  type OptimizeeOf,
  type ResultOf,
  type SimulatedProblem,
  type SimulatesMany,
  type SimulatesOne,
} from './core/define-optimizee.ts'
export { type Direction, type ObjectiveMap, Objectives } from './core/objectives.ts'
export {
  type BatchContext,
  type ExplainedContext,
  type Explanation,
  type GivenFile,
  Optimizee,
  type OptimizeeSource,
  type PositionedResult,
  type Problem,
  type ProcessUsage,
  type ResultsOfMany,
  type SimulationContext,
  type Upcoming,
} from './core/optimizee.ts'
export { Random } from './core/random.ts'
export type { Aggregate, GivenReplications, Replications } from './core/replications.ts'
export {
  type Axis,
  boolean,
  type ChoiceValue,
  type Condition,
  choice,
  type IntegerOptions,
  integer,
  type Meanings,
  type MeantBy,
  matrix,
  type Named,
  ordinal,
  type Parameter,
  type ParameterDefinition,
  type ParameterMap,
  type ParametersOf,
  type Prior,
  type RealOptions,
  real,
  type Scale,
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
  type FailureDetail,
  type FailureKind,
  type Judge,
  type Outputs,
  SimulationFailure,
  type SimulationResult,
  type StoppedEvaluation,
} from './core/evaluation.ts'
export type { Expansion } from './core/expansion.ts'
export { Individual, type IndividualId, type Share } from './core/individual.ts'
export { ParameterGroup } from './core/parameter-group.ts'
export { Trajectory, type TrajectoryHistory } from './core/trajectory.ts'

// A search, as a whole

export { ConfigurationError, RunHeldError, SearchFailedError, StorageFullError } from './core/errors.ts'
export {
  type BuiltInOptimizeeDefinition,
  type CommandDefinition,
  defineExperiment,
  type ExperimentDefinition,
  type FailurePolicy,
  type ModuleDefinition,
  type OptimizeeDefinitions,
  type OptimizerDefinition,
  type OptimizerModuleDefinition,
  type ProblemDefinition,
  type ProgramDefinition,
  type SimulationPolicy,
} from './experiment-file/definition.ts'
export { Experiment } from './search/experiment.ts'
export type { RunnerParams } from './search/l2l-runner-params.ts'
export type { PrepareOptions, RunOptions, RunOutcome } from './search/run-options.ts'

// What the main example prints at its end

export { reportEpidemic } from '../optimizees/epidemic/report.ts'

// A search, part by part

export type { RunHeart } from '../runtime/channel/beating-heart.ts'
export type { DeliveredOptimizee } from '../runtime/channel/run-file.ts'
export type { Collected } from '../runtime/runner/collector.ts'
export type { FirstOutcome, FirstOutcomesStore } from '../runtime/runner/first-outcomes.ts'
export type {
  EndExplanation,
  EndedWorker,
  Launcher,
  PlacedWorker,
  Provenance,
  WorkerPlace,
  WorkerPool,
} from '../runtime/runner/launcher.ts'
export type { StandInFor } from '../runtime/runner/open-jobs.ts'
export { Runner } from '../runtime/runner/runner.ts'
export type { RunnerOptions, RunnerRecord } from '../runtime/runner/runner-options.ts'
export { launcherOf } from '../runtime/slurm/launchers.ts'
export type { Limits } from './core/limits.ts'
export { parseRunnerSettings, type RunnerSettings, type RunnerSettingsInput } from './core/runner-settings.ts'
export { type DeliveryOptions, deliver } from './search/deliver.ts'
export { Environment, type EnvironmentOptions } from './search/environment.ts'
export type { EvaluationCache } from './search/evaluation-cache.ts'
export type { Reused } from './search/reused.ts'
export { HeldRun, type RunClaim } from './search/run-directory.ts'
export type { RunIdentity } from './search/run-identity.ts'
export type { Knowledge, SearchPlan } from './search/searched.ts'
export type { Progress } from './search/tally.ts'
export { Deadline } from './system/deadline.ts'
export type { LaunchedProcess, ProcessEnd } from './system/process-group.ts'

// Its record

export type {
  AttemptRecord,
  BegunGeneration,
  ChannelPosition,
  Checkpoint,
  Commit,
  GenerationDetails,
  KeptCheckpoint,
  LeftCheckpoint,
  LeftDigest,
  NumberedReport,
  ProposedIndividual,
  ReportRecord,
  ReuseRecord,
  RunRecord,
  StandIn,
  ToldNumber,
  TriedBefore,
  Usage,
  Verdict,
  WorkerEnd,
  WorkerRecord,
} from './core/record.ts'
export type { FrontPoint, RunFront } from './record/front-points.ts'
export { RecordReader } from './record/reader.ts'
export type { LineColumn, LineOptions } from './record/row-reader.ts'
export type {
  AttemptRow,
  Counts,
  EvaluatedRow,
  Manifest,
  SeriesRow,
  WorkerRow,
} from './record/rows.ts'
export type { Failure } from './record/work-reader.ts'
export { RecordWriter } from './record/writer.ts'

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
  type OptimizerChoice,
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
export type { Algorithm, Asked, Recommendation, Reported } from './core/algorithm.ts'
export type { BudgetRange } from './core/budget.ts'
export { type CommonSettings, commonSettings, Optimizer, type OptimizerClass } from './core/optimizer.ts'
export { OptimizerError } from './core/optimizer-error.ts'
export type { PlainData, State } from './core/plain-data.ts'
export type { Origin, Proposal } from './core/proposal.ts'
export type { Reference } from './core/reference.ts'
export { type SearchCheckpoint, SearchState } from './core/search-state.ts'

// Designs, and what their results say

export {
  baseCase,
  concat,
  cross,
  Design,
  type DesignParts,
  type DesignPoints,
  designFromRows,
  fullFactorial,
  type GridOptions,
  type HaltonOptions,
  halton,
  type LatinHypercubeOptions,
  latinHypercube,
  type MorrisOptions,
  manual,
  morris,
  type OneAtATimeOptions,
  oneAtATime,
  type Replication,
  type ReplicationOptions,
  repeat,
  type SaltelliOptions,
  type Scrambling,
  type SeedPolicy,
  type SobolOptions,
  type Stretch,
  type SubsetOptions,
  saltelli,
  smolyak,
  sobol,
  sparseGrid,
  subset,
  subspace,
  type Variations,
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

export type { CellTyping, FileRow } from './core/read-cell.ts'
export { readTable, readTableRows } from './tables/read-table.ts'
export { type TableOptions, type TableRow, tableOf } from './tables/run-table.ts'
export type { Cell } from './tables/table.ts'

// Batches and grids: each front door lists its own names

export { BatchStoppedError, type EngineOptions } from './batch/engine.ts'
export * from './batch/grid/index.ts'
export * from './batch/mesa/index.ts'
export type { DeclaredParameters, ParameterValues } from './batch/parameters.ts'
export * from './batch/verbs/index.ts'
