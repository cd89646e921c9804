import type { Individual } from '../../src/core/individual.ts'
import type { SimulationContext } from '../../src/core/optimizee.ts'
import { Random } from '../../src/core/random.ts'

/** What surrounds an attempt: what the worker has for every one of them, and what this one has of its own. */
export interface ContextSource {
  readonly attempt: number
  /** Gives the run's snapshot; called when the simulation first asks for it. */
  readonly snapshot: () => unknown
  readonly report: SimulationContext['report']
  /** Whether it need not go on. */
  readonly stopped: () => boolean
  /** The path of the individual's directory, which is made if need be. */
  readonly directory: SimulationContext['directory']
  readonly account: SimulationContext['account']
  readonly printedUntil: SimulationContext['printedUntil']
  readonly checkpoint: SimulationContext['checkpoint']
  readonly restore: SimulationContext['restore']
}

/**
 * What a simulation has beside its individual. Its parts are made when they are asked for, and it is a class rather than an
 * object with getters of its own, which cost more than many a simulation: most need few of them and many take microseconds.
 */
export class Context implements SimulationContext {
  readonly attempt: number
  readonly budget: number | undefined
  // Fields, since simulations take them out of the context.
  readonly report: SimulationContext['report']
  readonly directory: SimulationContext['directory']
  readonly account: SimulationContext['account']
  readonly printedUntil: SimulationContext['printedUntil']
  readonly checkpoint: SimulationContext['checkpoint']
  readonly restore: SimulationContext['restore']
  readonly #seed: number
  readonly #snapshot: () => unknown
  readonly #stopped: () => boolean
  #random: Random | undefined
  #controller: AbortController | undefined
  #abortReason: Error | undefined

  constructor({ seed, budget }: Pick<Individual, 'seed' | 'budget'>, source: ContextSource) {
    const { attempt, snapshot, report, stopped, directory, account, printedUntil, checkpoint, restore } = source
    this.attempt = attempt
    this.budget = budget
    this.report = report
    this.directory = directory
    this.account = account
    this.printedUntil = printedUntil
    this.checkpoint = checkpoint
    this.restore = restore
    this.#seed = seed
    this.#snapshot = snapshot
    this.#stopped = stopped
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
    return this.#snapshot()
  }

  get stopped(): boolean {
    return this.#stopped()
  }

  /** Tells the simulation that its result is not wanted any more; the first reason stays. */
  abort(reason: Error): void {
    this.#abortReason ??= reason
    this.#controller?.abort(this.#abortReason)
  }
}
