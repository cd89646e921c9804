import type { Database } from '../../system/database.ts'
import { column } from './queries.ts'

/**
 * How many generations, from the first, are whole: all individuals there, and evaluated but for those of the last one.
 * Where the optimizer stood then is found by telling it again what they brought.
 */
export function wholeGenerations(database: Database): number {
  const counts = database.prepare(
    `select g.individuals, count(i.generation) as present, count(e.generation) as evaluated
     from generations g left join individuals i using (generation)
     left join evaluations e on e.generation = i.generation and e."index" = i."index" and e.replicate = i.replicate
     where g.generation = ?`,
  )
  for (let generation = 0; ; generation++) {
    const count = counts.get(generation) as { individuals: number | null; present: number; evaluated: number }
    if (count.individuals === null || count.present !== count.individuals) return generation
    if (count.evaluated < count.present) return generation + 1
  }
}

/**
 * How many blocks of a steady search are left when all individuals are taken out that were asked for after something that
 * is lost: behind an individual, or a telling, that is missing.
 */
export function blocksAsked(database: Database, order: string, times: number): number {
  const size = column<number>(database, 'select max("index") + 1 from individuals where replaces is null')[0] ?? 0
  const places = column<number>(
    database,
    `select generation * ${size} + "index" from individuals where replaces is null
     group by generation, "index" having count(*) = ${times} order by generation, "index"`,
  )
  database
    .prepare(`delete from individuals where generation * ${size} + "index" % ${size} >= ? or after > ?`)
    .run(firstMissing(places), tellings(database, order, times))
  database.exec(`update generation_counts set individuals = (
    select count(*) from individuals i where i.generation = generation_counts.generation)`)
  return 1 + (column<number | null>(database, 'select max(generation) from individuals')[0] ?? -1)
}

/** How many tellings are left, from the first on. */
function tellings(database: Database, order: string, times: number): number {
  const toldTimes = order === 'arrival' ? 1 : times // as they come, every sample has a number of its own
  const told = firstMissing(
    column<number>(
      database,
      `select told from evaluations where told is not null group by told having count(*) >= ${toldTimes} order by told`,
    ),
  )
  if (toldTimes === times) return told
  const points = `select 1 from evaluations where told < ${told} group by generation, "index" having count(*) = ${times}`
  return column<number>(database, `select count(*) from (${points})`)[0]!
}

/** The first number that is not among ascending ones from 0 on. */
function firstMissing(numbers: readonly number[]): number {
  const gap = numbers.findIndex((number, i) => number !== i)
  return gap < 0 ? numbers.length : gap
}
