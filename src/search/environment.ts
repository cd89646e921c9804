import { setImmediate } from 'node:timers/promises'
import type { Runner } from '../../runtime/runner/runner.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { Evaluation } from '../core/evaluation.ts'
import type { Individual } from '../core/individual.ts'
import type { Optimizer } from '../core/optimizer.ts'
import type { State } from '../core/plain-data.ts'
import { type SearchCheckpoint, SearchState } from '../core/search-state.ts'
import type { Trajectory } from '../core/trajectory.ts'
import type { RecordWriter } from '../record/writer.ts'
import type { EvaluationCache } from './evaluation-cache.ts'
import { GenerationResults } from './generation-results.ts'

/** How far a search is. */
export interface Progress {
  readonly generation: number
  readonly generations: number
  /** Individuals of this generation, and how many of them are evaluated. */
  readonly size: number
  readonly evaluated: number
  /** Failed evaluations, and all evaluations, of the whole search. */
  readonly failed: number
  readonly totalEvaluated: number
  readonly best?: { readonly fitness: readonly number[]; readonly generation: number; readonly index: number }
  readonly elapsedMs: number
}

/** What a search need not find out by itself. */
export interface Knowledge {
  /** Generation -1: what the optimizer is told before the first. */
  readonly evaluations?: readonly Evaluation[]
  /** What other runs have simulated. */
  readonly cache?: EvaluationCache | undefined
}

/** So many individuals are looked up and stored at once. */
const lookedUpAtOnce = 1000

/** The loop: run a generation, hand the results to the optimizer, go on while it expands. */
export class Environment {
  readonly #trajectory: Trajectory
  readonly #optimizer: Optimizer
  readonly #store: RecordWriter
  readonly #onProgress: (progress: Progress) => void
  readonly #begin = performance.now()
  /** The generation in whose middle an earlier runner start may have stopped. */
  readonly #resumed: number
  /** How many evaluations the optimizer was told before it asked for the newest generation. */
  #told = 0
  #failed: number
  #totalEvaluated: number
  #best: Evaluation | undefined

  constructor(
    trajectory: Trajectory,
    optimizer: Optimizer,
    store: RecordWriter,
    onProgress: (progress: Progress) => void = () => {},
  ) {
    this.#trajectory = trajectory
    this.#optimizer = optimizer
    this.#store = store
    this.#onProgress = onProgress
    this.#resumed = trajectory.generation
    const { done, failed } = store.counts()
    this.#failed = failed
    this.#totalEvaluated = done + failed
    this.#best = store.best(1)[0] as Evaluation | undefined
  }

  /** How many evaluations the optimizer was told before it asked for the newest generation. */
  get told(): number {
    return this.#told
  }

  /**
   * Runs until the optimizer expands no more.
   * @returns whether the search has ended; false if the signal stopped it
   */
  async run(runner: Runner, signal: AbortSignal, { evaluations: known = [], cache }: Knowledge = {}): Promise<boolean> {
    const trajectory = this.#trajectory
    if (trajectory.generation < 0) this.#expand(runner, known)
    else this.#resume()
    for (;;) {
      const evaluations = await this.#runGeneration(runner, signal, cache)
      if (!evaluations) return false
      const { generation } = trajectory
      await runner.createZipfile(generation)
      this.#expand(runner, evaluations)
      if (trajectory.generation === generation) return true
    }
  }

  #resume(): void {
    const { told, value } = this.#store.checkpoint()!
    this.#told = told
    this.#optimizer.search = SearchState.resume(this.#optimizer, this.#checkpointOf(told, value))
  }

  /** Of a record that was begun in version 1 the checkpoint holds the state of an algorithm of version 1. */
  #checkpointOf(told: number, value: unknown): SearchCheckpoint {
    const kept = value as SearchCheckpoint | { readonly version: 1; readonly state: State }
    if ('tags' in kept) return kept
    const state = this.#optimizer.upgrade(kept.state, 1)
    if (state === undefined) throw new ConfigurationError(`${this.#optimizer.type} cannot go on from version 1.`)
    const { type, version } = this.#optimizer
    const individuals = this.#trajectory.individuals()
    const tags = Object.fromEntries(individuals.map((individual, place) => [individual.name, place]))
    return { type, version, asked: told + individuals.length, told, state, tags }
  }

  /** The evaluations of the newest generation in the order of its individuals; undefined if it was stopped. */
  async #runGeneration(
    runner: Runner,
    signal: AbortSignal,
    cache: EvaluationCache | undefined,
  ): Promise<Evaluation[] | undefined> {
    const individuals = this.#trajectory.individuals()
    const results = new GenerationResults(individuals)
    this.#store.numberTold((individual) => results.toldNumber(individual, this.#told))
    const open = this.#trajectory.generation === this.#resumed ? this.#recall(results) : individuals
    this.#report(results.known)
    const pending = cache ? await this.#reuse(cache, open, results, signal) : open
    for await (const { evaluations, standIns } of runner.simulateGeneration(pending, signal)) {
      for (const standIn of standIns) results.expect(standIn)
      for (const evaluation of evaluations) {
        results.add(evaluation)
        this.#count(evaluation)
      }
      this.#report(results.known)
    }
    return results.all()
  }

  /** Takes what other runs have simulated as if it had been simulated here; gives what is still to do. */
  async #reuse(
    cache: EvaluationCache,
    open: readonly Individual[],
    results: GenerationResults,
    signal: AbortSignal,
  ): Promise<Individual[]> {
    for (let from = 0; from < open.length && !signal.aborted; from += lookedUpAtOnce) {
      await setImmediate() // a stop is heard also where nothing has to be simulated
      const { evaluations, batch } = cache.find(open.slice(from, from + lookedUpAtOnce), this.#store.epoch)
      if (evaluations.length === 0) continue
      this.#store.commit(batch)
      for (const evaluation of evaluations) {
        results.add(evaluation)
        this.#count(evaluation)
      }
      this.#report(results.known)
    }
    return open.filter((individual) => results.isOpen(individual))
  }

  /** Fills in what the record holds of the generation in whose middle the run was stopped; gives what is still to do. */
  #recall(results: GenerationResults): Individual[] {
    const { generation } = this.#trajectory
    const standIns = this.#store.replacements(generation).map(({ individual }) => individual)
    for (const standIn of standIns) results.expect(standIn)
    for (const evaluation of this.#store.evaluations(generation) as Evaluation[]) results.add(evaluation)
    return [...this.#trajectory.individuals(), ...standIns].filter((individual) => results.isOpen(individual))
  }

  #expand(runner: Runner, evaluations: readonly Evaluation[]): void {
    const before = this.#trajectory.generation
    const told = before < 0 ? 0 : this.#told + evaluations.length
    this.#optimizer.postProcess(this.#trajectory, evaluations)
    if (this.#trajectory.generation === before) return
    const { search } = this.#optimizer
    this.#told = told
    const checkpoint = { told, asked: search.asked, value: search.checkpoint() }
    runner.dumpTraj(this.#trajectory, checkpoint, this.#optimizer.summarize(search.state))
  }

  #count(evaluation: Evaluation): void {
    this.#totalEvaluated++
    if (evaluation.outcome === 'failed') this.#failed++
    const { objectives } = this.#optimizer
    if (evaluation.outcome === 'done' && (!this.#best || objectives.score(evaluation) > objectives.score(this.#best))) {
      this.#best = evaluation
    }
  }

  #report(evaluated: number): void {
    const best = this.#best
    this.#onProgress({
      generation: this.#trajectory.generation,
      generations: this.#optimizer.settings.generations,
      size: this.#trajectory.individuals().length,
      evaluated,
      failed: this.#failed,
      totalEvaluated: this.#totalEvaluated,
      elapsedMs: performance.now() - this.#begin,
      ...(best?.outcome === 'done' && {
        best: { fitness: best.fitness, generation: best.individual.generation, index: best.individual.index },
      }),
    })
  }
}
