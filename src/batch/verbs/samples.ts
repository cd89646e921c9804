import type { FailureCause } from '../../core/evaluation.ts'
import { RecordReader } from '../../record/reader.ts'
import type { EvaluatedRow } from '../../record/rows.ts'
import { fromRecord } from '../plain-value.ts'
import { noParameters } from './sim-func-optimizee.ts'

/** What came of one sample of the parameters: a result for every seed, in the order of the seeds. */
export interface ParameterSamples<R = unknown, P = Readonly<Record<string, unknown>>> {
  readonly params: P
  /** The result of seed 0, 1, 2 ...; null where the run failed. */
  readonly samples: readonly (R | null)[]
  /** The runs that failed; absent if none did. */
  readonly failures?: readonly SampleFailure[]
}

export interface SampleFailure {
  readonly seed: number
  readonly kind: FailureCause['kind']
  readonly message: string
  readonly stack?: string | undefined
}

/** The results of a batch from its run directory, sample by sample, never all of them in memory. */
export function* readSamples<R = unknown>(directory: string): Generator<ParameterSamples<R>> {
  const record = RecordReader.openForReading(directory)
  try {
    let rows: EvaluatedRow[] = []
    for (const row of record.rows()) {
      if (row.replicate === 0 && rows.length > 0) {
        yield samplesOf<R>(rows)
        rows = []
      }
      if (row.outcome !== 'pending') rows.push(row)
    }
    if (rows.length > 0) yield samplesOf<R>(rows)
  } finally {
    record.close()
  }
}

function samplesOf<R>(rows: readonly EvaluatedRow[]): ParameterSamples<R> {
  const { [noParameters]: _, ...params } = JSON.parse(rows[0]!.parameters) as Record<string, unknown>
  const samples: (R | null)[] = []
  const failures: SampleFailure[] = []
  for (const row of rows) {
    if (row.outcome === 'done') {
      samples[row.replicate] = fromRecord((JSON.parse(row.outputs!) as { readonly result: unknown }).result) as R
      continue
    }
    samples[row.replicate] = null
    const { kind, message, stack } = JSON.parse(row.cause ?? '{}') as FailureCause
    failures.push({ seed: row.seed, kind, message, ...(stack !== undefined && { stack }) })
  }
  return { params, samples, ...(failures.length > 0 && { failures }) }
}
