import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { type Holder, Lease } from '../../../runtime/runner/lease.ts'
import { currentHolder, takeRun } from '../../../runtime/slurm/run-holder.ts'
import { ConfigurationError, RunHeldError } from '../../core/errors.ts'
import { runFiles } from '../../core/run-files.ts'
import { type Database, openDatabase } from '../../system/database.ts'
import { refuseLinks } from '../../system/own-files.ts'
import { livenessOf } from '../../system/process-identity.ts'
import { type Version, versions } from '../earlier/versions.ts'
import { complete } from './complete.ts'
import { damageOf } from './damage.ts'
import { column, manifestOf } from './queries.ts'
import type { Recovered, Recovery } from './recovery.ts'
import { companions, createRecord, salvage, type Unread, versionLeft } from './salvage.ts'

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
  refuseLinks(directory)
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
    await lease.release()
  }
}

function isRun(directory: string, path: string): boolean {
  return [path, `${path}.recovered`, join(directory, runFiles.run)].some((file) => existsSync(file))
}

function held(run: string, { host, pid, since }: Holder): RunHeldError {
  return new RunHeldError(
    `${run} is held by a runner: process ${pid} on ${host || 'an unknown host'}, since ${since}; stop it before its record is recovered.`,
  )
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
  const version = versionLeft(path, `${unfinished}.source`) ?? likeliestVersion(directory, path, unfinished)
  return salvageAs(version, directory, path, unfinished)
}

/**
 * The version as which most of a record can be read that does not say which it is: rows of one may pass for those of another,
 * but not all tables do.
 */
function likeliestVersion(directory: string, path: string, unfinished: string): Version {
  const tried = versions.map((version) => {
    const { database, unread } = salvageAs(version, directory, path, unfinished)
    const [rows = 0] = column<number>(
      database,
      'select (select count(*) from individuals) + (select count(*) from evaluations)',
    )
    database.close()
    return { version, rows, unread: unread.length }
  })
  return tried.reduce((best, one) =>
    one.rows > best.rows || (one.rows === best.rows && one.unread < best.unread) ? one : best,
  ).version
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
