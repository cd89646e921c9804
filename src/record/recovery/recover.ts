import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { type Holder, Lease } from '../../../runtime/runner/lease.ts'
import { currentHolder, takeRun } from '../../../runtime/slurm/run-holder.ts'
import { ConfigurationError, RunHeldError } from '../../core/errors.ts'
import { Objectives } from '../../core/objectives.ts'
import type { Replications } from '../../core/replications.ts'
import { runFiles } from '../../core/run-files.ts'
import { fitnessOf } from '../../core/samples.ts'
import { type Database, openDatabase } from '../../system/database.ts'
import { livenessOf } from '../../system/process-identity.ts'
import { openReadable } from '../readable.ts'
import { findBest, noteLastTold, numberInOrder, schemaVersion, searchView } from '../schema.ts'
import { migrateFromVersion1 } from '../version-1.ts'
import { RecordWriter } from '../writer.ts'
import { type FromPipes, takeFromPipes } from './from-pipes.ts'
import {
  companions,
  createRecord,
  pageBytes,
  salvage,
  schemaOf,
  type Unread,
  type Version,
  versionLeft,
} from './salvage.ts'

/** What came of a look at a run's record. */
export type Recovery =
  | { readonly state: 'sound'; readonly directory: string }
  | {
      readonly state: 'recovered'
      readonly directory: string
      /** What was wrong with the record. */
      readonly damage: string
      /** The name under which it lies in the run directory now; null if there was nothing to keep. */
      readonly kept: string | null
      readonly saved: Counts
      /** Individuals of the newest generation that was saved that have no evaluation. */
      readonly pending: number
      /** The part of what was saved that stood in workers' pipes only. */
      readonly fromPipes: FromPipes
      readonly lost: {
        /** The first generation that could not be made whole; null if none is missing. It is lost with all after it. */
        readonly generationsFrom: number | null
        readonly generations: number
        /** Whether the file of the experiment is not known any more. */
        readonly manifest: boolean
        readonly tables: readonly Unread[]
      }
    }

interface Counts {
  readonly generations: number
  readonly individuals: number
  readonly evaluations: number
}

/**
 * Rebuilds a run's record, if it is damaged, from the rows that can still be read and from what the workers' pipes hold.
 * The damaged one is kept beside it. A generation of which an individual or the state is missing is dropped with all
 * after it, as is what follows on a generation that has not been evaluated to the end: the search goes on from there, and
 * since it depends on nothing but the record, as if it had never been further.
 *
 * @throws RunHeldError if a live runner holds the run
 */
export async function recover(run: string): Promise<Recovery> {
  const directory = resolve(run)
  const path = join(directory, runFiles.record)
  const finished = join(directory, `${runFiles.record}.recovered`)
  if (!isRun(directory, path))
    throw new ConfigurationError(`${run} is not a run directory: it has no ${runFiles.record}.`)
  const holder = currentHolder(directory)
  // Whether one lives that is stopped, or on another host, is found out by waiting for its heart: see `Lease.take`.
  if (holder && livenessOf(holder) === 'alive') throw held(run, holder)
  const wasInterrupted = existsSync(finished)
  const damage = wasInterrupted ? undefined : damageOf(directory, path)
  if (!wasInterrupted && damage === undefined) return { state: 'sound', directory }
  const lease = await takeRun(directory)
  if (!(lease instanceof Lease)) throw held(run, lease.heldBy)
  try {
    const report = damage === undefined ? reportOf(finished) : rebuild(directory, path, finished, lease.epoch, damage)
    const kept = moveAside(path)
    renameSync(finished, path)
    return { ...report, kept }
  } finally {
    lease.release()
  }
}

type Recovered = Extract<Recovery, { state: 'recovered' }>

function isRun(directory: string, path: string): boolean {
  return [path, `${path}.recovered`, join(directory, runFiles.run)].some((file) => existsSync(file))
}

function held(run: string, { host, pid, since }: Holder): RunHeldError {
  return new RunHeldError(
    `${run} is held by a runner: process ${pid} on ${host || 'an unknown host'}, since ${since}; stop it before its record is recovered.`,
  )
}

/** What is wrong with the record, as SQLite or the file system says it; undefined if nothing is. */
function damageOf(directory: string, path: string): string | undefined {
  const status = statSync(path, { throwIfNoEntry: false })
  if (!status) return 'it is not there'
  if (!status.isFile()) return 'it is not a file'
  const isComplete = !['-wal', '-journal'].some((ending) => statSync(path + ending, { throwIfNoEntry: false })?.size)
  if (isComplete && status.size % pageBytes !== 0) return 'it ends in the middle of a page'
  let database: Database
  try {
    database = openReadable(path)
  } catch (error) {
    return (error as Error).message
  }
  try {
    const version = database.pragma('user_version', { simple: true }) as number
    if (version > schemaVersion) {
      throw new ConfigurationError(`${path} was written by a newer twoloop (its schema is version ${version}).`)
    }
    // A run whose runner was killed before its record had tables is made by the next one.
    if (version === 0) return existsSync(join(directory, runFiles.run)) ? 'it is no record of a run' : undefined
    const [first] = database.pragma('integrity_check(1)') as { integrity_check: string }[]
    if (first?.integrity_check !== 'ok') return first?.integrity_check.replaceAll('\n', ' ') ?? 'it cannot be checked'
    return version === 1 || version === schemaVersion ? damageOfSchema(database, version) : undefined
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    if ((error as { code?: string }).code === 'SQLITE_BUSY') {
      throw new RunHeldError(`${path} is open in another process; its record cannot be looked at.`, { cause: error })
    }
    return (error as Error).message
  } finally {
    database.close()
  }
}

/** A table or view that is not as it was made; SQLite has nothing to say against any. */
function damageOfSchema(database: Database, version: Version): string | undefined {
  const intact = openDatabase(':memory:')
  try {
    intact.exec(schemaOf(version))
    for (const name of column<string>(intact, `select name from sqlite_master where type in ('table', 'view')`)) {
      const columns = intact.prepare(`select * from ${name}`).columns()
      const wanted = columns.map((one) => `"${name}"."${one.name}"`)
      database.prepare(`select ${wanted.join(', ')} from ${name} limit 0`).all()
    }
    return undefined
  } catch (error) {
    return (error as Error).message
  } finally {
    intact.close()
  }
}

/** Makes a new record of what is left; it has its name only when it is complete and on the disk. */
function rebuild(directory: string, path: string, finished: string, epoch: number, damage: string): Recovered {
  const unfinished = join(directory, `${runFiles.record}.recovering`)
  rmSync(unfinished, { force: true })
  try {
    const { database, unread } = salvageAll(directory, path, unfinished)
    let report: Recovered
    try {
      report = database.transaction(() => complete(database, { directory, epoch, damage, unread }))()
      database.pragma('journal_mode = delete')
    } finally {
      database.close()
    }
    syncFile(unfinished)
    renameSync(unfinished, finished)
    return report
  } finally {
    rmSync(unfinished, { force: true })
  }
}

interface Salvaged {
  readonly database: Database
  readonly unread: readonly Unread[]
}

/** What can still be read of a record, and of the copy of it that readers had, in a record of its version. */
function salvageAll(directory: string, path: string, unfinished: string): Salvaged {
  const version = versionLeft(path, `${unfinished}.source`)
  const asNew = salvageAs(version ?? schemaVersion, directory, path, unfinished)
  const isEmpty = column(asNew.database, 'select 1 from generations limit 1').length === 0
  if (version !== undefined || !isEmpty) return asNew
  asNew.database.close()
  const asOld = salvageAs(1, directory, path, unfinished)
  if (column(asOld.database, 'select 1 from generations limit 1').length > 0) return asOld
  asOld.database.close()
  return salvageAs(schemaVersion, directory, path, unfinished)
}

function salvageAs(version: Version, directory: string, path: string, unfinished: string): Salvaged {
  rmSync(unfinished, { force: true })
  const database = createRecord(unfinished, version)
  const copy = join(directory, runFiles.recordCopy)
  const unread = database.transaction(() => {
    const tables = salvage(path, database)
    if (existsSync(copy)) salvage(copy, database)
    return tables
  })()
  return { database, unread }
}

interface Circumstances {
  readonly directory: string
  readonly epoch: number
  readonly damage: string
  readonly unread: readonly Unread[]
}

/** Makes a record whole that has been salvaged, with what the pipes hold, as far as that can be done. */
function complete(database: Database, { directory, epoch, damage, unread }: Circumstances): Recovered {
  const hadManifest = manifestOf(database).run !== undefined
  if (database.pragma('user_version', { simple: true }) === 1) {
    migrateFromVersion1(database, mostCheckpoints)
    database.pragma(`user_version = ${schemaVersion}`)
  }
  database.exec(dropMisfits)
  const isIncomplete = new Set(unread.map(({ table }) => table))
  if (!isIncomplete.has('individuals')) database.exec(rebuildGenerations)
  const pipes = takeFromPipes(RecordWriter.over(directory, database), database)
  const manifest = manifestOf(database)
  const order = String(manifest.order ?? 'generations')
  const replications = (manifest.replications ?? undefined) as Replications | undefined
  const times = replications?.count ?? 1
  const kept = order === 'generations' ? wholeGenerations(database) : blocksAsked(database, order, times)
  const seen = 1 + Math.max(pipes.newest, ...column<number>(database, 'select max(generation) from generations'))
  for (const table of ['generations', 'individuals', 'evaluations', 'other_attempts', 'reports', 'reused']) {
    database.prepare(`delete from ${table} where generation >= ?`).run(kept)
  }
  const fromPipes = pipes.close(kept)
  database.exec(countAnew(times))
  if (replications) noteBestPoints(database, replications)
  database.exec(order === 'arrival' ? closeGaps(times) : numberInOrder(replications ? 'points' : 'individuals'))
  database.exec(noteLastTold)
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

/** All of them: it is not known yet at which the search goes on. */
const mostCheckpoints = Number.MAX_SAFE_INTEGER

/** Rows that have their columns but mean nothing. */
const dropMisfits = `
delete from individuals where json_type(parameters) <> 'object';
delete from evaluations where outcome = 'done' and (fitness is null or json_type(fitness) <> 'array' or score is null);
delete from evaluations where outcome = 'failed' and cause is null;
insert or ignore into parameter_groups select distinct name, '' from group_parameters;
`

/** Where all individuals are there, the generations that they form are known. */
const rebuildGenerations = `
insert or ignore into generations (generation, individuals, summary)
  select generation, count(*), '{}' from individuals group by generation;
`

/**
 * How many generations, from the first, are whole: all individuals there, and evaluated but for those of the last one.
 * Where the optimizer stood then is found by telling it again what they brought.
 */
function wholeGenerations(database: Database): number {
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
function blocksAsked(database: Database, order: string, times: number): number {
  const size = column<number>(database, 'select max("index") + 1 from individuals where replaces is null')[0] ?? 0
  const places = column<number>(
    database,
    `select generation * ${size} + "index" from individuals where replaces is null
     group by generation, "index" having count(*) = ${times} order by generation, "index"`,
  )
  database
    .prepare(`delete from individuals where generation * ${size} + "index" % ${size} >= ? or after > ?`)
    .run(firstMissing(places), tellings(database, order, times))
  database.exec(`update generations set individuals = (
    select count(*) from individuals i where i.generation = generations.generation)`)
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

const countAnew = (times: number) => `
delete from evaluations where not exists (
  select 1 from individuals i
  where i.generation = evaluations.generation and i."index" = evaluations."index" and i.replicate = evaluations.replicate);
update generations set
  done = (select count(*) from evaluations e where e.generation = generations.generation and outcome = 'done'),
  failed = (select count(*) from evaluations e where e.generation = generations.generation and outcome = 'failed'),
  stopped = (select count(*) from evaluations e where e.generation = generations.generation and outcome = 'stopped'),
  attempts = (select count(*) from attempts a where a.generation = generations.generation);
${findBest}
delete from checkpoints where asked * ${times} > (select count(*) from individuals where replaces is null);
delete from checkpoints where told not in (select told from checkpoints order by told desc limit 2);
`

/** Of a search that simulates each individual several times, a generation's best is that of its points. */
function noteBestPoints(database: Database, replications: Replications): void {
  const objectives = new Objectives((manifestOf(database).objectives ?? {}) as Record<string, number>)
  const points = database
    .prepare('select generation, "index", samples from evaluations where replicate = 0 and samples is not null')
    .all() as { readonly generation: number; readonly index: number; readonly samples: string }[]
  database.exec('update generations set best_score = null, best_index = null, best_replicate = null')
  const note = database.prepare(
    `update generations set best_score = @score, best_index = @index, best_replicate = 0
     where generation = @generation and (best_score is null or best_score < @score)`,
  )
  for (const { generation, index, samples } of points) {
    const fitness = fitnessOf(JSON.parse(samples), objectives, replications)
    if (fitness) note.run({ generation, index, score: objectives.weigh(fitness) })
  }
}

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
update evaluations set told = n.told from temp.numbered n
where n.generation = evaluations.generation and n."index" = evaluations."index" and n.replicate = evaluations.replicate;
drop table temp.numbered;
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

function countSaved(database: Database): Counts {
  return database
    .prepare(
      `select count(*) as generations, coalesce(sum(individuals), 0) as individuals,
              coalesce(sum(done + failed + stopped), 0) as evaluations from generations`,
    )
    .get() as Counts
}

function manifestOf(database: Database): Readonly<Record<string, unknown>> {
  const rows = database.prepare('select key, value from manifest').all() as { key: string; value: string }[]
  return Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value)]))
}

function column<T>(database: Database, sql: string): T[] {
  return database.prepare(sql).pluck().all() as T[]
}

/** What an interrupted recovery had found out. */
function reportOf(path: string): Recovered {
  const database = openDatabase(path, { readonly: true })
  try {
    return manifestOf(database).recovered as Recovered
  } finally {
    database.close()
  }
}

/** Gives the damaged record, with what belongs to it, the next name that is free; null if there is nothing to keep. */
function moveAside(path: string): string | null {
  let kept: string
  let n = 0
  do kept = `${path}.damaged-${++n}`
  while (existsSync(kept))
  const hadAny = ['', ...companions].filter((ending) => existsSync(path + ending))
  for (const ending of hadAny) renameSync(path + ending, kept + ending)
  return hadAny.length > 0 ? basename(kept) : null
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
