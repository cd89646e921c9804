import { isNativeError } from 'node:util/types'
import { Batch } from '../../src/core/batch.ts'
import type { Individual } from '../../src/core/individual.ts'
import type { BatchContext, Optimizee } from '../../src/core/optimizee.ts'
import { takeResults } from '../../src/core/results-of-many.ts'
import { show } from '../../src/core/text.ts'
import { Timer } from '../../src/system/timer.ts'
import { Context, type ContextSource } from './context.ts'
import { type AttemptOutcome, badResult, outcomeOf, outcomeOfThrown, TimeoutError, timedOut } from './outcome.ts'

/** One of several individuals that are simulated together. */
export interface BatchMember extends ContextSource {
  readonly individual: Individual
}

export interface BatchSurroundings<M extends BatchMember> {
  readonly snapshot: () => unknown
  /** Milliseconds that may pass until an individual is answered. */
  readonly timeout: number | undefined
  /** Hears what came of an individual as soon as it is known. */
  readonly onOutcome: (member: M, outcome: AttemptOutcome) => void
  /** Hears why all that have no answer have failed together, after so many milliseconds; what it gives is waited for. */
  readonly onFailure: (failure: AttemptOutcome, milliseconds: number) => Promise<void> | undefined
  /** Hears that some are simulated again in smaller company. */
  readonly onSmaller: () => void
}

/**
 * Attempts at several individuals at once, in this process. A failure of the whole is nobody's: those that have no answer
 * yet are simulated again, half of them at a time, until the individual at fault is alone.
 */
export class BatchAttempt<M extends BatchMember> {
  readonly #optimizee: Optimizee
  readonly #members: readonly M[]
  readonly #surroundings: BatchSurroundings<M>
  #together: Together<M> | undefined
  #abortReason: Error | undefined

  constructor(optimizee: Optimizee, members: readonly M[], surroundings: BatchSurroundings<M>) {
    this.#optimizee = optimizee
    this.#members = members
    this.#surroundings = surroundings
  }

  /** Simulates, and gives whether all are answered: not if this was broken off. Never throws. */
  async run(): Promise<boolean> {
    const parts: (readonly M[])[] = [this.#members]
    for (let part = parts.pop(); part; part = parts.pop()) {
      this.#together = new Together(this.#optimizee, part, this.#surroundings)
      const unanswered = await this.#together.run()
      if (unanswered.length === 0) continue
      if (this.#abortReason) return false
      const half = Math.ceil(unanswered.length / 2)
      if (half < unanswered.length) parts.push(unanswered.slice(half))
      parts.push(unanswered.slice(0, half))
      this.#surroundings.onSmaller()
    }
    return true
  }

  /** Tells the simulation that no result is wanted any more. */
  abort(reason: Error): void {
    this.#abortReason ??= reason
    this.#together?.abort(this.#abortReason)
  }
}

/** One call of `simulateMany`, with its time. */
class Together<M extends BatchMember> {
  readonly #optimizee: Optimizee
  readonly #members: readonly M[]
  readonly #surroundings: BatchSurroundings<M>
  readonly #contexts: readonly Context[]
  readonly #controller = new AbortController()
  readonly #unanswered: Set<M>
  #timer: Timer | undefined
  #answeredAt = performance.now()
  #abortReason: Error | undefined

  constructor(optimizee: Optimizee, members: readonly M[], surroundings: BatchSurroundings<M>) {
    this.#optimizee = optimizee
    this.#members = members
    this.#surroundings = surroundings
    this.#contexts = members.map((member) => new Context(member.individual, member))
    this.#unanswered = new Set(members)
  }

  /** Simulates, and gives those that are to be simulated again. */
  async run(): Promise<readonly M[]> {
    const { timeout } = this.#surroundings
    if (timeout !== undefined) this.#watch(timeout, timeout)
    let failure: AttemptOutcome | undefined
    try {
      const batch = new Batch(
        this.#members.map(({ individual }) => individual),
        this.#optimizee.space,
      )
      const returned = await this.#optimizee.simulateMany!(batch, this.#context)
      await takeResults(returned, this.#members.length, (position, result) => this.#take(position, result))
    } catch (error) {
      failure = outcomeOfThrown(error, this.#abortReason)
    }
    this.#timer?.cancel()
    if (this.#abortReason instanceof TimeoutError) failure ??= timedOut(this.#abortReason)
    const unanswered = [...this.#unanswered]
    if (failure && unanswered.length > 0)
      await this.#surroundings.onFailure(failure, performance.now() - this.#answeredAt)
    if (failure && this.#members.length > 1) return unanswered
    for (const member of unanswered) this.#surroundings.onOutcome(member, failure ?? forgotten)
    return []
  }

  abort(reason: Error): void {
    this.#abortReason ??= reason
    this.#controller.abort(this.#abortReason)
    for (const context of this.#contexts) context.abort(this.#abortReason)
  }

  get #context(): BatchContext {
    const { snapshot } = this.#surroundings
    return {
      signal: this.#controller.signal,
      get snapshot() {
        return snapshot()
      },
      of: (position) => this.#contextOf(position),
    }
  }

  #contextOf(position: number): Context {
    const context = this.#contexts[position]
    if (!context)
      throw new RangeError(`of(position) needs one of ${this.#contexts.length} positions, got ${show(position)}`)
    return context
  }

  /** What comes too late is not taken, as of an individual that is alone. */
  #take(position: number, result: unknown): void {
    if (this.#abortReason instanceof TimeoutError) return
    const member = this.#members[position]!
    this.#unanswered.delete(member)
    this.#answeredAt = performance.now()
    const { names } = this.#optimizee.objectives
    const outcome = isNativeError(result) ? outcomeOfThrown(result, this.#abortReason) : outcomeOf(result, names)
    this.#surroundings.onOutcome(member, outcome)
  }

  /** The time counts from the last answer: a simulation may answer one individual after the other. */
  #watch(timeout: number, left: number): void {
    this.#timer = new Timer(left, () => {
      const rest = this.#answeredAt + timeout - performance.now()
      if (rest > 0) this.#watch(timeout, rest)
      else this.abort(new TimeoutError(timeout))
    })
  }
}

const forgotten = badResult('The simulation gave no result for this individual among those that it simulated together.')
