import { ConfigurationError } from '../core/errors.ts'
import type { Individual } from '../core/individual.ts'
import { Optimizer } from '../core/optimizer.ts'
import { guarded } from '../core/optimizer-error.ts'
import type { State } from '../core/plain-data.ts'
import type { Checkpoint } from '../core/record.ts'
import { type SearchCheckpoint, SearchState } from '../core/search-state.ts'
import type { Trajectory } from '../core/trajectory.ts'
import type { RecordWriter } from '../record/writer.ts'

/** Telling again what was told since the last checkpoint is to take no longer than this. */
const mostReplayMs = 1000

/** The same where a checkpoint would be a large part of the record. */
const mostReplayOfLargeMs = 10_000

/** Where an optimizer stood, with the newest generation that it had been asked for then. */
export interface Recalled {
  readonly told: number
  readonly asked: number
  readonly generation: number
}

/**
 * The checkpoints of a search: now and then the state of its optimizer is stored, and a search that goes on begins with
 * the newest. How often depends on how long the algorithm computes, so that states as large as all of a history are
 * stored rarely; what a search gives does not depend on it.
 */
export class Checkpoints {
  readonly #optimizer: Optimizer
  readonly #record: RecordWriter
  readonly #now: () => number
  /** How long the optimizer has computed since the last checkpoint; the first is due at once. */
  #spentMs = mostReplayMs
  /** How long that may be before a checkpoint is made to see how large it is: twice as long each time that it is too large. */
  #lookAtMs = mostReplayMs
  #isFirst = true

  /** @param now milliseconds since any moment */
  constructor(optimizer: Optimizer, record: RecordWriter, now: () => number = () => performance.now()) {
    this.#optimizer = optimizer
    this.#record = record
    this.#now = now
  }

  /** Calls the optimizer, and counts how long it takes. */
  timed<T>(call: () => T): T {
    const begin = this.#now()
    try {
      return call()
    } finally {
      this.#spentMs += this.#now() - begin
    }
  }

  /** The checkpoint that is to be stored now, if one is due. */
  due(place: Recalled): Checkpoint | undefined {
    // Who expands in a way of its own may do anything there: it cannot be told again.
    const cannotWait = this.#isFirst || expandsInItsOwnWay(this.#optimizer)
    if (!cannotWait && this.#spentMs < this.#lookAtMs) return undefined
    const checkpoint = this.#at(place)
    const canWait = !cannotWait && this.#spentMs < mostReplayOfLargeMs
    if (canWait && this.#record.isLarge(checkpoint)) {
      this.#lookAtMs = Math.min(2 * this.#spentMs, mostReplayOfLargeMs)
      return undefined
    }
    this.#begin()
    return checkpoint
  }

  #begin(): void {
    this.#spentMs = 0
    this.#lookAtMs = mostReplayMs
    this.#isFirst = false
  }

  /** Stores where the optimizer stands, so that going on takes no time; unless that is little, and the state large. */
  store(place: Recalled): void {
    if (this.#spentMs > 0) {
      const without = this.#spentMs < mostReplayOfLargeMs ? 'hardly later' : 'later'
      this.#record.addCheckpoint({ without, ...this.#at(place) })
    }
    this.#begin()
  }

  /**
   * Sets the optimizer to the newest checkpoint; to its beginning if there is none.
   * @throws ConfigurationError if it was made by another version of the algorithm
   */
  recall(trajectory: Trajectory): Recalled {
    const kept = this.#record.checkpoint()
    if (!kept) {
      this.#optimizer.search = SearchState.begin(this.#optimizer)
      return { told: 0, asked: 0, generation: -1 }
    }
    this.#begin()
    const { told, asked, value } = kept
    if (isOfVersion1(value)) {
      this.#optimizer.search = SearchState.resume(this.#optimizer, this.#fromVersion1(value.state, told, trajectory))
      return { told, asked, generation: trajectory.generation }
    }
    const { search, generation } = value as KeptSearch
    this.#optimizer.search = SearchState.resume(this.#optimizer, this.#inThisVersion(search))
    return { told, asked, generation }
  }

  #at({ told, asked, generation }: Recalled): Checkpoint {
    const value: KeptSearch = { search: this.#optimizer.search.checkpoint(), generation }
    return { told, asked, value, ...(expandsInItsOwnWay(this.#optimizer) && { without: 'lost' as const }) }
  }

  #inThisVersion(kept: SearchCheckpoint): SearchCheckpoint {
    const { version } = this.#optimizer
    return kept.version === version
      ? kept
      : { ...kept, version, state: this.#upgraded(kept.state, kept.version, kept.told) }
  }

  /** In version 1 of the record a state stood alone, and what it waited for was the newest generation. */
  #fromVersion1(state: State, told: number, trajectory: Trajectory): SearchCheckpoint {
    const { type, version } = this.#optimizer
    const individuals: readonly Individual[] = trajectory.individuals()
    const tags = Object.fromEntries(individuals.map(({ name }, place) => [name, place]))
    return { type, version, asked: told + individuals.length, told, state: this.#upgraded(state, 1, told), tags }
  }

  #upgraded(state: State, from: number, told: number): State {
    const { type, version } = this.#optimizer
    const upgraded = guarded(this.#optimizer, 'upgrade', told, () => this.#optimizer.upgrade(state, from))
    if (upgraded !== undefined) return upgraded
    throw new ConfigurationError(
      `${this.#record.directory} was begun with version ${from} of the optimizer ${type}, and this is version ${version}, which cannot go on from there; go on with the package that it was begun with, or choose another name and take what this run knows (warmStart: ${this.#record.directory}).`,
    )
  }
}

interface KeptSearch {
  readonly search: SearchCheckpoint
  readonly generation: number
}

function isOfVersion1(value: unknown): value is { readonly version: 1; readonly state: State } {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1 && 'state' in value
}

/** Whether `postProcess` may be more than telling and asking. */
export function expandsInItsOwnWay(optimizer: Optimizer): boolean {
  return optimizer.postProcess !== Optimizer.prototype.postProcess
}
