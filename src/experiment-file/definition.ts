import type { z } from 'zod'
import type { optimizees } from '../../optimizees/index.ts'
import type { optimizers } from '../../optimizers/index.ts'
import type { BudgetRange } from '../core/budget.ts'
import type { Constraint } from '../core/constraints.ts'
import type { OptimizeeOf } from '../core/define-optimizee.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { DoneEvaluation } from '../core/evaluation.ts'
import type { Limits } from '../core/limits.ts'
import type { ObjectiveMap } from '../core/objectives.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { refuseSurplus } from '../core/options.ts'
import type { State } from '../core/plain-data.ts'
import type { Reference } from '../core/reference.ts'
import type { GivenReplications } from '../core/replications.ts'
import type { RunnerSettingsInput } from '../core/runner-settings.ts'
import type { ParameterDefinition } from '../core/space.ts'
import { show } from '../core/text.ts'
import type { SearchPlan } from '../search/searched.ts'

/** An experiment: which simulation is searched by which optimizer, on what. The same keys as in YAML. */
export interface ExperimentDefinition<P = Record<string, unknown>, Name extends string = string>
  extends Omit<SearchPlan, 'start' | 'limits'> {
  /** The name of the run's directory; the file's name if it does not say. */
  readonly name?: string
  readonly optimizee: OptimizeeDefinitions<P, Name>
  /** Chosen by the space unless it is given. */
  readonly optimizer?: OptimizerDefinition | Optimizer<State, P>
  /** First guesses, simulated before what the optimizer proposes: a list of parameters, or the file of a table of them. */
  readonly start?: readonly Guess<NoInfer<P>>[] | { readonly file: string }
  readonly limits?: Limits<NoInfer<Name>> | undefined
  readonly runner?: RunnerSettingsInput
  /**
   * A run directory, or a table's file: its rows are known to the optimizer before the first generation, as generation -1,
   * and are not simulated again. Relative to the experiment's file, or else to the current directory.
   */
  readonly warmStart?: string
  /** Takes what earlier runs under the same root have simulated with the same code, parameters and seed. */
  readonly cache?: boolean
  /** Text to be printed when the search has finished. */
  report?(finished: { readonly best: DoneEvaluation<P>; readonly directory: string }): string | Promise<string>
}

/** Parameters without those that do not apply. */
type Guess<P> = { readonly [K in keyof P as undefined extends P[K] ? never : K]: P[K] } & {
  readonly [K in keyof P as undefined extends P[K] ? K : never]?: P[K]
}

/** The ways to say which simulation is meant. */
export type OptimizeeDefinitions<P = Record<string, unknown>, Name extends string = string> =
  | OptimizeeOf<P, Name>
  | { readonly default: OptimizeeOf<P, Name> }
  | ModuleDefinition
  | CommandDefinition
  | ProgramDefinition
  | BuiltInOptimizeeDefinition

/** What an experiment says of its simulation's failures; it comes before what the runner's settings say. */
export type FailurePolicy = Pick<RunnerSettingsInput, 'timeout' | 'retries' | 'onFailure'>

/** What an experiment says of its problem, whichever the simulation is. */
export interface ProblemDefinition {
  /** What parameters and results are to keep to: expressions, or functions. */
  readonly constraints?: readonly (string | Constraint)[]
  /** How often each individual is simulated, and what of that is its fitness: a count, or how they are taken together. */
  readonly replications?: GivenReplications
  /** How much of the simulation there is, where an individual may be given a part of it. */
  readonly budget?: BudgetRange
  /** What hypervolumes are measured from, of several objectives without weights. */
  readonly reference?: Reference
}

/** What it says of the failures of a simulation that may take several individuals at once. */
export interface SimulationPolicy extends FailurePolicy, Pick<RunnerSettingsInput, 'batch'> {}

/** A module whose default export is an optimizee, or a function of options that makes one. */
export interface ModuleDefinition extends ProblemDefinition, SimulationPolicy {
  /** Relative to the experiment's file. */
  readonly module: string
  readonly options?: unknown
}

/** Any program, in any language. */
export interface CommandDefinition extends ProblemDefinition, FailurePolicy {
  /** The program and its arguments, with `{name}` where a parameter's value is to be filled in. */
  readonly command: readonly (string | number | boolean)[]
  readonly parameters: Readonly<Record<string, ParameterDefinition>>
  readonly objectives: ObjectiveMap
  readonly result?: { readonly from: 'stdout' } | { readonly from: 'file'; readonly path: string }
  readonly environment?: Readonly<Record<string, string | number | boolean>>
  /** Relative to the experiment's file; its folder if it does not say. */
  readonly workingDirectory?: string
}

/** A program in any language that is started once in each worker and given one individual after the other. */
export interface ProgramDefinition extends Omit<CommandDefinition, 'command' | 'result'>, SimulationPolicy {
  readonly program: readonly (string | number | boolean)[]
  /** Lines of shell that make the program's environment. */
  readonly setup?: readonly string[]
  /** How long a program is waited for that does not say that it is ready. */
  readonly ready?: number | string
}

/** One of the simulations that are there already, by its type. */
export type BuiltInOptimizeeDefinition = {
  [T in keyof typeof optimizees]: { readonly type: T } & z.input<(typeof optimizees)[T]['settings']> &
    ProblemDefinition &
    FailurePolicy
}[keyof typeof optimizees]

/** Which optimizer is meant: one that is there by its type, or a module that has one; with its settings. */
export type OptimizerDefinition =
  | {
      [T in keyof typeof optimizers]: { readonly type: T } & z.input<(typeof optimizers)[T]['settings']>
    }[keyof typeof optimizers]
  | OptimizerModuleDefinition

/** A module whose default export is a class of optimizers, with the settings that it has. */
export interface OptimizerModuleDefinition {
  /** Relative to the experiment's file. */
  readonly module: string
  readonly type?: never
  readonly [setting: string]: unknown
}

/**
 * An experiment with types from the parameters of its simulation to its report; the default export of an experiment file.
 *
 * @example
 * export default defineExperiment({
 *   name: 'valley',
 *   optimizee: defineOptimizee({
 *     parameters: { x: real(-5, 5), y: real(-5, 5) },
 *     objectives: { height: 'minimize' },
 *     simulate: ({ parameters: { x, y } }) => (1 - x) ** 2 + 100 * (y - x ** 2) ** 2,
 *   }),
 *   optimizer: { type: 'genetic-algorithm', generations: 100, seed: 1 },
 * })
 */
export function defineExperiment<P = Record<string, unknown>, Name extends string = string>(
  definition: ExperimentDefinition<P, Name>,
  ...surplus: readonly never[]
): ExperimentDefinition<P, Name> {
  refuseSurplus('defineExperiment', 1, surplus, '')
  const { optimizee } = Object(definition) as Partial<ExperimentDefinition<P, Name>>
  if (typeof optimizee !== 'object' || optimizee === null) {
    throw new ConfigurationError(`defineExperiment needs { optimizee, optimizer, runner ... }, got ${show(definition)}`)
  }
  // A module that was imported as a whole stands for its default export, for the worker too.
  return 'default' in optimizee ? { ...definition, optimizee: optimizee.default } : definition
}
