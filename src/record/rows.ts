import { asRecorded } from '../core/as-recorded.ts'
import type { Evaluation, FailureCause } from '../core/evaluation.ts'
import { Individual, type IndividualId, idOf } from '../core/individual.ts'
import type { PlainData } from '../core/plain-data.ts'
import type { Verdict, WorkerRecord } from '../core/record.ts'

export type Manifest = Readonly<Record<string, PlainData>>

/** An individual with what came of it, as it stands in the record. */
export interface EvaluatedRow {
  readonly generation: number
  readonly index: number
  readonly replicate: number
  readonly seed: number
  /** JSON */
  readonly parameters: string
  readonly outcome: 'done' | 'failed' | 'stopped' | 'pending'
  /** JSON */
  readonly fitness: string | null
  readonly score: number | null
  /** JSON */
  readonly outputs: string | null
  /** JSON */
  readonly cause: string | null
  readonly replaces: number | null
  /** How many evaluations the optimizer had been told when it proposed the individual, and before it was told this one. */
  readonly after: number
  readonly told: number | null
  /** JSON */
  readonly origin: string | null
  readonly budget: number | null
  /** The name of an individual. */
  readonly continues: string | null
  readonly violation: number | null
  /** JSON, as are the next two. */
  readonly constraints: string | null
  readonly samples: string | null
  readonly standard_error: string | null
}

/** One intermediate value of an individual. */
export interface SeriesRow extends IndividualId {
  readonly step: number
  readonly value: number
}

/**
 * Who made an individual, and of whom; early records of version 3 name the operator, and their first ones and those of version 2
 * have an object.
 *
 * @param operators by their numbers
 */
export function originIn(
  json: string,
  operators: readonly string[],
): { readonly operator: string; readonly parents: readonly string[] } {
  const origin = JSON.parse(json) as
    | readonly [operator: number | string, ...parents: string[]]
    | { readonly operator: string; readonly parents: readonly string[] }
  if ('operator' in origin) return origin
  const [operator, ...parents] = origin
  return { operator: typeof operator === 'number' ? (operators[operator] ?? '') : operator, parents }
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
  /** Milliseconds since 1970, in the runner's time. */
  readonly began: number | null
  readonly ended: number | null
  readonly cpuMs: number | null
  /** Bytes. */
  readonly peakMemory: number | null
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
  readonly stopped: number
  readonly attempts: number
}

export function evaluationOf(row: EvaluatedRow): Evaluation {
  const individual = individualOf(row)
  if (row.outcome === 'done') {
    const outputs = row.outputs === null ? undefined : JSON.parse(row.outputs)
    const fitness = JSON.parse(row.fitness!) as number[]
    return { individual, outcome: 'done', fitness, violation: row.violation || undefined, outputs }
  }
  if (row.outcome === 'stopped')
    return { individual, outcome: 'stopped', fitness: JSON.parse(row.fitness!) as number[] }
  return { individual, outcome: 'failed', cause: JSON.parse(row.cause ?? '{}') as FailureCause }
}

export function individualOf(row: IndividualRow): Individual {
  const { parameters, seed, budget, continues } = row
  const share = budget === null ? undefined : { budget, continues: continues === null ? undefined : idOf(continues) }
  return new Individual(row, JSON.parse(parameters), seed, share)
}

type IndividualRow = Pick<
  EvaluatedRow,
  'generation' | 'index' | 'replicate' | 'parameters' | 'seed' | 'budget' | 'continues'
>

/** JSON that also takes what simulations return: numbers that JSON lacks, typed arrays, bigints. */
export function toJson(value: unknown): string {
  return JSON.stringify(asRecorded(value))
}
