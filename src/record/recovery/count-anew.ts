import { Objectives } from '../../core/objectives.ts'
import type { Replications } from '../../core/replications.ts'
import { fitnessOf } from '../../core/samples.ts'
import type { Database } from '../../system/database.ts'
import { findBest, isPart, noteLastTold, numberInOrder } from '../schema.ts'
import { manifestOf } from './queries.ts'

/** Makes everything in a record that follows from its rows follow from those that are left. */
export function countAnew(database: Database, order: string, replications: Replications | undefined): void {
  const times = replications?.count ?? 1
  database.exec(countGenerations(times))
  if (replications) noteBestPoints(database, replications)
  if (order === 'arrival') {
    database.exec(closeGaps(times))
    database.exec(noteLastTold)
  } else database.exec(numberInOrder(replications ? 'points' : 'individuals'))
  database.exec(forgetOthers)
}

const countGenerations = (times: number) => `
delete from evaluations where not exists (
  select 1 from individuals i
  where i.generation = evaluations.generation and i."index" = evaluations."index" and i.replicate = evaluations.replicate);
update generation_counts as c set
  done = (select count(*) from evaluations e where e.generation = c.generation and outcome = 'done'),
  failed = (select count(*) from evaluations e where e.generation = c.generation and outcome = 'failed'),
  stopped = (select count(*) from evaluations e where e.generation = c.generation and outcome = 'stopped'),
  last_told = null;
${findBest}
update generation_notes set front = null, hypervolume = null;
delete from front;
delete from checkpoints where asked * ${times} > (select count(*) from individuals where replaces is null);
delete from checkpoints where told not in (select told from checkpoints order by told desc limit 2);
`

/** Notes each generation's best of a search that simulates individuals several times: that of its points. */
function noteBestPoints(database: Database, replications: Replications): void {
  const objectives = new Objectives((manifestOf(database).objectives ?? {}) as Record<string, number>)
  const points = database
    .prepare(
      `select generation, "index", samples from evaluations e where replicate = 0 and samples is not null and not ${isPart('e')}
       and not exists (select 1 from evaluations s where s.generation = e.generation and s."index" = e."index" and s.violation > 0)`,
    )
    .all() as { readonly generation: number; readonly index: number; readonly samples: string }[]
  database.exec('update generation_counts set best_index = null, best_replicate = null')
  if (objectives.wantsFront) return // nothing weighs them
  const bests = new Map<number, { readonly index: number; readonly score: number }>()
  for (const { generation, index, samples } of points) {
    const fitness = fitnessOf(JSON.parse(samples), objectives, replications)
    const score = fitness ? objectives.weigh(fitness) : Number.NaN
    const best = bests.get(generation)
    if (!Number.isNaN(score) && (!best || score > best.score)) bests.set(generation, { index, score })
  }
  const setBest = database.prepare(
    'update generation_counts set best_index = ?, best_replicate = 0 where generation = ?',
  )
  const noteScore = database.prepare(
    `insert into generation_notes (generation, best_score) values (?, ?)
     on conflict do update set best_score = excluded.best_score`,
  )
  for (const [generation, { index, score }] of bests) {
    setBest.run(index, generation)
    noteScore.run(generation, score)
  }
}

/** What is about evaluations that are lost, or were not told yet. */
const forgetOthers = `
delete from left_checkpoints where not exists (
  select 1 from evaluations e where outcome = 'done'
    and e.generation = left_checkpoints.generation and e."index" = left_checkpoints."index" and e.replicate = left_checkpoints.replicate);
delete from heard_reports where told > (select coalesce(max(told), -1) + 1 from evaluations);
`

/**
 * Where evaluations were told as they came, the order stays that of those that are left; states beyond a gap are of no
 * use. A state says how many points it was told, which where these are replicated is less than the samples it knows.
 */
const closeGaps = (times: number) => `
create temp table numbered as
  select generation, "index", replicate, told as was,
         row_number() over (order by told) - 1 + (select coalesce(min(after), 0) from individuals) as told
  from evaluations where told is not null;
delete from checkpoints where told > (select min(was) from temp.numbered where was <> told) * (${times} = 1);
delete from heard_reports where told > (select min(told) from temp.numbered where was <> told);
update evaluations set told = n.told from temp.numbered n
where n.generation = evaluations.generation and n."index" = evaluations."index" and n.replicate = evaluations.replicate;
drop table temp.numbered;
`
