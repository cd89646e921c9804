import type { DoneEvaluation } from '../core/evaluation.ts'
import type { RecordFile } from './record-file.ts'
import { type EvaluatedRow, individualOf } from './rows.ts'

/** Whether points are simulated several times; only designs do that. */
export function hasReplicates(file: RecordFile): boolean {
  const design = file.get(`select 1 from manifest where key = 'optimizer' and value = '"design"'`)
  return design !== undefined && file.get('select 1 from individuals where replicate > 0 limit 1') !== undefined
}

/**
 * The points that are best on average, best first: the luckiest replicate says little of its point. Those of which a
 * replicate has failed come after all others, as what fails ranks last.
 */
export function bestPoints(file: RecordFile, count: number): DoneEvaluation[] {
  return file
    .all<{ generation: number; index: number }>(
      `select generation, "index" from evaluations group by generation, "index" having max(outcome = 'done')
       order by min(outcome = 'done') desc, avg(score) desc, generation, "index" limit ?`,
      count,
    )
    .map(({ generation, index }) => {
      const rows = file.all<EvaluatedRow>(
        `select * from evaluated where generation = ? and "index" = ? and outcome = 'done' order by replicate`,
        generation,
        index,
      )
      const samples = rows.map(({ fitness }) => JSON.parse(fitness!) as readonly number[])
      const columns = samples[0]!.map((_, objective) => samples.map((sample) => sample[objective]!))
      return {
        individual: individualOf({ ...rows[0]!, replicate: 0 }),
        outcome: 'done',
        fitness: columns.map(meanOf),
        standardError: columns.map(standardErrorOf),
      }
    })
}

function meanOf(values: readonly number[]): number {
  return values.reduce((mean, value, i) => mean + (value - mean) / (i + 1), 0)
}

function standardErrorOf(values: readonly number[]): number | null {
  if (values.length < 2) return null
  const mean = meanOf(values)
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1) / values.length)
}
