import type { Runner } from '../../runtime/runner/runner.ts'
import type { Evaluation } from '../core/evaluation.ts'
import { type Individual, type IndividualId, nameOf } from '../core/individual.ts'
import { type BegunGeneration, type ProposedIndividual, proposedAs } from '../core/record.ts'
import { pointsOf } from '../core/replications.ts'
import { Replicates } from '../core/samples.ts'
import { requireParents } from './known-parents.ts'
import { Repeats } from './repeats.ts'
import { reuseKnown } from './reuse.ts'
import { checkReplayed, type Knowledge, type Searched } from './searched.ts'
import { type AskedBefore, lookBack, pastOf, placeIn } from './steady-past.ts'
import { summaryAt } from './summaries.ts'
import { ArrivalLine, OrderedLine, type ToldLine } from './told-line.ts'

/**
 * A search that asks for the next individuals while others are pending. Individual n is named by its block and its place
 * in it. The optimizer is asked once after each telling, so that what is recorded says when it was asked for how many.
 */
export class SteadySearch {
  readonly #searched: Searched
  readonly #order: 'ordered' | 'arrival'
  /** How many individuals may be ahead of the telling. */
  readonly #window: number
  /** How many individuals a block has. */
  readonly size: number
  readonly #line: ToldLine
  readonly #replicates: Replicates
  /** Whether the optimizer hears what individuals report on their way. */
  readonly #hears: boolean
  /** The pending individuals whose reports the optimizer hears, by their names. */
  readonly #pending = new Set<string>()
  /** When it was asked last; the reports that it hears before it is told more must not lead to another answer. */
  #askedAt = -1
  /** How often it was told, and individuals that it was asked for; stand-ins count where each is told by itself. */
  #told = 0
  #asked = 0
  /** What was asked for after the newest checkpoint, and has not been asked for again. */
  #recorded: readonly AskedBefore[] = []
  #limit: string | undefined
  /** Blocks whose individuals have all been told are packed; in the order of arrival, at the end. */
  #packed = 0

  constructor(searched: Searched, order: 'ordered' | 'arrival', window: number) {
    this.#searched = searched
    this.#order = order
    this.#window = window
    this.size = searched.optimizer.populationSize
    this.#line = order === 'ordered' ? new OrderedLine(this.size) : new ArrivalLine()
    this.#hears = searched.optimizer.abilities.reports ?? false
    if (this.#hears) searched.record.noteHeard()
    this.#replicates = new Replicates(searched.trajectory.replications, searched.optimizer.objectives)
  }

  /** What has ended it, as a sentence's end. */
  get limit(): string | undefined {
    return this.#limit
  }

  get told(): number {
    return this.#told
  }

  /** @returns whether the search has ended; false if it was stopped */
  async run(runner: Runner, signal: AbortSignal, { evaluations: known = [], cache }: Knowledge): Promise<boolean> {
    const { record } = this.#searched
    if (this.#order === 'ordered') record.numberTold((individual) => placeIn(individual, this.size))
    const open = this.#begin(known)
    const repeats = Repeats.of(record, this.#searched.optimizer)
    const addAll = (evaluations: readonly Evaluation[]) => {
      for (const evaluation of evaluations) this.#add(evaluation)
    }
    /** Adds what is known of individuals; gives those that are to be simulated. */
    const reuse = async (individuals: readonly Individual[]): Promise<readonly Individual[]> => {
      const found = new Set<string>()
      if (cache) {
        await reuseKnown(cache, individuals, record, signal, (evaluations) => {
          for (const { individual } of evaluations) found.add(nameOf(individual))
          addAll(evaluations)
        })
      }
      const left = found.size === 0 ? individuals : individuals.filter(({ name }) => !found.has(name))
      const { first, known } = repeats?.begin(left) ?? { first: left, known: [] }
      addAll(known)
      return first
    }
    let next = await reuse([...open, ...this.#advance(runner)])
    for (let more = cache !== undefined || repeats !== undefined; more && !signal.aborted; ) {
      const further = this.#advance(runner)
      more = further.length > 0
      next = [...next, ...(await reuse(further))]
    }
    for await (const { evaluations, standIns } of runner.simulateGeneration(next, signal)) {
      for (const standIn of standIns) {
        this.#line.expectStandIn(standIn)
        this.#pending.add(standIn.name)
      }
      addAll(evaluations)
      const { known, next } = repeats?.follow(evaluations) ?? { known: [], next: [] }
      addAll(known)
      runner.addIndividuals(next)
      for (let more = true; more; ) {
        const asked = this.#advance(runner)
        const left = await reuse(asked)
        runner.addIndividuals(left)
        more = left.length < asked.length && !signal.aborted
      }
      // In the order of arrival, pieces of any block may still be printed.
      if (this.#order === 'ordered') await this.#packBlocks(runner)
      this.#report()
    }
    if (this.#line.pending > 0) return false
    await this.#packBlocks(runner)
    const { optimizer, ends } = this.#searched
    this.#limit = this.#reachedLimit() ?? ends.ownReason(optimizer, Math.floor(this.#asked / this.size))
    return true
  }

  #expect(point: Individual): void {
    this.#line.expect(point)
    if (this.#hears) this.#pending.add(point.name)
  }

  /** What is new; of a point that is replicated, it is told once all its samples are there. */
  #add(evaluation: Evaluation): void {
    const point = this.#replicates.add(evaluation)
    if (point) this.#line.add(point)
    this.#searched.tally.count(point)
  }

  /** Stores where the optimizer stands. */
  keep(): void {
    this.#searched.left?.sweep()
    if (this.#recorded.length === 0 && this.#asked > 0) this.#searched.checkpoints.store(this.#place)
  }

  /** Takes up what is recorded; gives the individuals of it of which nothing has come. */
  #begin(known: readonly Evaluation[]): readonly Individual[] {
    const { trajectory, optimizer, checkpoints, start, left } = this.#searched
    const { told, asked } = checkpoints.recall(trajectory)
    this.#told = told
    this.#asked = asked
    if (asked === 0) {
      if (known.length > 0) optimizer.search.tell(known)
      optimizer.search.guess(start)
    }
    if (this.#order === 'ordered') this.#packed = Math.floor(told / this.size)
    const { open, evaluated, recorded, standIns } = pastOf(this.#searched, this.#order, { told, asked })
    lookBack(this.#searched, this.#order, told)
    for (const point of pointsOf([...open.values()], trajectory.replications)) this.#expect(point)
    left?.expect(open.values())
    for (const standIn of standIns) {
      open.set(standIn.name, standIn)
      this.#line.expectStandIn(standIn)
      this.#pending.add(standIn.name)
    }
    for (const evaluation of evaluated) {
      const point = this.#replicates.add(evaluation)
      if (point) this.#line.add(point)
      open.delete(nameOf(evaluation.individual))
    }
    this.#recorded = recorded
    return [...open.values()]
  }

  /** Tells what is there and asks after each telling, as long as there is something to tell; gives what is new. */
  #advance(runner: Runner): readonly Individual[] {
    const { optimizer, checkpoints } = this.#searched
    const { search } = optimizer
    const stopped: IndividualId[] = []
    const fresh: ProposedIndividual[] = []
    const begun: BegunGeneration[] = []
    checkpoints.timed(() => {
      for (;;) {
        this.#ask(fresh, begun)
        if (this.#hears) stopped.push(...this.#hear())
        const portion = this.#line.next()
        if (!portion) break
        search.tell(portion)
        if (this.#pending.size > 0) for (const { individual } of portion) this.#pending.delete(nameOf(individual))
        this.#searched.left?.tell(portion)
        this.#searched.ends.tell(portion)
        this.#told++
      }
    })
    if (fresh.length > 0) {
      const checkpoint = checkpoints.due(this.#place)
      this.#searched.record.addIndividuals(fresh, { begun, checkpoint })
    }
    this.#searched.left?.sweepIfDue()
    const wanted = stopped.filter((one) => this.#pending.has(nameOf(one)))
    if (wanted.length > 0) runner.stopIndividuals(wanted)
    return fresh.map(({ individual }) => individual)
  }

  #ask(fresh: ProposedIndividual[], begun: BegunGeneration[]): void {
    const { trajectory, optimizer } = this.#searched
    const { search } = optimizer
    if (this.#recorded.length > 0) {
      this.#askAgain()
      return
    }
    if (this.#hears && this.#askedAt === this.#told) return
    this.#askedAt = this.#told
    const room = Math.min(this.#window - this.#line.pending, this.#most - this.#asked)
    if (room <= 0 || this.#reachedLimit() !== undefined) return
    const proposals = search.askAtMost(room)
    if (proposals.length === 0) return
    requireParents(optimizer, proposals, this.#searched.record, (parent) => this.#has(parent))
    const before = trajectory.generation
    const replicates = trajectory.fExtend(proposals, optimizer.settings.seed, this.size)
    const points = replicates.map(([first]) => first)
    this.#searched.left?.expect(points)
    search.expect(points)
    this.#asked += points.length
    for (let generation = before + 1; generation <= trajectory.generation; generation++) {
      begun.push({ generation, summary: summaryAt(optimizer, generation * this.size, this.size) })
    }
    replicates.forEach((individuals, i) => {
      this.#expect(points[i]!)
      for (const individual of individuals) fresh.push(proposedAs(individual, proposals[i], this.#told))
    })
  }

  /** Whether an individual was asked for: its block and its place in it say which of all it is. */
  #has({ generation, index, replicate }: IndividualId): boolean {
    if (replicate !== 0 || generation < 0 || index < 0 || index >= this.size) return false
    return generation * this.size + index < this.#asked
  }

  /** Hears what was reported before the next evaluation, as the record has it; gives who need not go on. */
  #hear(): readonly IndividualId[] {
    const { record, optimizer } = this.#searched
    const { search } = optimizer
    const upTo = record.heardAt(this.#told)
    if (upTo === undefined || upTo <= search.heard) return []
    const reports = record.reportsBetween(search.heard, upTo)
    return reports.flatMap((report) => (this.#pending.has(nameOf(report.individual)) ? search.report(report) : []))
  }

  /** Asks for what was asked for at this point, according to the record. */
  #askAgain(): void {
    const { optimizer, record } = this.#searched
    const count = this.#recorded.findIndex(({ after }) => after !== this.#told)
    const again = (count < 0 ? this.#recorded : this.#recorded.slice(0, count)).map(({ individual }) => individual)
    if (again.length === 0) return
    this.#recorded = this.#recorded.slice(again.length)
    checkReplayed(optimizer, optimizer.search.ask(again.length), again, record.directory)
    optimizer.search.expect(again)
    this.#asked += again.length
  }

  /** How many individuals the limits of the search allow. */
  get #most(): number {
    const { optimizer, limits, ends } = this.#searched
    const generations = Math.min(optimizer.mostGenerations, limits.generations ?? Number.POSITIVE_INFINITY)
    return Math.min(generations * this.size, ends.mostEvaluations)
  }

  /** The limit of the search that allows no further individual. */
  #reachedLimit(): string | undefined {
    const reached = { generations: Math.floor(this.#asked / this.size), evaluations: this.#asked }
    return this.#searched.ends.reason(reached, { generations: 1, evaluations: 1 })
  }

  get #place() {
    return { told: this.#told, asked: this.#asked, generation: this.#searched.trajectory.generation }
  }

  /** Places of which all is told; in the order of arrival, what was told counts stand-ins as well. */
  get #settled(): number {
    return this.#asked - this.#line.pending
  }

  async #packBlocks(runner: Runner): Promise<void> {
    for (; (this.#packed + 1) * this.size <= this.#settled; this.#packed++) await runner.createZipfile(this.#packed)
  }

  #report(): void {
    const { trajectory, tally, ends } = this.#searched
    const generations = Math.ceil(this.#most / this.size)
    const { generation } = trajectory
    const begun = generation * this.size
    const evaluated = Math.max(0, this.#settled - begun)
    tally.report({ generation, generations, ...ends.room, size: this.#asked - begun, evaluated })
  }
}
