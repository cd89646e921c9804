import { readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { ConfigurationError } from '../core/errors.ts'
import { runFiles } from '../core/run-files.ts'
import { RecordReader } from '../record/reader.ts'
import { summarizeRun } from '../record/summary.ts'
import type { RunLine } from './answers.ts'

/** The runs that are shown, each by a number, so that no address ever holds a path. */
export class FoundRuns {
  readonly root: string
  readonly #isOne: boolean
  readonly #directories: string[] = []

  /** @param directory a run, or a directory of runs, which may still be to come */
  constructor(directory: string) {
    this.root = resolve(directory)
    if (!statSync(this.root, { throwIfNoEntry: false })?.isDirectory()) {
      throw new ConfigurationError(`there is no directory ${directory}; wanted a run directory or a directory of runs`)
    }
    this.#isOne = RecordReader.exists(this.root)
    this.look()
    if (this.#directories.length === 0)
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

  /** All that are there, each with what it is; one that cannot be read hides no other. */
  lines(): RunLine[] {
    this.look()
    return this.#directories.flatMap((directory, number) => {
      if (!RecordReader.exists(directory)) return [] // it has been removed
      return [{ number, name: basename(directory), ...lineOf(directory) }]
    })
  }
}

function lineOf(directory: string) {
  try {
    return { summary: summarizeRun(directory, { hash: false }) }
  } catch (error) {
    return { problem: problemOf(directory, error) }
  }
}

/** Why a run cannot be shown, in a sentence. @throws what is no fault of the run */
export function problemOf(directory: string, error: unknown): string {
  if (!(error instanceof Error)) throw error
  if (isStarting(directory)) return 'The run is just starting: nothing is in its record yet.'
  return error.message
}

function isStarting(directory: string): boolean {
  try {
    return RecordReader.isUnmade(directory)
  } catch {
    return false
  }
}

function foldersIn(root: string): string[] {
  return readdirSync(root)
    .sort()
    .map((name) => join(root, name))
}

/** Changes whenever the record of a run may have. */
export function versionOf(directory: string): string {
  const files = [runFiles.record, `${runFiles.record}-wal`, runFiles.recordCopy, runFiles.lease]
  return files
    .map((name) => statSync(join(directory, name), { throwIfNoEntry: false }))
    .map((stats) => (stats ? `${stats.mtimeMs} ${stats.size}` : ''))
    .join('|')
}
