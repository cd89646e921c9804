import { basename, extname } from 'node:path'
import type { Direction } from '../core/objectives.ts'
import type { Optimizee, OptimizeeSource } from '../core/optimizee.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { type PlainData, plainDataOf } from '../core/plain-data.ts'
import type { RunnerSettings } from '../core/runner-settings.ts'
import type { SearchPlan } from './searched.ts'

/**
 * What makes two searches the same: all that their results depend on, and nothing else. A run is gone on with by whoever
 * wants the same search: the command, a program, a batch or a grid.
 *
 * | part | what it holds |
 * |---|---|
 * | `parameters` | names, kinds and bounds, in their order |
 * | `objectives` | names and weights, in their order; directions of a search for a front |
 * | `constraints` | their names or expressions, where there are any |
 * | `optimizee` | the simulation, see `NamedSimulation` |
 * | `replications` | how often each individual is simulated, and what of that is its fitness; left out where it is once |
 * | `budget` | how much of the simulation there is, where there is a choice |
 * | `reference` | what hypervolumes are measured from, where it is given |
 * | `optimizer` | type, the earliest version whose runs it goes on with, and settings, the seed among them |
 * | `failures` | `timeout`, `retries`, `onFailure`: who has failed, and what takes the place |
 * | `warmStart` | what was known before, as it was named |
 * | `plan` | the order of telling, its window, first guesses and the horizon, where they are not the usual ones |
 *
 * Not part of it: limits (how many generations), which may be raised; workers, launchers and machines, and how often a
 * worker may die (`crashRetries`), which change no result; the code of the simulation, whose changes are told.
 */
export interface RunIdentity {
  readonly version: 2
  readonly parameters: PlainData
  readonly objectives: readonly (readonly [name: string, weight: number | Direction])[]
  readonly constraints?: readonly string[]
  readonly optimizee: { readonly module: string | null; readonly options: PlainData }
  readonly replications?: PlainData
  readonly budget?: PlainData
  readonly reference?: PlainData
  readonly optimizer: { readonly type: string; readonly version: number; readonly settings: PlainData }
  readonly failures: {
    readonly timeout: number | null
    readonly retries: number
    readonly onFailure: RunnerSettings['onFailure']
  }
  readonly warmStart: string | null
  readonly plan?: PlainData
}

/** A simulation in the words of whoever asked for it, so that it stays the same where everything is moved. */
export interface NamedSimulation {
  /** The module's name without folder and ending; null of what has no module of its own. */
  readonly module: string | null
  readonly options?: unknown
}

export interface SearchParts {
  readonly optimizer: Optimizer
  readonly optimizee: Optimizee
  /** What names the simulation; by default the place where workers find it. */
  readonly simulation?: NamedSimulation | undefined
  readonly failures: Pick<RunnerSettings, 'timeout' | 'retries' | 'onFailure'>
  readonly warmStart?: string | undefined
  readonly plan?: SearchPlan | undefined
}

export function identityOf({ optimizer, optimizee, simulation, failures, warmStart, plan }: SearchParts): RunIdentity {
  const { module, options } = simulation ?? nameOfSource(optimizee.source)
  const { generations: _, ...settings } = optimizer.settings
  const { replications, budget, reference, objectives, constraints } = optimizee
  const { names, weights, wantsFront, definition } = objectives
  const isOfFront = wantsFront && optimizer.abilities.searches // what only plays points plays the same ones
  return {
    version: 2,
    parameters: plainDataOf(optimizee.space.definitions),
    objectives: names.map((name, i) => [name, isOfFront ? definition[name]! : weights[i]!]),
    ...(constraints.size > 0 && { constraints: constraints.names }),
    optimizee: { module, options: plainDataOf(options ?? null) },
    ...(replications && { replications: plainDataOf(replications) }),
    ...(budget && { budget: plainDataOf(budget) }),
    ...(reference && { reference: plainDataOf(reference) }),
    optimizer: { type: optimizer.type, version: optimizer.since, settings: plainDataOf(settings) },
    failures: { timeout: failures.timeout ?? null, retries: failures.retries, onFailure: failures.onFailure },
    warmStart: warmStart ?? null,
    ...identityOfPlan(plan, optimizer),
  }
}

/** A search in generations without first guesses is described as it always was. */
function identityOfPlan(
  { order = 'generations', window, start = [], horizon }: SearchPlan = {},
  optimizer: Optimizer,
): object {
  if (order === 'generations' && start.length === 0 && horizon === undefined) return {}
  const steady = order === 'generations' ? {} : { window: window ?? optimizer.populationSize }
  return { plan: plainDataOf({ order, ...steady, start, horizon }) }
}

export function nameOfSource(source: OptimizeeSource | undefined): NamedSimulation {
  if (!source) return { module: null }
  return { module: basename(source.module, extname(source.module)), options: source.options }
}
