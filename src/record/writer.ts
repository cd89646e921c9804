import { workerFolders } from '../../runtime/channel/run-file.ts'
import { type Individual, type IndividualId, nameOf } from '../core/individual.ts'
import type { Objectives } from '../core/objectives.ts'
import type { PlainData } from '../core/optimizer.ts'
import type { AttemptRecord, Batch, RunRecord, Usage } from '../core/record.ts'
import type { Trajectory } from '../core/trajectory.ts'
import { TrajectoryReader } from './reader.ts'
import { RecordFile } from './record-file.ts'
import { type Manifest, toJson } from './rows.ts'
import { searchView } from './schema.ts'

/** The record of one run, as its one writer has it: what is added comes in transactions. */
export class TrajectoryStore extends TrajectoryReader implements RunRecord {
  /** Opens the record for writing, made new if it is not there. @throws ConfigurationError if it is something else */
  static openForWriting(directory: string): TrajectoryStore {
    return new TrajectoryStore(RecordFile.openForWriting(directory))
  }

  describe(entries: Manifest): void {
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
    this.describe({ epoch })
  }

  /** Makes the view with a column per parameter; the objectives are needed to weigh fitness. */
  describeProblem(parameters: readonly string[], objectives: Objectives): void {
    this.describe({ objectives: objectives.definition, parameters: [...parameters] })
    this.forgetObjectives()
    if (parameters.length + objectives.names.length > 1000) return // SQLite has at most 2000 columns
    this.file.transaction(() => {
      this.file.execute('drop view if exists search')
      this.file.execute(searchView(parameters, objectives.names))
    })
  }

  // Generations

  /** Stores a generation and the optimizer state that waits for it, in one transaction. */
  addGeneration(
    generation: number,
    individuals: readonly Individual[],
    state: PlainData,
    summary: Readonly<Record<string, unknown>>,
  ): void {
    this.file.transaction(() => {
      this.file.run(
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
  addReplacement(individual: Individual, replaces: number): void {
    this.file.transaction(() => {
      this.#insertIndividual(individual, replaces)
      this.file.run('update generations set individuals = individuals + 1 where generation = ?', individual.generation)
    })
  }

  #insertIndividual(individual: Individual, replaces: number | null): void {
    this.file.run(
      'insert into individuals values (?, ?, ?, ?, ?, ?)',
      individual.generation,
      individual.index,
      individual.replicate,
      individual.seed,
      JSON.stringify(individual.parameters),
      replaces,
    )
  }

  // Attempts and evaluations

  commit(batch: Batch): void {
    this.file.transaction(() => {
      const tallies = new Map<number, Tally>()
      for (const attempt of batch.attempts) this.#insertAttempt(attempt, tallies)
      for (const [generation, tally] of tallies) this.#addTally(generation, tally)
      for (const { individual, attempt, step, value } of batch.reports) {
        const { generation, index, replicate } = individual
        if (Number.isNaN(step) || Number.isNaN(value)) continue // which SQLite does not know
        this.file.run(
          'insert into reports values (?, ?, ?, ?, ?, ?)',
          generation,
          index,
          replicate,
          attempt,
          step,
          value,
        )
      }
      for (const { individual, run, from } of batch.reused ?? []) {
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
      for (const { worker, segment, offset } of batch.positions) {
        this.file.run('update workers set segment = ?, offset = ? where worker = ?', segment, offset, worker)
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
    const { changes } = this.file.run(
      'insert into attempts values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing',
      ...row,
    )
    if (changes > 0) tally.attempts++
    else this.file.run(replaceGivenUp, ...row)
    if (!accepted) return
    const score = record.fitness ? this.objectives.weigh(record.fitness) : null
    this.file.run(
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
    this.file.run(
      'update generations set done = done + ?, failed = failed + ?, attempts = attempts + ? where generation = ?',
      done,
      failed,
      attempts,
      generation,
    )
    if (!best) return
    this.file.run(
      `update generations set best_score = @score, best_index = @index, best_replicate = @replicate
       where generation = @generation and (best_score is null or best_score < @score
         or (best_score = @score and (best_index, best_replicate) > (@index, @replicate)))`,
      { ...best, generation },
    )
  }

  markPacked(generation: number): void {
    this.file.transaction(() => this.file.run('update generations set packed = 1 where generation = ?', generation))
  }

  // Workers

  addWorker(launcher: string): number {
    // A folder that the record does not know (it lost its end in a power cut, or somebody made the folder) is nobody's.
    const taken = Math.max(0, ...workerFolders(this.directory))
    return this.file.transaction(() =>
      Number(
        this.file.run(
          'insert into workers (worker, epoch, launcher, launched) select 1 + max(?, coalesce(max(worker), 0)), ?, ?, ? from workers',
          taken,
          this.epoch,
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
    this.file.transaction(() =>
      this.file.run(
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
    this.file.transaction(() =>
      this.file.run('update workers set ended = ?, why = ? where worker = ?', new Date().toISOString(), why, worker),
    )
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

/** What is known of an attempt as one that was given up is overwritten by its answer; what was accepted stands. */
const replaceGivenUp = `
  insert into attempts values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set
    worker = excluded.worker, verdict = excluded.verdict, fitness = excluded.fitness, cause = excluded.cause,
    milliseconds = excluded.milliseconds, printed = excluded.printed
  where attempts.verdict <> 'accepted'`

interface Tally {
  done: number
  failed: number
  attempts: number
  best: { readonly score: number; readonly index: number; readonly replicate: number } | undefined
}

function isBefore(a: IndividualId, b: { readonly index: number; readonly replicate: number }): boolean {
  return a.index < b.index || (a.index === b.index && a.replicate < b.replicate)
}
