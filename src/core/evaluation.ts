import { ConfigurationError } from './errors.ts'
import type { Individual } from './individual.ts'
import type { State } from './plain-data.ts'
import { printable, show } from './text.ts'

/** What came of an individual. A failed evaluation is data: it ranks last and never stops the others. */
export type Evaluation<P = Record<string, unknown>> = DoneEvaluation<P> | FailedEvaluation<P> | StoppedEvaluation<P>

interface Told<P> {
  readonly individual: Individual<P>
  /** What its proposal carried; undefined if the optimizer had not asked for it, or the proposal carried nothing. */
  readonly tag?: State | undefined
}

export interface DoneEvaluation<P = Record<string, unknown>> extends Told<P> {
  readonly outcome: 'done'
  /** One finite number per objective, in the order of the objectives. */
  readonly fitness: readonly number[]
  /** The fitness of each replicate that was done, in their order; only of a point that is simulated several times. */
  readonly samples?: readonly (readonly number[])[] | undefined
  /** The standard error of the samples' mean for each objective; null of one sample. */
  readonly standardError?: readonly (number | null)[] | undefined
  /** By how much the evaluation violates constraints of results, taken together; nothing where there are none, or where it keeps them. */
  readonly violation?: number | undefined
  /** Whatever else the simulation returned, by name. */
  readonly outputs?: Outputs | undefined
}

/** What constraints say of a result: a number for each of them, or why they cannot say any, and it is none. */
export type Judge = (
  individual: Pick<Individual, 'parameters'>,
  fitness: readonly number[],
  outputs: Outputs | undefined,
) => { readonly constraints: readonly number[] } | { readonly cause: FailureCause }

export interface FailedEvaluation<P = Record<string, unknown>> extends Told<P> {
  readonly outcome: 'failed'
  readonly cause: FailureCause
}

/** An evaluation that was stopped on its way, since the optimizer saw from its reports that it is not worth while. */
export interface StoppedEvaluation<P = Record<string, unknown>> extends Told<P> {
  readonly outcome: 'stopped'
  /** The last value that it reported. */
  readonly fitness: readonly number[]
  /** Constraints of results say nothing of a part. */
  readonly violation?: undefined
}

/** Thrown at a simulation, and by one, that is stopped on its way. */
export class Stopped extends Error {
  override readonly name = 'Stopped'

  constructor() {
    super('it was stopped on its way')
  }
}

export function isFailed<P>(evaluation: Evaluation<P>): evaluation is FailedEvaluation<P> {
  return evaluation.outcome === 'failed'
}

/** Why a search ends that an individual's failure is to stop. */
export function stoppingFailure({ individual, cause }: FailedEvaluation): string {
  return `Individual ${individual.name} failed for good: ${cause.message}`
}

/** Whether two failures are the same, in the words of the simulation. */
export function isSameFailure(a: FailureCause, b: FailureCause): boolean {
  return a.kind === b.kind && a.exitCode === b.exitCode && a.signal === b.signal && a.message === b.message
}

export type Outputs = Readonly<Record<string, unknown>>

export type FailureKind =
  /** The simulation threw, or its command could not be started. */
  | 'threw'
  /** The command ended with a code other than 0, or by a signal. */
  | 'exit'
  /** The simulation took longer than its timeout. */
  | 'timeout'
  /** The simulation answered with something that is not a fitness: nothing, garbage, NaN, the wrong number of elements. */
  | 'bad-result'
  /** The worker process died or fell silent while it held this individual. */
  | 'worker-lost'
  /** The worker's pipe file was damaged. */
  | 'channel-damaged'

/** What a scheduler says of the end of a worker. */
export type FailureDetail =
  | 'out-of-memory'
  | 'killed'
  | 'node-failure'
  | 'time-limit'
  | 'preempted'
  | 'requeued'
  | 'cancelled'
  /** Nothing says that it has ended, but its heart has stopped. */
  | 'silent'

/** Why an attempt failed. */
export interface FailureCause {
  readonly kind: FailureKind
  /** What took a lost worker, where that is known. */
  readonly detail?: FailureDetail | undefined
  /** One sentence. */
  readonly message: string
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  /** The stack of what was thrown, if anything was. */
  readonly stack?: string | undefined
  /** How far the simulation had come, if it says so, in its own words. */
  readonly stage?: string | undefined
  /** What a constraint asks for and the result does not have, which cannot be judged so. */
  readonly missing?: string | undefined
}

/** Thrown by a simulation that knows the cause of its failure better than a stack can say. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure'
  override readonly cause: FailureCause

  constructor(cause: FailureCause) {
    if (typeof cause?.message !== 'string') {
      throw new ConfigurationError(
        `SimulationFailure needs a cause like { kind: 'threw', message: 'no convergence' }, got ${show(cause)}`,
      )
    }
    super(cause.message)
    this.cause = cause
  }
}

/** What a simulation may return: a number, a vector, or an object with the objectives' names; its other keys are outputs. */
export type SimulationResult = number | readonly number[] | Readonly<Record<string, unknown>>

/** The fitness and outputs in what a simulation returned, or a sentence that says what is wrong with it. */
export function readResult(
  result: unknown,
  objectives: readonly string[],
): { readonly fitness: number[]; readonly outputs?: Outputs } | { readonly refusal: string } {
  if (typeof result === 'number' && objectives.length === 1 && Number.isFinite(result)) return { fitness: [result + 0] }
  const wanted = `a finite number for ${objectives.length === 1 ? objectives[0] : `each of ${objectives.join(', ')}`}`
  const refuse = (got: unknown) => ({ refusal: `The simulation must return ${wanted}, got ${show(got)}.` })
  if (Array.isArray(result) || ArrayBuffer.isView(result)) {
    const fitness = Array.from(result as ArrayLike<unknown>)
    return fitness.length === objectives.length && fitness.every(Number.isFinite)
      ? { fitness: fitness.map((element) => (element as number) + 0) } // -0 and 0 are one number to JSON and msgpack
      : refuse(fitness)
  }
  if (typeof result !== 'object' || result === null) return refuse(result)
  const named = result as Record<string, unknown>
  const missing = objectives.filter((name) => !Object.hasOwn(named, name))
  if (missing.length > 0) {
    const found = Object.keys(named).slice(0, 20).map(printable).join(', ') || 'nothing'
    return {
      refusal: `The simulation must return ${wanted}; its result has no ${missing.join(', no ')}, but ${found}.`,
    }
  }
  const fitness = objectives.map((name) => named[name])
  if (!fitness.every((element) => Number.isFinite(element))) {
    return refuse(Object.fromEntries(objectives.map((name, i) => [name, fitness[i]])))
  }
  const outputs = Object.entries(named).filter(([name]) => !objectives.includes(name))
  return {
    fitness: fitness.map((element) => (element as number) + 0),
    ...(outputs.length > 0 && { outputs: Object.fromEntries(outputs) }),
  }
}
