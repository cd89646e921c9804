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
    samples,
  }
}

/**
 * What all samples of an individual's point come to together, as in `bestReplicated` and `bestPoints`; undefined of one that
 * has failed, or is simulated once.
 */
export function sampledPoint(
  file: RecordFile,
  { generation, index }: Pick<IndividualId, 'generation' | 'index'>,
  objectives: Objectives,
  replications: Replications | undefined,
): DoneEvaluation | undefined {
  const where = 'where generation = ? and "index" = ?'
  const row = file.get<EvaluatedRow>(`select * from evaluated ${where} and replicate = 0`, generation, index)!
  if (!replications) {
    const done = `select count(*) as count from evaluations ${where} and outcome = 'done'`
    const { count } = file.get<{ readonly count: number }>(done, generation, index)!
    return count > 0 && hasReplicates(file) ? meanPoint(file, row) : undefined
  }
  if (!isMetAgain(file, replications)) return pointOf(row, objectives, replications)
  const met = file.all<{ readonly samples: string }>(
    `select e.samples from individuals i join evaluations e using (generation, "index", replicate)
     where i.parameters = ? and i.budget is ? and e.samples is not null order by generation, "index"`,
    row.parameters,
    row.budget,
  )
  const samples = met.flatMap(({ samples }) => JSON.parse(samples) as (readonly number[])[])
  const fitness = fitnessOf(samples, objectives, { ...replications, count: met.length * replications.count })
  const point = {
    individual: individualOf(row),
    outcome: 'done' as const,
    samples,
    standardError: standardErrorsOf(samples),
  }
  return fitness && { ...point, fitness }
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

/** Whether a point was met again with other seeds than before, so that there are more samples of it than an individual has. */
export function isMetAgain(file: RecordFile, { seeds }: Replications): boolean {
  const sql = 'select 1 from individuals where replicate = 0 group by parameters, budget having count(*) > 1 limit 1'
  return seeds === 'own' && file.get(sql) !== undefined
}

/**
 * The best points of a search that simulates each individual several times, best first. What was met again is one point,
 * with all its samples, under the name that it had first.
 */
export function bestReplicated(
  file: RecordFile,
  count: number,
  objectives: Objectives,
  replications: Replications,
): DoneEvaluation[] {
  let best: RankedPoint[] = []
  const keep = () => {
    best.sort(
      (a, b) => a.violation - b.violation || b.score - a.score || a.generation - b.generation || a.index - b.index,
    )
    best = best.slice(0, count)
  }
  const points = isMetAgain(file, replications) ? pooledPoints(file) : pointsByThemselves(file)
  for (const { generation, index, samples, meetings, violation } of points) {
    const fitness = fitnessOf(samples, objectives, { ...replications, count: meetings * replications.count })
    if (fitness) best.push({ generation, index, score: objectives.weigh(fitness), fitness, samples, violation })
    if (best.length > 2 * count + 1000) keep()
  }
  keep()
  return best.map(({ generation, index, fitness, samples, violation }) => {
    const row = file.get<EvaluatedRow>(
      'select * from evaluated where generation = ? and "index" = ? and replicate = 0',
      generation,
      index,
    )!
    const standardError = standardErrorsOf(samples)
    const point = { individual: individualOf(row), outcome: 'done' as const, fitness, standardError, samples }
    return { ...point, ...(violation > 0 && { violation }) }
  })
}

interface SampledPoint {
  readonly generation: number
  readonly index: number
  readonly samples: readonly (readonly number[])[]
  /** How many individuals it was. */
  readonly meetings: number
  readonly violation: number
}

interface RankedPoint extends Omit<SampledPoint, 'meetings'> {
  readonly score: number
  readonly fitness: readonly number[]
}

function* pointsByThemselves(file: RecordFile): Generator<SampledPoint, void> {
  const points = file.iterate<Omit<SampledPoint, 'samples' | 'meetings'> & { readonly samples: string }>(
    `select generation, "index", max(samples) as samples, coalesce(avg(violation), 0) as violation from evaluations e
     where not ${isPart('e')} group by generation, "index" having max(samples) is not null`,
  )
  for (const point of points) yield { ...point, samples: JSON.parse(point.samples), meetings: 1 }
}

function* pooledPoints(file: RecordFile): Generator<SampledPoint, void> {
  const points = file.iterate<{ readonly individuals: string; readonly violation: number }>(
    `select json_group_array(json_array(generation, "index", json(e.samples))) filter (where e.samples is not null) as individuals,
            coalesce(avg(e.violation), 0) as violation
     from evaluations e join individuals i using (generation, "index", replicate)
     where not ${isPart('e')} group by i.parameters having max(e.samples) is not null`,
  )
  for (const { individuals, violation } of points) {
    const met = JSON.parse(individuals) as [generation: number, index: number, samples: SampledPoint['samples']][]
    met.sort(([a, i], [b, j]) => a - b || i - j)
    const [generation, index] = met[0]!
    yield { generation, index, samples: met.flatMap(([, , samples]) => samples), meetings: met.length, violation }
  }
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
