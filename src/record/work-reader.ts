import type { FirstOutcome } from '../../runtime/runner/first-outcomes.ts'
import type { FailureCause } from '../core/evaluation.ts'
import { type IndividualId, nameOf } from '../core/individual.ts'
import {
  type AttemptRecord,
  deathDetail,
  deathKinds,
  type LeftCheckpoint,
  type TriedBefore,
  type Usage,
  type WorkerRecord,
} from '../core/record.ts'
import { checkpointOf } from '../core/run-files.ts'
import { RowReader } from './row-reader.ts'
import type { AttemptRow, WorkerRow } from './rows.ts'

/** What was tried for the individuals of a run, by which workers, and how it failed. */
export abstract class WorkReader extends RowReader {
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

  hasPrinted(generation: number): boolean {
    const sql = 'select 1 from attempts where generation = ? and printed is not null limit 1'
    return !this.isPacked(generation) && this.file.get(sql, generation) !== undefined
  }

  *printedIn(generation: number): Generator<AttemptRecord> {
    let behind: readonly number[] = [-1, -1, -1, -1]
    for (;;) {
      const rows = this.file.all<PrintedRow>(
        `select "index", replicate, epoch, attempt, worker, verdict, printed from attempts
         where generation = ? and ("index", replicate, epoch, attempt) > (?, ?, ?, ?) and printed is not null
         order by "index", replicate, epoch, attempt limit ?`,
        ...[generation, ...behind, printedAtOnce],
      )
      for (const { index, replicate, epoch, attempt, worker, verdict, printed } of rows) {
        const individual = { generation, index, replicate }
        yield { individual, epoch, attempt, worker, verdict, printed: JSON.parse(printed!) }
        behind = [index, replicate, epoch, attempt]
      }
      if (rows.length < printedAtOnce) return
    }
  }

  hasPrintedAfter(generation: number, worker: number): boolean {
    const sql = 'select 1 from attempts where generation > ? and worker = ? and printed is not null limit 1'
    return this.file.get(sql, generation, worker) !== undefined
  }

  isPacked(generation: number): boolean {
    return (
      this.file.get<{ packed: number }>('select packed from generations where generation = ?', generation)?.packed === 1
    )
  }

  // Failures

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
}

type PrintedRow = Pick<IndividualId, 'index' | 'replicate'> &
  Pick<AttemptRow, 'epoch' | 'attempt' | 'worker' | 'verdict' | 'printed'>

/** How many attempts are held at once of those that have printed. */
const printedAtOnce = 500

/** The attempt by which an individual failed for good. */
export type Failure = Pick<AttemptRecord, 'individual' | 'epoch' | 'attempt' | 'worker' | 'printed'> & {
  readonly cause: FailureCause
}

function parsed<T>(json: string | null): T | null {
  return json === null ? null : (JSON.parse(json) as T)
}

/** Says in SQL what the function `isDeath` says. */
const isDeathIn = (table: string) =>
  `(${table}.cause ->> 'kind' in (${deathKinds.map((kind) => `'${kind}'`).join(', ')}) or ${table}.cause ->> 'detail' is '${deathDetail}')`

const usageQuery = `
  select (select count(*) from workers) as steps, coalesce(sum(file_operations), 0) as fileOperations,
    coalesce(sum(node_seconds), 0) as nodeSeconds, coalesce(sum(worker_seconds), 0) as workerSeconds,
    coalesce(sum(busy_seconds), 0) as busySeconds
  from usage`
