import { Stopped } from '../../src/core/evaluation.ts'
import type { Individual } from '../../src/core/individual.ts'
import type { Optimizee, Upcoming } from '../../src/core/optimizee.ts'
import { Timer } from '../../src/system/timer.ts'
import { Context, type ContextSource } from './context.ts'
import { type AttemptOutcome, outcomeOf, outcomeOfThrown, TimeoutError, timedOut } from './outcome.ts'

/** What is simulated, and what its simulation may ask for. */
export interface Simulated extends ContextSource {
  readonly individual: Individual
  /** Milliseconds that it may take. */
  readonly timeout?: number | undefined
}

/** One attempt at an individual, in this process. */
export class Attempt {
  readonly #optimizee: Optimizee
  readonly #simulated: Simulated
  readonly #context: Context
  #abortReason: Error | undefined

  constructor(optimizee: Optimizee, simulated: Simulated) {
    this.#optimizee = optimizee
    this.#simulated = simulated
    this.#context = new Context(simulated.individual, simulated)
  }

  get upcoming(): Upcoming {
    return { individual: this.#simulated.individual, context: this.#context }
  }

  /** Simulates; a simulation that is synchronous gives its outcome at once. Never throws. */
  run(): AttemptOutcome | Promise<AttemptOutcome> {
    try {
      const result = this.#optimizee.simulate(this.#simulated.individual, this.#context)
      return isPromise(result) ? this.#settle(result) : this.#outcomeOf(result)
    } catch (error) {
      return outcomeOfThrown(error, this.#abortReason)
    }
  }

  /** Tells the simulation that its result is not wanted any more. */
  abort(reason: Error): void {
    this.#abortReason ??= reason
    this.#context.abort(this.#abortReason)
  }

  /** Tells the simulation that it need not go on: a result that comes all the same is taken. */
  stop(): void {
    this.#context.abort(new Stopped())
  }

  async #settle(result: Promise<unknown>): Promise<AttemptOutcome> {
    const { timeout } = this.#simulated
    const timer = timeout === undefined ? undefined : new Timer(timeout, () => this.abort(new TimeoutError(timeout)))
    try {
      return this.#outcomeOf(await result)
    } catch (error) {
      return outcomeOfThrown(error, this.#abortReason)
    } finally {
      timer?.cancel()
    }
  }

  #outcomeOf(result: unknown): AttemptOutcome {
    if (this.#abortReason instanceof TimeoutError) return timedOut(this.#abortReason)
    return outcomeOf(result, this.#optimizee.objectives.names)
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
