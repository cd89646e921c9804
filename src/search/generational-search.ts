import type { Runner } from '../../runtime/runner/runner.ts'
import type { Evaluation } from '../core/evaluation.ts'
import type { Individual, IndividualId } from '../core/individual.ts'
import { pointsOf } from '../core/replications.ts'
import { Replicates } from '../core/samples.ts'
import { expandsInItsOwnWay } from './checkpoints.ts'
import { refuseHopeless } from './ended-before.ts'
import { GenerationResults } from './generation-results.ts'
import { KnownGenerations, requireParents } from './known-parents.ts'
import { postProcess } from './own-methods.ts'
import { Repeats } from './repeats.ts'
import { reuseKnown } from './reuse.ts'
import { checkReplayed, type Knowledge, type Searched } from './searched.ts'
import { summaryAt } from './summaries.ts'
import type { Tally } from './tally.ts'

/** A search in generations: all of one are told before the next is asked for. */
export class GenerationalSearch {
  readonly #searched: Searched
  /** The generation in whose middle an earlier runner start may have stopped. */
  readonly #resumed: number
  readonly #repeats: Repeats | undefined
  readonly #known = new KnownGenerations()
  /** Whether the newest generation has been told, and nothing follows. */
  #hasEnded = false
  /** How many places of the trajectory the optimizer was told before it asked for the newest generation. */
  #told = 0
  /** What came of the newest generation so far. */
  #results: GenerationResults | undefined
  /** The same function for all generations: V8 compiles what calls it for one function. */
  readonly #toldNumber = (individual: IndividualId) => this.#results?.placeOf(individual, this.#told) ?? null
  #limit: string | undefined

  constructor(searched: Searched) {
    this.#searched = searched
    this.#resumed = searched.trajectory.generation
    this.#repeats = Repeats.of(searched.record, searched.optimizer)
  }

  /** What has ended it, as a sentence's end. */
  get limit(): string | undefined {
    return this.#limit
  }

  get told(): number {
    return this.#told
  }

  /** How many individuals the newest generation has, replicates of one counted once, stand-ins not at all. */
  get size(): number {
    const { trajectory } = this.#searched
    return trajectory.individuals().length / (trajectory.replications?.count ?? 1)
  }

  /** @returns whether the search has ended; false if it was stopped */
  async run(runner: Runner, signal: AbortSignal, knowledge: Knowledge): Promise<boolean> {
    const { trajectory } = this.#searched
    this.#searched.left?.expect(trajectory.individuals())
    if (trajectory.generation < 0) this.#expand(runner, knowledge.evaluations ?? [])
    else this.#goOn(knowledge.evaluations ?? [])
    for (;;) {
      const evaluations = await this.#runGeneration(runner, signal, knowledge)
      if (!evaluations) return false
      const { generation } = trajectory
      await runner.createZipfile(generation)
      // Of one alone nobody can say whether it is to blame, or what is the same for all.
      if (generation === 0 && this.size > 1 && runner.givesUp) refuseHopeless(this.#searched.record)
      this.#expand(runner, evaluations)
      this.#hasEnded = trajectory.generation === generation
      if (this.#hasEnded) return true
    }
  }

  /** Stores where the optimizer stands, if it waits for a generation. */
  keep(): void {
    const { trajectory, checkpoints } = this.#searched
    const { generation } = trajectory
    if (this.#hasEnded || generation < 0) return
    checkpoints.store({ told: this.#told, asked: this.#told + this.size, generation })
  }

  /** Tells the recorded generations again, from the newest checkpoint on. */
  #goOn(known: readonly Evaluation[]): void {
    const { trajectory, optimizer, record, checkpoints, ends } = this.#searched
    const { told, generation: waiting } = checkpoints.recall(trajectory)
    const { search } = optimizer
    const { replications } = trajectory
    this.#told = told
    for (let generation = 0; ends.looksBack && generation < trajectory.generation; generation++) {
      ends.tell(new Replicates(replications, optimizer.objectives).join(record.evaluations(generation)))
    }
    if (waiting < 0) {
      if (known.length > 0) search.tell(known)
      search.guess(this.#searched.start)
    }
    for (let generation = waiting; generation < trajectory.generation; generation++) {
      checkpoints.timed(() => {
        if (generation >= 0) {
          this.#told += pointsOf(record.individuals(generation), replications).length
          search.tell(new Replicates(replications, optimizer.objectives).join(record.evaluations(generation)))
        }
        const recorded = pointsOf(record.individuals(generation + 1), replications)
        checkReplayed(optimizer, search.ask(optimizer.populationSize), recorded, record.directory)
        search.expect(recorded)
      })
    }
  }

  /** The evaluations of the newest generation in the order in which they are told; undefined if it was stopped. */
  async #runGeneration(
    runner: Runner,
    signal: AbortSignal,
    { cache }: Knowledge,
  ): Promise<readonly Evaluation[] | undefined> {
    const { trajectory, optimizer, record, tally } = this.#searched
    const individuals = trajectory.individuals()
    const results = new GenerationResults(individuals, trajectory.replications, optimizer.objectives)
    this.#results = results
    record.numberTold(this.#toldNumber)
    const isResumed = trajectory.generation === this.#resumed
    const open = isResumed ? this.#recall(results) : individuals
    tally.expect(individuals, isResumed ? record.evaluations(trajectory.generation) : [])
    this.#report(results.known)
    const onKnown = (evaluations: readonly Evaluation[]) => {
      countAll(evaluations, results, tally)
      this.#report(results.known)
    }
    if (cache) await reuseKnown(cache, open, record, signal, onKnown)
    const pending = cache ? open.filter((individual) => results.isOpen(individual)) : open
    const repeats = this.#repeats
    const { first, known } = repeats?.begin(pending) ?? { first: pending, known: [] }
    if (known.length > 0) onKnown(known)
    for await (const { evaluations, standIns } of runner.simulateGeneration(first, signal)) {
      for (const standIn of standIns) results.expect(standIn)
      onKnown(evaluations)
      if (!repeats) continue
      const { known, next } = repeats.follow(evaluations)
      if (known.length > 0) onKnown(known)
      runner.addIndividuals(next)
    }
    return results.all()
  }

  /** Fills in what the record holds of the generation in whose middle the run was stopped; gives what is still to do. */
  #recall(results: GenerationResults): readonly Individual[] {
    const { trajectory, record } = this.#searched
    const { generation } = trajectory
    const standIns = record.replacements(generation).map(({ individual }) => individual)
    for (const standIn of standIns) results.expect(standIn)
    for (const evaluation of record.evaluations(generation)) results.add(evaluation)
    return [...trajectory.individuals(), ...standIns].filter((individual) => results.isOpen(individual))
  }

  #expand(runner: Runner, evaluations: readonly Evaluation[]): void {
    const { trajectory, optimizer, checkpoints, ends, start, left } = this.#searched
    const before = trajectory.generation
    const told = before < 0 ? 0 : this.#told + this.size
    const { search } = optimizer
    if (before < 0) search.guess(start)
    else ends.tell(evaluations)
    // How large the next generation is may depend on what came of this one.
    let untold = evaluations
    const tellAll = () => {
      if (untold.length > 0) checkpoints.timed(() => search.tell(untold))
      untold = []
    }
    if (!expandsInItsOwnWay(optimizer)) tellAll()
    this.#limit = this.#reachedLimit()
    left?.tell(evaluations)
    if (this.#limit !== undefined) {
      tellAll()
      left?.sweep()
      return
    }
    checkpoints.timed(() => postProcess(optimizer, trajectory, untold))
    const { generation } = trajectory
    if (generation === before) {
      this.#limit = ends.ownReason(optimizer, generation + 1)
      left?.sweep()
      return
    }
    requireParents(optimizer, trajectory.proposals, this.#searched.record, (parent) => this.#known.has(parent))
    this.#known.add(generation, trajectory.individuals())
    this.#told = told
    const checkpoint = checkpoints.due({ told, asked: told + this.size, generation })
    runner.dumpTraj(trajectory, told, { summary: summaryAt(optimizer, told, this.size), checkpoint })
    left?.expect(trajectory.individuals())
    left?.sweep()
  }

  /** The limit of the search that allows no further generation. */
  #reachedLimit(): string | undefined {
    const { generation } = this.#searched.trajectory
    const reached = { generations: generation + 1, evaluations: generation < 0 ? 0 : this.#told + this.size }
    return this.#searched.ends.reason(reached, { generations: 1, evaluations: this.#nextSize(reached.evaluations) })
  }

  /** How large the next generation is; at most, as long as the limit leaves room for more. */
  #nextSize(evaluated: number): number {
    const { optimizer, ends } = this.#searched
    const most = optimizer.search.generationSize()
    const fits = evaluated + most <= ends.mostEvaluations
    // Some propose fewer than there is room for, which only asking tells.
    return fits || expandsInItsOwnWay(optimizer)
      ? most
      : Math.min(most, optimizer.search.wouldAsk(optimizer.populationSize))
  }

  #report(evaluated: number): void {
    const { trajectory, tally, optimizer, limits, ends } = this.#searched
    const generations = Math.min(optimizer.mostGenerations, limits.generations ?? Number.POSITIVE_INFINITY)
    tally.report({ generation: trajectory.generation, generations, ...ends.room, size: this.size, evaluated })
  }
}

function countAll(evaluations: readonly Evaluation[], results: GenerationResults, tally: Tally): void {
  for (let i = 0; i < evaluations.length; i++) tally.count(results.add(evaluations[i]!))
}
