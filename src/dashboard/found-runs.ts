import { readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { jobFolder, lastJob } from '../../runtime/slurm/job-folder.ts'
import { currentHolder } from '../../runtime/slurm/run-holder.ts'
import { ConfigurationError } from '../core/errors.ts'
import { rateOf } from '../record/rate.ts'
import { RecordReader } from '../record/reader.ts'
import { recordVersion } from '../record/record-version.ts'
import { jobOf } from '../record/slurm-status.ts'
import { type RunSummary, summarize } from '../record/summary.ts'
import { secondsLeft } from './time-left.ts'

/** What is known of a run without Slurm, or why it cannot be shown. */
export type FoundRun = { readonly number: number; readonly name: string } & KnownOfRun

type KnownOfRun =
  | {
      readonly summary: RunSummary
      readonly rate: number | null
      readonly secondsLeft: number | null
      readonly job: string | undefined
    }
  | { readonly problem: string }

/** The runs that are shown, each by a number, so that no address ever holds a path. */
export class FoundRuns {
  readonly root: string
  readonly #isOne: boolean
  readonly #directories: string[] = []
  /** What is known of runs that do not go on, with the version of the record that it was read from. */
  readonly #known = new Map<string, { readonly version: string; readonly known: KnownOfRun }>()

  /** @param directory a run, or a directory of runs, which may still be to come */
  constructor(directory: string) {
    this.root = resolve(directory)
    if (!statSync(this.root, { throwIfNoEntry: false })?.isDirectory()) {
      throw new ConfigurationError(`there is no directory ${directory}; wanted a run directory or a directory of runs`)
    }
    this.#isOne = RecordReader.exists(this.root)
    this.look()
    if (this.#directories.length === 0 && this.submitted().length === 0)
      throw new ConfigurationError(`there are no runs in ${directory}; wanted a run directory or a directory of runs`)
  }

  /** Looks for runs that are new; a number once given stays. */
  look(): void {
    const there = this.#isOne ? [this.root] : foldersIn(this.root).filter(RecordReader.exists)
    for (const directory of there) if (!this.#directories.includes(directory)) this.#directories.push(directory)
  }

  directory(number: number): string | undefined {
    return this.#directories[number]
  }

  /** Every directory by its number. */
  get directories(): ReadonlyMap<number, string> {
    return new Map(this.#directories.entries())
  }

  /** All runs that are there, each with what it is; one that cannot be read hides no other. @param now milliseconds since 1970 */
  lines(now: number): FoundRun[] {
    this.look()
    return this.#directories.flatMap((directory, number) => {
      if (!RecordReader.exists(directory)) return [] // it has been removed
      return [{ number, name: basename(directory), ...this.#knownOf(directory, now) }]
    })
  }

  /** Runs that were submitted to Slurm and have not begun, with their jobs. */
  submitted(): { readonly name: string; readonly job: string }[] {
    if (this.#isOne) return []
    const suffix = jobFolder('')
    return foldersIn(this.root).flatMap((path) => {
      const directory = path.slice(0, -suffix.length)
      if (!path.endsWith(suffix) || RecordReader.exists(directory)) return []
      const job = lastJob(directory)
      return job === undefined ? [] : [{ name: basename(directory), job }]
    })
  }

  #knownOf(directory: string, now: number): KnownOfRun {
    const version = recordVersion(directory)
    const remembered = this.#known.get(directory)
    if (remembered?.version === version) return remembered.known
    const known = readRun(directory, now)
    // Whether a run that goes on still does, its files may not say.
    if ('summary' in known && known.summary.status !== 'running') this.#known.set(directory, { version, known })
    return known
  }
}

function readRun(directory: string, now: number): KnownOfRun {
  let record: RecordReader | undefined
  try {
    record = RecordReader.openForReading(directory)
    using _ = record.holdStill()
    const summary = summarize(record, { hash: false })
    const rate = summary.status === 'running' ? rateOf(record, summary, now) : null
    return { summary, rate, secondsLeft: secondsLeft(summary, rate), job: jobOf(record, summary.status) }
  } catch (error) {
    return { problem: problemOf(directory, error) }
  } finally {
    record?.close()
  }
}

/** Why a run cannot be shown, in a sentence. @throws what is no fault of the run */
export function problemOf(directory: string, error: unknown): string {
  if (!(error instanceof Error)) throw error
  if (isUnmade(directory))
    return currentHolder(directory)
      ? 'The run is just starting: nothing is in its record yet.'
      : 'Its start was cut off before anything was recorded; the same command begins it anew.'
  return error.message
}

function isUnmade(directory: string): boolean {
  try {
    return RecordReader.isUnmade(directory)
  } catch {
    return false
  }
}

/** None of a directory that has been removed. */
function foldersIn(root: string): string[] {
  if (!statSync(root, { throwIfNoEntry: false })) return []
  return readdirSync(root)
    .sort()
    .map((name) => join(root, name))
}
