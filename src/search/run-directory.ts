import { accessSync, constants, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RunHeart } from '../../runtime/channel/beating-heart.ts'
import { type Holder, Lease } from '../../runtime/runner/lease.ts'
import { takeRun } from '../../runtime/slurm/run-holder.ts'
import { ConfigurationError, RunHeldError } from '../core/errors.ts'
import { anything, checkOptions, trueOrFalse } from '../core/options.ts'
import { runFiles } from '../core/run-files.ts'
import { RecordWriter } from '../record/writer.ts'
import { refuseLinks } from '../system/own-files.ts'
import { storageError } from '../system/storage-errors.ts'
import { finishMaking, isBeingReplaced, isRemainder, makeRun } from './make-run.ts'
import type { RunIdentity } from './run-identity.ts'
import { refuseOther } from './same-search.ts'

/** How a run is to be begun, or gone on with. */
export interface RunClaim {
  /** Removes an earlier run of that name; otherwise it is continued if its configuration is the same. */
  readonly overwrite?: boolean | undefined
  /** What makes this search the same as another, if that is known before the run is opened. */
  readonly configuration?: RunIdentity | undefined
}

const runClaim = { overwrite: trueOrFalse, configuration: anything }

/** A run that belongs to this process as long as it holds the lease: its directory and its record. */
export class HeldRun {
  readonly directory: string
  readonly record: RecordWriter
  readonly #lease: Lease

  private constructor(directory: string, record: RecordWriter, lease: Lease) {
    this.directory = directory
    this.record = record
    this.#lease = lease
  }

  /**
   * Makes or opens a run directory and takes the run.
   * @throws ConfigurationError if the directory is something else, or a run of another configuration
   * @throws RunHeldError if another live runner has the run
   */
  static async take(directory: string, claim: RunClaim): Promise<HeldRun> {
    checkOptions('HeldRun.take', claim, runClaim)
    checkRun(directory, claim)
    makeRunDirectory(directory)
    let lease = await takeLease(directory)
    let record: RecordWriter | undefined
    try {
      const refuseLost = () => refuseSuccessor(directory, lease)
      finishMaking(directory, refuseLost)
      if (claim.overwrite || isUnmade(directory)) makeRun(directory, refuseLost)
      record = RecordWriter.openForWriting(directory)
      const epoch = Number(record.manifest().epoch ?? 0)
      if (epoch >= lease.epoch) {
        await lease.release() // the record was copied here without its lease
        lease = await takeLease(directory, epoch)
      }
      record.beginEpoch(lease.epoch)
      return new HeldRun(directory, record, lease)
    } catch (error) {
      record?.close()
      await lease.release()
      throw storageError(error, directory) ?? error
    }
  }

  /** The heart that beats as long as the run is held. */
  get heart(): RunHeart {
    return this.#lease.heart
  }

  /** Has the heart stand still when another has the run: it would pass for the heart of that one. */
  async abandon(): Promise<void> {
    await this.#lease.heart.stop()
  }

  /** Gives the run back, whatever state it is in. */
  async release(): Promise<void> {
    await this.record.refreshCopy()
    this.record.close()
    await this.#lease.release()
  }
}

/** @throws ConfigurationError if the directory is something else than a run that can be begun or continued as asked */
export function checkRun(directory: string, { configuration, overwrite }: RunClaim): void {
  if (!existsSync(directory)) return
  refuseLinks(directory)
  if (isBeingReplaced(directory)) return
  if (isUnmade(directory)) {
    const [foreign] = readContent(directory)
    if (foreign === undefined || isRemainder(directory)) return
    throw new ConfigurationError(
      `${directory} exists and is no run directory (it holds ${foreign}); choose another name.`,
    )
  }
  if (overwrite || configuration === undefined) return
  const record = RecordWriter.openForReading(directory)
  const known = record.manifest().configuration
  record.close()
  refuseOther(directory, known, configuration)
}

export function heldSentence(directory: string, { host, pid, since }: Holder): string {
  return `${directory} is held by another runner: process ${pid} on ${host || 'an unknown host'}, since ${since}.`
}

function makeRunDirectory(directory: string): void {
  try {
    makeDirectories(directory)
    accessSync(directory, constants.W_OK | constants.X_OK)
  } catch (error) {
    const storage = storageError(error, directory)
    if (storage) throw storage
    throw new ConfigurationError(`${directory} cannot be written to: ${(error as Error).message}.`, { cause: error })
  }
}

/** Level by level: where a file system cannot hold directories (/proc), `recursive` would never come back. */
function makeDirectories(path: string): void {
  if (existsSync(path)) return
  makeDirectories(dirname(path))
  mkdirSync(path)
}

function isUnmade(directory: string): boolean {
  return !RecordWriter.exists(directory) || RecordWriter.isUnmade(directory)
}

function readContent(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    throw new ConfigurationError(`${directory} is no directory that can be read: ${(error as Error).message}.`, {
      cause: error,
    })
  }
}

/** Whoever was stopped for long may have lost the run meanwhile: what he was about to remove is another's. */
function refuseSuccessor(directory: string, { successor }: Lease): void {
  if (successor) throw new RunHeldError(heldSentence(directory, successor))
}

/** Bytes of a record that is read, judged and brought to this version in no time. */
const smallRecord = 2 ** 20

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0

async function takeLease(directory: string, above = 0): Promise<Lease> {
  const lease = await takeRun(directory, above).catch((error: unknown) => {
    throw storageError(error, directory) ?? error
  })
  if (lease instanceof Lease) {
    if (sizeOf(join(directory, runFiles.record)) > smallRecord) lease.heart.startThread()
    return lease
  }
  throw new RunHeldError(heldSentence(directory, lease.heldBy))
}
