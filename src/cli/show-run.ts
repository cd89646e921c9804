import { ConfigurationError } from '../core/errors.ts'
import { failureGroups } from '../record/failure-groups.ts'
import { individualDocument } from '../record/individual-document.ts'
import { findIndividual } from '../record/individual-name.ts'
import { RecordReader } from '../record/reader.ts'
import { type RunSummary, summarize } from '../record/summary.ts'
import { describeFailures } from './describe-failures.ts'
import { describeIndividual } from './describe-individual.ts'
import { describeRun } from './describe-run.ts'
import { jsonText } from './output.ts'
import { pointsTable } from './points-table.ts'
import { describeFront, frontDocument } from './show-front.ts'
import { recommendedIn, recommendedTable } from './show-recommended.ts'

export interface ShowOptions {
  readonly top?: number | undefined
  readonly individual?: string | undefined
  readonly front?: boolean | undefined
  readonly recommended?: boolean | undefined
  readonly reference?: string | undefined
  readonly json?: boolean | undefined
}

/** What `twoloop show` prints. */
export async function showRun(
  run: string,
  { top, individual, front = false, recommended = false, reference, json = false }: ShowOptions = {},
): Promise<string> {
  if (reference !== undefined && !front) {
    throw new ConfigurationError(
      '--reference is what the hypervolume of a front is measured from; give --front as well',
    )
  }
  if (front && individual !== undefined) {
    throw new ConfigurationError('--front shows the front, got --individual as well')
  }
  if (recommended && (front || individual !== undefined)) {
    const other = front ? '--front' : '--individual'
    throw new ConfigurationError(`--recommended shows what the optimizer recommends, got ${other} as well`)
  }
  if (top !== undefined && individual !== undefined) {
    throw new ConfigurationError('--top shows the best individuals and --individual shows one; give one of the two')
  }
  const record = RecordReader.openForReading(run)
  try {
    using _ = record.holdStill()
    if (individual !== undefined) {
      const document = individualDocument(record, findIndividual(record, individual))
      return json ? jsonText(document) : describeIndividual(document)
    }
    if (front) {
      const document = frontDocument(record, reference)
      return json ? jsonText(document) : describeFront(document, { run, top })
    }
    if (recommended) {
      const all = recommendedIn(record)
      return json ? jsonText({ recommended: all.slice(0, top) }) : recommendedTable(all, top)
    }
    const summary = summarize(record, { hash: json })
    const best = top === undefined ? [] : bestOf(record, top)
    const failures = await failureGroups(record)
    if (json) return jsonText({ ...summary, failureGroups: failures, ...(top !== undefined && { top: best }) })
    const parts = [describeRun(summary), top === undefined ? '' : bestTable(summary, best)]
    parts.push(describeFailures(failures, record.directory))
    return parts.filter((part) => part !== '').join('\n')
  } finally {
    record.close()
  }
}

interface Ranked {
  readonly generation: number
  readonly index: number
  readonly replicate: number
  readonly fitness: readonly number[]
  readonly violation?: number | undefined
  readonly parameters: Readonly<Record<string, unknown>>
}

function bestOf(record: RecordReader, count: number): Ranked[] {
  return record.best(count).flatMap((evaluation) => {
    if (evaluation.outcome !== 'done') return []
    const { generation, index, replicate, parameters } = evaluation.individual
    const { fitness, violation } = evaluation
    return [{ generation, index, replicate, fitness, ...(violation !== undefined && { violation }), parameters }]
  })
}

function bestTable({ objectives }: RunSummary, best: readonly Ranked[]): string {
  return best.length === 0 ? 'no individual was simulated well\n' : pointsTable(Object.keys(objectives), best)
}
