import { ConfigurationError } from '../core/errors.ts'
import type { Individual } from '../core/individual.ts'
import { Optimizer } from '../core/optimizer.ts'
import { guarded } from '../core/optimizer-error.ts'
import type { State } from '../core/plain-data.ts'
import type { Checkpoint, KeptCheckpoint } from '../core/record.ts'
import { type SearchCheckpoint, SearchState } from '../core/search-state.ts'
import type { Trajectory } from '../core/trajectory.ts'
import type { RecordWriter } from '../record/writer.ts'
import { type KeptSearch, packSearch, unpackSearch } from './kept-search.ts'
import { toldNumbers } from './told-numbers.ts'

/** Telling again what was told since the last checkpoint is to take no longer than this. */
const mostReplayMs = 1000

/** The same where a checkpoint would be a large part of the record, although it refers to what stands there. */
const mostReplayOfLargeMs = 10_000

/** What it takes, about, to look up what the record has of an individual that a large state may refer to. */
const lookUpMs = 0.01

/** An optimizer has computed for so many times as long as a checkpoint takes, at least, before the next is made. */
const leastBetween = 10

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
  /** How long it took to make the newest. */
  #makingMs = 0
  #isFirst = true

  /** @param now milliseconds since any moment */
  constructor(optimizer: Optimizer, record: RecordWriter, now: () => number) {
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
    if (!cannotWait && this.#isTooLarge(checkpoint)) {
      const next = Math.min(2 * this.#spentMs, mostReplayOfLargeMs)
      this.#lookAtMs = Math.max(next, this.#spentMs + leastBetween * this.#makingMs)
      return undefined
    }
    this.#begin()
    return checkpoint
  }

  #isTooLarge({ state }: Checkpoint): boolean {
    return this.#spentMs < mostReplayOfLargeMs && this.#record.isLarge(state.length)
  }

  #begin(): void {
    this.#spentMs = 0
    this.#lookAtMs = Math.max(mostReplayMs, leastBetween * this.#makingMs)
    this.#isFirst = false
  }

  /** Stores where the optimizer stands, so that going on takes no time; unless that is little, and the state large. */
  store(place: Recalled): void {
    if (this.#spentMs > 0) {
      const checkpoint = this.#at(place)
      if (checkpoint.without === 'lost' || !this.#isTooLarge(checkpoint)) this.#record.addCheckpoint(checkpoint)
    }
    this.#begin()
  }

  /**
   * Sets the optimizer to the newest checkpoint; to its beginning if there is none.
   * @throws ConfigurationError if it was made by another version of the algorithm
   */
  recall(trajectory: Trajectory): Recalled {
    const kept = this.#newest()
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

  /** The newest checkpoint whose search is there: one that refers to what the record has lost is told again. */
  #newest(): KeptCheckpoint | undefined {
    for (let kept = this.#record.checkpoint(); kept !== undefined; kept = this.#record.checkpoint(kept.told - 1)) {
      const { told } = kept
      const value = unpackSearch(kept.value, () => toldNumbers(this.#record, this.#optimizer, told))
      if (value !== undefined) return { ...kept, value }
    }
    return undefined
  }

  #at({ told, asked, generation }: Recalled): Checkpoint {
    const began = this.#now()
    const kept: KeptSearch = { search: this.#optimizer.search.checkpoint(), generation }
    const isLarge = (bytes: number) => this.#record.isLarge(bytes)
    if (expandsInItsOwnWay(this.#optimizer)) {
      return { told, asked, state: packSearch(kept, isLarge, undefined), without: 'lost' }
    }
    const numbers = () => toldNumbers(this.#record, this.#optimizer, told)
    const state = packSearch(kept, isLarge, this.#mayRefer(told) ? numbers : undefined)
    this.#makingMs = this.#now() - began
    return { told, asked, state }
  }

  /** Whether to look up so many individuals takes little beside telling them again. */
  #mayRefer(told: number): boolean {
    const leastMs = Math.min(leastBetween * lookUpMs * told, mostReplayOfLargeMs)
    return this.#spentMs >= Math.max(mostReplayMs, leastMs)
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
    // A later version is never upgraded from: what an earlier one makes of its state would be a guess.
    if (from < version) {
      const upgraded = guarded(this.#optimizer, 'upgrade', told, () => this.#optimizer.upgrade(state, from))
      if (upgraded !== undefined) return upgraded
    }
    throw new ConfigurationError(
      `${this.#record.directory} was begun with version ${from} of the optimizer ${type}, and this is version ${version}, which cannot go on from there; go on with the package that it was begun with, or choose another name and take what this run knows (warmStart: ${this.#record.directory}).`,
    )
  }
}

function isOfVersion1(value: unknown): value is { readonly version: 1; readonly state: State } {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1 && 'state' in value
}

/** Whether `postProcess` may be more than telling and asking. */
export function expandsInItsOwnWay(optimizer: Optimizer): boolean {
  return optimizer.postProcess !== Optimizer.prototype.postProcess
}
