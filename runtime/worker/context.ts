import type { Individual } from '../../src/core/individual.ts'
import type { ProcessUsage, SimulationContext } from '../../src/core/optimizee.ts'
import { Random } from '../../src/core/random.ts'

/** What an attempt's simulation may ask for. */
export interface ContextSource {
  readonly attempt: number
  /** Gives the run's snapshot; called when the simulation first asks for it. */
  snapshot(): unknown
  report(step: number, value: number): boolean
  /** Whether it need not go on. */
  stopped(): boolean
  /** The path of the individual's directory, which is made if need be. */
  directory(options?: { readonly make: boolean }): string
  account(usage: ProcessUsage): void
  printedUntil(bytes: number): void
  checkpoint(options?: { readonly make: boolean }): string
  restore(): string | undefined
}

/**
 * What a simulation has beside its individual. Its parts are made when they are asked for, and it is a class rather than an
 * object with getters of its own, which cost more than many a simulation: most need few of them and many take microseconds.
 */
export class Context implements SimulationContext {
  readonly attempt: number
  readonly budget: number | undefined
  readonly #seed: number
  readonly #source: ContextSource
  #random: Random | undefined
  #controller: AbortController | undefined
  #abortReason: Error | undefined

  constructor({ seed, budget }: Pick<Individual, 'seed' | 'budget'>, source: ContextSource) {
    this.attempt = source.attempt
    this.budget = budget
    this.#seed = seed
    this.#source = source
  }

  get random(): Random {
    this.#random ??= Random.of(this.#seed, 'simulate')
    return this.#random
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController()
      if (this.#abortReason) this.#controller.abort(this.#abortReason)
    }
    return this.#controller.signal
  }

  get snapshot(): unknown {
    return this.#source.snapshot()
  }

  get stopped(): boolean {
    return this.#source.stopped()
  }

  // Functions that need no `this`, since simulations take them out of the context.

  get report(): SimulationContext['report'] {
    return (step, value) => this.#source.report(step, value)
  }

  get directory(): SimulationContext['directory'] {
    return (options) => this.#source.directory(options)
  }

  get account(): SimulationContext['account'] {
    return (usage) => this.#source.account(usage)
  }

  get printedUntil(): SimulationContext['printedUntil'] {
    return (bytes) => this.#source.printedUntil(bytes)
  }

  get checkpoint(): SimulationContext['checkpoint'] {
    return (options) => this.#source.checkpoint(options)
  }

  get restore(): SimulationContext['restore'] {
    return () => this.#source.restore()
  }

  /** Tells the simulation that its result is not wanted any more; the first reason stays. */
  abort(reason: Error): void {
    this.#abortReason ??= reason
    this.#controller?.abort(this.#abortReason)
  }
}
