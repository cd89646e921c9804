import { decodeMessage } from '../../runtime/channel/protocol.ts'
import type { FirstOutcome } from '../../runtime/runner/first-outcomes.ts'
import type { BudgetRange } from '../core/budget.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { Evaluation, FailureCause } from '../core/evaluation.ts'
import { type Individual, type IndividualId, nameOf } from '../core/individual.ts'
import { type ObjectiveMap, Objectives } from '../core/objectives.ts'
import { ParameterGroup } from '../core/parameter-group.ts'
import type { PlainData } from '../core/plain-data.ts'
import {
  type AttemptRecord,
  type Checkpoint,
  deathDetail,
  deathKinds,
  type LeftCheckpoint,
  type TriedBefore,
  type Usage,
  type WorkerRecord,
} from '../core/record.ts'
import type { Replications } from '../core/replications.ts'
import { checkpointOf } from '../core/run-files.ts'
import type { TrajectoryHistory } from '../core/trajectory.ts'
import {
  bestOfFronts,
  bestOfParts,
  bestPoints,
  bestReplicated,
  hasReplicates,
  hasWhole,
  pointOf,
} from './best-points.ts'
import { frontOf, type RunFront } from './front-points.ts'
import { RecordFile } from './record-file.ts'
import { RowReader } from './row-reader.ts'
import {
  type AttemptRow,
  type Counts,
  type EvaluatedRow,
  evaluationOf,
  individualOf,
  type Manifest,
  type WorkerRow,
} from './rows.ts'
import { isPart } from './schema.ts'

/** What the record of one run says: every question that is put to it. */
export class RecordReader extends RowReader implements TrajectoryHistory {
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

  #readObjectives(): Objectives {
    const { objectives } = this.manifest()
    if (objectives) return new Objectives(objectives as ObjectiveMap)
    throw new ConfigurationError(
      `${this.directory} has not begun: nothing is known yet of its parameters and objectives.`,
    )
  }

  /** To be asked anew, since the manifest has changed. */
  protected forgetProblem(): void {
    this.#objectives = undefined
    this.#replications = undefined
    this.#budget = undefined
  }

  // Generations

  /** The newest checkpoint of the optimizer, or the newest of those that had been told no more than so many. */
  checkpoint(atMost = Number.MAX_SAFE_INTEGER): Checkpoint | undefined {
    const row = this.file.get<{ told: number; asked: number; state: Buffer }>(
      'select told, asked, state from checkpoints where told <= ? order by told desc limit 1',
      atMost,
    )
    return row && { told: row.told, asked: row.asked, value: decodeMessage(row.state) }
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
    // A long run is searched only in the generations that were told last.
    const rows = this.file.iterate<EvaluatedRow>(
      `select e.* from generations g join evaluated e using (generation)
       where g.last_told >= ? and e.told >= ? and e.told < ? order by e.told, generation, e."index"`,
      from,
      from,
      before,
    )
    for (const row of rows) yield evaluationOf(row)
  }

  /** How many individuals the optimizer was asked for, replicates of one counted once. */
  get asked(): number {
    return this.file.get<{ count: number }>(
      'select count(*) as count from individuals where replaces is null and replicate = 0',
    )!.count
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

  /**
   * The best evaluations, best first: those that violate no constraint, then those that violate them less. Where points are
   * replicated, the means of the best points; where a front is looked for, its most balanced points. Of a problem with a
   * budget those that have all of it, or, as long as there is none, those that have the most of it.
   */
  best(count: number): Evaluation[] {
    const { replications, budget } = this
    if (this.wantsFront) return bestOfFronts(this.file, count, this.objectives, replications)
    if (budget && !hasWhole(this.file)) return bestOfParts(this.file, count, this.objectives, replications)
    if (replications && count > 1) return bestReplicated(this.file, count, this.objectives, replications)
    if (!replications && hasReplicates(this.file)) return bestPoints(this.file, count)
    if (count === 1) {
      const row = this.file.get<EvaluatedRow>(
        `with first as (select generation, best_index as "index", best_replicate as replicate from generations
                        where best_score is not null order by best_score desc, generation limit 1)
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
    return frontOf(this.file, this.objectives, this.replications, { ...(reference && { reference }) })
  }

  counts(): Counts {
    return this.file.get<Counts>(
      `select count(*) as generations, coalesce(sum(individuals), 0) as individuals, coalesce(sum(done), 0) as done,
              coalesce(sum(failed), 0) as failed, coalesce(sum(stopped), 0) as stopped, coalesce(sum(attempts), 0) as attempts from generations`,
    )!
  }

  // Attempts

  attemptsOf({ generation, index, replicate }: IndividualId): AttemptRow[] {
    return this.file.all<AttemptRow>(
      `select a.epoch, a.attempt, a.worker, a.verdict, a.fitness, a.cause, a.milliseconds, a.printed, a.began, a.ended,
              a.cpu_ms as cpuMs, a.peak_memory as peakMemory, coalesce(w.host, '') as host,
              r.run as reusedRun, r.individual as reusedIndividual
       from attempts a left join workers w on w.worker = a.worker
       left join reused r on a.attempt = 0 and r.generation = a.generation and r."index" = a."index" and r.replicate = a.replicate
       where a.generation = ? and a."index" = ? and a.replicate = ? order by a.epoch, a.attempt`,
      generation,
      index,
      replicate,
    )
  }

  checkpointLeftBy(individual: IndividualId): LeftCheckpoint | undefined {
    const { generation, index, replicate } = individual
    const left = this.file.get<{ epoch: number; attempt: number; hash: string | null; removed: number | null }>(
      `select e.epoch, e.attempt, c.hash, c.removed from evaluations e left join left_checkpoints c using (generation, "index", replicate)
       where generation = ? and "index" = ? and replicate = ? and outcome = 'done'`,
      generation,
      index,
      replicate,
    )
    if (!left || left.removed) return undefined
    return { path: checkpointOf(nameOf(individual), left.epoch, left.attempt), hash: left.hash }
  }

  triedBefore(generation: number): TriedBefore[] {
    const rows = this.file.all<Omit<TriedBefore, 'lastFailure'> & { readonly lastFailure: string | null }>(
      `select a.generation, a."index", a.replicate, max(a.attempt) as attempts,
              count(*) filter (where a.verdict = 'retried' and not ${isDeathIn('a')}) as failures,
              count(*) filter (where a.verdict = 'retried' and ${isDeathIn('a')}) as deaths,
              (select cause from other_attempts o
                where (o.generation, o."index", o.replicate) = (a.generation, a."index", a.replicate)
                  and verdict = 'retried' and not ${isDeathIn('o')}
                order by epoch desc, attempt desc limit 1) as lastFailure
       from other_attempts a left join evaluations e using (generation, "index", replicate)
       where a.generation = ? and e.outcome is null group by a."index", a.replicate`,
      generation,
    )
    return rows.map(({ lastFailure, ...tried }) => ({ ...tried, lastFailure: parsed(lastFailure) }))
  }

  firstOutcomes(count: number): FirstOutcome[] {
    return this.file
      .all<IndividualId & { readonly outcome: FirstOutcome['outcome']; readonly cause: string | null }>(
        `select generation, "index", replicate, e.outcome, e.cause
         from individuals left join evaluations e using (generation, "index", replicate)
         order by generation, "index", replicate limit ?`,
        count,
      )
      .map(({ cause, ...first }) => ({ ...first, cause: parsed(cause) }))
  }

  printedIn(generation: number): AttemptRecord[] {
    return this.file
      .all<AttemptRow & IndividualId>(
        `select a.* from attempts a join generations g using (generation)
       where generation = ? and printed is not null and packed = 0 order by "index", replicate, epoch, attempt`,
        generation,
      )
      .map(({ index, replicate, epoch, attempt, worker, verdict, printed }) => ({
        individual: { generation, index, replicate },
        epoch,
        attempt,
        worker,
        verdict,
        printed: JSON.parse(printed!),
      }))
  }

  isPacked(generation: number): boolean {
    return (
      this.file.get<{ packed: number }>('select packed from generations where generation = ?', generation)?.packed === 1
    )
  }

  // Workers

  openWorkers(): WorkerRecord[] {
    return this.file.all<WorkerRecord>('select * from workers where ended is null order by worker')
  }

  /** All that were ever launched, oldest first. */
  workers(): WorkerRow[] {
    return this.file.all<WorkerRow>('select * from workers order by worker')
  }

  usage(): Usage {
    return this.file.get<Usage>(usageQuery)!
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

  // What a person asks of a run

  /** How many evaluations have failed, by the kind of their cause, most of all first. */
  failureKinds(): { readonly kind: string; readonly failures: number }[] {
    return this.file.all(
      `select coalesce(json_extract(cause, '$.kind'), 'unknown') as kind, count(*) as failures
       from evaluations where outcome = 'failed' group by kind order by failures desc, kind`,
    )
  }

  /** The attempts that decided what failed, in the order of the search, at most `count`. */
  failures(count: number): Failure[] {
    return this.file
      .all<IndividualId & Pick<AttemptRow, 'epoch' | 'attempt' | 'worker' | 'printed' | 'cause'>>(
        `select generation, "index", replicate, epoch, attempt, worker, printed, cause from evaluations
         where outcome = 'failed' order by generation, "index", replicate limit ?`,
        count,
      )
      .map(({ generation, index, replicate, epoch, attempt, worker, printed, cause }) => ({
        individual: { generation, index, replicate },
        ...{ epoch, attempt, worker },
        printed: parsed<Failure['printed']>(printed) ?? undefined,
        cause: parsed<FailureCause>(cause)!,
      }))
  }

  /** How many evaluations a runner start has decided. */
  acceptedIn(epoch: number): number {
    return this.file.get<{ count: number }>('select count(*) as count from evaluations where epoch = ?', epoch)!.count
  }

  summaries(): { readonly generation: number; readonly summary: Record<string, unknown> }[] {
    return this.file
      .all<{ generation: number; summary: string }>('select generation, summary from generations order by generation')
      .map(({ generation, summary }) => ({ generation, summary: JSON.parse(summary) }))
  }
}

/** The attempt by which an individual failed for good. */
export type Failure = Pick<AttemptRecord, 'individual' | 'epoch' | 'attempt' | 'worker' | 'printed'> & {
  readonly cause: FailureCause
}

function parsed<T>(json: string | null): T | null {
  return json === null ? null : (JSON.parse(json) as T)
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

/** As the function of that name. */
const isDeathIn = (table: string) =>
  `(${table}.cause ->> 'kind' in (${deathKinds.map((kind) => `'${kind}'`).join(', ')}) or ${table}.cause ->> 'detail' is '${deathDetail}')`

const usageQuery = `
  select (select count(*) from workers) as steps, coalesce(sum(file_operations), 0) as fileOperations,
    coalesce(sum(node_seconds), 0) as nodeSeconds, coalesce(sum(worker_seconds), 0) as workerSeconds,
    coalesce(sum(busy_seconds), 0) as busySeconds
  from usage`
