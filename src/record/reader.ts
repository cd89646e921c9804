import type { BudgetRange } from '../core/budget.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { DoneEvaluation, Evaluation } from '../core/evaluation.ts'
import type { Individual, IndividualId } from '../core/individual.ts'
import { type ObjectiveMap, Objectives } from '../core/objectives.ts'
import { aText, checkArgument } from '../core/options.ts'
import { ParameterGroup } from '../core/parameter-group.ts'
import type { PlainData } from '../core/plain-data.ts'
import type { KeptCheckpoint } from '../core/record.ts'
import { type Reference, vectorOf } from '../core/reference.ts'
import type { Replications } from '../core/replications.ts'
import type { TrajectoryHistory } from '../core/trajectory.ts'
import {
  bestOfFronts,
  bestOfParts,
  bestPoints,
  bestReplicated,
  hasReplicates,
  hasWhole,
  isMetAgain,
  pointOf,
  sampledPoint,
} from './best-points.ts'
import { type FrontPoint, frontOf, membersOfFront, type RunFront } from './front-points.ts'
import { pointCounts } from './point-counts.ts'
import { RecordFile } from './record-file.ts'
import { type Counts, type EvaluatedRow, evaluationOf, individualOf, type Manifest } from './rows.ts'
import { isPart } from './schema.ts'
import { stateIn } from './stored-state.ts'
import { WorkReader } from './work-reader.ts'

/** What the record of one run says: every question that is put to it. */
export class RecordReader extends WorkReader implements TrajectoryHistory {
  #objectives: Objectives | undefined
  /** Null where each individual is simulated once. */
  #replications: Replications | null | undefined
  /** Null where all individuals have the whole of the simulation. */
  #budget: BudgetRange | null | undefined

  /** Whether the directory is one of a run; its record may be damaged, or lost. */
  static exists(directory: string): boolean {
    return RecordFile.exists(directory)
  }

  /** Whether there is nothing in the record yet. */
  static isUnmade(directory: string): boolean {
    return RecordFile.isUnmade(directory)
  }

  /** Opens the record for reading; never blocks its writer. @throws ConfigurationError if there is none */
  static openForReading(directory: string): RecordReader {
    checkArgument('openForReading', 'the run directory', directory, aText)
    return new RecordReader(RecordFile.openForReading(directory))
  }

  get directory(): string {
    return this.file.directory
  }

  /** Keeps what is read from here as it is now, whatever is written meanwhile, until it is disposed of. */
  holdStill(): Disposable {
    return this.file.holdStill()
  }

  close(): void {
    this.file.close()
  }

  manifest(): Manifest {
    const rows = this.file.all<{ key: string; value: string }>('select key, value from manifest')
    return Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value) as PlainData]))
  }

  get objectives(): Objectives {
    this.#objectives ??= this.#readObjectives()
    return this.#objectives
  }

  /** Whether a front is looked for; not before anything is known of the problem. */
  get wantsFront(): boolean {
    return this.manifest().objectives !== undefined && this.objectives.wantsFront
  }

  /** What hypervolumes are measured from, as soon as that is settled. */
  get reference(): readonly number[] | null {
    const named = this.manifest().reference as Reference | undefined
    return named ? vectorOf(named, this.objectives) : null
  }

  /** The operators that have made individuals, by the numbers that these have in their `origin`. */
  get operators(): readonly string[] {
    return (this.manifest().operators ?? []) as readonly string[]
  }

  /** How often each individual is simulated, if it is more than once. */
  get replications(): Replications | undefined {
    if (this.#replications === undefined) {
      this.#replications = (this.manifest().replications ?? null) as unknown as Replications | null
    }
    return this.#replications ?? undefined
  }

  /** How much of the simulation there is, where an individual may be given a part of it. */
  get budget(): BudgetRange | undefined {
    if (this.#budget === undefined) this.#budget = (this.manifest().budget ?? null) as unknown as BudgetRange | null
    return this.#budget ?? undefined
  }

  /**
   * How much of the budget those have that may be held against each other: the whole, or, as long as none is done with it, the
   * most. Undefined of a problem without a budget.
   */
  get comparedBudget(): number | undefined {
    if (this.budget === undefined) return undefined
    const { high } = this.budget
    const row = this.file.get<{ most: number | null }>(
      `select max(min(coalesce(budget, ?), ?)) as most from evaluated where outcome = 'done'`,
      high,
      high,
    )
    return row?.most ?? high
  }

  #readObjectives(): Objectives {
    const { objectives } = this.manifest()
    if (objectives) return new Objectives(objectives as ObjectiveMap)
    throw new ConfigurationError(
      `${this.directory} has not begun: nothing is known yet of its parameters and objectives.`,
    )
  }

  /** Lets the problem be asked for anew, since the manifest has changed. */
  protected forgetProblem(): void {
    this.#objectives = undefined
    this.#replications = undefined
    this.#budget = undefined
  }

  // Generations

  /** The newest checkpoint of the optimizer, or the newest of those that had been told no more than so many. */
  checkpoint(atMost = Number.MAX_SAFE_INTEGER): KeptCheckpoint | undefined {
    const row = this.file.get<{ told: number; asked: number; state: Buffer }>(
      'select told, asked, state from checkpoints where told <= ? order by told desc limit 1',
      atMost,
    )
    return row && { told: row.told, asked: row.asked, value: stateIn(row.state) }
  }

  /** The individuals that an optimizer proposed, without stand-ins, in the order of asking, from that number on. */
  *proposed(from = 0): Generator<{ readonly individual: Individual; readonly after: number }, void> {
    const rows = this.file.iterate<EvaluatedRow & { readonly after: number }>(
      `select generation, "index", replicate, seed, parameters, budget, continues, after from individuals where replaces is null
       order by generation, "index", replicate limit -1 offset ?`,
      from,
    )
    for (const row of rows) yield { individual: individualOf(row), after: row.after }
  }

  /** What the optimizer was told, in this order, from that number on, and before another. */
  *told(from = 0, before = Number.MAX_SAFE_INTEGER): Generator<Evaluation, void> {
    // A long run is searched only in the generations that were told last: those that say so, and where they are told in their
    // order the ones from which on all that was told is newer.
    const rows = this.file.iterate<EvaluatedRow>(
      `select e.* from generations g join evaluated e using (generation)
       where (g.last_told >= @from or g.generation >= coalesce((
           select generation from evaluations where told <= @from
           order by generation desc, "index" desc, replicate desc limit 1), 0))
         and e.told >= @from and e.told < @before order by e.told, generation, e."index"`,
      { from, before },
    )
    for (const row of rows) yield evaluationOf(row)
  }

  /** What the optimizer had been told when it had been told so many, without outputs, the newest individuals first. */
  *toldBefore(before: number): Generator<Evaluation, void> {
    const rows = this.file.iterate<EvaluatedRow>(
      `select generation, "index", replicate, seed, parameters, null as budget, null as continues, outcome, fitness, violation,
              null as outputs, null as cause
       from evaluated where told < ? order by generation desc, "index" desc, replicate desc`,
      before,
    )
    for (const row of rows) yield evaluationOf(row)
  }

  /** How many individuals the optimizer was asked for, replicates of one counted once. */
  get asked(): number {
    return this.simulations / (this.replications?.count ?? 1)
  }

  /** How many simulations it has asked for, stand-ins not counted. */
  get simulations(): number {
    return this.file.get<{ count: number }>('select count(*) as count from individuals where replaces is null')!.count
  }

  get generations(): number {
    return this.file.get<{ count: number }>('select count(*) as count from generations')!.count
  }

  individuals(generation: number): Individual[] {
    return this.file
      .all<EvaluatedRow>(
        'select generation, "index", replicate, seed, parameters, budget, continues from individuals where generation = ? and replaces is null order by "index", replicate',
        generation,
      )
      .map(individualOf)
  }

  /** The individuals of a generation that stand in for others, with whom they replace. */
  replacements(generation: number): { readonly individual: Individual; readonly replaces: number }[] {
    return this.file
      .all<EvaluatedRow>(
        'select generation, "index", replicate, seed, parameters, budget, continues, replaces from individuals where generation = ? and replaces is not null order by "index", replicate',
        generation,
      )
      .map((row) => ({ individual: individualOf(row), replaces: row.replaces! }))
  }

  evaluations(generation: number): Evaluation[] {
    return this.file
      .all<EvaluatedRow>(
        `select * from evaluated where generation = ? and outcome <> 'pending' order by "index", replicate`,
        generation,
      )
      .map(evaluationOf)
  }

  /** What all samples of an individual come to together, where it is simulated several times and has not failed. */
  sampledPoint(id: IndividualId): DoneEvaluation | undefined {
    return sampledPoint(this.file, id, this.objectives, this.replications)
  }

  /**
   * The best evaluations, best first: those that violate no constraint, then those that violate them less. Where points are
   * replicated, the means of the best points; where a front is looked for, its most balanced points. Of a problem with a
   * budget those that have all of it, or, as long as there is none, those that have the most of it.
   */
  best(count: number): Evaluation[] {
    const { replications, budget } = this
    if (this.wantsFront) return bestOfFronts(this.file, count, this.objectives, replications)
    if (budget && !hasWhole(this.file)) return bestOfParts(this.file, count, this.objectives, replications)
    if (replications && (count > 1 || isMetAgain(this.file, replications)))
      return bestReplicated(this.file, count, this.objectives, replications)
    if (!replications && hasReplicates(this.file)) return bestPoints(this.file, count)
    if (count === 1) {
      const row = this.file.get<EvaluatedRow>(
        `with first as (select generation, best_index as "index", best_replicate as replicate from generations
                        where best_index is not null order by best_score desc, generation limit 1)
         select e.* from first join evaluated e using (generation, "index", replicate)`,
      )
      if (row) return [replications ? pointOf(row, this.objectives, replications)! : evaluationOf(row)]
      if (replications) return bestReplicated(this.file, 1, this.objectives, replications)
    }
    return this.file
      .all<EvaluatedRow>(
        `with top as (select generation, "index", replicate, score, coalesce(violation, 0) as violation from evaluations e
                    where outcome = 'done' and not ${isPart('e')}
                    order by coalesce(violation, 0), score desc, generation, "index", replicate limit ?)
       select e.* from top join evaluated e using (generation, "index", replicate)
       order by top.violation, top.score desc, generation, "index", replicate`,
        count,
      )
      .map(evaluationOf)
  }

  /** The points that no other dominates; from a reference point, or from one that follows from the first generation. */
  front(reference?: readonly number[]): RunFront {
    const { objectives, replications } = this
    return frontOf(this.file, { objectives, replications, reference, recorded: this.reference })
  }

  /** The points that no other dominates, by the first objective, without volumes: of many objectives these are dear. */
  frontPoints(): readonly FrontPoint[] {
    const { objectives, replications } = this
    const direction = Math.sign(objectives.weights[0]!)
    const members = membersOfFront(this.file, { objectives, replications }, new Set())
    return members.toSorted((a, b) => direction * (b.fitness[0]! - a.fitness[0]!))
  }

  /** How large the front is after the newest generation that is whole, and its volume; undefined where none is kept. */
  newestFront(): { readonly individuals: number; readonly hypervolume: number | null } | undefined {
    return this.file.get(
      'select front as individuals, hypervolume from generations where front is not null order by generation desc limit 1',
    )
  }

  /** How many simulations there are and what has come of them, each replicate counted. */
  counts(): Counts {
    return this.file.get<Counts>(
      `select count(*) as generations, coalesce(sum(individuals), 0) as individuals, coalesce(sum(done), 0) as done,
              coalesce(sum(failed), 0) as failed, coalesce(sum(stopped), 0) as stopped,
              coalesce(sum(done + failed + stopped), 0) + (select count(*) from other_attempts) as attempts
       from generations`,
    )!
  }

  /** What has come of individuals: of points, where each is simulated several times. */
  evaluationCounts(): Pick<Counts, 'individuals' | 'done' | 'failed' | 'stopped'> {
    const { replications } = this
    return replications ? pointCounts(this.file, replications) : this.counts()
  }

  // Groups and results

  get groups(): ParameterGroup[] {
    return this.file
      .all<{ name: string; comment: string }>('select * from parameter_groups')
      .map(({ name, comment }) => {
        const group = new ParameterGroup(name, comment)
        const rows = this.file.all<{ key: string; value: string; comment: string }>(
          'select key, value, comment from group_parameters where name = ?',
          name,
        )
        for (const row of rows) group.fAddParameter(row.key, JSON.parse(row.value), row.comment)
        return group
      })
  }

  get results(): Map<string, unknown> {
    const rows = this.file.all<{ key: string; value: string }>('select key, value from results')
    return new Map(rows.map(({ key, value }) => [key, JSON.parse(value)]))
  }

  summaries(): { readonly generation: number; readonly summary: Record<string, unknown> }[] {
    return this.file
      .all<{ generation: number; summary: string }>('select generation, summary from generations order by generation')
      .map(({ generation, summary }) => ({ generation, summary: JSON.parse(summary) }))
  }
}

/** The manifest of a run directory. */
export function readManifest(directory: string): Manifest {
  const record = RecordReader.openForReading(directory)
  try {
    return record.manifest()
  } finally {
    record.close()
  }
}
