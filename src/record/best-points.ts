import type { DoneEvaluation } from '../core/evaluation.ts'
import { byBalance } from '../core/front.ts'
import { type IndividualId, nameOf } from '../core/individual.ts'
import type { Objectives } from '../core/objectives.ts'
import type { Replications } from '../core/replications.ts'
import { fitnessOf, meanOf, standardErrorsOf } from '../core/samples.ts'
import { type FrontPoint, membersOfFront } from './front-points.ts'
import type { RecordFile } from './record-file.ts'
import { type EvaluatedRow, evaluationOf, individualOf } from './rows.ts'
import { isPart } from './schema.ts'

/** Whether a design simulates its points several times of its own accord, each time an individual to it. */
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
       order by min(outcome = 'done') desc, avg(coalesce(violation, 0)), avg(score) desc, generation, "index" limit ?`,
      count,
    )
    .map((id) => meanPoint(file, id))
}

/** What the replicates of a design's point come to on average, of those that were done. */
function meanPoint(
  file: RecordFile,
  { generation, index }: Pick<IndividualId, 'generation' | 'index'>,
): DoneEvaluation {
  const rows = file.all<EvaluatedRow>(
    `select * from evaluated where generation = ? and "index" = ? and outcome = 'done' order by replicate`,
    generation,
    index,
  )
  const violation = meanOf(rows.map(({ violation }) => violation ?? 0))
  const samples = rows.map(({ fitness }) => JSON.parse(fitness!) as readonly number[])
  const columns = samples[0]!.map((_, objective) => samples.map((sample) => sample[objective]!))
  return {
    individual: individualOf({ ...rows[0]!, replicate: 0 }),
    outcome: 'done',
    fitness: columns.map(meanOf),
    ...(violation > 0 && { violation }),
    standardError: standardErrorsOf(samples),
  }
}

/** Whether any individual with the whole budget of its problem is done. */
export function hasWhole(file: RecordFile): boolean {
  return file.get(`select 1 from evaluations e where outcome = 'done' and not ${isPart('e')} limit 1`) !== undefined
}

/** The best of those that are done with the most of the budget, where none has the whole of it. */
export function bestOfParts(
  file: RecordFile,
  count: number,
  objectives: Objectives,
  replications: Replications | undefined,
): DoneEvaluation[] {
  const rows = file.all<EvaluatedRow>(
    `select * from evaluated where outcome = 'done' and replicate = 0
       and budget = (select max(budget) from evaluated where outcome = 'done') order by generation, "index"`,
  )
  const points = rows.flatMap((row) =>
    replications ? (pointOf(row, objectives, replications) ?? []) : (evaluationOf(row) as DoneEvaluation),
  )
  return points.sort((a, b) => objectives.score(b) - objectives.score(a)).slice(0, count)
}

/** The best points of a search that simulates each individual several times, best first. */
export function bestReplicated(
  file: RecordFile,
  count: number,
  objectives: Objectives,
  replications: Replications,
): DoneEvaluation[] {
  let best: {
    readonly generation: number
    readonly index: number
    readonly score: number
    readonly violation: number
  }[] = []
  const keep = () => {
    best.sort(
      (a, b) => a.violation - b.violation || b.score - a.score || a.generation - b.generation || a.index - b.index,
    )
    best = best.slice(0, count)
  }
  const points = file.iterate<{ generation: number; index: number; samples: string; violation: number }>(
    `select generation, "index", max(samples) as samples, coalesce(avg(violation), 0) as violation from evaluations e
     where not ${isPart('e')} group by generation, "index" having max(samples) is not null`,
  )
  for (const { generation, index, samples, violation } of points) {
    const fitness = fitnessOf(JSON.parse(samples), objectives, replications)
    if (fitness) best.push({ generation, index, score: objectives.weigh(fitness), violation })
    if (best.length > 2 * count + 1000) keep()
  }
  keep()
  return best.flatMap(({ generation, index, violation }) => {
    const row = file.get<EvaluatedRow>(
      'select * from evaluated where generation = ? and "index" = ? and replicate = 0',
      generation,
      index,
    )!
    const point = pointOf(row, objectives, replications)
    return point ? { ...point, ...(violation > 0 && { violation }) } : []
  })
}

/**
 * The points of the front, the most balanced first; where more are wanted, those of what would be the front without them,
 * and so on.
 */
export function bestOfFronts(
  file: RecordFile,
  count: number,
  objectives: Objectives,
  replications: Replications | undefined,
): DoneEvaluation[] {
  const best: FrontPoint[] = []
  for (let left = true; left && best.length < count; ) {
    const taken = new Set(best.map(nameOf))
    const points = membersOfFront(file, { objectives, replications }, taken)
    best.push(...byBalance(objectives, points))
    left = points.length > 0
  }
  const isOfDesign = !replications && hasReplicates(file)
  return best.slice(0, count).flatMap((point) => {
    if (isOfDesign) return meanPoint(file, point)
    const row = file.get<EvaluatedRow>(
      'select * from evaluated where generation = ? and "index" = ? and replicate = 0',
      point.generation,
      point.index,
    )!
    const found = replications ? pointOf(row, objectives, replications) : (evaluationOf(row) as DoneEvaluation)
    return found ? { ...found, ...(point.violation !== undefined && { violation: point.violation }) } : []
  })
}

/** What the samples of a point come to, from the row of its first replicate; undefined if it has failed. */
export function pointOf(
  row: EvaluatedRow,
  objectives: Objectives,
  replications: Replications,
): DoneEvaluation | undefined {
  const samples = JSON.parse(row.samples ?? '[]') as readonly (readonly number[])[]
  const fitness = fitnessOf(samples, objectives, replications)
  if (!fitness) return undefined
  return { individual: individualOf(row), outcome: 'done', fitness, standardError: standardErrorsOf(samples), samples }
}
