import { type FailureCause, type Outputs, readResult, type SimulationFailure } from '../../src/core/evaluation.ts'
import type { Individual } from '../../src/core/individual.ts'
import type { Optimizee } from '../../src/core/optimizee.ts'
import { Timer } from '../../src/system/timer.ts'
import { Context, type ContextSource } from './context.ts'

/** What came of one attempt. */
export type AttemptOutcome =
  | { readonly fitness: readonly number[]; readonly outputs?: Outputs | undefined }
  | { readonly cause: FailureCause }

export interface AttemptSurroundings extends ContextSource {
  /** Milliseconds that it may take. */
  readonly timeout?: number | undefined
}

/** Thrown at a simulation through its abort signal. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}

/** One attempt at an individual, in this process. */
export class Attempt {
  readonly #optimizee: Optimizee
  readonly #individual: Individual
  readonly #surroundings: AttemptSurroundings
  readonly #context: Context
  #abortReason: Error | undefined

  constructor(optimizee: Optimizee, individual: Individual, surroundings: AttemptSurroundings) {
    this.#optimizee = optimizee
    this.#individual = individual
    this.#surroundings = surroundings
    this.#context = new Context(individual.seed, surroundings)
  }

  /** Simulates; a simulation that is synchronous gives its outcome at once. Never throws. */
  run(): AttemptOutcome | Promise<AttemptOutcome> {
    try {
      const result = this.#optimizee.simulate(this.#individual, this.#context)
      return isPromise(result) ? this.#settle(result) : this.#outcomeOf(result)
    } catch (error) {
      return this.#failed(error)
    }
  }

  /** Tells the simulation that its result is not wanted any more. */
  abort(reason: Error): void {
    this.#abortReason ??= reason
    this.#context.abort(this.#abortReason)
  }

  async #settle(result: Promise<unknown>): Promise<AttemptOutcome> {
    const { timeout } = this.#surroundings
    const timer =
      timeout === undefined
        ? undefined
        : new Timer(timeout, () => this.abort(new TimeoutError(`it took longer than ${timeout} ms`)))
    try {
      return this.#outcomeOf(await result)
    } catch (error) {
      return this.#failed(error)
    } finally {
      timer?.cancel()
    }
  }

  #outcomeOf(result: unknown): AttemptOutcome {
    if (this.#abortReason instanceof TimeoutError) return this.#timedOut()
    const read = readResult(result, this.#optimizee.objectives.names)
    if ('refusal' in read) return badResult(read.refusal)
    const refusal = read.outputs && refuseOutputs(read.outputs)
    return refusal === undefined ? read : badResult(refusal)
  }

  #failed(error: unknown): AttemptOutcome {
    if (isSimulationFailure(error)) return { cause: checkedCause(error.cause) }
    if (this.#abortReason instanceof TimeoutError) return this.#timedOut()
    return { cause: causeOf(error) }
  }

  #timedOut(): AttemptOutcome {
    return { cause: { kind: 'timeout', message: `The simulation took longer than ${this.#surroundings.timeout} ms.` } }
  }
}

/** The cause that a thrown value stands for; anything can be thrown, also what cannot be turned into text. */
export function causeOf(error: unknown): FailureCause {
  try {
    if (!(error instanceof Error)) return { kind: 'threw', message: shorten(`The simulation threw ${String(error)}.`) }
    const { name, message, stack } = error
    return { kind: 'threw', message: shorten(`${name}: ${message}`), ...(stack && { stack: shorten(String(stack)) }) }
  } catch {
    return { kind: 'threw', message: 'The simulation threw something that has no text.' }
  }
}

/** A cause that a simulation has made itself, in the form that the record needs. */
function checkedCause(given: FailureCause): FailureCause {
  try {
    const { kind, detail, message, exitCode, signal, stack, stage } = given
    return {
      kind: typeof kind === 'string' ? kind : 'threw',
      ...(typeof detail === 'string' && { detail }),
      message: shorten(String(message)),
      ...(typeof exitCode === 'number' && { exitCode }),
      ...(typeof signal === 'string' && { signal }),
      ...(typeof stack === 'string' && { stack: shorten(stack) }),
      ...(typeof stage === 'string' && { stage: shorten(stage) }),
    }
  } catch {
    return causeOf(undefined)
  }
}

/** Of a text that is kept with every attempt, so much is kept. */
const longestText = 20_000

function shorten(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}...` : text
}

function badResult(message: string): AttemptOutcome {
  return { cause: { kind: 'bad-result', message } }
}

/** JSON and msgpack are read by recursion, everywhere; SQLite reads JSON of up to 1000 levels. */
const deepestOutputs = 500
/** What refers to one thing many times is as large as if it had it many times. */
const mostNodes = 5_000_000

/** Why outputs cannot be recorded; undefined if they can. */
function refuseOutputs(outputs: Outputs): string | undefined {
  let nodes = 0
  const refuse = (value: unknown, depth: number): string | undefined => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined
    if (depth > deepestOutputs) return `The outputs of the simulation are nested more than ${deepestOutputs} deep.`
    if (++nodes > mostNodes) return `The outputs of the simulation are more than ${mostNodes} arrays and objects.`
    const parts = value instanceof Map || value instanceof Set ? value.values() : Object.values(value)
    for (const part of parts) {
      const refusal = typeof part === 'object' ? refuse(part, depth + 1) : undefined
      if (refusal !== undefined) return refusal
    }
    return undefined
  }
  return refuse(outputs, 1)
}

/** Whether it is one although its class came with the optimizee's bundle and is another than ours. */
function isSimulationFailure(error: unknown): error is SimulationFailure {
  return (
    error instanceof Error &&
    error.name === 'SimulationFailure' &&
    typeof error.cause === 'object' &&
    error.cause !== null
  )
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
