import { workerFolders } from '../../runtime/channel/run-file.ts'
import { violationOf } from '../core/constraints.ts'
import type { DoneEvaluation, Judge } from '../core/evaluation.ts'
import { type IndividualId, nameOf } from '../core/individual.ts'
import type { Objectives } from '../core/objectives.ts'
import type { Problem } from '../core/optimizee.ts'
import { aText, checkArgument } from '../core/options.ts'
import type {
  BegunGeneration,
  Checkpoint,
  Commit,
  GenerationDetails,
  ProposedIndividual,
  ReportRecord,
  RunRecord,
  ToldNumber,
  TriedBefore,
  Usage,
} from '../core/record.ts'
import type { Trajectory } from '../core/trajectory.ts'
import type { Database, Statement } from '../system/database.ts'
import { AttemptWriter } from './attempt-writer.ts'
import { FrontWriter } from './front-writer.ts'
import { IndividualWriter } from './individual-writer.ts'
import { RecordReader } from './reader.ts'
import { RecordFile } from './record-file.ts'
import { type EvaluatedRow, evaluationOf, type Manifest, toJson } from './rows.ts'
import { findBest, heardReportsTable, leftCheckpointsTable, searchView } from './schema.ts'
import { requireStorable } from './state-size.ts'
import { WorkerWriter } from './worker-writer.ts'

/** As much of a record may be checkpoints, as long as telling again takes little time: two small ones, or one. */
const mostShare = 1 / 50

/** The record of one run, as its one writer has it: what is added comes in transactions. */
export class RecordWriter extends RecordReader implements RunRecord {
  readonly #attempts: AttemptWriter
  readonly #individuals: IndividualWriter
  readonly #insertReport: Statement
  readonly #workers: WorkerWriter
  /** How many evaluations were told, where they are told as they come. */
  #told: number | undefined
  #notesHeard = false
  /** Undefined where they are told as they come. */
  #toldNumber: ToldNumber | undefined
  readonly #nextNumber = () => this.#nextTold()
  /** Null where no front is looked for. */
  #front: FrontWriter | null | undefined

  private constructor(file: RecordFile) {
    super(file)
    this.#attempts = new AttemptWriter(file)
    this.#individuals = new IndividualWriter(file)
    this.#insertReport = file.prepare('insert into reports values (?, ?, ?, ?, ?, ?)')
    this.#workers = new WorkerWriter(file)
  }

  /** Opens the record for writing, made new if it is not there. @throws ConfigurationError if it is something else */
  static openForWriting(directory: string): RecordWriter {
    checkArgument('openForWriting', 'the run directory', directory, aText)
    return new RecordWriter(RecordFile.openForWriting(directory))
  }

  /** Has all of the record stand in its one file. @throws StorageFullError if there is no space for it */
  settle(): void {
    this.file.settle()
  }

  /** A record that is not in its place yet: of what is there already, it takes up what is known from elsewhere. */
  static over(directory: string, database: Database): RecordWriter {
    return new RecordWriter(RecordFile.over(directory, database))
  }

  /** Writes entries of the manifest, in place of those of the same names. */
  writeManifest(entries: Manifest): void {
    this.file.transaction(() => {
      for (const [key, value] of Object.entries(entries)) {
        this.file.run('insert or replace into manifest values (?, ?)', key, JSON.stringify(value))
      }
    })
  }

  get epoch(): number {
    return this.file.epoch
  }

  /** From here on this process writes, and whoever wrote under an earlier epoch is refused. */
  beginEpoch(epoch: number): void {
    this.file.enterEpoch(epoch)
    this.writeManifest({ epoch })
  }

  /** Makes the view with a column per parameter; the rest is needed to weigh fitness, and to join it. */
  writeProblem(
    parameters: readonly string[],
    objectives: Objectives,
    { replications, budget, reference }: Pick<Problem, 'replications' | 'budget' | 'reference'> = {},
  ): void {
    this.writeManifest({
      objectives: objectives.definition,
      parameters: [...parameters],
      ...(replications && { replications: { ...replications } }),
      ...(budget && { budget: { ...budget } }),
      ...(reference && { reference: { ...reference } }),
    })
    this.forgetProblem()
    if (budget) this.file.transaction(() => this.file.execute(leftCheckpointsTable))
    this.#front = undefined
    if (parameters.length + objectives.names.length > 1000) return // SQLite has at most 2000 columns
    this.file.transaction(() => {
      this.file.execute('drop view if exists search')
      this.file.execute(searchView(parameters, objectives.names))
    })
  }

  // Generations

  /** Says which evaluations are told before which; unless it is said, they are told as they come. */
  numberTold(toldNumber: ToldNumber): void {
    this.#toldNumber = toldNumber
  }

  /** From here on it is noted which reports the optimizer hears before which evaluation. */
  noteHeard(): void {
    this.file.transaction(() => this.file.execute(heardReportsTable))
    this.#notesHeard = true
  }

  /** Stores a generation, and the checkpoint of the optimizer that proposed it if there is one, in one transaction. */
  addGeneration(
    generation: number,
    individuals: readonly ProposedIndividual[],
    { summary = {}, checkpoint }: GenerationDetails = {},
  ): void {
    this.addIndividuals(individuals, { begun: [{ generation, summary }], checkpoint })
  }

  /** Stores further individuals of generations that are there, or that begin with them. */
  addIndividuals(
    individuals: readonly ProposedIndividual[],
    { begun = [], checkpoint }: { begun?: readonly BegunGeneration[]; checkpoint?: Checkpoint | undefined } = {},
  ): void {
    this.file.transaction(() => {
      this.#individuals.write(individuals, begun)
      this.#forgetFronts(individuals)
      for (const { generation } of begun) this.#attempts.onBegin(generation)
      if (checkpoint) this.#putCheckpoint(checkpoint)
    })
  }

  /** Stores where the optimizer stands. The checkpoint before it is kept beside it, unless the new one is large. */
  addCheckpoint(checkpoint: Checkpoint): void {
    this.file.transaction(() => this.#putCheckpoint(checkpoint))
  }

  /** Whether a state of so many bytes would be more of the record than is worth the time of telling again. */
  isLarge(bytes: number): boolean {
    return bytes > mostShare * this.file.bytes
  }

  #putCheckpoint({ told, asked, state, without = 'later' }: Checkpoint): void {
    requireStorable(state.length, told)
    // Before the new one is written, which then takes up the room of the old.
    if (without === 'lost' || !this.isLarge(2 * state.length)) {
      const others =
        'delete from checkpoints where told = ? or told not in (select max(told) from checkpoints where told <> ?)'
      this.file.run(others, told, told)
    } else this.file.run('delete from checkpoints')
    this.file.run('insert into checkpoints values (?, ?, ?)', told, asked, state)
  }

  // Attempts and evaluations

  /** Of the generation that began here last it is known without asking whether it has printed anything: most have not. */
  override hasPrinted(generation: number): boolean {
    const isSilent = generation === this.#individuals.newest && this.#attempts.isSilentFrom(generation)
    return !isSilent && super.hasPrinted(generation)
  }

  override triedBefore(generation: number): TriedBefore[] {
    return this.#attempts.hasOthers ? super.triedBefore(generation) : []
  }

  commit(commit: Commit): void {
    this.file.transaction(() => {
      const { standIns = [], reused = [] } = commit
      const toldBefore = this.#notesHeard && commit.reports.length > 0 ? this.#peekTold() : undefined
      this.#individuals.write(standIns)
      this.#forgetFronts(standIns)
      this.#attempts.write(commit.attempts, {
        objectives: this.objectives,
        replications: this.replications,
        budget: this.budget,
        toldNumber: this.#toldNumber ?? this.#nextNumber,
        isToldAsItComes: this.#toldNumber === undefined,
      })
      this.#frontWriter?.write()
      for (const report of commit.reports) this.#addReport(report)
      if (toldBefore !== undefined) {
        const sql =
          'insert or replace into heard_reports select ?, max(rowid) from reports having max(rowid) is not null'
        this.file.run(sql, toldBefore)
      }
      for (const { individual, run, from } of reused) {
        const { generation, index, replicate } = individual
        // Again after a recovery that lost the evaluation.
        this.file.run(
          'insert or replace into reused values (?, ?, ?, ?, ?)',
          generation,
          index,
          replicate,
          run,
          nameOf(from),
        )
      }
      this.#workers.move(commit.positions)
      this.#workers.end(commit.ends ?? [])
    })
  }

  /** How many individuals the front of the whole generations has; nothing where none is looked for. */
  get frontSize(): number | undefined {
    return this.#frontWriter?.size
  }

  get #frontWriter(): FrontWriter | undefined {
    if (this.#front === undefined) {
      const { objectives, replications, reference } = this
      this.#front = objectives.wantsFront ? new FrontWriter(this.file, objectives, replications, reference) : null
    }
    return this.#front ?? undefined
  }

  /** The front up to a generation is not known any more once there are further individuals in it. */
  #forgetFronts(individuals: readonly ProposedIndividual[]): void {
    if (this.#front === null || individuals.length === 0) return
    const sql =
      'update generation_notes set front = null, hypervolume = null where generation = ? and front is not null'
    const generations = new Set(individuals.map(({ individual }) => individual.generation))
    for (const generation of generations) this.file.run(sql, generation)
  }

  #nextTold(): number {
    const told = this.#peekTold()
    this.#told = told + 1
    return told
  }

  #peekTold(): number {
    this.#told ??= this.file.get<{ told: number }>(
      'select 1 + coalesce(max(last_told), -1) as told from generations',
    )!.told
    return this.#told
  }

  #addReport({ individual: { generation, index, replicate }, attempt, step, value }: ReportRecord): void {
    if (Number.isNaN(step) || Number.isNaN(value)) return // which SQLite does not know
    this.#insertReport.run(generation, index, replicate, attempt, step, value)
  }

  /** Says what constraints say of results that stand without it, as a recovery leaves them. */
  judgeUnjudged(judge: Judge): void {
    const rows = this.file.all<EvaluatedRow>(`select * from evaluated where outcome = 'done' and constraints is null`)
    if (rows.length === 0) return
    this.file.transaction(() => {
      for (const row of rows) {
        const { individual, fitness, outputs } = evaluationOf(row) as DoneEvaluation
        const judged = judge(individual, fitness, outputs)
        if ('cause' in judged) continue
        const { constraints } = judged
        const { generation, index, replicate } = individual
        this.file.run(
          'update evaluations set constraints = ?, violation = ? where generation = ? and "index" = ? and replicate = ?',
          toJson(constraints),
          violationOf(constraints),
          generation,
          index,
          replicate,
        )
      }
      this.file.execute(findBest)
      this.#attempts.forgetBest()
    })
  }

  /** Notes that the checkpoints of these are no longer there, before they are removed. */
  forgetCheckpoints(individuals: readonly IndividualId[]): void {
    this.file.transaction(() => {
      for (const { generation, index, replicate } of individuals) {
        this.file.run(
          'update left_checkpoints set removed = 1 where generation = ? and "index" = ? and replicate = ?',
          generation,
          index,
          replicate,
        )
      }
    })
  }

  markPacked(generation: number): void {
    this.file.transaction(() =>
      this.file.run(
        'insert into generation_notes (generation, packed) values (?, 1) on conflict do update set packed = 1',
        generation,
      ),
    )
  }

  // Workers

  addWorker(launcher: string): number {
    // A folder that the record does not know (it lost its end in a power cut, or somebody made the folder) is nobody's.
    const taken = Math.max(0, ...workerFolders(this.directory))
    return this.file.transaction(() => this.#workers.add(launcher, taken))
  }

  writeWorker(worker: Parameters<RunRecord['writeWorker']>[0]): void {
    this.file.transaction(() => this.#workers.write(worker))
  }

  recordUsage({ fileOperations, nodeSeconds, workerSeconds, busySeconds }: Omit<Usage, 'steps'>): void {
    this.file.transaction(() =>
      this.file.run(
        'insert or replace into usage values (?, ?, ?, ?, ?)',
        this.epoch,
        fileOperations,
        nodeSeconds,
        workerSeconds,
        busySeconds,
      ),
    )
  }

  // Groups and results

  saveGroups(trajectory: Trajectory): void {
    this.file.transaction(() => {
      for (const group of trajectory.groups) {
        this.file.run('insert or replace into parameter_groups values (?, ?)', group.name, group.comment)
        for (const { key, value, comment } of group.entries()) {
          this.file.run(
            'insert or replace into group_parameters values (?, ?, ?, ?)',
            group.name,
            key,
            toJson(value),
            comment,
          )
        }
      }
      for (const [key, value] of trajectory.results) {
        this.file.run('insert or replace into results values (?, ?)', key, toJson(value))
      }
    })
  }

  /** Brings the copy up to date that readers get on a network file system. */
  async refreshCopy(): Promise<void> {
    await this.file.refreshCopy()
  }
}
