import type { FailureCause } from '../../src/core/evaluation.ts'
import { type IndividualId, nameOf } from '../../src/core/individual.ts'
import { show } from '../../src/core/text.ts'
import { RunnerFailure } from './runner-failure.ts'

/** What came of one of the first individuals of a search: null as long as nothing has. */
export interface FirstOutcome extends IndividualId {
  readonly outcome: 'done' | 'failed' | 'stopped' | null
  readonly cause: FailureCause | null
}

/** The part of the record that knows how a search began. */
export interface FirstOutcomesStore {
  /** The outcomes of the first individuals of a search, at most `count`, in their order. */
  firstOutcomes(count: number): readonly FirstOutcome[]
}

/**
 * Gives up a search in which nothing works, as soon as its first individuals have all failed for good, or as the first one
 * that has a result lacks what a constraint asks for. They are the first in the order of the search, not in that of the
 * answers, so that what fails at once does not outrun what takes its time.
 */
export class FirstOutcomes {
  readonly #record: FirstOutcomesStore
  readonly #count: number
  #isSettled: boolean
  #failure: RunnerFailure | undefined

  /** @param count how many of the first must have failed; 0: a search is never given up */
  constructor(record: FirstOutcomesStore, count: number) {
    this.#record = record
    this.#count = count
    this.#isSettled = count === 0
  }

  /** Why the search is to stop, if nothing works. */
  get failure(): RunnerFailure | undefined {
    return this.#failure
  }

  /** Looks again; to be called when something has failed, or when a search goes on. */
  look(): void {
    if (this.#isSettled) return
    const outcomes = this.#record.firstOutcomes(this.#count)
    const [first] = outcomes
    // What failed without a result says nothing of what results have.
    const telling = outcomes.find(({ outcome, cause }) => outcome !== 'failed' || cause?.missing !== undefined)
    if (telling?.outcome === 'failed') {
      this.#giveUp(`its constraints ask for ${show(telling.cause!.missing)}, which no simulation gives`, telling)
    } else if (telling === undefined && outcomes.length === this.#count) {
      this.#giveUp(`its first ${this.#count} individuals have failed (runner.giveUpAfter)`, first!)
    } else {
      this.#isSettled = typeof telling?.outcome === 'string'
    }
  }

  #giveUp(reason: string, example: FirstOutcome): void {
    this.#isSettled = true
    this.#failure = new RunnerFailure(
      `The search was given up, since ${reason}; ${nameOf(example)}: ${example.cause?.message}`,
    )
  }
}
