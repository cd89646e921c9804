import type { FailureCause } from '../core/evaluation.ts'
import { aggregateInWords } from '../core/replications.ts'
import type { RecordReader } from './reader.ts'
import type { AttemptRow, EvaluatedRow } from './rows.ts'

/** Everything that is recorded of one individual, as one JSON document. */
export interface IndividualDocument {
  readonly generation: number
  readonly index: number
  readonly replicate: number
  readonly seed: number
  /** The index of the failed individual whose place it took. */
  readonly replaces: number | null
  /** How much of the simulation it is given; null where it has all of it. */
  readonly budget: number | null
  /** The individual that it goes on from. */
  readonly continues: string | null
  readonly parameters: Readonly<Record<string, unknown>>
  readonly outcome: EvaluatedRow['outcome']
  readonly fitness: readonly number[] | null
  readonly objectives: readonly string[]
  /** What came of each simulation of it, where there are several: `G.I.R` names one. */
  readonly replicates: readonly ReplicateDocument[] | null
  /** What it comes to with all its samples, where it is simulated several times: the same that `best` names. */
  readonly together: TogetherDocument | null
  /** A number for each constraint by its name, which is kept where that is not above 0; null where there are none. */
  readonly constraints: Readonly<Record<string, number>> | null
  /** By how much the constraints are violated, taken together. */
  readonly violation: number | null
  /** The weighted fitness; larger is better. */
  readonly score: number | null
  readonly outputs: Readonly<Record<string, unknown>> | null
  readonly cause: FailureCause | null
  readonly attempts: readonly AttemptDocument[]
  readonly reports: readonly { readonly attempt: number; readonly step: number; readonly value: number }[]
}

export interface ReplicateDocument {
  readonly replicate: number
  readonly seed: number
  readonly outcome: EvaluatedRow['outcome']
  readonly fitness: readonly number[] | null
  readonly cause: FailureCause | null
}

export interface TogetherDocument {
  readonly fitness: readonly number[]
  /** The standard error of the samples' mean. */
  readonly standardError: readonly (number | null)[]
  readonly samples: number
  /** How the fitness follows from the samples: `mean of 8`. */
  readonly aggregate: string
}

export type AttemptDocument = Pick<
  AttemptRow,
  'epoch' | 'attempt' | 'worker' | 'host' | 'verdict' | 'milliseconds' | 'cpuMs' | 'peakMemory'
> & {
  /** The fitness that an attempt gave which did not decide the evaluation. */
  readonly fitness: readonly number[] | null
  readonly cause: FailureCause | null
  /** Where the individual was simulated, as its worker said: Slurm job, step and node, the CPU. */
  readonly provenance: Readonly<Record<string, string>>
  /** Where the result comes from if it was not simulated here: the other run, and the individual's name there. */
  readonly reused: { readonly run: string; readonly individual: string } | null
}

/** @param reports what it reported, all unless it is said */
export function individualDocument(
  record: RecordReader,
  row: EvaluatedRow,
  reports: IndividualDocument['reports'] = record.reportsOf(row),
): IndividualDocument {
  const { generation, index, replicate, seed, replaces, budget, continues, outcome, violation, score } = row
  const amounts = parsed<number[]>(row.constraints)
  const names = (record.manifest().constraints ?? []) as string[]
  const places = new Map(record.workers().map(({ worker, provenance }) => [worker, parsed<Place>(provenance)]))
  return {
    generation,
    index,
    replicate,
    seed,
    replaces,
    budget,
    continues,
    parameters: JSON.parse(row.parameters) as Record<string, unknown>,
    outcome,
    fitness: parsed(row.fitness),
    objectives: record.objectives.names,
    replicates: replicatesOf(record, row),
    together: togetherOf(record, row),
    constraints: amounts && Object.fromEntries(amounts.map((amount, i) => [names[i] ?? String(i), amount])),
    violation,
    score,
    outputs: parsed(row.outputs),
    cause: parsed(row.cause),
    attempts: record.attemptsOf(row).map((attempt) => attemptDocument(attempt, places.get(attempt.worker) ?? {})),
    reports,
  }
}

function replicatesOf(record: RecordReader, row: EvaluatedRow): ReplicateDocument[] | null {
  const rows = record.replicatesOf(row)
  if (rows.length < 2) return null
  return rows.map(({ replicate, seed, outcome, fitness, cause }) => {
    return { replicate, seed, outcome, fitness: parsed(fitness), cause: parsed(cause) }
  })
}

function togetherOf(record: RecordReader, row: EvaluatedRow): TogetherDocument | null {
  const point = record.sampledPoint(row)
  if (point?.samples === undefined) return null
  const { fitness, standardError = [], samples } = point
  const aggregate = aggregateInWords(record.replications, samples.length)
  return { fitness, standardError, samples: samples.length, aggregate }
}

type Place = AttemptDocument['provenance']

function attemptDocument(row: AttemptRow, provenance: Place): AttemptDocument {
  const { epoch, attempt, worker, host, verdict, milliseconds, cpuMs, peakMemory } = row
  const { fitness, cause, reusedRun, reusedIndividual } = row
  return {
    epoch,
    attempt,
    worker,
    host,
    verdict,
    milliseconds,
    cpuMs,
    peakMemory,
    fitness: parsed(fitness),
    cause: parsed(cause),
    provenance,
    reused: reusedRun === null ? null : { run: reusedRun, individual: reusedIndividual! },
  }
}

function parsed<T>(json: string | null): T | null {
  return json === null ? null : (JSON.parse(json) as T)
}
