import type { Replications } from '../core/replications.ts'
import { leastDone } from '../core/samples.ts'
import type { RecordFile } from './record-file.ts'
import type { Counts } from './rows.ts'

/** What has come of the points of a search that simulates each several times: those of which all samples are there. */
export function pointCounts(
  file: RecordFile,
  replications: Replications,
): Pick<Counts, 'individuals' | 'done' | 'failed' | 'stopped'> {
  const { count } = replications
  // Generations of which all samples are done need not be looked through.
  const { individuals, whole } = file.get<{ individuals: number; whole: number }>(
    `select coalesce(sum(individuals), 0) as individuals,
            coalesce(sum(case when done = individuals then individuals end), 0) as whole from generations`,
  )!
  const { done, failed } = file.get<{ done: number; failed: number }>(
    `select coalesce(sum(json_array_length(e.samples) >= @least), 0) as done,
            coalesce(sum(json_array_length(e.samples) < @least), 0) as failed
     from generations g join evaluations e using (generation)
     where g.done < g.individuals and e.replicate = 0 and e.samples is not null`,
    { least: leastDone(replications) },
  )!
  return { individuals: individuals / count, done: whole / count + done, failed, stopped: 0 }
}
