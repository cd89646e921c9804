import { violationOf } from '../core/constraints.ts'
import type { DoneEvaluation, Judge } from '../core/evaluation.ts'
import type { Individual } from '../core/individual.ts'
import type { AttemptRecord, Commit, ReportRecord, ReuseRecord } from '../core/record.ts'
import { type EvaluatedRow, evaluationOf } from '../record/rows.ts'

/** What is known of an individual without its being simulated, with what is to be stored of it. */
export interface Reused {
  readonly evaluation: DoneEvaluation
  readonly attempt: AttemptRecord
  readonly reports: readonly ReportRecord[]
  readonly reuse: ReuseRecord
}

interface Source {
  /** Whose run the row is of. */
  readonly run: string
  /** The epoch of the runner that takes it. */
  readonly epoch: number
  readonly judge: Judge | undefined
  /** What the other has reported on its way. */
  steps(): readonly { readonly step: number; readonly value: number }[]
}

/** What came of another with the same parameters and seed, as if the individual had been simulated; undefined if constraints cannot judge it. */
export function asIfSimulated(
  individual: Individual,
  row: EvaluatedRow,
  { run, epoch, judge, steps }: Source,
): Reused | undefined {
  const { fitness, outputs } = evaluationOf(row) as DoneEvaluation
  const judged = judge?.(individual, fitness, outputs) ?? { constraints: [] }
  if ('cause' in judged) return undefined
  const violation = violationOf(judged.constraints)
  const constraints = judged.constraints.length > 0 ? judged.constraints : undefined
  return {
    evaluation: { individual, outcome: 'done', fitness, violation: violation || undefined, outputs },
    attempt: { individual, epoch, attempt: 0, worker: 0, verdict: 'accepted', fitness, outputs, constraints },
    reports: steps().map((step) => ({ individual, attempt: 0, ...step })),
    reuse: { individual, run, from: row },
  }
}

/** What is stored of reused results in one transaction. */
export function commitOf(reused: readonly Reused[]): Commit {
  return {
    attempts: reused.map(({ attempt }) => attempt),
    reports: reused.flatMap(({ reports }) => reports),
    reused: reused.map(({ reuse }) => reuse),
    positions: [],
  }
}
