import { createHash } from 'node:crypto'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { crashPoint } from '../runtime/crash-point.ts'
import { currentHolder } from '../runtime/lease.ts'
import { LinkRefused, refuseLinks } from '../runtime/own-files.ts'
import { workerFolders } from '../runtime/run-file.ts'
import { sharedFileSystem } from '../runtime/wake-up.ts'
import type { Evaluation, FailureCause } from './core/evaluation.ts'
import { Individual, type IndividualId, nameOf } from './core/individual.ts'
import { Objectives } from './core/objectives.ts'
import type { PlainData } from './core/optimizer.ts'
import { ParameterGroup } from './core/parameter-group.ts'
import type {
  AttemptRecord,
  Batch,
  ReportRecord,
  RunRecord,
  TriedBefore,
  Usage,
  Verdict,
  WorkerRecord,
} from './core/record.ts'
import type { Trajectory, TrajectoryHistory } from './core/trajectory.ts'
import { type Database, openDatabase, type Statement } from './database.ts'
import { ConfigurationError, RunHeldError, storageError } from './errors.ts'
import { migrations, schema, schemaVersion, searchView } from './trajectory-schema.ts'

/** The record's name in a run directory. */
export const recordName = 'trajectory.sqlite'
/** What readers get where only one process may have the database open. */
export const copyName = 'trajectory-copy.sqlite'

export type Manifest = Readonly<Record<string, PlainData>>

/** An individual with what came of it, as it stands in the record. */
export interface EvaluatedRow {
  readonly generation: number
  readonly index: number
  readonly replicate: number
  readonly seed: number
  /** JSON */
  readonly parameters: string
  readonly outcome: 'done' | 'failed' | 'pending'
  /** JSON */
  readonly fitness: string | null
  readonly score: number | null
  /** JSON */
  readonly outputs: string | null
  /** JSON */
  readonly cause: string | null
  readonly replaces: number | null
}

/** One intermediate value of an individual. */
export interface SeriesRow extends IndividualId {
  readonly step: number
  readonly value: number
}

export interface AttemptRow {
  readonly epoch: number
  readonly attempt: number
  readonly worker: number
  readonly verdict: Verdict
  readonly fitness: string | null
  readonly cause: string | null
  readonly milliseconds: number | null
  readonly printed: string | null
  readonly host: string
  /** The run that had simulated the same, and the individual there; null of what was simulated here. */
  readonly reusedRun: string | null
  readonly reusedIndividual: string | null
}

/** A worker that was ever launched. */
export interface WorkerRow extends WorkerRecord {
  /** ISO 8601, as is `ended`. */
  readonly launched: string
  readonly ended: string | null
  readonly why: string | null
}

export interface Counts {
  readonly generations: number
  readonly individuals: number
  readonly done: number
  readonly failed: number
  readonly attempts: number
}

/** The record of one run: a SQLite file, and the only place that speaks SQL to it. */
export class TrajectoryStore implements RunRecord, TrajectoryHistory {
  readonly directory: string
  readonly #database: Database
  readonly #isShared: boolean
  readonly #statements = new Map<string, Statement>()
  #epoch = 0
  #objectives: Objectives | undefined

  private constructor(directory: string, database: Database) {
    this.directory = directory
    this.#database = database
    this.#isShared = sharedFileSystem(directory) !== undefined
  }

  /** Whether the directory is one of a run; its record may be damaged, or lost. */
  static exists(directory: string): boolean {
    return existsSync(join(directory, recordName)) || hasBegun(directory)
  }

  /** Opens the record for writing, made new if it is not there. @throws ConfigurationError if it is something else */
  static openForWriting(directory: string): TrajectoryStore {
    const path = join(directory, recordName)
    refuseLinksIn(directory)
    if (!existsSync(path) && hasBegun(directory)) throw damaged(directory, 'it is not there')
    const database = openChecked(directory, path)
    try {
      checkVersion(directory, path, database, { mayBeNew: true })
      setJournal(database, directory)
      database.pragma('synchronous = normal')
      database.pragma('wal_autocheckpoint = 4000') // a checkpoint waits for the disk: every 16 MB is often enough
      const store = new TrajectoryStore(directory, database)
      store.#prepareSchema()
      return store
    } catch (error) {
      database.close()
      if (isDamage(error)) throw damaged(directory, error)
      throw storageError(error, `The record in ${directory}`) ?? error
    }
  }

  /** Opens the record for reading; never blocks its writer. @throws ConfigurationError if there is none */
  static openForReading(directory: string): TrajectoryStore {
    const path = join(directory, recordName)
    if (!existsSync(path)) {
      if (hasBegun(directory)) throw damaged(directory, 'it is not there')
      throw new ConfigurationError(`${directory} is not a run directory: it has no ${recordName}.`)
    }
    const copy = join(directory, copyName)
    const hasCopy = sharedFileSystem(directory) !== undefined && existsSync(copy)
    // Where the writer's lock may not be seen, or can only be waited for.
    if (hasCopy && currentHolder(directory)) return TrajectoryStore.#openReadOnly(directory, copy)
    try {
      return TrajectoryStore.#openReadOnly(directory, path)
    } catch (error) {
      if (isBusy(error) && hasCopy) return TrajectoryStore.#openReadOnly(directory, copy)
      throw error
    }
  }

  static #openReadOnly(directory: string, path: string): TrajectoryStore {
    const database = openChecked(directory, path, { readonly: true })
    try {
      checkVersion(directory, path, database, { mayBeNew: false })
      return new TrajectoryStore(directory, database)
    } catch (error) {
      database.close()
      throw error
    }
  }

  close(): void {
    this.#database.close()
  }

  // The manifest

  manifest(): Manifest {
    const rows = this.#all<{ key: string; value: string }>('select key, value from manifest')
    return Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value) as PlainData]))
  }

  describe(entries: Manifest): void {
    this.#transaction(() => {
      for (const [key, value] of Object.entries(entries)) {
        this.#run('insert or replace into manifest values (?, ?)', key, JSON.stringify(value))
      }
    })
  }

  get epoch(): number {
    return this.#epoch
  }

  /** From here on this process writes, and whoever wrote under an earlier epoch is refused. */
  beginEpoch(epoch: number): void {
    this.#epoch = epoch
    this.describe({ epoch })
  }

  /** Makes the view with a column per parameter; the objectives are needed to weigh fitness. */
  describeProblem(parameters: readonly string[], objectives: Objectives): void {
    this.#objectives = objectives
    this.describe({ objectives: objectives.definition, parameters: [...parameters] })
    if (parameters.length + objectives.names.length > 1000) return // SQLite has at most 2000 columns
    this.#transaction(() => {
      this.#database.exec('drop view if exists search')
      this.#database.exec(searchView(parameters, objectives.names))
    })
  }

  get objectives(): Objectives {
    this.#objectives ??= new Objectives((this.manifest().objectives ?? {}) as Record<string, number>)
    return this.#objectives
  }

  // Generations

  /** Stores a generation and the optimizer state that waits for it, in one transaction. */
  addGeneration(
    generation: number,
    individuals: readonly Individual<never>[],
    state: PlainData,
    summary: Readonly<Record<string, unknown>>,
  ): void {
    this.#transaction(() => {
      this.#run(
        'insert into generations (generation, state, summary, individuals) values (?, ?, ?, ?)',
        generation,
        JSON.stringify(state),
        toJson(summary),
        individuals.length,
      )
      for (const individual of individuals) this.#insertIndividual(individual, null)
    })
  }

  /** Stores an individual that takes the place of one that failed for good. */
  addReplacement(individual: Individual<never>, replaces: number): void {
    this.#transaction(() => {
      this.#insertIndividual(individual, replaces)
      this.#run('update generations set individuals = individuals + 1 where generation = ?', individual.generation)
    })
  }

  #insertIndividual(individual: Individual<never>, replaces: number | null): void {
    this.#run(
      'insert into individuals values (?, ?, ?, ?, ?, ?)',
      individual.generation,
      individual.index,
      individual.replicate,
      individual.seed,
      JSON.stringify(individual.parameters),
      replaces,
    )
  }

  /** The state that waits for a generation. */
  state(generation: number): PlainData {
    const row = this.#get<{ state: string }>('select state from generations where generation = ?', generation)
    if (!row) throw new RangeError(`the record has no generation ${generation}`)
    return JSON.parse(row.state) as PlainData
  }

  get generations(): number {
    return this.#get<{ count: number }>('select count(*) as count from generations')!.count
  }

  individuals(generation: number): Individual[] {
    return this.#all<EvaluatedRow>(
      'select generation, "index", replicate, seed, parameters from individuals where generation = ? and replaces is null order by "index", replicate',
      generation,
    ).map(individualOf)
  }

  /** The individuals of a generation that stand in for others, with whom they replace. */
  replacements(generation: number): { readonly individual: Individual; readonly replaces: number }[] {
    return this.#all<EvaluatedRow>(
      'select generation, "index", replicate, seed, parameters, replaces from individuals where generation = ? and replaces is not null order by "index", replicate',
      generation,
    ).map((row) => ({ individual: individualOf(row), replaces: row.replaces! }))
  }

  evaluations(generation: number): Evaluation[] {
    return this.#all<EvaluatedRow>(
      `select * from evaluated where generation = ? and outcome <> 'pending' order by "index", replicate`,
      generation,
    ).map(evaluationOf)
  }

  best(count: number): Evaluation[] {
    if (count === 1) {
      const row = this.#get<EvaluatedRow>(
        `with first as (select generation, best_index as "index", best_replicate as replicate from generations
                        where best_score is not null order by best_score desc, generation limit 1)
         select e.* from first join evaluated e using (generation, "index", replicate)`,
      )
      return row ? [evaluationOf(row)] : []
    }
    return this.#all<EvaluatedRow>(
      `with top as (select generation, "index", replicate, score from evaluations where outcome = 'done'
                    order by score desc, generation, "index", replicate limit ?)
       select e.* from top join evaluated e using (generation, "index", replicate)
       order by top.score desc, generation, "index", replicate`,
      count,
    ).map(evaluationOf)
  }

  counts(): Counts {
    return this.#get<Counts>(
      `select count(*) as generations, coalesce(sum(individuals), 0) as individuals, coalesce(sum(done), 0) as done,
              coalesce(sum(failed), 0) as failed, coalesce(sum(attempts), 0) as attempts from generations`,
    )!
  }

  // Attempts and evaluations

  commit(batch: Batch): void {
    this.#transaction(() => {
      const tallies = new Map<number, Tally>()
      for (const attempt of batch.attempts) this.#insertAttempt(attempt, tallies)
      for (const [generation, tally] of tallies) this.#addTally(generation, tally)
      for (const { individual, attempt, step, value } of batch.reports) {
        const { generation, index, replicate } = individual
        if (Number.isNaN(step) || Number.isNaN(value)) continue // which SQLite does not know
        this.#run('insert into reports values (?, ?, ?, ?, ?, ?)', generation, index, replicate, attempt, step, value)
      }
      for (const { individual, run, from } of batch.reused ?? []) {
        const { generation, index, replicate } = individual
        // Again after a recovery that lost the evaluation.
        this.#run(
          'insert or replace into reused values (?, ?, ?, ?, ?)',
          generation,
          index,
          replicate,
          run,
          nameOf(from),
        )
      }
      for (const { worker, segment, offset } of batch.positions) {
        this.#run('update workers set segment = ?, offset = ? where worker = ?', segment, offset, worker)
      }
    })
  }

  #insertAttempt(record: AttemptRecord, tallies: Map<number, Tally>): void {
    const { generation, index, replicate } = record.individual
    const accepted = record.verdict === 'accepted'
    const late = record.verdict === 'late'
    const fitness = record.fitness ? JSON.stringify(record.fitness) : null
    const cause = record.cause ? toJson(record.cause) : null
    let tally = tallies.get(generation)
    if (!tally) {
      tally = { done: 0, failed: 0, attempts: 0, best: undefined }
      tallies.set(generation, tally)
    }
    const row = [
      ...[generation, index, replicate, record.epoch, record.attempt, record.worker],
      late && this.#differs(record.individual, fitness) ? 'late-differs' : record.verdict,
      accepted ? null : fitness,
      cause,
      record.milliseconds ?? null,
      record.printed ? JSON.stringify(record.printed) : null,
    ]
    const { changes } = this.#run(
      'insert into attempts values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing',
      ...row,
    )
    if (changes > 0) tally.attempts++
    else this.#run(replaceGivenUp, ...row)
    if (!accepted) return
    const score = record.fitness ? this.objectives.weigh(record.fitness) : null
    this.#run(
      'insert into evaluations values (?, ?, ?, ?, ?, ?, ?, ?)',
      generation,
      index,
      replicate,
      record.fitness ? 'done' : 'failed',
      fitness,
      score,
      record.outputs ? toJson(record.outputs) : null,
      cause,
    )
    if (score === null) {
      tally.failed++
      return
    }
    tally.done++
    const { best } = tally
    if (!best || score > best.score || (score === best.score && isBefore(record.individual, best))) {
      tally.best = { score, index, replicate }
    }
  }

  #differs(individual: IndividualId, fitness: string | null): boolean {
    const accepted = this.row(individual)
    return accepted !== undefined && accepted.outcome !== 'pending' && accepted.fitness !== fitness
  }

  #addTally(generation: number, { done, failed, attempts, best }: Tally): void {
    this.#run(
      'update generations set done = done + ?, failed = failed + ?, attempts = attempts + ? where generation = ?',
      done,
      failed,
      attempts,
      generation,
    )
    if (!best) return
    this.#run(
      `update generations set best_score = @score, best_index = @index, best_replicate = @replicate
       where generation = @generation and (best_score is null or best_score < @score
         or (best_score = @score and (best_index, best_replicate) > (@index, @replicate)))`,
      { ...best, generation },
    )
  }

  attemptsOf({ generation, index, replicate }: IndividualId): AttemptRow[] {
    return this.#all<AttemptRow>(
      `select a.epoch, a.attempt, a.worker, a.verdict, a.fitness, a.cause, a.milliseconds, a.printed, coalesce(w.host, '') as host,
              r.run as reusedRun, r.individual as reusedIndividual
       from attempts a left join workers w on w.worker = a.worker
       left join reused r on a.attempt = 0 and r.generation = a.generation and r."index" = a."index" and r.replicate = a.replicate
       where a.generation = ? and a."index" = ? and a.replicate = ? order by a.epoch, a.attempt`,
      generation,
      index,
      replicate,
    )
  }

  triedBefore(generation: number): TriedBefore[] {
    return this.#all<TriedBefore>(
      `select a.generation, a."index", a.replicate, max(a.attempt) as attempts,
              count(*) filter (where a.verdict = 'retried' and a.cause ->> 'kind' not in ('worker-lost', 'channel-damaged')) as failures,
              count(*) filter (where a.verdict = 'retried' and a.cause ->> 'kind' in ('worker-lost', 'channel-damaged')) as deaths
       from attempts a left join evaluations e using (generation, "index", replicate)
       where a.generation = ? and e.outcome is null group by a."index", a.replicate`,
      generation,
    )
  }

  printedIn(generation: number): AttemptRecord[] {
    return this.#all<AttemptRow & IndividualId>(
      `select a.* from attempts a join generations g using (generation)
       where generation = ? and printed is not null and packed = 0 order by "index", replicate, epoch, attempt`,
      generation,
    ).map(({ index, replicate, epoch, attempt, worker, verdict, printed }) => ({
      individual: { generation, index, replicate },
      epoch,
      attempt,
      worker,
      verdict,
      printed: JSON.parse(printed!),
    }))
  }

  markPacked(generation: number): void {
    this.#transaction(() => this.#run('update generations set packed = 1 where generation = ?', generation))
  }

  isPacked(generation: number): boolean {
    return (
      this.#get<{ packed: number }>('select packed from generations where generation = ?', generation)?.packed === 1
    )
  }

  // Workers

  addWorker(launcher: string): number {
    // A folder that the record does not know (it lost its end in a power cut, or somebody made the folder) is nobody's.
    const taken = Math.max(0, ...workerFolders(this.directory))
    return this.#transaction(() =>
      Number(
        this.#run(
          'insert into workers (worker, epoch, launcher, launched) select 1 + max(?, coalesce(max(worker), 0)), ?, ?, ? from workers',
          taken,
          this.#epoch,
          launcher,
          new Date().toISOString(),
        ).lastInsertRowid,
      ),
    )
  }

  describeWorker({
    worker,
    host,
    space,
    pid,
    started,
    provenance = {},
  }: Parameters<RunRecord['describeWorker']>[0]): void {
    this.#transaction(() =>
      this.#run(
        'update workers set host = ?, space = ?, pid = ?, started = ?, provenance = ? where worker = ?',
        host,
        space,
        pid,
        started,
        JSON.stringify(provenance),
        worker,
      ),
    )
  }

  endWorker(worker: number, why: string): void {
    this.#transaction(() =>
      this.#run('update workers set ended = ?, why = ? where worker = ?', new Date().toISOString(), why, worker),
    )
  }

  openWorkers(): WorkerRecord[] {
    return this.#all<WorkerRecord>('select * from workers where ended is null order by worker')
  }

  /** All that were ever launched, oldest first. */
  workers(): WorkerRow[] {
    return this.#all<WorkerRow>('select * from workers order by worker')
  }

  usage(): Usage {
    return this.#get<Usage>(usageQuery)!
  }

  recordUsage({ fileOperations, nodeSeconds, workerSeconds, busySeconds }: Omit<Usage, 'steps'>): void {
    this.#transaction(() =>
      this.#run(
        'insert or replace into usage values (?, ?, ?, ?, ?)',
        this.#epoch,
        fileOperations,
        nodeSeconds,
        workerSeconds,
        busySeconds,
      ),
    )
  }

  // Groups and results

  saveGroups(trajectory: Trajectory<never>): void {
    this.#transaction(() => {
      for (const group of trajectory.groups) {
        this.#run('insert or replace into parameter_groups values (?, ?)', group.name, group.comment)
        for (const { key, value, comment } of group.entries()) {
          this.#run(
            'insert or replace into group_parameters values (?, ?, ?, ?)',
            group.name,
            key,
            toJson(value),
            comment,
          )
        }
      }
      for (const [key, value] of trajectory.results) {
        this.#run('insert or replace into results values (?, ?)', key, toJson(value))
      }
    })
  }

  get groups(): ParameterGroup[] {
    return this.#all<{ name: string; comment: string }>('select * from parameter_groups').map(({ name, comment }) => {
      const group = new ParameterGroup(name, comment)
      const rows = this.#all<{ key: string; value: string; comment: string }>(
        'select key, value, comment from group_parameters where name = ?',
        name,
      )
      for (const row of rows) group.fAddParameter(row.key, JSON.parse(row.value), row.comment)
      return group
    })
  }

  get results(): Map<string, unknown> {
    const rows = this.#all<{ key: string; value: string }>('select key, value from results')
    return new Map(rows.map(({ key, value }) => [key, JSON.parse(value)]))
  }

  // Tables out

  /** All individuals with what came of them, in (generation, index, replicate) order. */
  rows(): IterableIterator<EvaluatedRow> {
    return this.#iterate('select * from evaluated order by generation, "index", replicate')
  }

  row({ generation, index, replicate }: IndividualId): EvaluatedRow | undefined {
    return this.#get<EvaluatedRow>(
      'select * from evaluated where generation = ? and "index" = ? and replicate = ?',
      generation,
      index,
      replicate,
    )
  }

  /** The canonical export, line by line: byte for byte the same for the same search. */
  canonicalLines(): IterableIterator<string> {
    // Put together by SQLite, which is several times faster for a million rows.
    return this.#iterate(
      `select '{"generation":' || generation || ',"index":' || "index" || ',"replicate":' || replicate || ',"seed":' || seed
              || ',"parameters":' || parameters || ',"outcome":"' || outcome || '","fitness":' || coalesce(fitness, 'null') || '}' || char(10)
       from evaluated order by generation, "index", replicate`,
      { pluck: true },
    )
  }

  /** SHA-256 of the canonical export; remembered once a run has ended. */
  hash(): string {
    const hash = createHash('sha256')
    let block = ''
    for (const line of this.canonicalLines()) {
      block += line
      if (block.length > 65_536) {
        hash.update(block)
        block = ''
      }
    }
    return hash.update(block).digest('hex')
  }

  /** Keeps what is read from here as it is now, whatever is written meanwhile, until it is disposed of. */
  holdStill(): Disposable {
    this.#database.exec('begin')
    return { [Symbol.dispose]: () => void (this.#database.open && this.#database.exec('rollback')) }
  }

  /** The intermediate values of an individual, attempt by attempt, in the order in which they were reported. */
  reportsOf({ generation, index, replicate }: IndividualId): Omit<ReportRecord, 'individual'>[] {
    return this.#all(
      'select attempt, step, value from reports where generation = ? and "index" = ? and replicate = ? order by attempt, rowid',
      generation,
      index,
      replicate,
    )
  }

  /**
   * The intermediate values of the attempts that decided, in (generation, index, replicate, step) order; where a step was
   * reported several times, the latest.
   */
  series(): IterableIterator<SeriesRow> {
    return this.#prepare<SeriesRow>(seriesQuery).iterate() as IterableIterator<SeriesRow>
  }

  /** How many evaluations were taken from each other run, by its directory. */
  reuses(): { readonly run: string; readonly evaluations: number }[] {
    return this.#all('select run, count(*) as evaluations from reused group by run order by run')
  }

  // What other runs may reuse

  /** Lets `findDone` and `seriesOf` find by what was simulated, as it is now; in a table that only this reader has. */
  indexDone(): void {
    this.#database.exec(`
      create temp table done (seed integer, parameters text, generation integer, "index" integer, replicate integer,
                              primary key (seed, parameters)) without rowid;
      insert or ignore into done select seed, parameters, generation, "index", replicate
        from evaluated where outcome = 'done' order by generation, "index", replicate;
      create temp table series (generation integer, "index" integer, replicate integer, step real, value real,
                                primary key (generation, "index", replicate, step)) without rowid;
      insert into series ${seriesQuery};
    `)
  }

  /** What came of the same parameters with the same seed, if that was simulated well. */
  findDone({ seed, parameters }: Pick<Individual<never>, 'seed' | 'parameters'>): EvaluatedRow | undefined {
    return this.#get<EvaluatedRow>(
      `select e.* from temp.done d join evaluated e using (generation, "index", replicate)
       where d.seed = ? and d.parameters = ?`,
      seed,
      JSON.stringify(parameters),
    )
  }

  /** The steps of an individual that `findDone` has found. */
  seriesOf({ generation, index, replicate }: IndividualId): Pick<SeriesRow, 'step' | 'value'>[] {
    return this.#all(
      'select step, value from temp.series where generation = ? and "index" = ? and replicate = ? order by step',
      generation,
      index,
      replicate,
    )
  }

  /** How many evaluations have failed, by the kind of their cause, most of all first. */
  failureKinds(): { readonly kind: string; readonly failures: number }[] {
    return this.#all(
      `select coalesce(json_extract(cause, '$.kind'), 'unknown') as kind, count(*) as failures
       from evaluations where outcome = 'failed' group by kind order by failures desc, kind`,
    )
  }

  /** How many evaluations a runner start has decided. */
  acceptedIn(epoch: number): number {
    return this.#get<{ count: number }>(
      `select count(*) as count from attempts where epoch = ? and verdict = 'accepted'`,
      epoch,
    )!.count
  }

  summaries(): { readonly generation: number; readonly summary: Record<string, unknown> }[] {
    return this.#all<{ generation: number; summary: string }>(
      'select generation, summary from generations order by generation',
    ).map(({ generation, summary }) => ({ generation, summary: JSON.parse(summary) }))
  }

  /** Brings the copy up to date that readers get on a network file system. */
  async refreshCopy(): Promise<void> {
    if (!this.#isShared) return
    const copy = join(this.directory, copyName)
    const temporary = `${copy}.tmp`
    try {
      rmSync(temporary, { force: true })
      await this.#database.backup(temporary)
      renameSync(temporary, copy)
    } catch {
      // On a disk that is full, or away, readers get the copy that is there.
    }
  }

  #prepareSchema(): void {
    const version = this.#database.pragma('user_version', { simple: true }) as number
    if (version === schemaVersion) return
    this.#database.transaction(() => {
      if (version === 0) this.#database.exec(schema)
      else for (const migration of migrations.slice(version - 1)) this.#database.exec(migration)
      this.#database.pragma(`user_version = ${schemaVersion}`)
    })()
  }

  /** One transaction, refused if another runner has taken the run over in the meantime. */
  #transaction<T>(work: () => T): T {
    try {
      crashPoint()
      const result = this.#database.transaction(() => {
        if (this.#epoch > 0) this.#checkEpoch()
        return work()
      })()
      crashPoint()
      return result
    } catch (error) {
      if (isDamage(error)) throw damaged(this.directory, error)
      throw storageError(error, `The record in ${this.directory}`) ?? error
    }
  }

  #checkEpoch(): void {
    const row = this.#get<{ value: string }>(`select value from manifest where key = 'epoch'`)
    if (row && Number(row.value) > this.#epoch) {
      throw new RunHeldError(
        `Another runner has taken over ${this.directory} (epoch ${row.value} after ${this.#epoch}); this one ends and changes nothing.`,
      )
    }
  }

  #prepare<Row>(sql: string): Statement<Row> {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#database.prepare(sql) as Statement
      this.#statements.set(sql, statement)
    }
    return statement as Statement<Row>
  }

  #run(sql: string, ...values: readonly unknown[]) {
    return this.#careful(() => this.#prepare(sql).run(...values))
  }

  #get<Row>(sql: string, ...values: readonly unknown[]): Row | undefined {
    return this.#careful(() => this.#prepare<Row>(sql).get(...values) as Row | undefined)
  }

  #all<Row>(sql: string, ...values: readonly unknown[]): Row[] {
    return this.#careful(() => this.#prepare<Row>(sql).all(...values) as Row[])
  }

  *#iterate<Row>(sql: string, options: { readonly pluck?: boolean } = {}): Generator<Row, void> {
    try {
      yield* this.#prepare<Row>(sql)
        .pluck(options.pluck ?? false)
        .iterate() as IterableIterator<Row>
    } catch (error) {
      throw isDamage(error) ? damaged(this.directory, error) : error
    }
  }

  #careful<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw isDamage(error) ? damaged(this.directory, error) : error
    }
  }
}

/** What is known of an attempt as one that was given up is overwritten by its answer; what was accepted stands. */
const replaceGivenUp = `
  insert into attempts values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set
    worker = excluded.worker, verdict = excluded.verdict, fitness = excluded.fitness, cause = excluded.cause,
    milliseconds = excluded.milliseconds, printed = excluded.printed
  where attempts.verdict <> 'accepted'`

const usageQuery = `
  select (select count(*) from workers) as steps, coalesce(sum(file_operations), 0) as fileOperations,
    coalesce(sum(node_seconds), 0) as nodeSeconds, coalesce(sum(worker_seconds), 0) as workerSeconds,
    coalesce(sum(busy_seconds), 0) as busySeconds
  from usage`

/** Through the reports once and sorted: there may be millions, and they have no index. */
const seriesQuery = `select generation, "index", replicate, step, value from (
  select r.generation, r."index", r.replicate, r.step, r.value, max(r.rowid)
  from reports r cross join attempts a
    on a.generation = r.generation and a."index" = r."index" and a.replicate = r.replicate
      and a.attempt = r.attempt and a.verdict = 'accepted'
  group by r.generation, r."index", r.replicate, r.step)
order by generation, "index", replicate, step`

interface Tally {
  done: number
  failed: number
  attempts: number
  best: { readonly score: number; readonly index: number; readonly replicate: number } | undefined
}

/** The manifest of a run directory. */
export function readManifest(directory: string): Manifest {
  const store = TrajectoryStore.openForReading(directory)
  try {
    return store.manifest()
  } finally {
    store.close()
  }
}

export function evaluationOf(row: EvaluatedRow): Evaluation {
  const individual = individualOf(row)
  if (row.outcome === 'done') {
    const outputs = row.outputs === null ? undefined : JSON.parse(row.outputs)
    return { individual, outcome: 'done', fitness: JSON.parse(row.fitness!), outputs }
  }
  return { individual, outcome: 'failed', cause: JSON.parse(row.cause ?? '{}') as FailureCause }
}

function individualOf(row: EvaluatedRow): Individual {
  return new Individual(row, JSON.parse(row.parameters), row.seed)
}

function isBefore(a: IndividualId, b: { readonly index: number; readonly replicate: number }): boolean {
  return a.index < b.index || (a.index === b.index && a.replicate < b.replicate)
}

/** How a record is written on the file system of a directory; gives the journal that SQLite agreed to. */
export function setJournal(database: Database, directory: string): string {
  const isShared = sharedFileSystem(directory) !== undefined
  if (isShared) database.pragma('locking_mode = exclusive')
  // Write-ahead logging does not work on network file systems.
  return database.pragma(`journal_mode = ${isShared ? 'truncate' : 'wal'}`, { simple: true }) as string
}

function openChecked(directory: string, path: string, options: { readonly?: boolean } = {}): Database {
  try {
    return openDatabase(path, options)
  } catch (error) {
    if (isBusy(error)) throw error
    throw damaged(directory, error)
  }
}

/** Refuses what is no record, or one that this version does not understand, before anything is changed in it. */
function checkVersion(
  directory: string,
  path: string,
  database: Database,
  { mayBeNew }: { readonly mayBeNew: boolean },
): void {
  let tables: number
  let version: number
  try {
    tables = database.prepare('select count(*) from sqlite_master').pluck().get() as number
    version = database.pragma('user_version', { simple: true }) as number
  } catch (error) {
    if (isBusy(error)) throw error
    throw damaged(directory, error)
  }
  if (version > schemaVersion) {
    throw new ConfigurationError(
      `${path} was written by a newer twoloop (its schema is version ${version}, this one knows up to ${schemaVersion}).`,
    )
  }
  if (version === 0 && hasBegun(directory)) throw damaged(directory, 'it is no record of a run')
  if (version === 0 && !(mayBeNew && tables === 0)) throw new ConfigurationError(`${path} is no record of a run.`)
}

/** Whether workers were ever to be launched, before which there is a record. */
function hasBegun(directory: string): boolean {
  return existsSync(join(directory, 'run.json'))
}

function refuseLinksIn(directory: string): void {
  try {
    refuseLinks(directory)
  } catch (error) {
    if (error instanceof LinkRefused) throw new ConfigurationError(error.message, { cause: error })
    throw error
  }
}

/** Whether SQLite says that the file is not as it has written it. */
function isDamage(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  // The statements are our own: what they do not find was there when the record was made.
  if (code === 'SQLITE_ERROR') return /^no such |syntax error|unrecognized token|^malformed/.test(message ?? '')
  return code === 'SQLITE_NOTADB' || (code?.startsWith('SQLITE_CORRUPT') ?? false)
}

function damaged(directory: string, why: unknown): ConfigurationError {
  const what = why instanceof Error ? why.message : String(why)
  return new ConfigurationError(
    `${join(directory, recordName)} is damaged (${what}); \`twoloop recover ${directory}\` saves what can still be read.`,
    { cause: why },
  )
}

function isBusy(error: unknown): boolean {
  return (error as { code?: string }).code === 'SQLITE_BUSY'
}

/** JSON that also takes what simulations return: numbers that JSON lacks, typed arrays, bigints. */
export function toJson(value: unknown): string {
  return (
    JSON.stringify(value, (_, nested: unknown) => {
      if (typeof nested === 'number' && !Number.isFinite(nested)) return String(nested)
      if (typeof nested === 'bigint') return nested.toString()
      if (ArrayBuffer.isView(nested)) return Array.from(nested as unknown as ArrayLike<number>)
      if (nested instanceof Map) return Object.fromEntries(nested)
      if (nested instanceof Set) return [...nested]
      return nested
    }) ?? 'null'
  )
}
