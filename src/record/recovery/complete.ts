import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Replications } from '../../core/replications.ts'
import { runFiles } from '../../core/run-files.ts'
import type { Database } from '../../system/database.ts'
import { migrate } from '../earlier/versions.ts'
import { isPart, schemaVersion, searchView } from '../schema.ts'
import { RecordWriter } from '../writer.ts'
import { countAnew } from './count-anew.ts'
import { takeFromPipes } from './from-pipes.ts'
import { column, manifestOf } from './queries.ts'
import type { Recovered, RecoveredCounts } from './recovery.ts'
import { tablesOfSome, type Unread } from './salvage.ts'
import { blocksAsked, wholeGenerations } from './whole-part.ts'

export interface Circumstances {
  readonly directory: string
  readonly epoch: number
  readonly damage: string
  readonly unread: readonly Unread[]
}

/** Makes a record whole that has been salvaged, with what the pipes hold, as far as that can be done. */
export function complete(database: Database, { directory, epoch, damage, unread }: Circumstances): Recovered {
  const hadManifest = manifestOf(database).run !== undefined
  const version = database.pragma('user_version', { simple: true }) as number
  if (version !== schemaVersion) migrate(database, version, mostCheckpoints)
  database.exec(tablesOfSome)
  database.exec(dropMisfits)
  if (!Array.isArray(manifestOf(database).operators)) database.exec(forgetOperators)
  const isIncomplete = new Set(unread.map(({ table }) => table))
  if (!isIncomplete.has('individuals')) database.exec(rebuildGenerations)
  const pipes = takeFromPipes(RecordWriter.over(directory, database), database)
  const manifest = manifestOf(database)
  const order = String(manifest.order ?? 'generations')
  const replications = (manifest.replications ?? undefined) as Replications | undefined
  const kept =
    order === 'generations' ? wholeGenerations(database) : blocksAsked(database, order, replications?.count ?? 1)
  const seen = 1 + Math.max(pipes.newest, ...column<number>(database, 'select max(generation) from generations'))
  for (const table of byGeneration) {
    database.prepare(`delete from ${table} where generation >= ?`).run(kept)
  }
  const fromPipes = pipes.close(kept)
  countAnew(database, order, replications)
  if (manifest.budget === undefined) database.exec('drop table left_checkpoints')
  if (column(database, 'select 1 from heard_reports limit 1').length === 0) database.exec('drop table heard_reports')
  const saved = countSaved(database)
  const pending = saved.individuals - saved.evaluations
  writeManifest(directory, database, { epoch, damage, isWhole: pending === 0 && seen <= kept })
  const lost = {
    generationsFrom: seen > kept ? kept : null,
    generations: Math.max(0, seen - kept),
    manifest: !hadManifest,
    tables: unread,
  }
  const report: Recovered = { state: 'recovered', directory, damage, kept: null, saved, fromPipes, pending, lost }
  // In the record, too: an interruption must not lose it.
  database.prepare(`insert or replace into manifest values ('recovered', ?)`).run(JSON.stringify(report))
  return report
}

const byGeneration = [
  'generation_counts',
  'generation_notes',
  'individuals',
  'evaluations',
  'other_attempts',
  'reports',
  'reused',
  'left_checkpoints',
]

/** The most checkpoints that are kept, which is all: it is not known yet at which the search goes on. */
const mostCheckpoints = Number.MAX_SAFE_INTEGER

/** Rows that have their columns but mean nothing. */
const dropMisfits = `
delete from individuals where json_type(parameters) <> 'object';
delete from evaluations where outcome = 'done' and (fitness is null or json_type(fitness) <> 'array'
  or (score is null and not ${isPart('evaluations')} and exists (select 1 from evaluations where score is not null)));
delete from evaluations where outcome = 'failed' and cause is null;
insert or ignore into parameter_groups select distinct name, '' from group_parameters;
`

/** Nobody knows any more which operators the numbers mean. */
const forgetOperators = `
update individuals set origin = null where json_type(origin, '$[0]') = 'integer';
`

/** Where all individuals are there, the generations that they form are known. */
const rebuildGenerations = `
insert or ignore into generation_counts (generation, individuals)
  select generation, count(*) from individuals group by generation;
`

/** What the record says of itself from now on. */
function writeManifest(
  directory: string,
  database: Database,
  { epoch, damage, isWhole }: { readonly epoch: number; readonly damage: string; readonly isWhole: boolean },
): void {
  const manifest = manifestOf(database)
  const run = manifest.run ?? runOf(directory)
  const entries = {
    ...(run !== undefined && { run, name: manifest.name ?? basename(directory) }),
    epoch,
    hash: null,
    ...(!(isWhole && manifest.status === 'finished') && {
      status: 'stopped',
      reason: `its record was recovered (${damage})`,
    }),
  }
  const set = database.prepare('insert or replace into manifest values (?, ?)')
  for (const [key, value] of Object.entries(entries)) set.run(key, JSON.stringify(value))
  const { parameters, objectives } = manifest
  if (!Array.isArray(parameters) || typeof objectives !== 'object' || objectives === null) return
  const names = Object.keys(objectives)
  if (parameters.length + names.length <= 1000) database.exec(searchView(parameters.map(String), names))
}

/** The identity that the workers know the run by. */
function runOf(directory: string): string | undefined {
  try {
    const { run } = JSON.parse(readFileSync(join(directory, runFiles.run), 'utf8')) as { run?: unknown }
    return typeof run === 'string' ? run : undefined
  } catch {
    return undefined
  }
}

function countSaved(database: Database): RecoveredCounts {
  return database
    .prepare(
      `select count(*) as generations, coalesce(sum(individuals), 0) as individuals,
              coalesce(sum(done + failed + stopped), 0) as evaluations from generations`,
    )
    .get() as RecoveredCounts
}
